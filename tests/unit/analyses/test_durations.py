"""How long side effects lasted: what an end that is not known tells, and from how many events there are limits."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.populations import Members
from postinfusion.analyses.side_effects import side_effects
from postinfusion.ard.build import table
from postinfusion.ard.query import select, statistic
from postinfusion.plan.analyses import SideEffects

ANALYSIS = SideEffects.model_validate(
    {"method": "side-effects", "groups": {"nausea": ["nausea"]}, "resolved_by": ["4 h", "24 h"]}
)


def ard(outcomes: list[str], hours: list[float], *, left=600.0, by_day=False) -> pd.DataFrame:
    """Analyse one event of each participant, an hour after the infusion; NaN hours are an end that is not recorded."""
    people = [f"P{number}" for number in range(len(hours))]
    frame = pd.DataFrame({"USUBJID": people, "EOSHR": left, "DTHFL": ""})
    frame["ARM"] = pd.Categorical(["Ketamine"] * len(people), ["Ketamine"])
    events = pd.DataFrame({"USUBJID": people, "AEDECOD": "nausea", "AEOUT": outcomes, "ASTHR": 1.0})
    events = events.assign(
        TRTEMFL="Y", AESEV="mild", AESOLFL="", AETRT=[*["ondansetron"] * 1, *[""] * (len(people) - 1)], ASTTMF="",
        AENHR=1.0 + np.array(hours), AENTMF=np.where(by_day, "D", ""), INFNUM=1,
    )  # fmt: skip
    infusions = pd.DataFrame({"USUBJID": people, "INFNUM": 1, "AHRFIRST": 0.0})
    found = side_effects(ANALYSIS, {"ADAE": events, "ADEX": infusions}, Members(frame, ("Ketamine",), None))
    return table(found, trial="Synthetic", analysis_id="effects", population="safety", method="side-effects")


def value(found: pd.DataFrame, name: str, variable: str, **key: str) -> float:
    return statistic(found, variable=variable, level="first event", arm="Ketamine", stat_name=name, **key)


HOURS = [1.0, 2.0, 3.0, 5.0, 6.0, np.nan]


@pytest.mark.parametrize(("outcome", "followed"), [("unknown", 5), ("not resolved", 6), ("", 6)])
def test_an_end_that_is_not_recorded_is_censored_unless_the_outcome_is_unknown(outcome, followed):
    found = ard([*["resolved"] * 5, outcome], HOURS)
    assert value(found, "n_total", "duration") == followed
    assert value(found, "n_total", "resolved", time="4") == followed
    assert value(found, "n_total", "resolved-untreated", time="") == followed
    assert statistic(found, variable="duration", level="time unknown", stat_name="n") == 6 - followed


def test_a_median_of_five_durations_has_no_limits_and_says_so():
    found = ard(["resolved"] * 5, HOURS[:5])
    assert value(found, "median", "duration") == 3.0
    assert np.isnan(value(found, "conf_low", "duration"))
    row = select(found, variable="duration", level="first event", stat_name="conf_low").iloc[0]
    assert row["error"].startswith("fewer than 6")


def test_a_median_of_six_durations_has_a_lower_limit():
    found = ard(["resolved"] * 6, [*HOURS[:5], 8.0])
    assert value(found, "conf_low", "duration") == 1.0


def left_out(found: pd.DataFrame, level: str, time: str) -> float:
    return statistic(found, variable="resolved", level=level, time=time, stat_name="n")


def test_an_event_that_could_not_be_followed_to_the_limit_is_left_out_whether_or_not_it_had_passed():
    left = [600.0, 600.0, 3.0, 3.0, 3.0, 3.0]
    found = ard(["resolved", "not resolved", *["resolved"] * 3, ""], [1.0, np.nan, 1.0, 1.0, 1.0, np.nan], left=left)
    assert (value(found, "n", "resolved", time="4"), value(found, "n_total", "resolved", time="4")) == (1, 2)
    assert left_out(found, "followed for less", "4") == 4
    assert left_out(found, "not known", "4") == 0
    every = {"variable": "resolved", "level": "all events", "time": "4"}
    assert (statistic(found, **every, stat_name="n"), statistic(found, **every, stat_name="n_total")) == (1, 2)


def test_the_share_passed_is_unbiased_where_follow_up_is_short():
    generator = np.random.default_rng(1)
    lasted, followed = generator.exponential(10, 4000), generator.uniform(0, 8, 4000)
    ends = np.where(lasted <= followed, lasted, np.nan)
    found = ard(list(np.where(np.isnan(ends), "not resolved", "resolved")), list(ends), left=1 + followed)
    truth = 1 - np.exp(-4 / 10)
    assert value(found, "conf_low", "resolved", time="4") < truth < value(found, "conf_high", "resolved", time="4")


@pytest.mark.parametrize("limit", ["4", "24"])
def test_an_end_of_which_only_the_day_is_known_counts_where_the_day_tells_the_state_at_the_limit(limit):
    found = ard(["resolved"] * 4, [0.5, 1.0, 5 * 24.0 - 1, 9 * 24.0 - 1], by_day=[False, False, True, True])
    assert (value(found, "n", "resolved", time=limit), value(found, "n_total", "resolved", time=limit)) == (2, 4)
    assert statistic(found, variable="duration", level="ended, day known", stat_name="n") == 2


def test_an_end_on_a_day_that_may_be_before_or_after_the_limit_is_of_unknown_state():
    found = ard(["resolved"] * 2, [0.5, -1.0], by_day=[False, True])
    assert value(found, "n_total", "resolved", time="4") == 1
    assert (left_out(found, "followed for less", "4"), left_out(found, "not known", "4")) == (0, 1)
    assert value(found, "n_total", "resolved", time="24") == 2
