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
    {"method": "side-effects", "groups": {"nausea": ["nausea"]}, "resolved_by": ["4 h"]}
)


def ard(outcomes: list[str], hours: list[float]) -> pd.DataFrame:
    """Analyse one event of each participant, an hour after the infusion; NaN hours are an end that is not recorded."""
    people = [f"P{number}" for number in range(len(hours))]
    frame = pd.DataFrame({"USUBJID": people, "EOSHR": 600.0, "DTHFL": ""})
    frame["ARM"] = pd.Categorical(["Ketamine"] * len(people), ["Ketamine"])
    events = pd.DataFrame({"USUBJID": people, "AEDECOD": "nausea", "AEOUT": outcomes, "ASTHR": 1.0})
    events = events.assign(
        TRTEMFL="Y", AESEV="mild", AESOLFL="", AETRT=[*["ondansetron"] * 1, *[""] * (len(people) - 1)], ASTTMF="",
        AENHR=1.0 + np.array(hours), AENTMF="", INFNUM=1,
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
