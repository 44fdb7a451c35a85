"""Each kind of file gives the same records of text, or says what is wrong with it."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from postinfusion.errors import DataError
from postinfusion.plan.source import Dates, Decimal, Encoding, Labels, Separator
from postinfusion.sources.formats import encodings, json_walk, statistical
from unit.sources.readings import opened, table, text, whole

ROWS = [["id", "when", "x"], ["a", datetime(2031, 1, 6, 10, 30), 1.5], ["b", date(2031, 1, 7), 2]]  # noqa: DTZ001


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_is_seen_in_the_header(mark: str):
    content = f'id,x,y\na,1,"p{mark}q"\nb,2,z\n'.replace(",", mark)
    assert table(text(content)) == {"id": ["a", "b"], "x": ["1", "2"], "y": [f"p{mark}q", "z"]}


def test_a_declared_separator_goes_before_what_is_seen():
    assert text("a;b,c\n1;2,3\n", separator=Separator.COMMA).header == ("a;b", "c")


def test_the_decimal_mark_is_a_comma_where_numbers_show_it():
    assert text("id;x\na;1,5\nb;2\n").decimal == ","
    assert text("id;x\na;1.5\nb;2\n").decimal == "."
    assert text("id,x\na,1.5\n").decimal == "."


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_seen_by_its_bytes(codec: str):
    found = text("id,naïve\na,Zoë\n".encode(codec))
    assert table(found) == {"id": ["a"], "naïve": ["Zoë"]}
    assert not found.problems


def test_what_is_not_utf8_is_read_as_windows_with_a_warning_that_names_the_line():
    found = text("id,x\na,1\nb,Zoë\n".encode("cp1252"))
    assert table(found)["x"] == ["1", "Zoë"]
    [told] = found.problems
    assert (told.place, told.severity) == ("row 3", "warning")
    assert "say encoding: cp1252" in told.text


def test_a_declared_encoding_needs_no_warning_and_must_fit():
    assert not text("id,x\na,Zoë\n".encode("latin-1"), encoding=Encoding.LATIN_1).problems
    with pytest.raises(DataError, match=r"row 2: the text is not UTF-8"):
        text("id,x\na,Zoë\n".encode("latin-1"), encoding=Encoding.UTF_8)


def test_lines_may_end_as_on_old_computers():
    found = text("id,x\ra,1\rb,2\r")
    assert table(found) == {"id": ["a", "b"], "x": ["1", "2"]}
    assert whole(found).rows.tolist() == [2, 3]


def test_the_header_may_stand_further_down():
    found = text("A title\nmade today\nid,x\na,1\n", header_row=3)
    assert (found.header, whole(found).rows.tolist()) == (("id", "x"), [4])
    with pytest.raises(DataError, match="no row 9"):
        text("id,x\na,1\n", header_row=9)


@pytest.mark.parametrize("units", [",mmHg,kg", "(text),(mmHg),(kg)", ",systolic,weight"])
def test_a_second_header_is_refused_with_its_row(units: str):
    with pytest.raises(DataError, match=r"row 2: this row holds units or a second line of names"):
        text(f"id,sbp,weight\n{units}\na,120,60\nb,110,55\n")


def test_one_wrong_cell_is_no_second_header():
    assert len(whole(text("id,x\na,n/a\nb,1\nc,2\n")).rows) == 3


@pytest.mark.parametrize("label", ["Total", "Mean", "SD", "n"])
def test_totals_below_the_data_are_refused_with_their_rows(label: str):
    found = whole(text(f"id,x\na,1\nb,3\n\n{label},2\nMedian,2\n"))
    assert [(one.place, one.severity) for one in found.problems] == [("rows 5, 6 (2)", "error")]
    assert not whole(text(f"id,x\n{label},1\nb,3\n")).problems


@pytest.mark.parametrize("size", [7, 16, 33, 1 << 20])
def test_blocks_change_nothing(size: int, monkeypatch: pytest.MonkeyPatch):
    content = 'id,x,y\n1,"two\nlines",a\n\n2,5" wide,"say ""so"", then\nmore"\n,,\n3,c,d\n' * 3
    content = content.replace("id,x,y\n", "", 2)[: len(content)]
    content = "id,x,y\n" + content.replace("id,x,y\n", "")
    expected = whole(text(content))
    monkeypatch.setattr(encodings, "BLOCK", size)
    found = whole(text(content))
    pd.testing.assert_frame_equal(found.frame, expected.frame)
    assert found.rows.tolist() == expected.rows.tolist()


def workbook(path: Path, **sheets: list[list[Any]]) -> openpyxl.Workbook:
    """Write sheets and give the workbook."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return book


