"""Counts of a real trial through plan, derive and analysis, against glmmTMB."""

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
PATIENTS = 59
NAMES = {
    "ARMProgabide": "trtprogabide",
    "LOGBASE": "log(base + 0.5)",
    "AGE": "age",
    "ARMProgabide:AVISITWeek 4": "trtprogabide:period2",
    "ARMProgabide:AVISITWeek 8": "trtprogabide:period4",
}


@pytest.fixture(scope="module")
def rates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("epilepsy")
    for file, content in exported("epilepsy").items():
        (folder / file).write_bytes(content)
    plan = read.plan(ROOT / "config" / "trials" / "epilepsy.yaml")
    adam = derive(plan, "epilepsy", canonical_tables(plan, folder).tables)
    return analyse(plan, "epilepsy", "seizure-rate", adam).results


def reference(term: str) -> tuple[float, float]:
    fit = numbers("counts_epil")["fits"]["arm_by_visit"]
    place = fit["terms"].index(term)
    return fit["par"][place], fit["se"][place]


@pytest.mark.parametrize(("ours", "theirs"), NAMES.items())
def test_coefficients_of_the_epilepsy_trial_are_those_of_glmmtmb(rates, ours, theirs):
    estimate, error = reference(theirs)
    key = {"term": "coefficient", "level": ours}
    found = statistic(rates, stat_name="estimate", **key)
    assert found == pytest.approx(estimate, abs=ESTIMATE_IN_STANDARD_ERRORS * error)
    assert statistic(rates, stat_name="std_error", **key) == pytest.approx(error, rel=STANDARD_ERROR)


def test_the_first_rate_ratio_is_the_coefficient_of_the_arm_with_the_error_of_its_logarithm(rates):
    estimate, error = reference("trtprogabide")
    key = {"term": "ratio", "level": "rate", "visit": "Week 2"}
    found = np.log(statistic(rates, stat_name="estimate", **key))
    assert found == pytest.approx(estimate, abs=ESTIMATE_IN_STANDARD_ERRORS * error)
    df = statistic(rates, stat_name="df", **key)
    enlarged = error * np.sqrt(PATIENTS / df)  # the table allows for the number of participants
    assert df == PATIENTS - 4  # two arms, age and the logarithm of the count before
    assert statistic(rates, stat_name="std_error", **key) == pytest.approx(enlarged, rel=STANDARD_ERROR)


def test_the_ratio_of_the_rates_is_the_rate_ratio(rates):
    for level in ("rate", "rate by estimating equations"):
        found = select(rates, term="rate", level=level, visit="Week 8", stat_name="estimate").set_index("arm")["stat"]
        ratio = statistic(rates, term="ratio", level=level, visit="Week 8", stat_name="estimate")
        assert found["Progabide"] / found["Placebo"] == pytest.approx(ratio, rel=1e-9)
