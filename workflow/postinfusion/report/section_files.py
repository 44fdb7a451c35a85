"""The files of one section: tables, figures, and an index of what was made and what was not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from postinfusion.plan.plan import Plan
from postinfusion.present import theme
from postinfusion.present.display import Absence, Drawing, Label, Table
from postinfusion.present.sections import Made, SectionDisplays
from postinfusion.report.figure_files import narrow_svg_bytes, png_bytes, svg_bytes, values_csv
from postinfusion.report.table_csv import table_csv
from postinfusion.report.table_html import table_html
from postinfusion.vocabulary import Section

INDEX = "index.json"


@dataclass(frozen=True)
class Entry:
    """What the index holds of one display.

    Attributes
    ----------
    label
        What the display shows.
    file
        Where it is, from the folder of the section: a fragment of HTML or an SVG.
    methods
        How its analysis was done.
    alt
        A figure in words; empty for a table.
    narrow
        Where its form for narrow screens is; empty where it has none.
    """

    label: Label
    file: str
    methods: str = ""
    alt: str = ""
    narrow: str = ""

    @property
    def is_figure(self) -> bool:
        """The display is a figure."""
        return self.file.endswith(".svg")


@dataclass(frozen=True)
class Index:
    """What a section shows, and what it does not show although it was asked for."""

    section: Section
    entries: tuple[Entry, ...]
    absent: tuple[Absence, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The files that the page shows."""
        return tuple(file for entry in self.entries for file in (entry.file, entry.narrow) if file)


def section_files(plan: Plan, displays: SectionDisplays) -> dict[str, bytes]:
    """Give the content of every file of a section by its path in the folder of the section.

    Parameters
    ----------
    plan
        The plan of the trial; it decides on the banners.
    displays
        What the section shows.
    """
    contents: dict[str, bytes] = {}
    for made in displays.made:
        contents |= _files(plan, made.display)
    return contents | {INDEX: _index_text(displays).encode()}


def read_index(text: str) -> Index:
    """Give the index from its text."""
    found = json.loads(text)
    return Index(
        section=Section(found["section"]),
        entries=tuple(_entry(item) for item in found["displays"]),
        absent=tuple(Absence(**item) for item in found["absent"]),
    )


def _files(plan: Plan, display: Table | Drawing) -> dict[str, bytes]:
    """Give the files of one display."""
    name = display.label.name
    if isinstance(display, Table):
        html = table_html(display, theme.banners(plan, is_individual=display.label.is_individual))
        beside = {f"tables/{name}.xml": display.upload.encode()} if display.upload else {}
        return {_file(display): html.encode(), f"tables/{name}.csv": table_csv(display).encode(), **beside}
    narrow = {_narrow_file(display): narrow_svg_bytes(display)} if display.narrow else {}
    return narrow | {
        _file(display): svg_bytes(display),
        f"figures/{name}.png": png_bytes(display),
        f"figures/{name}.csv": values_csv(display).encode(),
    }


def _file(display: Table | Drawing) -> str:
    """Give the path of the file that the report shows."""
    is_table = isinstance(display, Table)
    return f"tables/{display.label.name}.html" if is_table else f"figures/{display.label.name}.svg"


def _narrow_file(display: Table | Drawing) -> str:
    """Give the path of the form for narrow screens; empty where there is none."""
    has_narrow = isinstance(display, Drawing) and display.narrow is not None
    return f"figures/{display.label.name}_narrow.svg" if has_narrow else ""


def _index_text(displays: SectionDisplays) -> str:
    """Give the index as JSON."""
    content = {
        "section": displays.section.value,
        "displays": [_item(made) for made in displays.made],
        "absent": [asdict(absence) for absence in displays.absent],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _item(made: Made) -> dict[str, object]:
    """Give what the index holds of one display."""
    alt = made.display.alt if isinstance(made.display, Drawing) else ""
    return asdict(Entry(made.display.label, _file(made.display), made.methods, alt, _narrow_file(made.display)))


def _entry(item: Mapping[str, object]) -> Entry:
    """Give one display of the index."""
    label = dict(item["label"])  # type: ignore[call-overload]
    label["footnotes"] = tuple(label["footnotes"])
    return Entry(Label(**label), str(item["file"]), str(item["methods"]), str(item["alt"]), str(item["narrow"]))
