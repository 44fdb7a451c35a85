"""Tables of responders, reliable change, repeated statuses, ordered categories and shifts."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.run import analyse
from postinfusion.ard.build import error_row, rows, table
from postinfusion.ard.privacy import public
from postinfusion.derive.datasets import derive
from postinfusion.errors import ModelError
from postinfusion.present.display import Table
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import Results, results_of
from postinfusion.present.tables import TABLES
from postinfusion.present.tables.binary_columns import number_needed, ratio
from small_trial import assessments, infusions, participants, plan

SOURCE = {"change_source": "made up"}
ENDPOINTS = {
    "madrs": {"measure": "MADRS", "label": "MADRS", "better": "lower", "response": "50 %", "remission": 12,
              "important_change": 10, **SOURCE},
    "grade": {"measure": "Grade", "label": "Grade", "better": "lower"},
}  # fmt: skip
ANALYSES = {
    "response": {"method": "response", "endpoint": "madrs", "durable_at": ["28 d"], "durable_since": "time-zero"},
    "reliable": {"method": "reliable-change", "endpoint": "madrs", "sd": 5, "reliability": 0.9,
                 "reliability_source": "made up", "cut_off": 20, "cut_off_source": "made up"},
    "logistic": {"method": "repeated-binary", "endpoint": "madrs", "status": "response", "covariates": []},
    "ordinal": {"method": "ordinal", "endpoint": "grade", "quadrature": 1},
    "shift": {"method": "shift", "endpoint": "grade", "serious": 3},
}  # fmt: skip
OUTPUTS = [("RSPT01", "response"), ("RELT01", "reliable"), ("LGRT02", "logistic"), ("ORDT01", "ordinal"),
           ("CMHT01", "ordinal"), ("CSST01", "shift")]  # fmt: skip
SINGLE = {"kind": "single-arm", "time_zero": "first-infusion", "arms": [{"name": "Ketamine"}], "infusions": ["0 h"]}
PLANS = {
    "two arms": plan(analyses=ANALYSES, endpoints=ENDPOINTS),
    "single arm": plan(analyses=ANALYSES, endpoints=ENDPOINTS, design=SINGLE),
}
PLACES = [(name, *output) for name in PLANS for output in OUTPUTS if (name, output[0]) != ("single arm", "CMHT01")]


@cache
def datasets(name: str) -> dict[str, pd.DataFrame]:
    """Give the datasets of forty participants, of whom those on ketamine get better."""
    random = np.random.default_rng(5)
    arms = ["Ketamine", "Midazolam"] if name == "two arms" else ["Ketamine"]
    people = participants([arms[place % len(arms)] for place in range(26)])
    extra = participants([arms[place % len(arms)] for place in range(14)])
    people = pd.concat([people, extra.assign(id=[f"Z{place}" for place in range(14)])], ignore_index=True)
    madrs, grades = [], []
    for who, arm in zip(people["id"], people["arm"], strict=True):
        for hour in (-1.0, 24.0, 95.0, 672.0):
            better = 14 if arm == "Ketamine" and hour > 0 else 6 if hour > 0 else 0
            madrs.append((who, hour, float(np.clip(30 - better + random.normal(0, 7), 0, 60).round())))
            grades.append((who, hour, float(random.integers(0, 5 - (better > 10)))))
    tables = {
        "participants": people,
        "infusions": infusions([(who, 1, 0.0) for who in people["id"]]),
        "assessments": pd.concat([assessments(madrs), assessments(grades, measure="Grade")], ignore_index=True),
    }
    return derive(PLANS[name], "small", tables)


@cache
def results(name: str, analysis_id: str) -> Results:
    """Give the results of one analysis."""
    found = analyse(PLANS[name], "small", analysis_id, datasets(name)).results
    return results_of(PLANS[name], found, analysis_id)


def shown(name: str, output_id: str, analysis_id: str) -> Table:
    return TABLES[output_id](results(name, analysis_id))


def text_of(made: Table) -> str:
    return "\n".join(f"{row.label} {' '.join(row.cells)}" for part in made.parts for row in part.rows)


@pytest.mark.parametrize(("name", "output_id", "analysis_id"), PLACES)
def test_every_row_has_a_cell_for_each_column(name, output_id, analysis_id):
    for part in shown(name, output_id, analysis_id).parts:
        assert all(len(row.cells) in {0, len(part.columns) - 1} for row in part.rows)
        assert sum(spanner.columns for spanner in part.spanners) in {0, len(part.columns) - 1}


@pytest.mark.parametrize(("name", "output_id", "analysis_id"), PLACES)
def test_no_cell_shows_a_number_that_is_none(name, output_id, analysis_id):
    assert not {"nan", "inf", "None"} & set(text_of(shown(name, output_id, analysis_id)).replace("(", " ").split())


@pytest.mark.parametrize(("output_id", "analysis_id"), [pair for pair in OUTPUTS if pair[0] != "CMHT01"])
def test_a_single_arm_has_no_comparison(output_id, analysis_id):
    headings = {column for part in shown("single arm", output_id, analysis_id).parts for column in part.columns}
    assert not any("difference" in heading or "ratio" in heading for heading in headings)


def test_a_single_arm_has_no_test_of_categories():
    with pytest.raises(ModelError, match="no other"):
        shown("single arm", "CMHT01", "ordinal")


def test_the_declared_estimator_stands_first_and_both_are_named():
    (first, *_) = shown("two arms", "RSPT01", "response").parts
    assert [row.label for row in first.rows[:4]] == ["24 h", "Missing as failure", "exact", "Observed cases"]
    turned = PLANS["two arms"].analyses["response"].model_copy(update={"missing": "observed"})
    other = PLANS["two arms"].model_copy(update={"analyses": {"response": turned}})
    found = results("two arms", "response")
    (first, *_) = TABLES["RSPT01"](results_of(other, found.rows, "response")).parts
    assert [row.label for row in first.rows[1:4]] == ["Observed cases", "exact", "Missing as failure"]


def test_durability_says_up_to_which_visit_it_was_assessed():
    assert "28 d (assessed up to Week 4)" in text_of(shown("two arms", "RSPT01", "response"))


def test_reliable_change_shows_where_its_numbers_come_from():
    made = text_of(shown("two arms", "RELT01", "reliable"))
    assert "Source made up" in made
    assert "Source read as the plan gives them" in made


def test_a_shift_table_prints_zeros():
    cells = [row.cells for part in shown("two arms", "CSST01", "shift").parts[1:3] for row in part.rows]
    assert all(cell for row in cells for cell in row)
    assert any(cell == "0" for row in cells for cell in row)


@pytest.mark.parametrize(("output_id", "analysis_id"), [("RSPT01", "response"), ("CSST01", "shift")])
def test_a_public_table_shows_no_small_count_and_nothing_computed_from_one(output_id, analysis_id):
    found = results("two arms", analysis_id)
    made = TABLES[output_id](results_of(found.plan, public(found.rows, small_cell=5), analysis_id))
    for part in made.parts:
        for row in part.rows:
            small = [cell for cell in row.cells if cell[:2] in {"1/", "2/", "3/", "4/", "1 ", "2 ", "3 ", "4 "}]
            assert not small
            if "supp." in row.cells[:1] and len(row.cells) > 2:
                assert not any("NNT" in cell for cell in row.cells)


def test_the_methods_name_the_estimator_and_the_intervals():
    text = methods_text(results("two arms", "response"))
    assert "counted as not having it (declared)" in text
    assert "Miettinen and Nurminen" in text
    assert "exact" in text


@pytest.mark.parametrize("analysis_id", ANALYSES)
def test_methods_of_a_single_arm_compare_nothing(analysis_id):
    text = methods_text(results("single arm", analysis_id))
    assert text.endswith(".")
    assert "Mantel" not in text
    assert "arm × visit" not in text


@pytest.mark.parametrize(("output_id", "analysis_id"), OUTPUTS)
def test_an_analysis_that_failed_gives_its_reason(output_id, analysis_id):
    ard = table([error_row("nobody has a value")], trial="small", analysis_id=analysis_id)
    with pytest.raises(ModelError, match="nobody has a value"):
        TABLES[output_id](results_of(PLANS["two arms"], ard, analysis_id))


def test_arms_that_share_no_stratum_are_compared_without_strata_only():
    strata = PLANS["two arms"].model_copy(update={"design": PLANS["two arms"].design.model_copy(
        update={"strata": ("site",)})})  # fmt: skip
    adam = datasets("two arms")
    apart = adam["ADSL"].assign(SITEID=adam["ADSL"]["TRTP"])
    found = analyse(strata, "small", "response", adam | {"ADSL": apart}).results
    differences = found[(found["term"] == "risk-difference") & (found["stat_name"] == "estimate")]
    assert differences["stat"].isna().all()
    assert differences["error"].str.contains("no stratum has participants of both arms").all()
    assert found.loc[found["term"] == "crude-risk-difference", "stat"].notna().all()
    assert "2 of 2 strata lack participants of an arm" in "".join(found["warning"])
    assert "NE" in text_of(TABLES["RSPT01"](results_of(strata, found, "response")))


def one(term: str, **statistics: float) -> tuple[Results, dict[str, str]]:
    ard = table(rows(statistics, term=term), trial="small", analysis_id="response")
    return results_of(PLANS["two arms"], ard, "response"), {"term": term}


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        ((5.0, 2.22, -20.0), "NNTB 5.0 (NNTB 2.2 to ∞ to NNTH 20.0)"),
        ((-5.0, 20.0, -2.22), "NNTH 5.0 (NNTH 2.2 to ∞ to NNTB 20.0)"),
        ((4.0, 2.0, 10.0), "NNTB 4.0 (2.0 to 10.0)"),
        ((-4.0, -10.0, -2.0), "NNTH 4.0 (2.0 to 10.0)"),
        ((np.inf, 5.0, -5.0), "NNTB ∞ (NNTB 5.0 to ∞ to NNTH 5.0)"),
    ],
)
def test_a_number_needed_to_treat_is_written_as_altman_does(limits, text):
    found, key = one("number-needed-to-treat", **dict(zip(("estimate", "conf_low", "conf_high"), limits, strict=True)))
    assert number_needed(found, key) == text


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        ((2.0, 0.5, 8.0), "2.00 (0.50 to 8.00)"),
        ((np.inf, np.nan, np.nan), "∞ (no interval)"),
        ((np.inf, 3.6118, np.inf), "∞ (3.61 to ∞)"),
        ((0.0, 0.0, 0.2769), "0.00 (0.00 to 0.28)"),
    ],
)
def test_a_ratio_with_a_zero_cell_is_written_out(limits, text):
    found, key = one("odds-ratio", **dict(zip(("estimate", "conf_low", "conf_high"), limits, strict=True)))
    assert ratio(found, key) == text
