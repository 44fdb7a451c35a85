"""The tables of protection print the counts of the check, and no small one in a public report."""

from __future__ import annotations

from postinfusion.present.privacy_tables import anonymity_part, declared_part
from postinfusion.vocabulary import Privacy

FOUND = {
    "participants": 12,
    "all": {"attributes": ["age band", "sex"], "smallest": 1, "unique": 3, "share": 0.25},
    "alone": [
        {"attributes": ["age band"], "smallest": 2, "unique": 0, "share": 0.0},
        {"attributes": ["sex"], "smallest": 6, "unique": 0, "share": 0.0},
    ],
    "without": [
        {"attributes": ["sex"], "smallest": 6, "unique": 0, "share": 0.0},
        {"attributes": ["age band"], "smallest": 2, "unique": 0, "share": 0.0},
    ],
}


def test_each_case_is_a_row_with_its_counts():
    rows = anonymity_part(FOUND, Privacy.INTERNAL, 5).rows
    assert [row.label for row in rows] == [
        "All of them",
        "Only age band",
        "Only sex",
        "All but age band",
        "All but sex",
    ]
    assert [cell.replace("\u00a0", " ") for cell in rows[0].cells] == ["1", "3 (25.0 %)"]
    assert rows[2].cells[0] == "6"


def test_a_public_report_shows_no_small_count():
    rows = anonymity_part(FOUND, Privacy.PUBLIC, 5).rows
    assert rows[0].cells == ("<5", "<5")
    assert rows[1].cells[0] == "<5"
    assert rows[2].cells[0] == "6"


def test_declared_columns_stand_beside_their_file():
    row = declared_part({"people.csv": ("ward_phone", "name")}).rows[0]
    assert (row.label, row.cells) == ("people.csv", ("ward_phone, name",))
