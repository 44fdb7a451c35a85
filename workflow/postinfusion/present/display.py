"""What a display is: a table or a drawing with a label that says what it shows, or the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from postinfusion.present import formats
from postinfusion.present.primary import primary_analysis
from postinfusion.present.results import Results
from postinfusion.present.selection import selection_notes
from postinfusion.vocabulary import OUTPUTS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_UNTOLD = "What was not recorded may still have happened."


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
    folded
        Heading under which the block is folded away on a screen, with its neighbours of the same heading; empty: it
        stands open.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    caption: str = ""
    spanners: tuple[Spanner, ...] = ()
    is_text: bool = False
    folded: str = ""


@dataclass(frozen=True)
class Table:
    """A table: its label and its blocks.

    ``upload`` is a file (XML) for a register of results that is written beside it; empty where there is none.
    """

    label: Label
    parts: tuple[Part, ...]
    upload: str = ""


@dataclass(frozen=True)
class Drawing:
    """A figure, the values that it shows, and the same in words for whoever cannot see it.

    ``narrow`` is the same figure for a narrow screen, where there is one.
    """

    label: Label
    figure: Figure
    values: pd.DataFrame
    alt: str
    narrow: Figure | None = None


@dataclass(frozen=True)
class Absence:
    """A display that was asked for and is not there, with the reason."""

    output_id: str
    analysis_id: str
    reason: str


def label_of(
    results: Results,
    output_id: str,
    subtitle: str = "",
    footnotes: tuple[str, ...] = (),
    *,
    title: str = "",
    signs: Collection[str] = formats.WITHOUT_VALUE,
) -> Label:
    """Give the label of a display of one analysis; signs for what has no value are explained in footnotes.

    Parameters
    ----------
    results
        The analysis with its results.
    output_id, subtitle, footnotes
        Which display it is, and what its title and its rows leave open.
    title
        What is shown, where that is more than the title of the output says.
    signs
        The signs that the display shows; those that it does not show are not explained.
    """
    title = title or OUTPUTS[output_id].title
    endpoint = results.endpoint
    return Label(
        output_id=output_id,
        analysis_id=results.analysis_id,
        title=f"{f'{endpoint.label}: {title[0].lower()}{title[1:]}' if endpoint else title}{_which(results)}",
        subtitle=subtitle,
        population=results.population,
        n=formats.statistic("n_total", results.total()),
        footnotes=(*footnotes, *selection_notes(results), *_without_value(results, signs)),
    )


def without_idle_notes(table: Table) -> Table:
    """Give a table without the explanation of a sign that none of its cells shows."""
    cells = [cell for part in table.parts for row in part.rows for cell in row.cells]
    table = _with_reasons(table, cells)
    signs = {formats.SUPPRESSED_NOTE: formats.SUPPRESSED, _UNTOLD: formats.NO_RECORD}
    idle = tuple(note for note, sign in signs.items() if not any(sign in cell for cell in cells))
    kept = tuple(note for note in table.label.footnotes if not (idle and note.endswith(idle)))
    return replace(table, label=replace(table.label, footnotes=kept))


def _with_reasons(table: Table, cells: Sequence[str]) -> Table:
    """Give a table whose reasons for what is not estimable stand without the sign, where no cell shows it."""
    if any(re.search(rf"\b{formats.NOT_ESTIMABLE}\b", cell) for cell in cells):
        return table
    sign = f"{formats.NOT_ESTIMABLE}: not estimable. "
    instead = "No interval: " if any("no interval" in cell for cell in cells) else ""
    notes = (
        f"{instead}{_after(note.removeprefix(sign), instead)}" if note.startswith(sign) else note
        for note in table.label.footnotes
    )
    return replace(table, label=replace(table.label, footnotes=tuple(notes)))


def _after(sentence: str, words: str) -> str:
    """Give a sentence as it stands after other words: it begins small there."""
    return f"{sentence[:1].lower()}{sentence[1:]}" if words else sentence


def _which(results: Results) -> str:
    """Tell an analysis from others of the same kind and endpoint: it is the primary one, or by its name."""
    if results.analysis_id == primary_analysis(results.plan):
        return " (primary analysis)"
    kind, endpoint = results.analysis.method, getattr(results.analysis, "endpoint", "")
    alike = [
        analysis
        for analysis in results.plan.analyses.values()
        if analysis.method is kind and getattr(analysis, "endpoint", "") == endpoint
    ]
    return f" ({results.analysis_id})" if len(alike) > 1 else ""


def unrecorded(results: Results) -> tuple[str, ...]:
    """Say what the data do not record, where a display asks for it."""
    gaps = results.not_recorded()
    return (f"Not recorded: {', '.join(gaps)}. {_UNTOLD}",) if gaps else ()


def _without_value(results: Results, signs: Collection[str]) -> tuple[str, ...]:
    """Explain the signs for what has no value, where results have such and the display shows them."""
    reasons = results.errors()
    said = " ".join(map(formats.as_sentence, reasons))
    sentences = (
        [f"{formats.NOT_ESTIMABLE}: not estimable. {said}"] if reasons and formats.NOT_ESTIMABLE in signs else []
    )
    if results.has_suppressed and formats.SUPPRESSED in signs:
        sentences.append(formats.SUPPRESSED_NOTE)
    sentences += unrecorded(results) if formats.NO_RECORD in signs else ()
    return tuple(sentences)