def test_a_sheet_gives_dates_as_iso_and_numbers_as_written(tmp_path: Path):
    workbook(tmp_path / "a.xlsx", Data=[["A title"], [], *ROWS], Empty=[])
    found = opened(tmp_path / "a.xlsx", header_row=3)
    assert table(found) == {"id": ["a", "b"], "when": ["2031-01-06T10:30:00", "2031-01-07"], "x": ["1.5", "2"]}
    assert whole(found).rows.tolist() == [4, 5]


def test_one_of_several_sheets_must_be_named(tmp_path: Path):
    workbook(tmp_path / "a.xlsx", People=ROWS, Scores=ROWS)
    with pytest.raises(DataError, match=r"several sheets hold something: People, Scores\. Name one"):
        opened(tmp_path / "a.xlsx")
    with pytest.raises(DataError, match=r"no sheet \"Score\"\. Did you mean Scores\?"):
        opened(tmp_path / "a.xlsx", sheet="Score")
    assert opened(tmp_path / "a.xlsx", sheet=2).header == ("id", "when", "x")


def test_merged_cells_are_refused_by_their_range(tmp_path: Path):
    book = workbook(tmp_path / "a.xlsx", Data=[["Scores", None, None], *ROWS])
    book["Data"].merge_cells("A1:C1")
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(DataError, match=r"row 1: merged cells A1:C1\..*header_row"):
        opened(tmp_path / "a.xlsx")
    assert opened(tmp_path / "a.xlsx", header_row=2).header == ("id", "when", "x")


def test_hidden_rows_and_columns_are_warned_of(tmp_path: Path):
    book = workbook(tmp_path / "a.xlsx", Data=ROWS)
    book["Data"].row_dimensions[3].hidden = True
    book["Data"].column_dimensions["B"].hidden = True
    book.save(tmp_path / "a.xlsx")
    assert [(one.place, one.severity) for one in opened(tmp_path / "a.xlsx").problems] == [
        ("row 3", "warning"), ("", "warning"),
    ]  # fmt: skip


def test_formulas_without_value_and_with_errors_are_refused_by_their_cell(tmp_path: Path):
    workbook(tmp_path / "a.xlsx", Data=[*ROWS, ["c", None, "=C2+1"]])
    with pytest.raises(DataError, match="formulas without a stored value: C4"):
        opened(tmp_path / "a.xlsx")
    book = workbook(tmp_path / "a.xlsx", Data=[*ROWS, ["c", None, "#N/A"]])
    book["Data"]["C4"].data_type = "e"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(DataError, match=r"row 4: .*#N/A in C4"):
        opened(tmp_path / "a.xlsx")


def test_totals_and_units_of_a_sheet_are_refused(tmp_path: Path):
    rows = [["id", "x"], ["a", 1], ["b", 2], ["Total", 3]]
    workbook(tmp_path / "a.xlsx", Data=rows)
    assert [one.place for one in whole(opened(tmp_path / "a.xlsx")).problems] == ["row 4"]
    workbook(tmp_path / "a.xlsx", Data=[rows[0], ["", "kg"], *rows[1:3]])
    with pytest.raises(DataError, match="row 2: this row holds units"):
        opened(tmp_path / "a.xlsx")


