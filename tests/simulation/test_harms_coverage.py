"""The simulation of harms runs, its quick estimates are those of the analyses, and its check can fail."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.event_rates import event_rates
from postinfusion.analyses.habituation import habituation
from postinfusion.analyses.side_effects import side_effects
from postinfusion.ard.build import table
from postinfusion.ard.query import statistic
from postinfusion.plan.analyses import SideEffects
from simulation.harms_coverage import Harm, coverage_of_count, lines
from simulation.harms_estimates import ANALYSIS, SEED, as_trial, estimates
from simulation.harms_trials import KETAMINE, crowd, trial
from simulation.harms_truth import GROUPS, truths

EFFECTS = SideEffects.model_validate(
    {"method": "side-effects", "groups": GROUPS, "resolved_by": ["2 h", "4 h", "24 h"], "within": "24 h"}
)
OF = {"arm": KETAMINE, "comparator": "", "term": "nausea"}
ROWS = {
    ("participants", "nausea", KETAMINE): {"variable": "incidence", "level": "participants", "time": ""},
    ("infusions", "nausea", KETAMINE): {"variable": "incidence", "level": "infusions", "time": ""},
    ("passed by 4 h", "nausea", KETAMINE): {"variable": "resolved", "level": "first event", "time": "4"},
    ("duration", "nausea", KETAMINE): {"variable": "duration", "level": "first event", "time": ""},
    ("odds per infusion, all", "nausea", KETAMINE): {"variable": "habituation", "level": "all", "time": ""},
    ("rate of all events", "nausea", KETAMINE): {"variable": "event-rate", "level": "", "time": ""},
    ("rate of first events", "late", KETAMINE): {"variable": "incidence-rate", "level": "", "time": "", "term": "late"},
    ("mean number by day 28", "nausea", KETAMINE): {"variable": "mean-cumulative", "level": "", "time": "672"},
    ("cumulative incidence at day 28", "nausea", KETAMINE): {
        "variable": "cumulative-incidence", "level": "event", "time": "672"
    },
}  # fmt: skip
ON_LOG_SCALE = ("duration", "odds per infusion, all")


@cache
def rows() -> pd.DataFrame:
    """Give the rows of the analyses of one trial."""
    population, adam = trial(0)
    found = [
        *side_effects(EFFECTS, adam, population),
        *habituation(EFFECTS, adam, population, planned=6, reference=population.reference),
        *event_rates(ANALYSIS, adam, population, seed=SEED),
    ]
    return table(found, trial="Synthetic", analysis_id="harms", population="safety", method="side-effects")


@cache
def quick() -> dict:
    return dict(estimates(as_trial(*trial(0))))


@pytest.mark.parametrize("key", list(ROWS))
def test_quick_estimates_are_those_of_the_analyses(key):
    of = {**OF, **ROWS[key]}
    name = {"incidence": "proportion", "resolved": "proportion", "duration": "median"}.get(of["variable"], "estimate")
    found = np.array([statistic(rows(), **of, stat_name=one) for one in (name, "conf_low", "conf_high")])
    expected = np.exp(quick()[key]) if key[0] in ON_LOG_SCALE else np.array(quick()[key])
    assert found == pytest.approx(expected, rel=1e-6)


def test_every_estimate_has_a_truth_near_which_it_lies():
    truth = truths(crowd(range(20)))
    assert set(quick()) <= set(truth)
    risk = "participants", "sedation", KETAMINE
    assert quick()[risk][0] == pytest.approx(truth[risk], abs=0.25)


def test_the_check_sees_bias_and_a_coverage_that_is_too_low_or_too_high():
    noise = np.random.default_rng(1).standard_normal(400)
    good = Harm(0.0, found=[(x, x - 1.96, x + 1.96) for x in noise])
    shifted = Harm(0.9, found=good.found)
    wide = Harm(0.0, found=[(x, x - 9, x + 9) for x in noise])
    assert (good.amiss, shifted.amiss, wide.amiss) == ((), ("bias", "coverage"), ("coverage",))
    assert Harm(0.0, by_count=0.995, found=wide.found[:200]).amiss == ()
    assert list(lines({("rate", "nausea", ""): shifted}))[-1].endswith("| bias, coverage |")


def test_exact_limits_of_a_rare_count_hold_more_than_they_say():
    assert coverage_of_count(0.05) > 0.98
