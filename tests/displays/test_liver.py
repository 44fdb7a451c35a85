"""LIVT01 and LIVG01: quadrants by arm, in words and in a figure of single participants that stays internal."""

from functools import cache

import pandas as pd
import pytest

from displays import harm_trial
from displays.test_figures import check_nothing_is_cut_or_overlaps
from postinfusion.analyses.run import Outcome, analyse
from postinfusion.ard.privacy import public
from postinfusion.errors import ModelError
from postinfusion.present import formats
from postinfusion.present.figures.registry import draw
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES
from postinfusion.vocabulary import OUTPUTS

ANALYSIS = {
    "method": "liver",
    "aminotransferases": [{"measure": "ALT"}],
    "bilirubin": {"measure": "BILI", "label": "Bilirubin"},
    "source": "plan, section 8",
}
PEAKS = {"P001": (4.0, 3.0), "P002": (3.5, 0.5), "P003": (0.4, 0.3), "P101": (0.8, 2.5), "P102": (0.6, 0.9)}


def plan(**changes):
    return harm_trial.plan(analyses={"liver": ANALYSIS | changes})


@cache
def outcome(with_laboratory=True, taken=("ALT", "BILI")) -> Outcome:
    of = plan()
    adam = harm_trial.datasets(of)
    names = sorted(adam["ADSL"]["USUBJID"])[:3] + sorted(adam["ADSL"]["USUBJID"])[6:8]
    rows = [
        {"USUBJID": name, "PARAMCD": test, "AVAL": 40 * multiple, "ANRHI": 40.0, "AHRFIRST": 168.0, "AVALU": ""}
        for name, both in zip(names, PEAKS.values(), strict=True)
        for test, multiple in zip(("ALT", "BILI"), both, strict=True)
    ]
    people = adam["ADSL"].set_index("USUBJID")
    if with_laboratory:
        laboratory = pd.DataFrame([row for row in rows if row["PARAMCD"] in taken]).assign(DTYPE="")
        adam["ADLB"] = laboratory.assign(**{n: laboratory["USUBJID"].map(people[n]) for n in ("TRTP", "TRTA")})
    return analyse(of, "invented", "liver", adam)


def results(found=None):
    of = outcome()
    return results_of(plan(), of.results if found is None else found, "liver", of.individual)


def test_each_quadrant_has_its_participants_by_arm():
    rows = {row.label: row.cells for part in TABLES["LIVT01"](results()).parts for row in part.rows}
    cells = next(cells for name, cells in rows.items() if name.startswith("Potential Hy's law"))
    assert [cell.replace("\N{NO-BREAK SPACE}", " ")[:6] for cell in cells[:2]] == ["1 of 3", "0 of 2"]
    assert rows["Not both measured after time zero"][:2] == ("3", "4")


def test_the_figure_has_the_lines_of_the_plan_and_a_mark_for_each_participant():
    drawing = draw("LIVG01", results())
    (axes,) = drawing.figure.axes
    assert len(drawing.values) == 5
    assert axes.get_xscale() == axes.get_yscale() == "log"
    dashed = [line for line in axes.get_lines() if line.get_linestyle() == "--"]
    assert sorted([*dashed[0].get_xdata()[:1], *dashed[1].get_ydata()[:1]]) == [2, 3]
    assert "Potential Hy's law: Ketamine 1, Midazolam 0." in drawing.alt
    for figure in (drawing.figure, drawing.narrow):
        check_nothing_is_cut_or_overlaps(figure)


def test_the_figure_stays_internal_and_small_counts_are_suppressed():
    assert OUTPUTS["LIVG01"].individual
    table = TABLES["LIVT01"](results(public(outcome().results, small_cell=5)))
    shown = [cell for part in table.parts for row in part.rows for cell in row.cells]
    assert not any(f"{n}\N{NO-BREAK SPACE}of" in cell for cell in shown for n in (1, 2, 3, 4))


def test_the_report_says_why_there_is_none_without_laboratory_results():
    empty = results_of(plan(), outcome(with_laboratory=False).results, "liver")
    for make in (lambda: TABLES["LIVT01"](empty), lambda: draw("LIVG01", empty)):
        with pytest.raises(ModelError, match="no laboratory results"):
            make()


def test_a_test_that_nobody_has_is_not_recorded_and_not_inestimable():
    table = TABLES["LIVT01"](results(outcome(taken=("ALT",)).results))
    rows = {row.label: row.cells for part in table.parts for row in part.rows}
    assert rows["Bilirubin: median (quartiles), × ULN"][:2] == ("not recorded", "not recorded")
    assert not any(formats.NOT_ESTIMABLE in cell for cells in rows.values() for cell in cells)


def test_the_methods_name_the_multiples():
    text = methods_text(results())
    assert "3 × ULN" in text
    assert "potential cases of Hy's law" in text
