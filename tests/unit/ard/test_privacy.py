"""The public results: nothing in them tells of a single participant."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postinfusion.ard.build import rows, table
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select, statistic
from postinfusion.ard.schema import conform

ARMS = ("Ketamine", "Midazolam")


def results(counts: dict[str, tuple[int, int]]) -> pd.DataFrame:
    """Give counts by level and arm, with their totals."""
    records = []
    for level, of_arms in counts.items():
        for arm, n in zip(("", *ARMS), (sum(of_arms), *of_arms), strict=True):
            records += rows({"n": n, "proportion": n / 20, "n_events": 2 * n}, level=level, arm=arm)
        records += rows({"risk_difference": 0.1}, level=level, arm=ARMS[0], comparator=ARMS[1])
    return table(records, trial="small", analysis_id="x", variable="class")


def shown(ard: pd.DataFrame) -> dict[tuple[str, str], float]:
    found = select(ard, stat_name="n")
    return {(row.level, row.arm): row.stat for row in found.itertuples()}


def test_a_small_count_is_not_shown():
    found = public(results({"a": (3, 9), "b": (8, 9)}), small_cell=5)
    assert np.isnan(shown(found)["a", "Ketamine"])


def test_zero_and_large_counts_are_shown():
    found = public(results({"a": (0, 9), "b": (8, 9)}), small_cell=5)
    assert shown(found) == shown(results({"a": (0, 9), "b": (8, 9)}))


def test_everything_of_a_suppressed_cell_goes_with_it():
    found = select(public(results({"a": (3, 9)}), small_cell=5), level="a", arm="Ketamine")
    assert found["stat"].isna().all()
    assert set(found["error"]) == {"suppressed"}


def test_a_risk_difference_against_a_suppressed_arm_is_suppressed():
    found = public(results({"a": (9, 3)}), small_cell=5)
    assert np.isnan(statistic(found, level="a", stat_name="risk_difference"))


@pytest.mark.parametrize(("n", "is_shown"), [(26, True), (24, False), (22, False), (21, True), (0, True)])
def test_a_count_that_leaves_few_of_its_own_total_is_not_shown(n, is_shown):
    share = {"n": n, "n_total": 26, "proportion": n / 26, "conf_low": 0.1, "conf_high": 0.9}
    ard = table(rows(share, variable="resolved", arm="Ketamine"), trial="small")
    assert public(ard, small_cell=5)["stat"].notna().tolist() == [is_shown] * len(share)


def test_single_persons_values_are_never_shown():
    ard = table(rows({"n": 40, "mean": 3.0, "min": 1.0, "max": 9.0}, arm="Ketamine"), trial="small")
    assert public(ard, small_cell=5).set_index("stat_name")["stat"].isna().to_dict() == {
        "n": False,
        "mean": False,
        "min": True,
        "max": True,
    }


def test_a_zero_is_hidden_where_it_would_give_away_a_count_of_the_other_arm():
    ard = results({"F": (7, 5), "M": (0, 2)})
    total = table(
        [row for arm, n in (("", 14), ("Ketamine", 7), ("Midazolam", 7))
         for row in rows({"n_total": n}, variable="denominator", arm=arm)],
        trial="small", analysis_id="x",
    )  # fmt: skip
    found = shown(public(pd.concat([ard, total], ignore_index=True), small_cell=5))
    # F and M add up to 7 in each arm: with F of Ketamine and F of all shown, M of Midazolam would be 7 - (12 - 7)
    known = {cell for cell, value in found.items() if not np.isnan(value)}
    assert not {("F", ""), ("F", "Ketamine")} <= known
    assert ("F", "Midazolam") not in known


def test_terms_are_a_table_of_their_own_below_their_level():
    records = rows({"n": 32}, level="left", arm="Ketamine") + rows({"n": 27}, level="excluded", arm="Ketamine")
    for term, n in (("lost", 11), ("withdrew", 10), ("no effect", 9), ("moved", 2)):
        records += rows({"n": n}, level="left", term=term, arm="Ketamine")
    records += rows({"n": 3}, level="excluded", term="age", arm="Ketamine")
    found = public(table(records, trial="small", analysis_id="x", variable="flow"), small_cell=5)
    of_left = select(found, level="left", stat_name="n").set_index("term")["stat"]
    assert of_left.drop("").isna().sum() == 2


def test_numbers_of_events_go_from_a_table_with_any_gap():
    found = public(results({"a": (3, 9), "b": (8, 9)}), small_cell=5)
    assert select(found, stat_name="n_events")["stat"].isna().all()
    assert select(public(results({"b": (8, 9)}), small_cell=5), stat_name="n_events")["stat"].notna().all()


def test_no_results_give_no_results():
    assert public(conform(pd.DataFrame({"stat_name": []})), small_cell=5).empty


def status(yes: dict[str, int], no: dict[str, int]) -> pd.DataFrame:
    """Give the counts of a status by arm, as analyses write them, with its shares and a comparison."""
    records = []
    for arm in ARMS:
        records += rows({"n": yes[arm]}, level="yes", arm=arm) + rows({"n": no[arm]}, level="no", arm=arm)
        share = {"n": yes[arm], "n_total": yes[arm] + no[arm], "estimate": 0.4}
        records += rows(share, level="observed cases", term="proportion", arm=arm)
    pair = {"arm": ARMS[0], "comparator": ARMS[1], "level": "observed cases"}
    records += rows({"estimate": 0.1, "n": 40}, term="risk-difference", **pair)
    return table(records, trial="small", analysis_id="x", variable="response", visit="24 h")


@pytest.mark.parametrize("small", ["yes", "no"])
def test_a_small_count_of_a_status_takes_its_complement_share_and_comparison_with_it(small):
    few, many = {"Ketamine": 3, "Midazolam": 9}, {"Ketamine": 20, "Midazolam": 14}
    found = public(status(few, many) if small == "yes" else status(many, few), small_cell=5)
    hidden = found[found["stat"].isna()]
    assert set(hidden["arm"]) == {"Ketamine"}
    assert select(found, arm="Ketamine")["stat"].isna().all()
    assert select(found, arm="Midazolam")["stat"].notna().all()


def test_a_status_with_large_counts_or_zeros_is_shown():
    ard = status({"Ketamine": 0, "Midazolam": 9}, {"Ketamine": 23, "Midazolam": 14})
    assert public(ard, small_cell=5)["stat"].notna().all()


def test_a_shift_table_with_a_small_cell_is_hidden_whole_in_its_arm():
    cells = [("0 → 0", 20, 20), ("0 → 3", 2, 9), ("3 → 3", 7, 8), ("3 → 0", 0, 0)]
    records = [row for level, *of_arms in cells for arm, n in zip(ARMS, of_arms, strict=True)
               for row in rows({"n": n}, level=level, arm=arm)]  # fmt: skip
    found = public(table(records, trial="small", analysis_id="x", variable="shift"), small_cell=5)
    assert select(found, arm="Ketamine")["stat"].isna().all()
    assert select(found, arm="Midazolam")["stat"].notna().all()


def test_gaps_that_are_too_small_together_get_another_where_levels_divide_the_participants():
    # 20 + 8 + 1 + 1 = 30: two gaps with the sum 2 would each be 1
    records = rows({"n_total": 30}, variable="denominator", arm="Ketamine")
    for level, n in (("a", 20), ("b", 8), ("c", 1), ("d", 1)):
        records += rows({"n": n}, variable="worst", level=level, arm="Ketamine")
    found = select(public(table(records, trial="small", analysis_id="x"), small_cell=5), variable="worst")
    assert found.set_index("level")["stat"].isna().to_dict() == {"a": False, "b": True, "c": True, "d": True}


def test_arms_without_a_column_for_all_of_them_do_not_add_up():
    records = rows({"n": 3}, level="1", arm="Ketamine") + rows({"n": 9}, level="1", arm="Midazolam")
    found = public(table(records, trial="small", analysis_id="x", variable="z"), small_cell=5)
    assert found.set_index("arm")["stat"].isna().to_dict() == {"Ketamine": True, "Midazolam": False}


def test_the_total_goes_with_two_small_counts_that_its_sum_would_nearly_tell():
    found = shown(public(results({"serious": (3, 2)}), small_cell=5))
    assert np.isnan([found["serious", arm] for arm in ("", *ARMS)]).all()
    found = shown(public(results({"serious": (3, 9)}), small_cell=5))
    assert found["serious", ""] == 12


def test_shares_of_events_and_infusions_go_with_a_suppressed_number_of_participants():
    share = {"n": 10, "n_total": 10, "conf_low": 0.398, "n_participants": 4}
    records = []
    for arm, n in zip(ARMS, (19, 4), strict=True):
        incidence = {"variable": "incidence", "term": "psychotic", "arm": arm}
        records += rows({"n": n, "n_total": 48}, level="participants", **incidence)
        records += rows({"n": 10, "n_total": 261, "n_participants": 48}, level="infusions", **incidence)
        records += rows(
            share | {"n_participants": n}, variable="resolved", level="all events", term="psychotic", arm=arm
        )
    found = public(table(records, trial="small", analysis_id="effects"), small_cell=5)
    assert select(found, arm="Midazolam")["stat"].isna().all()
    assert select(found, arm="Ketamine")["stat"].notna().all()


@pytest.mark.parametrize(
    "key",
    [
        {"variable": "assessment", "level": "observed"},
        {"variable": "alert", "level": "not assessed after", "term": "K"},
        {"variable": "phase", "level": "too few values", "term": "left-out"},
    ],
)
def test_how_many_have_a_value_or_none_is_never_hidden_and_hides_nothing(key):
    other = {"variable": key["variable"], "level": "another", "term": key.get("term", "")}
    records = [row for arm in ARMS for row in rows({"n": 3}, **key, arm=arm)]
    records += [row for arm in ARMS for row in rows({"n": 20}, **other, arm=arm)]
    assert public(table(records, trial="small", analysis_id="x"), small_cell=5)["stat"].notna().all()


def test_why_a_value_is_missing_stays_hidden_and_cannot_be_found_from_how_many_are():
    counts = {("observed", ""): 45, ("intermittent", ""): 0, ("discontinued", "adverse event"): 3}
    records = [
        row
        for (level, term), n in counts.items()
        for row in rows({"n": n}, variable="assessment", visit="24 h", level=level, term=term, arm="Ketamine")
    ]
    found = public(table(records, trial="small", analysis_id="x"), small_cell=5).set_index("level")["stat"]
    assert found.isna().to_dict() == {"observed": False, "intermittent": True, "discontinued": True}


count = st.tuples(st.integers(0, 12), st.integers(0, 12))


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from("abcd"), count, min_size=1))
def test_no_small_count_can_be_found_by_subtraction(counts):
    found = shown(public(results(counts), small_cell=5))
    for level, of_arms in counts.items():
        line = [found[level, arm] for arm in ("", *ARMS)]
        for arm, n in zip(ARMS, of_arms, strict=True):
            if 1 <= n < 5:
                assert np.isnan(found[level, arm])
                others = [value for value in line if not np.isnan(value)]
                assert len(others) < 2


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from("abcd"), count, min_size=1), st.integers(1, 8))
def test_no_column_has_a_single_gap_beside_counts_that_could_hide_it(counts, limit):
    found = shown(public(results(counts), small_cell=limit))
    for arm in ("", *ARMS):
        column = [found[level, arm] for level in counts]
        gaps = sum(np.isnan(value) for value in column)
        assert gaps != 1 or not any(value > 0 for value in column)


def test_what_was_missing_before_is_not_called_suppressed():
    ard = table(rows({"n": 2, "sd": float("nan")}, arm="Ketamine"), trial="small")
    assert select(public(ard, small_cell=5), stat_name="sd")["error"].tolist() == [""]


@pytest.mark.parametrize("limit", [1, 5, 20])
def test_the_rows_stay_the_same(limit):
    ard = results({"a": (3, 9), "b": (0, 1)})
    assert len(public(ard, small_cell=limit)) == len(ard)


def test_differences_by_guess_go_with_a_suppressed_number_of_guesses():
    counts = {"correct": {"A": 9, "B": 2}, "wrong": {"A": 6, "B": 8}}
    guesses = [
        row
        for level, by_arm in counts.items()
        for arm, n in by_arm.items()
        for row in rows({"n": n}, variable="guess", level=level, arm=arm)
    ]
    of_guess = {"variable": "CHG", "visit": "24 h", "level": "A"}
    analysed = [
        *rows({"n": 9, "mean": -5.0}, term="observed", arm="A", **of_guess),
        *rows({"estimate": -3.0, "df": 12.0}, term="difference-by-guess", arm="A", comparator="B", **of_guess),
        *rows({"p_value": 0.3}, variable="CHG", term="joint-test", level="ARM:TRTGUESS"),
    ]
    few = public(table([*guesses, *analysed], trial="t", analysis_id="m"), small_cell=5)
    by_guess = few[few["term"].isin(["observed", "difference-by-guess"])]
    assert by_guess["stat"].isna().all()
    assert few.loc[few["term"] == "joint-test", "stat"].notna().all()
    enough = public(table([*guesses, *analysed], trial="t", analysis_id="m"), small_cell=2)
    assert enough["stat"].notna().all()


def test_few_events_go_with_what_describes_them():
    described = {"n": 20, "n_events": 2, "mean": 0.1, "q3": 0.0}
    found = public(
        table(rows(described, term="observed", arm="A", visit="V"), trial="t", analysis_id="c"), small_cell=5
    )
    kept = found.set_index("stat_name")["stat"]
    assert kept["n"] == 20
    assert kept.drop("n").isna().all()


def test_no_rate_gives_a_hidden_number_of_events_back():
    made = []
    for term, n, events in (("nausea", 20, 30), ("headache", 3, 4), ("vertigo", 4, 4), ("rash", 0, 0)):
        key = {"term": term, "arm": "Ketamine"}
        held = {"n": n, "n_total": 48, "n_events": events, "person_days": 6000.0, "estimate": events / 6000}
        made += rows(held, variable="event-rate", **key)
        made += rows({"estimate": events / 48, "n_events": events}, variable="mean-cumulative", time="24", **key)
    found = public(table(made, analysis_id="x"), small_cell=5)
    hidden = {*found.loc[found["error"] == "suppressed", "term"]}
    assert hidden == {"nausea", "headache", "vertigo"}
    rates = found[found["stat_name"].isin(["estimate", "n_events"])]
    assert (rates["stat"].dropna() == 0).all()
    assert statistic(found, variable="event-rate", term="nausea", stat_name="person_days") == 6000


def whole(method: str, of_arms: tuple[int, ...], **key: str) -> pd.DataFrame:
    """Give how many of 48 participants of each arm had an event, as one of the analyses of harms writes it."""
    both = dict(zip(ARMS, of_arms, strict=True))
    if method == "adverse-events":
        key, both = {"variable": "class-term", "level": "perception"} | key, {"": sum(of_arms), **both}
        counts = [{"n": n} for n in both.values()]
    else:
        counts = [{"n": n, "n_total": 48, "estimate": n / 48} for n in both.values()]
    if method == "side-effects":
        key = {"variable": "incidence", "level": "participants", "term": "psychotic"} | key
    records = [row for arm, n in zip(both, counts, strict=True) for row in rows(n, arm=arm, **key)]
    return table(records, trial="small", analysis_id=method).assign(method=method)


def of_harms(*parts: pd.DataFrame) -> pd.DataFrame:
    return public(pd.concat(parts, ignore_index=True), small_cell=5)


@settings(max_examples=15, deadline=None)
@given(st.tuples(st.integers(0, 12), st.integers(0, 12)))
def test_no_small_count_of_a_term_is_the_difference_of_counts_of_two_analyses(counts):
    group = {"variable": "event-rate", "term": "psychotic"}
    found = of_harms(*[whole(name, counts) for name in ("adverse-events", "side-effects")],
                     whole("event-rates", counts, **group))  # fmt: skip
    known = {arm: {*select(found, arm=arm, stat_name="n")["stat"].dropna()} for arm in ("", *ARMS)}
    for arm, n in zip(ARMS, counts, strict=True):
        (other,) = {*ARMS} - {arm}
        if 1 <= n < 5:
            assert not known[arm]
            assert not (known[""] and known[other])


def test_a_count_that_leaves_few_is_shown_in_no_analysis():
    of_all = {"term": "any adverse event"}
    parts = [whole("event-rates", (47, 41), variable=name, **of_all) for name in ("incidence-rate", "recurrent")]
    parts[1] = parts[1][parts[1]["stat_name"] == "n"]
    found = of_harms(*parts, whole("adverse-events", (47, 41), variable="overview", level="any", term=""))
    assert select(found, arm="Ketamine", stat_name="n")["stat"].isna().all()
    total = select(found, arm="", stat_name="n")["stat"]
    assert total.isna().all() or select(found, arm="Midazolam", stat_name="n")["stat"].isna().all()


def test_what_describes_a_hidden_group_is_hidden_with_it():
    described = whole("side-effects", (33, 4), variable="resolved", level="first event", time="24")
    parts = [whole("adverse-events", (33, 4)), whole("side-effects", (33, 4)), described]
    assert select(of_harms(*parts), method="side-effects")["stat"].isna().all()
    shown_ones = of_harms(whole("adverse-events", (33, 9)), whole("side-effects", (33, 9)))
    assert shown_ones["stat"].notna().all()


@pytest.mark.parametrize(
    ("followed", "known"),
    [((48, 47, 43, 35), (48, 43, 35)), ((48, 46, 42, 40), (48, 42)), ((48, 48, 30, 28), (48, 48, 30))],
)
def test_numbers_still_followed_do_not_tell_that_few_left(followed, known):
    of = {"variable": "at-risk", "term": "nausea", "arm": "Ketamine"}
    at = zip(("0", "24", "672", "2016"), followed, strict=True)
    records = [row for time, n in at for row in rows({"n_participants": n}, time=time, **of)]
    found = public(table(records, analysis_id="x").assign(method="event-rates"), small_cell=5)
    assert (*found["stat"].dropna(),) == known


def test_an_end_that_was_not_recorded_is_a_missing_value_where_the_group_is_shown():
    parts = [whole("side-effects", (26, 33)), whole("side-effects", (25, 30), variable="duration", level="first event")]
    unknown = whole("side-effects", (1, 3), variable="duration", level="time unknown")
    parts.append(unknown[unknown["stat_name"] == "n"])
    assert of_harms(*parts)["stat"].notna().all()
    few = of_harms(whole("side-effects", (2, 33)), parts[2])
    assert select(few, arm="Ketamine")["stat"].isna().all()
