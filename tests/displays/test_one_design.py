"""The tables of a single arm and of a randomisation test print the results, and say what is missing."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.before_after import before_after
from postinfusion.analyses.populations import Members
from postinfusion.analyses.run import analyse
from postinfusion.ard.build import table
from postinfusion.errors import ModelError
from postinfusion.plan.plan import Plan
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import Results, results_of
from postinfusion.present.tables import TABLES
from postinfusion.simulate.single_arm import simulate_single_arm
from simulation.single_arm import asked, records
from small_trial import plan
from unit.analyses.test_randomisation_test import ANALYSES, adam


def described(wanted: Plan, frame: pd.DataFrame) -> Results:
    """Give the results of the segmented model."""
    ids = frame["USUBJID"].unique()
    who = pd.DataFrame({"USUBJID": ids, "ARM": pd.Categorical(["Ketamine"] * len(ids))})
    found = before_after(wanted, wanted.analyses["course"], {"ADQS": frame}, Members(who, ("Ketamine",), None))
    return results_of(wanted, table(found, trial="t", analysis_id="course", population="randomised"), "course")


@cache
def single_arm() -> Results:
    wanted = asked(report_at=["24 h", "28 d"])
    return described(wanted, records(simulate_single_arm(np.random.SeedSequence(5))))


@cache
def of_six() -> Results:
    wanted = plan(analyses=ANALYSES)
    return results_of(wanted, analyse(wanted, "small", "test", adam(3)).results, "test")


def cells(results: Results, output: str) -> dict[str, tuple[str, ...]]:
    """Give the cells of a table by their row."""
    return {row.label: row.cells for part in TABLES[output](results).parts for row in part.rows}


def test_segt01_prints_the_statistics_of_the_results():
    results, printed = single_arm(), cells(single_arm(), "SEGT01")
    key = {"term": "segment", "level": "level change", "arm": "Ketamine", "variable": "AVAL"}
    level = printed["Change of level at time zero"]
    assert level[0] == results.printed("estimate", 1, **key)
    assert level[-1] == results.text("p_value", **key)
    expected = {"term": "regression-to-the-mean", "level": "from the baseline values", "visit": "24 h",
                "variable": "CHG", "arm": "Ketamine"}  # fmt: skip
    shown = printed["Expected from regression to the mean, from the baseline values"]
    assert (shown[0], shown[3]) == (results.printed("estimate", 1, **expected), results.text("proportion", **expected))
    assert printed["28 d"][0]
    assert all(text for row in ("24 h", "28 d") for text in printed[row])


def test_segt01_prints_the_sign_flip_test_with_the_smallest_p_that_it_could_give():
    results, printed = single_arm(), cells(single_arm(), "SEGT01")
    key = {"term": "sign-flip", "visit": "24 h", "variable": "CHG", "arm": "Ketamine"}
    n = results.text("n", **key)
    (row,) = (cells for label, cells in printed.items() if label.startswith("24 h") and label.endswith(f"{n})"))
    assert row[3:5] == tuple(results.text(name, **key) for name in ("p_value", "smallest_p"))
    assert row[5].endswith("(all)")
    assert "(all sign patterns, two-sided)" in methods_text(results)


def test_segt01_says_where_its_numbers_come_from_and_that_nothing_was_compared():
    notes = " ".join(TABLES["SEGT01"](single_arm()).label.footnotes)
    assert "Nobody was compared with anybody" in notes
    assert "mean 26, SD 8, correlation between occasions 0.6, entry at 27.5 or more (the truth)" in notes
    told = methods_text(single_arm())
    assert "a line before, a change of level at time zero, and a line after" in told
    assert "the value that decided entry was left out" in told


def test_segt01_without_a_line_before_says_why_and_keeps_regression_to_the_mean():
    frame = records(simulate_single_arm(np.random.SeedSequence(5)))
    shown = TABLES["SEGT01"](
        described(asked(entry_value="keep"), frame[(frame["AHRFIRST"] > 0) | (frame["ABLFL"] == "Y")])
    )
    assert any(
        "Segmented model not done: a line before time zero needs two records" in n for n in shown.label.footnotes
    )
    assert [part.caption for part in shown.parts] == [
        "Change from baseline, with the sign-flip test",
        "Observed change and regression to the mean",
    ]


def test_prmt01_prints_both_p_values_and_the_smallest_possible_one():
    results, printed = of_six(), cells(of_six(), "PRMT01")
    of = {"visit": "24 h", "arm": "Ketamine", "comparator": "Midazolam", "variable": "CHG"}
    assert printed["p of the model"] == (results.text("p_value", term="model", **of),)
    assert printed["p of the randomisation test"] == (results.text("p_value", term="randomisation-test", **of),)
    assert printed["Smallest possible p of the test"] == ("0.1000",)
    assert printed["Allocations looked at"] == ("20 (all allocations)",)
    assert printed["Together"][0].startswith("The test could not have given a p below 0.05")
    assert "their labels were dealt out again" in methods_text(results)


def test_prmt01_of_too_few_gives_the_reason():
    wanted = plan(analyses=ANALYSES)
    results = results_of(wanted, analyse(wanted, "small", "test", adam(2)).results, "test")
    with pytest.raises(ModelError, match="described only"):
        TABLES["PRMT01"](results)