FRAME = pd.DataFrame(
    {
        "id": ["a", "b", "c"],
        "x": [1.0, -9.0, 999.0],
        "day": [date(2031, 1, 6), None, date(2031, 1, 7)],
        "at": [datetime(2031, 1, 6, 10, 30), None, datetime(2031, 1, 7)],  # noqa: DTZ001
    }
)


def test_values_that_spss_declares_missing_are_missing_and_counted(tmp_path: Path):
    missing: Any = {"x": [{"lo": 900, "hi": 1000}, -9]}
    pyreadstat.write_sav(FRAME, tmp_path / "a.sav", missing_ranges=missing, variable_value_labels={"x": {1: "one"}})
    found = whole(opened(tmp_path / "a.sav"))
    assert found.frame["x"].tolist() == ["1", "", ""]
    assert found.missing == {"x": {"-9": 1, "999": 1}}
    assert found.frame["day"].tolist() == ["2031-01-06", "", "2031-01-07"]
    assert [cell[:16].replace(" ", "T") for cell in found.frame["at"]] == ["2031-01-06T10:30", "", "2031-01-07T00:00"]


def test_labels_of_values_are_read_where_the_plan_says_so(tmp_path: Path):
    labels = {"x": {1: "one", 999: "many"}}
    pyreadstat.write_sav(FRAME, tmp_path / "a.sav", variable_value_labels=labels, column_labels={"x": "A number"})
    found = opened(tmp_path / "a.sav", labels=Labels.LABELS)
    assert whole(found).frame["x"].tolist() == ["one", "-9", "many"]
    assert (found.about["x"].label, found.about["x"].values) == ("A number", {"1": "one", "999": "many"})
    assert whole(opened(tmp_path / "a.sav")).frame["x"].tolist() == ["1", "-9", "999"]


def test_letters_that_stata_declares_missing_are_missing_and_counted(tmp_path: Path):
    frame = FRAME.assign(x=pd.Series([1.0, "a", "z"], dtype="object"))
    pyreadstat.write_dta(frame, tmp_path / "a.dta", missing_user_values={"x": ["a", "z"]})
    found = whole(opened(tmp_path / "a.dta"))
    assert found.frame["x"].tolist() == ["1", "", ""]
    assert found.missing == {"x": {".a": 1, ".z": 1}}
    assert found.frame["day"].tolist() == ["2031-01-06", "", "2031-01-07"]


@pytest.mark.parametrize("version", [5, 8])
def test_transport_files_of_sas_give_dates_as_iso(version: Any, tmp_path: Path):
    pyreadstat.write_xport(FRAME, tmp_path / "a.xpt", file_format_version=version, table_name="DM")
    found = whole(opened(tmp_path / "a.xpt"))
    assert found.frame["x"].tolist() == ["1", "-9", "999"]
    assert found.frame["day"].tolist() == ["2031-01-06", "", "2031-01-07"]
    assert found.rows.tolist() == [1, 2, 3]


