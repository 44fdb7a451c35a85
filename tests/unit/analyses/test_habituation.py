"""Apparent habituation over the number of the infusion: whom it counts, when it has no number, and what is shown."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.habituation import ALIKE, per_infusion
from postinfusion.analyses.ratio_rows import ratio_rows
from postinfusion.analyses.run import analyse
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select, statistic
from postinfusion.derive.datasets import derive
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES
from small_trial import SOURCES, START, infusions, participants, plan

EFFECTS = {"method": "side-effects", "groups": {"nausea": ["nausea"], "rash": ["rash"]}, "resolved_by": ["4 h"],
           "within": "24 h"}  # fmt: skip
PLAN = plan(
    analyses={"effects": EFFECTS},
    sources={name: {"file": f"{name}.csv"} for name in SOURCES},
    design={
        "kind": "parallel",
        "time_zero": "first-infusion",
        "arms": [{"name": "Ketamine", "role": "experimental"}, {"name": "Midazolam", "role": "reference"}],
        "infusions": ["0 h", "4 d", "8 d"],
    },
)
SIZE, STOPPED, NUMBERS = 20, 4, 3
IDS = [f"P{number:02}" for number in range(2 * SIZE)]
ILL = {1: range(12), 2: range(4, 14), 3: range(8, 12)}
"""By number of the infusion, who is ill; the first four on ketamine have two infusions only."""


def tables() -> dict[str, pd.DataFrame]:
    given = [(name, number, 96.0 * (number - 1)) for place, name in enumerate(IDS) for number in (1, 2, 3)
             if place >= STOPPED or number < NUMBERS]  # fmt: skip
    ill = [(IDS[place], "nausea", 96.0 * (number - 1) + 1) for number, who in ILL.items() for place in who]
    late = [(IDS[place], "nausea", 96.0 * 2 + 30) for place in range(14, 18)]
    events = pd.DataFrame([*ill, *late], columns=["id", "term", "onset"])
    events["onset"] += START
    return {
        "participants": participants(["Ketamine"] * SIZE + ["Midazolam"] * SIZE).assign(id=IDS),
        "infusions": infusions(given),
        "adverse_events": events.assign(onset_date_only=False),
        "disposition": pd.DataFrame({"id": IDS, "status": "completed", "left": START + 600, "left_date_only": False}),
    }


@cache
def ard() -> pd.DataFrame:
    return analyse(PLAN, "small", "effects", derive(PLAN, "small", tables())).results


def of(name: str, level: str, term: str = "nausea") -> float:
    return statistic(ard(), variable="habituation", level=level, term=term, arm="Ketamine", stat_name=name)


def test_all_count_their_infusions_and_completers_those_who_had_every_planned_one():
    assert of("n_participants", "all") == SIZE
    assert of("n_infusions", "all") == SIZE * NUMBERS - STOPPED
    assert of("n_participants", "completers") == SIZE - STOPPED
    assert of("n_infusions", "completers") == (SIZE - STOPPED) * NUMBERS


def test_an_event_too_long_after_an_infusion_is_not_of_it():
    assert of("n_events", "all") == sum(map(len, ILL.values()))


def test_events_that_become_rarer_have_an_odds_ratio_below_one_within_its_limits():
    low, ratio, high = (of(name, "all") for name in ("conf_low", "estimate", "conf_high"))
    assert low < ratio < min(high, 1)
    assert of("df", "all") == SIZE - 2


def test_too_few_infusions_with_an_event_have_a_reason_and_no_number():
    row = select(ard(), variable="habituation", level="all", term="rash", stat_name="estimate").iloc[0]
    assert np.isnan(row["stat"])
    assert "fewer than 10 infusions with or without an event" in row["error"]


def test_without_a_time_after_which_events_are_of_no_infusion_nothing_is_told():
    whenever = plan(
        analyses={"effects": {name: value for name, value in EFFECTS.items() if name != "within"}},
        sources={name: {"file": f"{name}.csv"} for name in SOURCES},
    )
    found = analyse(whenever, "small", "effects", derive(whenever, "small", tables())).results
    assert not (found["variable"] == "habituation").any()


def test_the_reference_arm_has_none():
    assert set(select(ard(), variable="habituation")["arm"]) == {"Ketamine"}


def test_the_table_calls_it_apparent_and_shows_both_lines():
    table = TABLES["SEFT01"](results_of(PLAN, ard(), "effects"))
    part = next(part for part in table.parts if part.caption.startswith("Apparent habituation"))
    labels = [row.label for row in part.rows]
    assert labels[:3] == ["Nausea", "All infusions", "Completers of all planned infusions"]
    assert "26 of 56" in part.rows[1].cells[0].replace("\N{NO-BREAK SPACE}", " ")
    assert part.rows[4].cells[0].startswith("NE")
    assert any("Who reacts badly may stop" in note for note in table.label.footnotes)


@pytest.mark.parametrize(("small_cell", "hidden"), [(4, False), (5, True)])
def test_in_public_completers_go_where_all_would_tell_of_the_few_who_stopped(small_cell, hidden):
    found = public(ard(), small_cell=small_cell)
    shown = select(found, variable="habituation", level="completers", term="nausea")
    assert shown["stat"].isna().all() == hidden
    assert select(found, variable="habituation", level="all", term="nausea")["stat"].notna().all()


BY_NUMBER = {"always": (1, 1, 1), "second": (0, 1, 0), "others": (1, 0, 1), "never": (0, 0, 0)}


@pytest.mark.parametrize(
    ("people", "ratio", "reason"),
    [
        ({"always": 4, "second": 4, "others": 2, "never": 2}, pytest.approx(1), ALIKE),
        ({"always": 4, "second": 4, "never": 4}, pytest.approx(np.nan, nan_ok=True), "no standard error"),
    ],
)
def test_where_the_events_of_all_change_alike_there_are_no_limits_but_the_reason(people, ratio, reason):
    patterns = [BY_NUMBER[name] for name, many in people.items() for _ in range(many)]
    lines = [(f"P{place}", float(number), float(has)) for place, pattern in enumerate(patterns)
             for number, has in enumerate(pattern, 1)]  # fmt: skip
    counted = pd.DataFrame(lines, columns=["USUBJID", "INFNUM", "HAS"])
    rows = ratio_rows(lambda: per_infusion(counted), 0.95, "", ALIKE, {"variable": "habituation"})
    found = {row["stat_name"]: (row["stat"], row["error"]) for row in rows}
    assert found["estimate"][0] == ratio
    for name in ("conf_low", "conf_high", "p_value"):
        assert np.isnan(found[name][0])
        assert reason in found[name][1]
