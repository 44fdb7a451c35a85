"""Apparent habituation over the number of the infusion: whom it counts, when it has no number, and what is shown."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.habituation import ALIKE, per_infusion
from postinfusion.analyses.ratio_rows import ratio_rows
from postinfusion.analyses.reference_grid import NOT_POSITIVE
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


DIVIDED = PLAN.model_copy(
    update={"analyses": {"effects": PLAN.analyses["effects"].model_copy(update={"by": ("diagnosis",)})}}
)
OF_AN = 14
"""The first so many on ketamine have anorexia, and on midazolam the first two: too few for a reference."""


def in_groups(**changes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tables with a diagnosis of each."""
    found = tables()
    diagnoses = [*["AN"] * OF_AN, *["BN"] * (SIZE - OF_AN), "AN", "AN", *["BN"] * (SIZE - 2)]
    return found | {"participants": found["participants"].assign(diagnosis=diagnoses)} | changes


@cache
def divided() -> pd.DataFrame:
    return analyse(DIVIDED, "small", "effects", derive(DIVIDED, "small", in_groups())).results


def test_a_group_has_the_odds_of_a_trial_of_it_alone():
    both = in_groups()
    inside = both["participants"].loc[both["participants"]["diagnosis"] == "AN", "id"]
    of_group = {name: table[table["id"].isin(inside)] for name, table in both.items()}
    alone = analyse(DIVIDED, "small", "effects", derive(DIVIDED, "small", of_group)).results
    expected = select(alone, variable="habituation", subgroup="").reset_index(drop=True)
    found = select(divided(), variable="habituation", subgroup_level="AN").reset_index(drop=True)
    same = ["term", "arm", "level", "stat_name", "stat", "error"]
    pd.testing.assert_frame_equal(found[same], expected[same])
    ratios = select(found, term="nausea", level="all", stat_name=["estimate", "conf_low", "conf_high"])["stat"]
    assert len(ratios) == 3
    assert ratios.notna().all()


def test_a_reference_arm_too_small_to_compare_has_no_odds_in_its_group():
    assert {*select(divided(), variable="habituation", subgroup_level="AN")["arm"]} == {"Ketamine"}


def test_a_group_without_enough_events_is_counted_and_told_why_it_has_no_odds():
    of_group = select(divided(), variable="habituation", subgroup_level="BN", term="nausea", level="all")
    assert select(of_group, stat_name="n_infusions")["stat"].tolist() == [(SIZE - OF_AN) * NUMBERS]
    estimate = select(of_group, stat_name="estimate")
    assert estimate["stat"].isna().all()
    assert "fewer than 10 infusions with or without an event" in estimate["error"].item()


def test_a_group_of_two_is_described_only():
    tables_of_few = in_groups()
    people = tables_of_few["participants"]
    people["diagnosis"] = ["AN", "AN", *["BN"] * (2 * SIZE - 2)]
    found = analyse(DIVIDED, "small", "effects", derive(DIVIDED, "small", tables_of_few)).results
    few = select(found, variable="habituation", subgroup_level="AN", term="nausea", stat_name="estimate")
    assert {*few["error"]} == {"fewer than 3 participants: described only"}


def test_the_table_has_the_groups_below_all_and_completers_of_each_side_effect():
    table = TABLES["SEFT01"](results_of(DIVIDED, divided(), "effects"))
    part = next(part for part in table.parts if part.caption == "Apparent habituation by diagnosis")
    labels = [row.label for row in part.rows]
    assert labels[:6] == [
        "Nausea, all infusions", "AN", "BN", "Nausea, completers of all planned infusions", "AN", "BN"
    ]  # fmt: skip
    text = part.rows[1].cells[0].replace("\N{NO-BREAK SPACE}", " ")
    events = sum(map(len, ILL.values()))
    assert text.endswith(f"[{events} of {OF_AN * NUMBERS - STOPPED}]")
    assert part.rows[2].cells[0].startswith("NE")
    assert any("their odds are not compared" in note for note in table.label.footnotes)
    whole = next(part for part in table.parts if part.caption.startswith("Apparent habituation over"))
    assert len(whole.rows) == 6


def test_in_public_groups_tell_no_more_of_completers_than_all():
    found = public(divided(), small_cell=5)
    assert select(found, variable="habituation", level="completers", term="nausea")["stat"].isna().all()


BY_NUMBER = {"always": (1, 1, 1), "second": (0, 1, 0), "others": (1, 0, 1), "never": (0, 0, 0)}


@pytest.mark.parametrize(
    "people", [{"always": 4, "second": 4, "others": 2, "never": 2}, {"always": 4, "second": 4, "never": 4}]
)
def test_where_the_events_of_all_change_alike_there_are_no_limits_but_the_reason(people):
    patterns = [BY_NUMBER[name] for name, many in people.items() for _ in range(many)]
    lines = [(f"P{place}", float(number), float(has)) for place, pattern in enumerate(patterns)
             for number, has in enumerate(pattern, 1)]  # fmt: skip
    counted = pd.DataFrame(lines, columns=["USUBJID", "INFNUM", "HAS"])
    rows = ratio_rows(lambda: per_infusion(counted), 0.95, "", ALIKE, {"variable": "habituation"})
    found = {row["stat_name"]: (row["stat"], row["error"]) for row in rows}
    assert found["estimate"][0] == pytest.approx(1)
    for name in ("conf_low", "conf_high", "p_value"):
        assert np.isnan(found[name][0])
        assert found[name][1] == ALIKE


def test_a_variance_that_rounding_left_below_zero_is_none(monkeypatch):
    class Fit:
        n_subjects = 12
        coefficients = pd.DataFrame({"term": ["INFNUM"], "estimate": [0.0], "std_error": [np.nan]})

    fit = Fit()
    fit.coefficients["error"] = NOT_POSITIVE
    monkeypatch.setattr("postinfusion.analyses.habituation.fit_gee", lambda *_, **__: fit)
    lines = [(f"P{place}", float(number), float(number % 2)) for place in range(12) for number in (1, 2)]
    assert per_infusion(pd.DataFrame(lines, columns=["USUBJID", "INFNUM", "HAS"])) == (0.0, 0.0, 10.0)