@pytest.mark.parametrize("version", [5, 8])
def test_special_values_for_missing_in_transport_files_are_counted_and_named(
    version: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    frame = pd.DataFrame({"id": ["A", "_", "c", "d", "e"], "x": [2.0, 3.0, 4.0, 5.0, 0.0], "y": [1.0] * 5})
    path = tmp_path / "a.xpt"
    pyreadstat.write_xport(frame, path, file_format_version=version, table_name="DM")
    content = path.read_bytes()
    for number, mark in ((b"A\x20", b"A"), (b"A\x30", b"_"), (b"A\x40", b"Z"), (b"A\x50", b".")):
        content = content.replace(number + bytes(6), mark + bytes(7))
    path.write_bytes(content)
    found = whole(opened(path))
    assert found.frame["x"].tolist() == ["", "", "", "", "0"]
    assert found.missing == {"x": {".A": 1, ".Z": 1, "._": 1}}
    monkeypatch.setattr(statistical, "ROWS", 2)
    assert whole(opened(path)).missing == found.missing
    assert opened(path).records(["y"]).missing == {}


def test_a_file_of_sas_is_read(tmp_path: Path):
    packed = Path(__file__).parent / "fixtures" / "iris.sas7bdat.gz"
    (tmp_path / "iris.sas7bdat").write_bytes(gzip.decompress(packed.read_bytes()))
    found = whole(opened(tmp_path / "iris.sas7bdat")).frame
    assert list(found) == ["Sepal_Length", "Sepal_Width", "Petal_Length", "Petal_Width", "Species"]
    assert found.iloc[0].tolist() == ["5.1", "3.5", "1.4", "0.2", "setosa"]
    assert found["Species"].value_counts().to_dict() == {"setosa": 50, "versic": 50, "virgin": 50}
    sums = found.drop(columns="Species").astype("float64").sum()
    assert sums.tolist() == pytest.approx([876.5, 458.6, 563.7, 179.9])


COLUMNS = [{"name": "USUBJID", "label": "Subject"}, {"name": "AVAL", "label": "Value"}]
DATA = [["a", 1.5], ["b", None]]
VERSIONS = {
    "1.1": ("a.json", json.dumps({"datasetJSONVersion": "1.1.0", "columns": COLUMNS, "rows": DATA})),
    "1.0": ("a.json", json.dumps({"clinicalData": {"itemGroupData": {"IG": {"items": COLUMNS, "itemData": DATA}}}})),
    "lines": ("a.ndjson", "\n".join(map(json.dumps, [{"columns": COLUMNS, "records": 2}, *DATA]))),
}


@pytest.mark.parametrize("version", VERSIONS)
def test_dataset_json_is_read_in_all_its_forms(version: str, tmp_path: Path):
    name, content = VERSIONS[version]
    (tmp_path / name).write_text(content)
    found = opened(tmp_path / name)
    assert table(found) == {"USUBJID": ["a", "b"], "AVAL": ["1.5", ""]}
    assert found.about["AVAL"].label == "Value"


@pytest.mark.parametrize("piece", [1, 2, 7, 1000])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_json_is_the_same_in_pieces_of_any_size(
    piece: int, ascii_only: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    rows = [['Ä"]}\\n ,[', -12.5e3], ["ü😀", None], ["", 1234567]]
    content = {"rows": rows, "sourceSystem": {"name": ["x", {}]}, "empty": {}, "columns": COLUMNS, "last": 10}
    text_ = json.dumps(content, ensure_ascii=ascii_only, indent=1)
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf" + text_.encode())
    monkeypatch.setattr(json_walk, "PIECE", piece)
    found = opened(tmp_path / "a.json")
    assert found.size == 3
    assert table(found) == {"USUBJID": ['Ä"]}\\n ,[', "ü😀", ""], "AVAL": ["-12500", "", "1234567"]}


def test_json_needs_the_memory_of_its_parts_and_not_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.json"
    path.write_text(f"[{','.join(['[12345.5]'] * 5_000)}]")
    monkeypatch.setattr(json_walk, "PIECE", 1 << 10)
    with path.open("rb") as stream:
        tracemalloc.start()
        number = sum(1 for _ in json_walk.Walk(stream).elements())
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert number == 5_000
    assert most < path.stat().st_size / 4


@pytest.mark.parametrize("content", ['{"columns": [], "rows": []} x', '{"rows": [[1,], "columns": []}', '{"rows" [1]}'])
def test_json_with_a_mistake_is_refused(content: str, tmp_path: Path):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(DataError, match="JSON"):
        opened(tmp_path / "a.json")


@pytest.mark.parametrize("content", ["[1]", "{}", '{"columns": 1}', '{"columns": [], "rows": []}', "[" * 100_000, "{"])
def test_other_json_is_refused(content: str, tmp_path: Path):
    for name in ("a.json", "a.ndjson"):
        (tmp_path / name).write_text(content)
        with pytest.raises(DataError, match="JSON"):
            opened(tmp_path / name)


def test_declared_options_reach_the_source():
    assert text("id;x\na;1\n", decimal=Decimal.COMMA, dates=Dates.DAY_FIRST).header == ("id", "x")
