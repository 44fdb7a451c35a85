import csv
import re
from io import StringIO

from postinfusion.present.display import Label, Part, Row, Spanner, Table
from postinfusion.report.table_csv import table_csv
from postinfusion.report.table_html import table_html
from postinfusion.report.templates_of import STYLE_SHEET, text

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


def test_a_row_before_a_heading_is_none_itself():
    rows = (Row("Any", ("1", "2")), Row("Class"), Row("Term", ("1", "2"), 1), Row("Sub-heading", (), 1))
    html = table_html(Table(LABEL, (Part(("", "n", "Mean"), rows),)))
    found = re.findall(r'<tr class="([a-z ]+)">', html)
    assert found == ["top", "group top", "group"]


def test_cells_of_a_table_of_few_columns_may_wrap_on_a_phone():
    few, many = (("", *"abcdefgh"[:number]) for number in (4, 5))
    made = [table_html(Table(LABEL, (Part(columns, (Row("x", columns[1:]),)),))) for columns in (few, many)]
    assert ['<table class="few">' in html for html in made] == [True, False]
    assert "table.few tbody td" in text(STYLE_SHEET).split("@media (max-width: 34rem)")[1]


def test_the_limits_of_an_interval_stay_on_one_line_of_the_page_only():
    table = Table(LABEL, (Part(("", "Difference"), (Row("24 h", ("−9.4 (−13.1 to −5.7)",)),)),))
    assert "−13.1\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}−5.7" in table_html(table)
    assert "−13.1 to −5.7" in table_csv(table)
