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


WAYS = ("solicited", "spontaneous")
OF_TERMS = {"alone": (20, 18, 8), "both": (20, 13, 9), "many": (20, 13, 12)}
"""Term → participants with any event, with a solicited one, and with a spontaneous one."""
KINDS = ("related", "fatal", "non-serious", "serious-terms")
METHODS = ("adverse-events", "side-effects", "event-rates")


def collected(method: str) -> list[dict[str, object]]:
    """Rows of all with each term, and of those with an event collected in each way, as an analysis writes them."""
    found = []
    for term, (whole, *of_ways) in OF_TERMS.items():
        key = {"term": term, "arm": ARM}
        of_whole = {"adverse-events": ("class-term", "stomach"), "side-effects": ("incidence", "participants"),
                    "event-rates": ("incidence-rate", "")}[method]  # fmt: skip
        found += rows({"n": whole}, variable=of_whole[0], level=of_whole[1], **key)
        for way, n in zip(WAYS, of_ways, strict=True):
            of_way = {"adverse-events": (way, "stomach"), "side-effects": (f"incidence-{way}", "participants"),
                      "event-rates": ("event-rate-by-collection", way)}[method]  # fmt: skip
            found += rows({"n": n}, variable=of_way[0], level=of_way[1], **key)
    return found


def of_kinds() -> list[dict[str, object]]:
    """Rows of all with a term and of those with an event of a kind: 17 and 16 of 20, or 15."""
    found = []
    for kind in KINDS:
        for n in (17, 16, 15):
            key = {"level": "stomach", "term": f"{kind} {n}", "arm": ARM}
            found += [*rows({"n": 20}, variable="class-term", **key), *rows({"n": n}, variable=kind, **key)]
    return found


def of_overview() -> list[dict[str, object]]:
    counts = {"any": 30, "related": 28, "severe": 6, "died": 6}
    return [row for level, n in counts.items() for row in rows({"n": n}, variable="overview", level=level, arm=ARM)]


@pytest.fixture(scope="module")
def of_harms() -> pd.DataFrame:
    parts = [made(collected(method), method=method, name=method) for method in METHODS]
    parts += [made(of_kinds(), method=METHODS[0], name="kinds"), made(of_overview(), method=METHODS[0], name="any")]
    return public(pd.concat(parts, ignore_index=True), small_cell=5)


@pytest.mark.parametrize("method", METHODS)
def test_few_with_events_of_one_way_alone_or_of_both_are_not_told_by_all_with_any(of_harms, method):
    left = select(of_harms, analysis_id=method).dropna(subset=["stat"]).groupby("term")["stat"].apply(list)
    assert left.to_dict() == {"alone": [20], "both": [20], "many": [20, 13, 12]}


@pytest.mark.parametrize("kind", KINDS)
def test_few_of_whom_no_event_is_of_a_kind_are_not_told(of_harms, kind):
    left = select(of_harms, analysis_id="kinds", variable=kind).dropna(subset=["stat"])
    assert left["stat"].tolist() == [15]


def test_few_of_whom_no_event_is_related_are_not_told_by_the_overview(of_harms):
    left = select(of_harms, analysis_id="any").set_index("level")["stat"].dropna()
    assert left["any"] == 30
    assert "related" not in left


LIMITS = {
    "below": ({"HR < 50": 14, "HR < 40": 11}, {"HR < 50"}),
    "above": ({"SBP ≥ 160": 20, "SBP > 180": 18}, {"SBP ≥ 160"}),
    "five": ({"HR < 50": 16, "HR < 40": 11}, {"HR < 50", "HR < 40"}),
    "side": ({"HR < 50": 14, "HR > 110": 11}, {"HR < 50", "HR > 110"}),
    "measure": ({"HR < 50": 14, "DBP < 50": 11}, {"HR < 50", "DBP < 50"}),
    "change": ({"SBP ≥ 160": 14, "SBP change ≥ 40": 11}, {"SBP ≥ 160", "SBP change ≥ 40"}),
    "event": ({"K change ≤ -10 % within 5 d after admission": 14, "K change ≤ -10 %": 11},
              {"K change ≤ -10 % within 5 d after admission", "K change ≤ -10 %"}),
}  # fmt: skip
OTHERS = {"another < 1": 6}
"""Hidden where one gap alone could be found by subtraction."""
OF_LIMITS = ("alerts", "vital-signs", "infusion-vitals", "infusion-ratings")


@pytest.fixture(scope="module")
def of_limits() -> pd.DataFrame:
    parts = []
    for method in OF_LIMITS:
        variable, level = ("alert", "any time") if method == "alerts" else ("incidence", "participants")
        for name, (counts, _) in LIMITS.items():
            records = [row for term, n in (counts | OTHERS).items()
                       for row in rows({"n": n}, variable=variable, level=level, term=term, arm=ARM)]  # fmt: skip
            parts.append(made(records, method=method, name=f"{method} {name}"))
    return public(pd.concat(parts, ignore_index=True), small_cell=5)


@pytest.mark.parametrize("method", OF_LIMITS)
@pytest.mark.parametrize("name", LIMITS)
def test_few_between_two_limits_of_a_measure_side_and_kind_are_not_told(of_limits, method, name):
    left = select(of_limits, analysis_id=f"{method} {name}").dropna(subset=["stat"])
    assert {*left["term"]} - {*OTHERS} == LIMITS[name][1]


TIMES = ("any time", "before", "after", "new")
OF_ALERTS = {
    "size of new": (((14, 48), (3, 47), (14, 48), (11, 44)), {"any time", "after"}),  # 48 - 1 - 44 = 3 before
    "nobody new": (((14, 48), (3, 47), (8, 48), (0, 44)), {"any time", "after"}),
    "after less new": (((20, 48), (10, 47), (20, 48), (17, 37)), {"any time", "before", "after"}),
    "as many": (((20, 48), (0, 47), (18, 48), (18, 47)), {"any time", "before"}),  # after goes, and new with it
    "large": (((20, 48), (10, 47), (20, 48), (10, 37)), {*TIMES}),
}


def alert(counts: tuple[tuple[int, int], ...]) -> list[dict[str, object]]:
    """Rows of a limit before and after time zero: how many were beyond it, of how many with a value."""
    found = []
    for level, (n, total) in zip(TIMES, counts, strict=True):
        key = {"variable": "alert", "term": "HR < 50 beats/min", "level": level}
        found += rows({"n": n, "n_total": total, "proportion": n / total}, **key, arm=ARM)
        found += rows({"risk_difference": 0.1}, **key, arm=OTHER, comparator=ARM)
    return [*found, *rows({"n": 6}, variable="alert", term="K < 3 mmol/L", level="any time", arm=ARM)]


@pytest.fixture(scope="module")
def of_alerts() -> pd.DataFrame:
    parts = [made(alert(counts), method="alerts", name=name) for name, (counts, _) in OF_ALERTS.items()]
    return public(pd.concat(parts, ignore_index=True), small_cell=5)


@pytest.mark.parametrize("name", OF_ALERTS)
def test_few_beyond_a_limit_before_are_not_told_by_those_newly_beyond(of_alerts, name):
    found = select(of_alerts, analysis_id=name, term="HR < 50 beats/min")
    left = OF_ALERTS[name][1]
    assert {*found.dropna(subset=["stat"])["level"]} == left
    assert select(found, level=[*left])["stat"].notna().all()
