"""Counts of which one holds the other do not tell by their difference of few participants."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.ard.build import rows, table
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select

ARM, OTHER = "Ketamine", "Midazolam"


def passed(variable, counts, of=48, arm=ARM):
    """Rows of how many first events had passed by each limit."""
    return [
        row
        for limit, n in counts.items()
        for row in rows({"n": n, "n_total": of, "proportion": n / of}, variable=variable, level="first event",
                        time=limit, term="nausea", arm=arm)
    ]  # fmt: skip


def made(*parts, method="side-effects", name="effects"):
    return table(
        [row for part in parts for row in part], trial="t", analysis_id=name, population="safety", method=method
    )


def shown(ard: pd.DataFrame, key: str, **of: str) -> dict[str, float]:
    return dict(select(public(ard, small_cell=5), stat_name="n", **of).set_index(key)["stat"].dropna())


@pytest.mark.parametrize(
    ("counts", "left"),
    [
        ({"2": 20, "4": 30, "24": 40}, {"2": 20, "4": 30, "24": 40}),
        ({"2": 20, "4": 37, "24": 40}, {"2": 20, "24": 40}),
        ({"2": 20, "4": 20, "24": 40}, {"2": 20, "4": 20, "24": 40}),  # nobody between
        ({"2": 34, "4": 37, "24": 40}, {"2": 34, "24": 40}),  # 34 lies six below what is shown
        ({"2": 38, "4": 39, "24": 40}, {"24": 40}),
        ({"2": 3, "4": 6, "24": 40}, {"4": 6, "24": 40}),  # what is hidden anyhow is compared with nothing
    ],
)
def test_what_had_passed_by_two_limits_does_not_differ_by_few(counts, left):
    assert shown(made(passed("resolved", counts)), "time") == left


def test_everything_of_the_count_goes_with_it():
    found = public(made(passed("resolved", {"2": 20, "4": 37, "24": 40})), small_cell=5)
    assert select(found, time="4")["stat"].isna().all()
    assert set(select(found, time="4")["error"]) == {"suppressed"}


def test_arms_and_side_effects_are_lines_of_their_own():
    ard = made(passed("resolved", {"2": 20}), passed("resolved", {"2": 18}, arm=OTHER))
    assert shown(ard, "arm") == {ARM: 20, OTHER: 18}


def test_few_who_had_a_treatment_are_not_told_by_those_without():
    ard = made(passed("resolved", {"4": 30}), passed("resolved-untreated", {"4": 28}))
    assert shown(ard, "variable") == {"resolved": 30}
    ard = made(passed("resolved", {"4": 30}), passed("resolved-untreated", {"4": 20}))
    assert shown(ard, "variable") == {"resolved": 30, "resolved-untreated": 20}


def test_few_of_unknown_onset_or_without_the_prophylaxis_are_not_told():
    had = rows({"n": 20, "n_total": 48}, variable="incidence", level="participants", term="nausea", arm=ARM)
    onset = rows({"n": 18}, variable="onset", level="first event", term="nausea", arm=ARM)
    of = {"variable": "prophylaxis", "term": "nausea", "arm": ARM}
    given = rows({"n": 30, "n_total": 48}, level="given", **of)
    under = rows({"n": 17, "n_total": 30}, level="event among given", **of)
    assert shown(made(had, onset), "variable") == {"incidence": 20}
    left = shown(made(had, given, under), "level")
    assert left["participants"] == 20
    assert "event among given" not in left


def serious(soon, week, ever):
    """Rows of serious events by the time since the infusion, by arm and over both."""
    return [
        row
        for level, counts in (("serious", ever), ("serious within 7 d", week), ("serious within 24 h", soon))
        for arm, n in zip(("", ARM, OTHER), (sum(counts), *counts), strict=True)
        for row in rows({"n": n, "n_events": n}, variable="overview", level=level, arm=arm)
    ]


def test_serious_events_within_two_times_do_not_differ_by_few_nor_are_found_by_subtraction():
    ard = made(serious((10, 20), (12, 30), (30, 40)), method="adverse-events", name="harms")
    found = select(public(ard, small_cell=5), stat_name="n", level="serious within 24 h").set_index("arm")["stat"]
    assert np.isnan(found[ARM])
    assert found[["", OTHER]].isna().any()  # else the difference of these two would give it


def by_then(counts, ever):
    """Rows of a cumulative incidence, and of all who ever had the event."""
    of = {"term": "any", "arm": ARM}
    found = [
        row
        for time, n in counts.items()
        for row in rows({"n": n, "n_total": 90, "estimate": n / 90}, variable="cumulative-incidence", level="event",
                        time=time, **of)
    ]  # fmt: skip
    return [*found, *rows({"n": ever, "n_total": 90}, variable="incidence-rate", **of)]


def test_events_by_two_times_do_not_differ_by_few_nor_from_all():
    ard = made(by_then({"24": 20, "168": 30, "672": 38}, 40), method="event-rates", name="rates")
    assert shown(ard, "time") == {"24": 20, "168": 30, "": 40}


def test_a_claim_does_not_print_what_is_hidden_where_it_comes_from():
    ard = made(passed("resolved", {"2": 20, "4": 37, "24": 40}))
    claim = {"variable": "S5", "term": "share", "level": "1", "arm": ARM}
    of_claim = rows({"n": 37, "n_total": 48, "proportion": 37 / 48}, time="4", **claim)
    both = pd.concat([ard, made(of_claim, method="claims", name="claims")], ignore_index=True)
    assert select(public(both, small_cell=5), analysis_id="claims")["stat"].isna().all()
