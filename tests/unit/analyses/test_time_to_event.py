"""Times to an event of small trials, worked out by hand: what counts, since when, and what comes instead."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from postinfusion.analyses.populations import members
from postinfusion.analyses.run import analyse
from postinfusion.analyses.time_to_event_comparisons import generator_of
from postinfusion.analyses.time_to_event_data import event_times
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select, statistic
from postinfusion.plan.rules import check
from small_trial import plan

MADRS = {"measure": "MADRS", "label": "MADRS", "better": "lower", "response": "50 %", "remission": 10,
         "change_source": "invented"}  # fmt: skip
WEIGHT = {"measure": "WEIGHT", "label": "Weight", "unit": "kg", "better": "none"}
VISITS = {"Baseline": 0.0, "24 h": 24.0, "Day 4": 96.0, "Week 4": 672.0}
END = 700.0


def a_plan(key="tte", **analysis):
    """A plan with one analysis."""
    part = {
        "method": "time-to-event",
        "event": "response",
        "endpoint": "madrs",
        "report_at": ["24 h", "28 d"],
    } | analysis
    part = {name: value for name, value in part.items() if value is not None}
    return plan(endpoints={"madrs": MADRS, "weight": WEIGHT}, analyses={key: part})


def adam(courses, *, arms=None, left=None, events=(), died=(), measure="MADRS", infusions=()):
    """ADaM datasets from the values of each participant at baseline, 24 h, day 4 and week 4; None is missing."""
    names = [chr(ord("A") + place) for place in range(len(courses))]
    arms = arms or ["Ketamine"] * len(courses)
    left = left or {}
    adsl = pd.DataFrame({"USUBJID": names, "TRTP": arms, "TRTA": arms, "ITTFL": "Y", "SAFFL": "Y"})
    adsl["EOSHR"] = [left.get(name, END) for name in names]
    adsl["EOSSTT"] = np.where(adsl["USUBJID"].isin([*left]), "discontinued", "completed")
    adsl["DTHFL"] = np.where(adsl["USUBJID"].isin(died), "Y", "")
    adsl["SEX"] = ["F", "M"] * (len(names) // 2) + ["F"] * (len(names) % 2)
    values = [
        {"USUBJID": name, "AVISIT": visit, "AVISITN": hours, "AHRFIRST": hours + 1, "AVAL": value}
        for name, course in zip(names, courses, strict=True)
        for (visit, hours), value in zip(VISITS.items(), course, strict=True)
        if value is not None
    ]
    frame = pd.DataFrame(values).assign(PARAMCD=measure, ANL01FL="Y", DTYPE="")
    frame["ABLFL"] = np.where(frame["AVISIT"] == "Baseline", "Y", "")
    frame["BASE"] = frame["USUBJID"].map(frame[frame["ABLFL"] == "Y"].set_index("USUBJID")["AVAL"])
    sets = {"ADSL": adsl, "ADQS" if measure == "MADRS" else "ADVS": frame}
    if events:
        sets["ADICE"] = pd.DataFrame(events, columns=["USUBJID", "ICE", "AHRFIRST"])
    if infusions:
        sets["ADEX"] = pd.DataFrame(infusions, columns=["USUBJID", "AHRFIRST"])
    return sets


def times(sets, **analysis):
    """Hours and cause by participant, and the reasons of those who are not timed."""
    the_plan = a_plan(**analysis)
    data = event_times(the_plan, the_plan.analyses["tte"], sets, members(the_plan, sets["ADSL"], "randomised"))
    found = {who: (hours, int(cause)) for who, hours, cause in data.frame[["USUBJID", "HOURS", "CAUSE"]].to_numpy()}
    return found, dict(data.excluded[["USUBJID", "REASON"]].to_numpy())


def results(sets, **analysis):
    """The rows of the analysis."""
    return analyse(a_plan(**analysis), "small", "tte", sets).results


def test_a_response_counts_at_its_first_visit_and_only_when_it_lasts_to_the_next():
    sets = adam([(30, 15, 14, 30), (30, 15, 20, 14), (30, 29, None, 12), (30, 29, 28, 27)])
    assert times(sets, kept=2)[0] == {"A": (24, 1), "B": (672, 0), "C": (672, 0), "D": (672, 0)}
    assert times(sets)[0] == {"A": (24, 1), "B": (24, 1), "C": (672, 1), "D": (672, 0)}


def test_actual_times_are_taken_where_the_plan_says_so():
    assert times(adam([(30, 10, 10, 10)]), clock="actual")[0] == {"A": (25, 1)}


def test_only_the_visits_of_the_analysis_show_an_event():
    assert times(adam([(30, 10, 10, 30)]), visits=["Day 4", "Week 4"])[0] == {"A": (96, 1)}


def test_a_competing_event_comes_instead_of_what_was_seen_after_it():
    sets = adam([(30, 29, 10, 10), (30, 10, 10, 10)], events=[("A", "rescue", 50.0), ("B", "rescue", 50.0)])
    assert times(sets, competing=["rescue"])[0] == {"A": (50, 2), "B": (24, 1)}
    assert times(sets, censored_at=["rescue"])[0] == {"A": (24, 0), "B": (24, 1)}


def test_a_response_that_is_confirmed_only_after_a_competing_event_does_not_count():
    sets = adam([(30, 10, 10, 10)], events=[("A", "rescue", 50.0)])
    assert times(sets, kept=2, competing=["rescue"])[0] == {"A": (50, 2)}


def test_leaving_and_death_are_read_from_the_end_of_participation():
    sets = adam([(30, 29, None, None), (30, 29, None, None)], left={"A": 80.0, "B": 90.0}, died=["B"])
    assert times(sets, competing=["death", "withdrawal"])[0] == {"A": (80, 3), "B": (90, 2)}
    assert times(sets, event={"intercurrent": ["withdrawal"]}, endpoint=None)[0] == {"A": (80, 1), "B": (90, 0)}


def test_an_intercurrent_event_is_observed_until_participation_ends():
    sets = adam([(30, 29, 29, 29)] * 3, left={"C": 200.0}, events=[("A", "rescue", 50.0), ("A", "rescue", 90.0)])
    found, _ = times(sets, event={"intercurrent": ["rescue"]}, endpoint=None)
    assert found == {"A": (50, 1), "B": (END, 0), "C": (200, 0)}


def test_remission_is_a_value_and_a_participant_already_there_is_not_timed():
    sets = adam([(30, 29, 10, 10), (9, 9, 9, 9)])
    assert times(sets, event="remission") == ({"A": (96, 1)}, {"B": "event before hour 0"})


def test_a_band_is_left_on_either_side_and_not_at_its_limit():
    sets = adam([(50, 51.5, 48.5, 51.6), (50, 48.4, 50, 50), (50, 50, 50, 50), (None, 60, 60, 60)], measure="WEIGHT")
    found, excluded = times(sets, event={"outside": "3 %"}, endpoint="weight")
    assert found == {"A": (672, 1), "B": (24, 1), "C": (672, 0)}
    assert excluded == {"D": "no baseline value"}


def test_a_change_of_exactly_the_threshold_reaches_it():
    sets = adam([(60, 57, 60, 60), (60, 57.1, 60, 60)], measure="WEIGHT")
    loss = {"threshold": -5, "of": "percent-change", "side": "at-most"}
    assert times(sets, event=loss, endpoint="weight")[0] == {"A": (24, 1), "B": (672, 0)}


def test_without_a_baseline_no_change_can_be_timed():
    assert times(adam([(None, 10, 10, 10), (30, 10, 10, 10)]))[1] == {"A": "no baseline value"}


def test_an_event_at_an_unknown_time_is_said():
    sets = adam([(30, 10, 10, 10), (30, 10, 10, 10)], events=[("A", "rescue", np.nan)])
    assert times(sets, competing=["rescue"])[1] == {"A": "event at an unknown time"}


def test_a_relapse_is_timed_from_the_response_of_those_who_responded():
    sets = adam([(30, 10, 10, 20), (30, 10, 20, 10), (30, 29, 29, 29), (30, 10, 10, 10)])
    found = times(sets, event="relapse", since="response")
    assert found == ({"A": (648, 1), "B": (72, 1), "D": (648, 0)}, {"C": "no response before hour 0"})


def test_a_relapse_after_the_course_is_timed_among_those_in_response_before_its_last_infusion():
    sets = adam([(30, 10, 10, 20), (30, 10, 20, 10), (30, 29, 10, 10)])
    found, excluded = times(sets, event="relapse", since="planned-last-infusion")
    assert found == {"A": (576, 1), "C": (576, 0)}
    assert excluded == {"B": "no response before hour 0"}


def test_the_last_infusion_received_is_counted_from_at_actual_times():
    sets = adam([(30, 10, 10, 20), (30, 10, 10, 10)], infusions=[("A", 0.0), ("A", 90.0)])
    found, excluded = times(sets, event="relapse", since="last-infusion")
    assert (found, excluded) == ({"A": (583, 1)}, {"B": "no response before hour 0"})


def test_a_response_may_be_lost_at_another_limit_than_it_is_reached_at():
    sets = adam([(30, 10, 16, 24)])
    assert times(sets, event="relapse", since="response")[0] == {"A": (72, 1)}
    assert times(sets, event="relapse", since="response", relapse_below="25 %")[0] == {"A": (648, 1)}


def two_arms(**further):
    """Six participants of each arm; ketamine responds sooner."""
    fast, slow, never = (30, 10, 10, 10), (30, 29, 10, 10), (30, 29, 29, 29)
    courses = [fast, fast, slow, slow, never, never, slow, never, never, never, never, (30, 29, 29, 10)]
    return adam(courses, arms=["Ketamine"] * 6 + ["Midazolam"] * 6, **further)


def test_probabilities_numbers_at_risk_and_their_difference_are_those_of_the_counts():
    found = results(two_arms())
    at = {"time": "24", "arm": "Ketamine"}
    assert statistic(found, term="cumulative-incidence", stat_name="estimate", **at) == pytest.approx(1 / 3)
    assert statistic(found, term="cumulative-incidence", stat_name="n", **at) == 2
    assert statistic(found, term="at-risk", stat_name="n", **at) == 6
    late = {"term": "risk-difference", "time": "672", "arm": "Ketamine", "comparator": "Midazolam"}
    assert statistic(found, stat_name="estimate", **late) == pytest.approx(4 / 6 - 2 / 6)
    error = np.sqrt(2 * (4 / 6) * (2 / 6) / 6)
    assert statistic(found, stat_name="std_error", **late) == pytest.approx(error)


def test_before_any_event_the_limit_is_that_of_no_event_among_those_at_risk():
    key = {"term": "cumulative-incidence", "time": "24", "arm": "Midazolam"}
    found = results(two_arms())
    assert statistic(found, stat_name="conf_high", **key) == pytest.approx(1 - 0.025 ** (1 / 6))


def test_mean_time_and_time_lost_add_up_to_the_horizon():
    free = results(two_arms())
    lost = results(two_arms(), competing=["withdrawal"])
    key = {"time": "672", "arm": "Ketamine", "stat_name": "estimate"}
    assert statistic(free, term="restricted-mean", **key) + statistic(lost, term="time-lost", **key) == pytest.approx(
        28
    )


def test_a_small_trial_gets_an_exact_re_randomisation_with_its_smallest_p():
    found = results(two_arms())
    key = {"term": "permutation", "arm": "Ketamine", "comparator": "Midazolam"}
    assert select(found, stat_name="arrangements", **key)["stat_text"].tolist() == ["all 924 arrangements"]
    smallest = statistic(found, stat_name="p_value", level="smallest", **key)
    assert 0 < smallest <= statistic(found, stat_name="p_value", level="", **key)


def test_an_arm_without_events_is_said_and_nothing_is_infinite():
    courses = [(30, 10, 10, 10)] * 4 + [(30, 29, 29, 29)] * 4
    found = results(adam(courses, arms=["Ketamine"] * 4 + ["Midazolam"] * 4))
    ratio = select(found, term="ratio", comparator="Midazolam")
    assert ratio["error"].tolist() == ["no event in Midazolam: a hazard ratio would be 0, infinite or undefined"]
    assert not np.isinf(found["stat"]).any()
    assert (found.loc[found["stat"].isna() & (found["stat_text"] == ""), ["error", "warning"]] != "").any(axis=1).all()


def test_no_event_at_all_leaves_counts_probabilities_and_reasons():
    found = results(adam([(30, 29, 29, 29)] * 6, arms=["Ketamine"] * 3 + ["Midazolam"] * 3))
    assert statistic(found, variable="outcome", level="event", arm="", term="", stat_name="n") == 0
    assert select(found, term="log-rank", stat_name="p_value")["stat"].isna().all()
    assert not np.isinf(found["stat"]).any()


def test_fewer_than_three_are_described_only():
    found = results(adam([(30, 10, 10, 10)] * 5, arms=["Ketamine"] * 3 + ["Midazolam"] * 2))
    assert select(found, stat_name="error", arm="Midazolam")["error"].str.contains("fewer than 3").all()
    assert statistic(found, variable="outcome", level="event", arm="Midazolam", term="", stat_name="n") == 2
    assert select(found, term="cumulative-incidence", arm="Midazolam").empty
    assert select(found, term="risk-difference").query("comparator != ''").empty


def test_a_single_participant_is_counted():
    found = results(adam([(30, 10, 10, 10)]))
    assert statistic(found, variable="outcome", level="event", arm="", term="", stat_name="n") == 1


def test_kinds_that_nobody_has_and_an_hour_0_after_randomisation_are_warned_of():
    assert select(results(two_arms(), competing=["reskue"]), stat_name="warning")["warning"].tolist() == [
        "no participant has reskue in the data: check how it is written"
    ]
    later = results(two_arms(), event="relapse", since="response")
    assert select(later, stat_name="warning")["warning"].str.contains("exploratory").any()


def test_covariates_enter_as_numbers_or_indicators_and_absent_ones_are_named():
    found = results(two_arms(), covariates=["sex", "baseline"])
    assert "constant" in select(found, term="ratio", stat_name="estimate")["error"].iloc[0]
    found = results(two_arms(), covariates=["sex"])
    assert select(found, term="coefficient")["level"].unique().tolist() == ["sex: M"]
    found = results(two_arms(), covariates=["age"])
    assert select(found, term="ratio", stat_name="estimate")["error"].tolist() == ["the data hold no values of age"]


def test_curves_name_no_participant_and_begin_at_hour_0():
    steps = analyse(a_plan(), "small", "tte", two_arms()).individual
    assert set(steps.columns) == {"ARM", "CAUSE", "DAYS", "ESTIMATE", "CONF_LOW", "CONF_HIGH", "N_CENSORED"}
    first = steps.drop_duplicates("ARM")
    assert first["DAYS"].tolist() == first["ESTIMATE"].tolist() == [0, 0]


def test_a_loss_is_drawn_downwards_unless_something_competes():
    relapse = {"event": "relapse", "since": "response"}
    assert statistic_text(results(two_arms(), **relapse)) == "event-free"
    assert statistic_text(results(two_arms(), **relapse, competing=["withdrawal"])) == "cumulative-incidence"


def statistic_text(found):
    """Which way the curve is drawn."""
    return select(found, term="fit", stat_name="curve")["stat_text"].iloc[0]


def test_in_a_public_report_few_events_take_all_that_rests_on_them_along():
    found = public(results(two_arms()), small_cell=5)
    resting = ["cumulative-incidence", "risk-difference", "ratio", "log-rank", "permutation", "restricted-mean"]
    of_arms = found[found["term"].isin(resting) & (found["stat_name"] == "estimate")]
    assert of_arms.loc[of_arms["time"] != "24", "stat"].isna().all()


def test_the_stream_of_random_numbers_follows_seed_name_and_arm():
    the_plan = a_plan()
    first = [generator_of(the_plan, the_plan.analyses["tte"], arm).random() for arm in ("x", "x", "y")]
    other = a_plan(key="other")
    assert first[0] == first[1] != first[2]
    assert generator_of(other, other.analyses["other"], "x").random() != first[0]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"event": "relapse"}, "since: response"),
        ({"since": "response"}, "go with event: relapse"),
        ({"endpoint": None}, "endpoint is missing"),
        ({"event": {"intercurrent": ["rescue"]}}, "has no endpoint"),
        ({"event": {"intercurrent": ["rescue"]}, "endpoint": None, "competing": ["rescue"]}, "compete with it"),
        ({"competing": ["rescue"], "censored_at": ["rescue"]}, "keep it in one of them"),
        ({"report_at": ["0 h"]}, "after hour 0"),
    ],
)
def test_keys_that_do_not_go_together_are_refused(changes, told):
    with pytest.raises(ValidationError, match=told):
        a_plan(**changes)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"event": "response", "endpoint": "weight"}, "declares no response"),
        ({"event": "remission", "endpoint": "weight"}, "no direction of benefit"),
        ({"event": "relapse", "since": "response", "relapse_below": "60 %"}, "Lower it"),
        ({"event": {"intercurrent": ["rescue"]}, "endpoint": None, "covariates": ["baseline"]}, "has none"),
    ],
)
def test_what_the_rest_of_the_plan_does_not_allow_is_told(changes, told):
    assert told in " ".join(problem.text for problem in check(a_plan(**changes)))


def test_infusions_that_the_design_does_not_have_are_told():
    the_plan = a_plan(event="relapse", since="planned-last-infusion")
    without = the_plan.model_copy(update={"design": the_plan.design.model_copy(update={"infusions": ()})})
    assert "planned-last-infusion needs" in " ".join(problem.text for problem in check(without))


def a_question(strategy, endpoint="madrs"):
    """An estimand with a strategy for rescue."""
    return {
        "population": "randomised", "treatment": {"arm": "Ketamine", "against": "Midazolam"},
        "variable": {"endpoint": endpoint, "visit": "Week 4"}, "events": {"rescue": strategy},
    }  # fmt: skip


def asked_for(strategy, about="madrs", **keys):
    """A plan whose analysis answers that estimand."""
    part = {"method": "time-to-event", "event": "response", "endpoint": "madrs", "report_at": ["28 d"], "estimand": "q"}
    part = {name: value for name, value in (part | keys).items() if value is not None}
    return plan(
        endpoints={"madrs": MADRS, "weight": WEIGHT},
        analyses={"tte": part},
        estimands={"q": a_question(strategy, about)},
    )


@pytest.mark.parametrize(("strategy", "expected"), [("hypothetical", (24, 0)), ("treatment-policy", (96, 1))])
def test_observation_ends_at_a_hypothetical_event_and_goes_on_under_treatment_policy(strategy, expected):
    sets = adam([(30, 29, 10, 10)] * 3, events=[("A", "rescue", 50.0)])
    the_plan = asked_for(strategy)
    data = event_times(the_plan, the_plan.analyses["tte"], sets, members(the_plan, sets["ADSL"], "randomised"))
    assert tuple(data.frame.set_index("USUBJID").loc["A", ["HOURS", "CAUSE"]]) == expected


@pytest.mark.parametrize(
    ("strategy", "keys", "told"),
    [
        ("hypothetical", {"competing": ["rescue"]}, "stands here"),
        ("treatment-policy", {"censored_at": ["rescue"]}, "stands here"),
        ("hypothetical", {"event": {"intercurrent": ["rescue"]}, "endpoint": None}, "the event that is timed"),
    ],
)
def test_an_estimand_that_says_otherwise_than_the_analysis_is_refused(strategy, keys, told):
    assert told in " ".join(problem.text for problem in check(asked_for(strategy, **keys)))


def test_an_estimand_of_another_endpoint_is_refused():
    assert "is about weight" in " ".join(problem.text for problem in check(asked_for("hypothetical", "weight")))
