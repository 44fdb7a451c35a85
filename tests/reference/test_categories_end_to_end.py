"""Binary and ordered endpoints of two real trials through plan, derive and analyses, against numbers of R."""

from pathlib import Path

import numpy as np
import pytest

from postinfusion.analyses.run import analyse
from postinfusion.ard.query import select, statistic
from postinfusion.derive.datasets import derive
from postinfusion.io import read
from postinfusion.sources.export import exported
from postinfusion.sources.read import canonical_tables
from reference.reference_cases import ESTIMATE_IN_STANDARD_ERRORS, STANDARD_ERROR, numbers

ROOT = Path(__file__).parents[2]
# Of a probability: two programs iterate the coefficients to 1e-9.
PROBABILITY = 1e-6


def results(name: str, analysis_id: str, folder: Path):
    """Give the rows of one analysis of a real trial."""
    for file, content in exported(name).items():
        (folder / file).write_bytes(content)
    plan = read.plan(ROOT / "config" / "trials" / f"{name}.yaml")
    adam = derive(plan, name, canonical_tables(plan, folder).tables)
    return analyse(plan, name, analysis_id, adam).results


@pytest.fixture(scope="module")
def respiratory(tmp_path_factory):
    return results("respiratory", "status-logistic", tmp_path_factory.mktemp("respiratory"))


@pytest.fixture(scope="module")
def arthritis(tmp_path_factory):
    return results("arthritis", "self-ordinal", tmp_path_factory.mktemp("arthritis"))


def test_odds_ratios_of_the_respiratory_trial_are_those_of_geepack(respiratory):
    rows = select(respiratory, term="odds-ratio", stat_name="estimate")
    found = np.log(rows[rows["visit"] != "average"]["stat"])
    expected = numbers("gee_respiratory_by_visit")["log_odds_ratio"]
    assert found.to_numpy() == pytest.approx(expected, abs=ESTIMATE_IN_STANDARD_ERRORS * 0.45)


def test_probabilities_of_the_respiratory_trial_are_those_of_geepack(respiratory):
    expected = numbers("gee_respiratory_by_visit")["probability"]
    for arm in ("placebo", "treatment"):
        found = select(respiratory, term="probability", stat_name="estimate", arm=arm.capitalize())
        assert found["stat"].to_numpy() == pytest.approx(expected[arm], abs=PROBABILITY)


def test_counts_of_the_respiratory_trial_add_up_to_its_participants(respiratory):
    counts = select(respiratory, stat_name="n", term="", variable="value")
    assert counts.groupby("visit")["stat"].sum().tolist() == [111] * 4


# Our name of a coefficient → that of clmm.
OF_CLMM = {
    "ARMDrug": "trt2",
    "AVISITMonth 3": "time3",
    "AVISITMonth 5": "time5",
    "BASE": "baseline",
    "AGE": "age",
    "SEXmale": "sex2",
    "ARMDrug:AVISITMonth 3": "trt2:time3",
    "ARMDrug:AVISITMonth 5": "trt2:time5",
}


def test_the_model_of_the_arthritis_trial_is_that_of_clmm(arthritis):
    fit = numbers("ordinal_arthritis")["fits"]["quadrature_10"]
    for ours, theirs in OF_CLMM.items():
        place = fit["terms"].index(theirs)
        estimate, error = fit["estimate"][place], fit["se"][place]
        key = {"term": "coefficient", "level": ours}
        found = statistic(arthritis, stat_name="estimate", **key)
        assert found == pytest.approx(estimate, abs=ESTIMATE_IN_STANDARD_ERRORS * error)
        assert statistic(arthritis, stat_name="std_error", **key) == pytest.approx(error, rel=STANDARD_ERROR)


def test_the_common_odds_ratio_of_the_arthritis_trial_is_that_of_clmm(arthritis):
    fit = numbers("ordinal_arthritis")["fits"]["quadrature_10"]
    at = {name: fit["estimate"][fit["terms"].index(name)] for name in ("trt2", "trt2:time3", "trt2:time5")}
    expected = [at["trt2"], at["trt2"] + at["trt2:time3"], at["trt2"] + at["trt2:time5"]]
    rows = select(arthritis, term="common-odds-ratio", stat_name="estimate")
    found = np.log(rows[rows["visit"] != "average"]["stat"])
    assert found.to_numpy() == pytest.approx(expected, abs=ESTIMATE_IN_STANDARD_ERRORS * 0.3)
