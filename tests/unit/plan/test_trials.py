"""The plans of the trials hold what their trials laid down."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from postinfusion.io import read
from postinfusion.plan import rules
from postinfusion.plan.plan import Plan
from postinfusion.plan.windows import windows

TRIALS = Path(__file__).resolve().parents[3] / "config" / "trials"
NAMES = sorted(path.stem for path in TRIALS.glob("*.yaml"))
DESCRIBED_ONLY = {"arthritis", "epilepsy", "respiratory"}  # levels, counts and states: no linear model is theirs


def plan(name: str) -> Plan:
    """Give the plan of a trial."""
    return read.plan(TRIALS / f"{name}.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_no_rule_is_broken(name: str):
    assert rules.check(plan(name)) == ()


@pytest.mark.parametrize("name", NAMES)
def test_the_windows_after_baseline_leave_no_gap(name: str):
    assert all(earlier.until == later.start for earlier, later in pairwise(windows(plan(name))[1:]))


@pytest.mark.parametrize("name", sorted({*NAMES} - DESCRIBED_ONLY))
def test_every_trial_has_a_primary_question_that_a_model_answers(name: str):
    found = plan(name)
    answering = [analysis for analysis in found.analyses.values() if getattr(analysis, "estimand", "") == "primary"]
    assert answering
    assert all(analysis.endpoint == found.estimands["primary"].variable.endpoint for analysis in answering)


def test_the_ketamine_trial_models_the_eight_visits_of_its_protocol():
    visits = plan("ketamine_ed").analyses["madrs-mmrm"].visits
    assert visits == ("24 h", "Day 3", "Day 7", "Day 14", "Day 21", "Day 28", "Day 56", "Day 84")
