"""What a display is: a table or a drawing with a label that says what it shows, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from postinfusion.present import formats
from postinfusion.present.results import Results
from postinfusion.vocabulary import OUTPUTS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Label:
    """What a display shows, of whom, and from which analysis.

    Attributes
    ----------
    output_id
        ID of the kind of display.
    analysis_id
        Key of the analysis in the plan; ``all`` for displays of all analyses.
    title, subtitle
        What is shown; the subtitle may be empty.
    population, n
        Who is shown: key of the population, and the printed number of its participants.
    footnotes
        Sentences below the display.
    """

    output_id: str
    analysis_id: str
    title: str
    subtitle: str = ""
    population: str = ""
    n: str = ""
    footnotes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the display's files, without an ending."""
        return f"{self.output_id}_{self.analysis_id}"

    @property
    def footer(self) -> str:
        """The line below the display: output, analysis, population and number of participants."""
        parts = [self.output_id, self.analysis_id, self.population and f"population {self.population}"]
        return " · ".join(part for part in (*parts, self.n and f"n = {self.n}") if part)

    @property
    def is_individual(self) -> bool:
        """The display shows individual data."""
        return self.output_id in OUTPUTS and OUTPUTS[self.output_id].individual


@dataclass(frozen=True)
class Row:
    """One row of a table: its label, how far that is indented, and a text for each column.

    A row without cells is a heading of the rows below it.
    """

    label: str
    cells: tuple[str, ...] = ()
    indent: int = 0


@dataclass(frozen=True)
class Spanner:
    """A heading over several neighbouring columns."""

    text: str
    columns: int


@dataclass(frozen=True)
class Part:
    """One block of a table with columns of its own.

    Attributes
    ----------
    columns
        Headings; the first is that of the row labels.
    rows
        The rows, in order.
    caption
        What the block shows; empty in a table of one block.
    spanners
        Headings over the columns after the first; together they cover all of them, or there are none.
    is_text
        The cells are words, which read from the left.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    caption: str = ""
    spanners: tuple[Spanner, ...] = ()
    is_text: bool = False


@dataclass(frozen=True)
class Table:
    """A table: its label and its blocks."""

    label: Label
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Drawing:
    """A figure, the values that it shows, and the same in words for whoever cannot see it."""

    label: Label
    figure: Figure
    values: pd.DataFrame
    alt: str


@dataclass(frozen=True)
class Absence:
    """A display that was asked for and is not there, with the reason."""

    output_id: str
    analysis_id: str
    reason: str


def label_of(results: Results, output_id: str, subtitle: str = "", footnotes: tuple[str, ...] = ()) -> Label:
    """Give the label of a display of one analysis; reasons for what is not estimable become footnotes."""
    title = OUTPUTS[output_id].title
    endpoint = results.endpoint
    return Label(
        output_id=output_id,
        analysis_id=results.analysis_id,
        title=f"{endpoint.label}: {title[0].lower()}{title[1:]}" if endpoint else title,
        subtitle=subtitle,
        population=results.population,
        n=formats.statistic("n_total", results.total()),
        footnotes=(*footnotes, *_without_value(results)),
    )


def _without_value(results: Results) -> tuple[str, ...]:
    """Explain the signs for what has no value, where results have such."""
    reasons = results.errors()
    said = " ".join(map(formats.as_sentence, reasons))
    sentences = [f"{formats.NOT_ESTIMABLE}: not estimable. {said}"] if reasons else []
    if results.has_suppressed:
        sentences.append(formats.SUPPRESSED_NOTE)
    return tuple(sentences)
