import csv
from io import StringIO

from postinfusion.present.display import Label, Part, Row, Spanner, Table
from postinfusion.report.table_csv import table_csv
from postinfusion.report.table_html import table_html

LABEL = Label("DST01", "flow", "Disposition", population="randomised", n="96", footnotes=("A note.",))
PART = Part(
    ("Visit", "n", "Mean"),
    (Row("24 h"), Row("MADRS <20", ("12\N{NO-BREAK SPACE}(25.0\N{NO-BREAK SPACE}%)", "−5.1"), 1)),
    spanners=(Spanner("Ketamine", 2),),
)


def test_csv_keeps_headings_indentation_and_cells():
    rows = list(csv.reader(StringIO(table_csv(Table(LABEL, (PART,))))))
    assert rows == [["Visit", "Ketamine n", "Ketamine Mean"], ["24 h"], ["  MADRS <20", "12 (25.0 %)", "−5.1"]]


def test_csv_puts_blocks_below_each_other_with_their_captions():
    part = Part(("Term", "p"), (Row("arm", ("0.01",)),), "Tests")
    rows = list(csv.reader(StringIO(table_csv(Table(LABEL, (part, part))))))
    assert rows == [["Tests"], ["Term", "p"], ["arm", "0.01"], [], ["Tests"], ["Term", "p"], ["arm", "0.01"]]


def test_html_escapes_text_and_gives_scopes():
    html = table_html(Table(LABEL, (PART,)), ["SYNTHETIC"])
    assert "MADRS &lt;20" in html
    assert '<th scope="colgroup" colspan="2"' in html
    assert '<th scope="rowgroup" colspan="3"' in html
    assert '<p class="stamp">SYNTHETIC</p>' in html
    assert "A note." in html
    assert "DST01 · flow · population randomised · n = 96" in html
