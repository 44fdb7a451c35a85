"""Write the fixtures of messy data that are no text: Excel, SPSS, Stata, SAS and Parquet.

Run in the folder of the repository, with the folder tests on the path: ``python tests/spec/mess/make_binaries.py``. The
files are committed, for the writers put their own versions and times into them.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

FOLDER = Path(__file__).parent / "spreadsheets"
HEADER = ("who", "scale", "points", "when")
TIMES = tuple(datetime.fromisoformat(f"2031-01-{day}") for day in ("06T09:00", "07T10:00", "07T09:00", "08T11:00"))
ROWS = tuple(zip(("A1", "A1", "A2", "A2"), ("MADRS",) * 4, (30, 20, "NA", 28), TIMES, strict=True))
FRAME = pd.DataFrame(
    {"who": ["A1", "A1", "A2", "A2"], "scale": "MADRS", "points": [30.0, 20.0, -99.0, 28.0], "when": TIMES}
)
Change = Callable[[Worksheet], object]


def sheet(name: str, rows: Sequence[Sequence[object]] = (HEADER, *ROWS), change: Change | None = None) -> None:
    """Write one sheet, changed after its cells are filled."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    for row in rows:
        page.append(list(row))
    if change is not None:
        change(page)
    book.save(FOLDER / f"{name}.xlsx")


def _coloured(page: Worksheet) -> None:
    for cell in page[3]:
        cell.fill = PatternFill("solid", start_color="FFFF00")


def _hidden(page: Worksheet) -> None:
    page.row_dimensions[3].hidden = True


def _several(page: Worksheet) -> None:
    other = page.parent.create_sheet("Notes")
    other.append(["Exported by hand", 4])


def sheets() -> None:
    """Write what people do to sheets."""
    as_text = [(who, scale, points, when.isoformat(" ", "minutes")) for who, scale, points, when in ROWS]
    sheet("real-dates")
    sheet("dates-turned-into-text", (HEADER, *as_text))
    sheet("dates-turned-into-text-of-a-country", (HEADER, (*ROWS[0][:3], "06/01/2031 09:00"), *ROWS[1:]))
    sheet("dates-turned-into-numbers", (HEADER, (*ROWS[0][:3], 47854.375), *ROWS[1:]))
    sheet("numbers-stored-as-text", (HEADER, *((who, scale, str(points), when) for who, scale, points, when in ROWS)))
    sheet("a-decimal-comma-stored-as-text", (HEADER, ("A1", "MADRS", "30,5", TIMES[0]), *ROWS[1:]))
    sheet("coloured-cells", change=_coloured)
    sheet("a-merged-header", (("Ratings", None, None, None), HEADER, *ROWS), lambda page: page.merge_cells("A1:D1"))
    sheet("a-merged-header-above-the-row-of-names", (("Ratings",), HEADER, *ROWS), lambda p: p.merge_cells("A1:D1"))
    sheet("merged-cells-among-the-data", change=lambda page: page.merge_cells("A2:A3"))
    sheet("a-row-of-units", (HEADER, (None, None, "points", "dd.mm.yyyy"), *ROWS))
    sheet("a-second-row-of-names", (HEADER, ("Participant", "Scale", "Score", "Date"), *ROWS[:2], ROWS[3]))
    sheet("a-row-of-totals", (HEADER, *ROWS, ("Total", None, 78, None)))
    sheet("a-row-of-means", (HEADER, *ROWS, (None,) * 4, ("Mean", None, 26, None)))
    sheet("a-hidden-row", change=_hidden)
    sheet("several-sheets", change=_several)
    sheet("the-sheet-that-is-named", change=_several)
    sheet("a-sheet-that-is-not-there", change=_several)
    sheet("an-error-of-a-formula", (HEADER, *ROWS, ("A1", "MADRS", "#DIV/0!", TIMES[3])))
    sheet("a-formula-without-a-value", (HEADER, *ROWS, ("A1", "MADRS", "=C2+C3", TIMES[3])))
    sheet("an-empty-sheet", ())
    sheet("a-name-twice", (("who", "scale", "points", "points"), *ROWS))
    sheet("a-truth-for-a-number", (HEADER, ("A1", "MADRS", True, TIMES[0]), *ROWS[1:]))
    sheet("a-row-without-an-id", (HEADER, *ROWS, (None, "MADRS", 22, TIMES[3])))
    whole = (FOLDER / "real-dates.xlsx").read_bytes()
    (FOLDER / "a-sheet-that-is-cut-off.xlsx").write_bytes(whole[: len(whole) // 2])
    (FOLDER / "a-sheet-called-csv.csv").write_bytes(whole)
    (FOLDER / "a-protected-sheet.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    with zipfile.ZipFile(FOLDER / "an-archive-that-is-no-sheet.xlsx", "w") as archive:
        archive.writestr(zipfile.ZipInfo("notes.txt"), "no sheet")


def statistical() -> None:
    """Write what programs for statistics deliver."""
    labels = {"points": {-99.0: "not done", -98.0: "refused"}}
    missing = {"points": [{"lo": -99, "hi": -98}]}
    user = FRAME.assign(points=[30.0, -98.0, -99.0, 28.0])
    path = FOLDER / "user-missing-values.sav"
    pyreadstat.write_sav(user, path, variable_value_labels=labels, missing_ranges=missing)
    pyreadstat.write_sav(user, FOLDER / "codes-that-spss-does-not-declare.sav", variable_value_labels=labels)
    arms = pd.DataFrame({"who": ["A1", "A2"], "group": [1.0, 2.0], "centre": ["north", "south"]})
    names = {"group": {1.0: "Ketamine", 2.0: "Midazolam"}}
    for name in ("codes-of-arms-in-spss", "labels-of-arms-in-spss"):
        pyreadstat.write_sav(arms, FOLDER / f"{name}.sav", variable_value_labels=names)
    lettered = FRAME.astype({"points": "object"}).assign(points=[30.0, "a", "b", 28.0])
    pyreadstat.write_dta(lettered, FOLDER / "missing-letters-of-stata.dta", missing_user_values={"points": ["a", "b"]})
    pyreadstat.write_xport(FRAME, FOLDER / "names-of-eight-letters.xpt", file_format_version=5)
    FRAME.assign(points=["30", "20", "-99", "n/a"]).to_parquet(FOLDER / "numbers-stored-as-text.parquet")
    for source, target in {
        "user-missing-values.sav": "an-spss-file-that-is-cut-off.sav",
        "missing-letters-of-stata.dta": "a-stata-file-that-is-cut-off.dta",
        "names-of-eight-letters.xpt": "a-sas-file-that-is-cut-off.xpt",
        "numbers-stored-as-text.parquet": "a-parquet-file-that-is-cut-off.parquet",
    }.items():
        whole = (FOLDER / source).read_bytes()
        (FOLDER / target).write_bytes(whole[: len(whole) // 3])
    (FOLDER / "text-called-spss.sav").write_text("who,scale,points,when\n", encoding="utf-8")
    (FOLDER / "half-an-object.json").write_text('{"columns": [{"name": "who"}], "rows": [["A1"', encoding="utf-8")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    sheets()
    statistical()
