"""Events of which only the day is known: whether they are of an infusion, and how soon after it they began."""

import pandas as pd
import pytest

from postinfusion.analyses.harm_events import DAY_ZERO, harm_events
from postinfusion.analyses.populations import members
from postinfusion.analyses.run import analyse
from postinfusion.ard.query import statistic
from postinfusion.derive.datasets import derive
from small_trial import SOURCES, START, infusions, participants, plan

SECOND = 96.0
EFFECTS = {
    "method": "side-effects",
    "population": "randomised",
    "groups": {"nausea": ["nausea"]},
    "resolved_by": ["4 h"],
    "within": "24 h",
}
PLAN = plan(analyses={"effects": EFFECTS, "harms": {"method": "adverse-events"}},
            sources={name: {"file": f"{name}.csv"} for name in SOURCES})  # fmt: skip


def derived(events: list[tuple], **columns) -> dict[str, pd.DataFrame]:
    """Give the datasets of four participants with two infusions each, and D who had none, from id, onset and by day."""
    table = pd.DataFrame(events, columns=["id", "onset", "onset_date_only"]).assign(term="nausea", **columns)
    table["onset"] += START
    tables = {
        "participants": participants(["Ketamine", "Ketamine", "Ketamine", "Ketamine", "Midazolam"]),
        "infusions": infusions([(name, number, start) for name in "ABCE" for number, start in ((1, 0.0), (2, SECOND))]),
        "adverse_events": table,
        "disposition": pd.DataFrame({"id": [*"ABCDE"], "status": "completed", "left": START + 600}),
    }
    return derive(PLAN, "small", {**tables, "disposition": tables["disposition"].assign(left_date_only=False)})


def results(adam: dict[str, pd.DataFrame], analysis: str = "effects") -> pd.DataFrame:
    return analyse(PLAN, "small", analysis, adam).results


def n(found: pd.DataFrame, name: str = "n", **key: str) -> float:
    return statistic(
        found, **{"term": "nausea", "arm": "Ketamine", "comparator": "", "time": "", **key}, stat_name=name
    )


@pytest.mark.parametrize(
    ("days", "counted", "later", "perhaps"), [(0, 1, 0, 0), (1, 1, 0, 1), (2, 0, 1, 0), (10, 0, 1, 0)]
)
def test_an_event_by_day_is_of_the_infusion_unless_every_hour_of_its_day_is_too_late(days, counted, later, perhaps):
    found = results(derived([("A", SECOND + 24 * days, True)]))
    assert n(found, variable="incidence", level="participants") == counted
    assert n(found, variable="incidence", level="infusions") == counted
    assert (n(found, variable="onset", level="later"), n(found, variable="onset", level="perhaps later")) == (
        later,
        perhaps,
    )


def test_events_before_the_first_infusion_and_of_those_without_one_are_counted_apart():
    events = [("A", -1.0, False), ("B", -24.0, True), ("D", 1.0, False), ("C", 1.0, False)]
    found = results(derived(events, emergent=True))
    assert n(found, variable="incidence", level="participants") == 1
    assert n(found, variable="onset", level="of no infusion") == 3


def test_a_later_event_does_not_stand_for_a_first_one_of_unknown_hour():
    events = [("A", 0.0, True), ("A", SECOND + 0.5, False), ("B", 12.0, False), ("B", 24.0, True), ("C", 1.0, False)]
    found = results(derived(events, end=START + 200.0, end_date_only=False))
    assert n(found, variable="onset", level="first event") == 2
    assert n(found, "median", variable="onset", level="first event") == pytest.approx(6.5)
    assert n(found, "n_total", variable="duration", level="first event") == 2


@pytest.mark.parametrize(
    ("days", "expected"), [(0, (1, 1, 0)), (1, (0, 1, 1)), (2, (0, 1, 0)), (7, (0, 0, 1)), (8, (0, 0, 0))]
)
def test_a_serious_event_by_day_counts_within_a_time_where_its_day_decides(days, expected):
    found = results(derived([("A", SECOND + 24 * days, True)], serious=True), "harms")
    levels = ("serious within 24 h", "serious within 7 d", "serious at an unknown hour")
    assert tuple(n(found, variable="overview", level=level, term="") for level in levels) == expected


def test_days_are_counted_from_the_infusion_that_the_data_name():
    adam = derived([("A", SECOND, True), ("B", SECOND, True), ("C", SECOND, True)], infusion=[1, 2, pd.NA])
    found = harm_events(adam, members(PLAN, adam["ADSL"], "randomised"))
    assert found["INFUSION"].tolist() == [1, 2, 2]
    assert found["BIN"].tolist() == ["3–7 d", DAY_ZERO, DAY_ZERO]


@pytest.mark.parametrize(
    ("onset", "end", "emergent", "infusion"),
    [(0.0, -1.0, False, 0), (0.0, 1.0, True, 1), (SECOND, SECOND - 1, True, 1), (SECOND, SECOND + 1, True, 2)],
)
def test_what_was_over_when_an_infusion_started_on_its_day_is_not_of_it(onset, end, emergent, infusion):
    (event,) = derived([("A", onset, True)], end=START + end, end_date_only=False)["ADAE"].to_dict("records")
    assert (event["TRTEMFL"] == "Y", event["INFNUM"]) == (emergent, infusion)
