import math

import pandas as pd
import pytest

from displays import trials
from postinfusion.analyses.claims import judged_claims, synthesise
from postinfusion.ard.build import error_row, rows, table
from postinfusion.ard.query import select, statistic
from postinfusion.core.contrasts import estimates
from postinfusion.plan.claim_catalogue import CATALOGUE
from postinfusion.plan.rules import check
from postinfusion.vocabulary import Verdict

ERROR, DF, N = 1.5, 80.0, 46
PAIR = {"arm": "Ketamine", "comparator": "Midazolam"}
HOURS = {"24 h": "24", "Day 28": "672", "Day 84": "2016"}
ENDPOINTS = {
    "madrs": trials.INFUSED["endpoints"]["madrs"],
    "gad7": {"measure": "GAD-7", "family": "mood"},
    "bmi": trials.INFUSED["endpoints"]["bmi"] | {"margin": 2.0, "margin_source": "invented"},
}
ANALYSES = {
    "madrs-mmrm": {"method": "mmrm", "endpoint": "madrs", "estimand": "primary"},
    "gad7-mmrm": {"method": "mmrm", "endpoint": "gad7"},
    "bmi-mmrm": {"method": "mmrm", "endpoint": "bmi"},
    "harms": {"method": "adverse-events"},
}
E1 = {"decides": [{"analysis": "madrs-mmrm", "visit": "24 h"}]}
LASTING = {"decides": [{"analysis": "madrs-mmrm", "visit": visit} for visit in ("Day 28", "Day 84")]}
SAFE = {"decides": [{"analysis": "harms"}], "margin_source": "invented"}


def plan(judged, treatment="ketamine", **changes):
    claims = {"treatment": treatment, "judged": judged}
    return trials.infused(endpoints=ENDPOINTS, analyses=ANALYSES, claims=claims, **changes)


def model(analysis_id, differences, n=N, **more):
    """Rows of a model of repeated measures with these differences by visit."""
    found = [row for arm, total in (("Ketamine", 48), ("Midazolam", 48))
             for row in rows({"n_total": total}, variable="denominator", arm=arm)]  # fmt: skip
    for visit, value in differences.items():
        known = estimates([value], [ERROR], [DF])
        names = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")
        numbers = {name: float(getattr(known, name)[0]) for name in names}
        at = {"variable": "CHG", "visit": visit, "time": HOURS[visit]}
        found += rows(numbers, term="difference", **at, **PAIR)
        found += [row for arm in PAIR.values() for row in rows({"n": n}, term="observed", arm=arm, **at)]
    return [{"analysis_id": analysis_id, **row, **more} for row in found]


def harms(counts, limits=None):
    """Rows of adverse events: participants with each on ketamine, and limits of risk differences."""
    found = [row for arm in PAIR.values() for row in rows({"n_total": 48}, variable="denominator", arm=arm)]
    found += rows({"n": 40}, variable="overview", level="any", arm="Ketamine")
    for term, n in counts.items():
        found += rows({"n": n}, variable="class-term", level="class", term=term, arm="Ketamine")
    for kind, (low, high) in (limits or {}).items():
        numbers = {"risk_difference": (low + high) / 2, "conf_low": low, "conf_high": high}
        found += rows(numbers, variable="overview", level=kind, **PAIR)
    return [{"analysis_id": "harms", **row} for row in found]


def judged(found_plan, *parts):
    return synthesise(found_plan, "t", table([row for part in parts for row in part]))


def verdict(claims: pd.DataFrame, claim: str) -> tuple[str, str, str]:
    return tuple(
        select(claims, variable=claim, term="claim", stat_name=name)["stat_text"].item()
        for name in ("verdict", "qualifiers", "reason")
    )


def test_a_plan_that_names_nothing_judges_no_claim_and_says_what_would_be_needed():
    claims = judged(plan({}), model("madrs-mmrm", {"24 h": -6.0}))
    assert judged_claims(claims) == (0, len(CATALOGUE))
    assert "needed: adverse events" in verdict(claims, "S3")[2]


def test_a_trial_without_ketamine_answers_no_claim_about_it():
    claims = judged(plan({}, treatment="other"), model("madrs-mmrm", {"24 h": -6.0}))
    assert {verdict(claims, claim)[2] for claim in CATALOGUE} == {"no arm received ketamine"}


def test_a_lower_score_is_a_benefit_where_the_endpoint_says_so():
    assert verdict(judged(plan({"E1": E1}), model("madrs-mmrm", {"24 h": -6.0})), "E1")[0] == "supported"
    assert verdict(judged(plan({"E1": E1}), model("madrs-mmrm", {"24 h": 6.0})), "E1")[0] == "contradicted"


def test_the_primary_result_has_the_verdict_of_the_claim_that_rests_on_it():
    claims = judged(plan({"E1": E1}), model("madrs-mmrm", {"24 h": -6.0}))
    assert verdict(claims, "primary") == verdict(claims, "E1")


def test_the_row_of_a_verdict_holds_all_that_it_rests_on():
    claims = judged(plan({"E1": E1}), model("madrs-mmrm", {"24 h": -6.0}, n=36))
    key = {"variable": "E1", "term": "decides"}
    assert statistic(claims, stat_name="estimate", **key) == -6.0
    assert statistic(claims, stat_name="important_difference", **key) == 3.0
    assert statistic(claims, stat_name="share_missing", arm="Ketamine", **key) == pytest.approx(0.25)
    # the estimate falls below 3 after losing 3 of 25 %; the lower limit reaches 0 only after losing 3.01
    assert statistic(claims, stat_name="tipping_shift", **key) == pytest.approx(12.0)
    assert select(claims, stat_name="threshold_source", **key)["stat_text"].item() == "plan, section 4"


def test_answers_that_look_back_to_before_the_treatment_test_nothing():
    wired = {"E2": {"decides": [{"analysis": "gad7-mmrm", "visit": "24 h"}]}}
    claims = judged(plan(wired), model("gad7-mmrm", {"24 h": -6.0}))
    assert verdict(claims, "E2")[::2] == (Verdict.NOT_TESTABLE.value, "the answers look back to before the treatment")


def test_a_failed_model_tests_nothing_and_says_why():
    failed = [{"analysis_id": "madrs-mmrm", **error_row("no covariance of the plan could be fitted: singular")}]
    claims = judged(plan({"E1": E1}), failed)
    assert verdict(claims, "E1")[2] == "no covariance of the plan could be fitted: singular"


def test_two_participants_in_an_arm_test_nothing():
    claims = judged(plan({"E1": E1}), model("madrs-mmrm", {"24 h": -6.0}, n=2))
    assert verdict(claims, "E1")[2] == "fewer than 3 participants in an arm"


def test_what_was_not_prespecified_is_at_best_inconclusive():
    claims = judged(plan({"E1": E1}), model("madrs-mmrm", {"24 h": -9.0}, prespecified=False))
    assert verdict(claims, "E1")[:2] == ("inconclusive", "exploratory")


@pytest.mark.parametrize(("since", "verdicts"), [("first-infusion", "supported"), ("last-infusion", "inconclusive")])
def test_time_that_begins_after_randomisation_is_exploratory(since, verdicts):
    course = {"method": "trajectory", "endpoint": "madrs", "report_at": ["24 h"], "since": since}
    wired = trials.infused(
        endpoints=ENDPOINTS, analyses={"madrs-mmrm": course},
        claims={"treatment": "ketamine", "judged": {"E1": {"decides": [{"analysis": "madrs-mmrm", "time": "24 h"}]}}},
    )  # fmt: skip
    claims = judged(wired, model("madrs-mmrm", {"24 h": -9.0}))
    assert verdict(claims, "E1")[0] == verdicts


@pytest.mark.parametrize(("counted", "population", "since", "expected"), [
    (True, "randomised", "first-infusion", 0.25), (False, "randomised", "first-infusion", math.nan),
    (True, "safety", "first-infusion", math.nan), (True, "randomised", "last-infusion", math.nan),
])  # fmt: skip
def test_values_missing_at_a_time_of_a_course_are_those_of_the_nearest_visit(counted, population, since, expected):
    course = {"method": "trajectory", "endpoint": "madrs", "report_at": ["29 d"], "since": since}
    wired = trials.infused(
        endpoints=ENDPOINTS, analyses={"course": course, "gone": {"method": "missingness", "endpoint": "madrs"}},
        claims={"treatment": "ketamine", "judged": {"E1": {"decides": [{"analysis": "course", "time": "29 d"}]}}},
    )  # fmt: skip
    found = [row for row in model("course", {"Day 28": -9.0}, population="randomised") if row.get("term") != "observed"]
    found = [{**row, "visit": "", "time": "696"} if row.get("time") else row for row in found]
    of_fit = [row for arm in PAIR.values() for row in rows({"n_participants": 48}, term="fit", arm=arm)]
    found += [{"analysis_id": "course", "population": "randomised", **row} for row in of_fit]
    for visit, n in (("24 h", 48), ("Day 28", 36), ("Day 84", 20)) if counted else ():
        key = {"variable": "assessment", "visit": visit, "time": HOURS[visit], "level": "observed"}
        at = [row for arm in PAIR.values() for row in rows({"n": n}, arm=arm, **key)]
        at += [row for arm in PAIR.values() for row in rows({"n_total": 48}, variable="denominator", arm=arm)] * (
            n == 48
        )
        found += [{"analysis_id": "gone", "population": population, **row} for row in at]
    claims = judged(wired, found)
    shares = [
        statistic(claims, variable="E1", term="decides", stat_name="share_missing", arm=arm) for arm in PAIR.values()
    ]
    assert shares == pytest.approx([expected] * 2, nan_ok=True)


def test_holm_takes_from_a_claim_what_the_others_of_its_family_cost():
    both = {"E1": E1, "E2": {"decides": [{"analysis": "gad7-mmrm", "visit": "Day 28"}]}}
    parts = model("madrs-mmrm", {"24 h": -3.3}), model("gad7-mmrm", {"Day 28": -1.0})
    alone = judged(plan({"E1": E1}), *parts)
    together = judged(plan(both), *parts)
    assert verdict(alone, "E1")[0] == "supported"
    assert verdict(together, "E1")[::2] == (
        "inconclusive",
        "benefit shown, but not after adjustment for several claims",
    )
    p = statistic(together, variable="E1", term="family", stat_name="p_value")
    assert statistic(together, variable="E1", term="family", stat_name="p_adjusted") == pytest.approx(2 * p)


def test_the_first_of_a_fixed_sequence_is_not_adjusted():
    both = {"E1": E1, "E2": {"decides": [{"analysis": "gad7-mmrm", "visit": "Day 28"}]}}
    order = {"mood": {"method": "fixed-sequence", "order": ["E1", "E2"]}}
    parts = model("madrs-mmrm", {"24 h": -3.3}), model("gad7-mmrm", {"Day 28": -9.0})
    claims = judged(plan(both, multiplicity=order), *parts)
    assert [verdict(claims, claim)[0] for claim in ("E1", "E2")] == ["supported", "supported"]


def test_claims_that_rest_on_the_same_results_count_once():
    claims = judged(plan({"E5b": LASTING, "E6": LASTING}), model("madrs-mmrm", {"Day 28": -6.0, "Day 84": -4.0}))
    for claim in ("E5b", "E6"):
        assert statistic(claims, variable=claim, term="family", stat_name="n_claims") == 1


def test_a_lasting_effect_is_as_good_as_its_worse_point_and_is_tested_by_the_larger_p_value():
    claims = judged(plan({"E5b": LASTING}), model("madrs-mmrm", {"Day 28": -6.0, "Day 84": -0.5}))
    assert verdict(claims, "E5b")[0] == "inconclusive"
    p = select(claims, variable="E5b", term="decides", stat_name="p_value")["stat"].max()
    assert statistic(claims, variable="E5b", term="family", stat_name="p_value") == p


def test_a_verdict_that_tips_before_the_difference_that_matters_is_fragile():
    shaky = judged(plan({"E1": E1}), model("madrs-mmrm", {"24 h": -3.2}, n=30))
    assert verdict(shaky, "E1")[:2] == ("supported", "fragile")


def test_a_sensitivity_analysis_with_another_verdict_makes_fragile():
    wired = {"E1": E1 | {"sensitivity": [{"analysis": "madrs-mmrm", "visit": "Day 28"}]}}
    claims = judged(plan(wired), model("madrs-mmrm", {"24 h": -9.0, "Day 28": -1.0}))
    assert verdict(claims, "E1")[0] == "supported"
    assert "fragile" in verdict(claims, "E1")[1]


def test_opposite_verdicts_on_one_construct_cap_both():
    other = {"analysis": "gad7-mmrm", "visit": "Day 28"}
    wired = {"E1": E1 | {"conflicts": [other]}, "E2": {"decides": [other]}}
    claims = judged(plan(wired), model("madrs-mmrm", {"24 h": -9.0}), model("gad7-mmrm", {"Day 28": 9.0}))
    assert verdict(claims, "E1")[:2] == ("inconclusive", "conflicting")
    assert verdict(claims, "E2")[:2] == ("inconclusive", "conflicting")


def test_no_difference_needs_no_direction_of_benefit():
    wired = {"E13": {"decides": [{"analysis": "bmi-mmrm", "visit": "Day 84"}]}}
    assert verdict(judged(plan(wired), model("bmi-mmrm", {"Day 84": 0.0})), "E13")[0] == "inconclusive"
    wide = {"E13": {**wired["E13"], "margin": 4.0, "margin_source": "invented"}}
    assert verdict(judged(plan(wide), model("bmi-mmrm", {"Day 84": 0.0})), "E13")[0] == "supported"


def test_no_difference_in_each_diagnosis_needs_each_interval_within_the_margin():
    groups = {"AN": 0.0, "BN": 0.0, "BED": 9.0}
    decides = [{"analysis": "bmi-mmrm", "visit": "Day 84", "subgroup": "diagnosis", "subgroup_level": level}
               for level in groups]  # fmt: skip
    parts = [model("bmi-mmrm", {"Day 84": value}, n, subgroup="diagnosis", subgroup_level=level)
             for (level, value), n in zip(groups.items(), (30, 20, 10), strict=True)]  # fmt: skip
    wide = {"decides": decides, "margin": 4.0, "margin_source": "invented"}
    claims = judged(plan({"E13": wide}), *parts)
    assert verdict(claims, "E13")[::2] == ("contradicted", "group 3 of 3: the interval lies outside the margin")
    told = select(claims, variable="E13", term="decides", stat_name="n", arm="Ketamine")
    assert told.set_index("subgroup_level")["stat"].to_dict() == {"AN": 30, "BN": 20, "BED": 10}
    assert verdict(judged(plan({"E13": wide | {"decides": decides[:2]}}), *parts), "E13")[0] == "supported"
    assert verdict(judged(plan({"E13": wide}), *parts[:2]), "E13")[0] == "not testable with these data"


def test_a_comparison_without_a_direction_of_benefit_tests_nothing():
    wired = {"E14": {"decides": [{"analysis": "bmi-mmrm", "visit": "Day 84"}]}}
    assert verdict(judged(plan(wired), model("bmi-mmrm", {"Day 84": 5.0})), "E14")[2] == (
        "the plan calls no direction a benefit"
    )


def test_a_ratio_is_judged_on_its_logarithm_and_must_say_which_direction_is_a_benefit():
    at = {"variable": "rate", "visit": "Day 28", "time": "672", "term": "rate-ratio", **PAIR}
    found = [{"analysis_id": "gad7-mmrm", **row}
             for row in rows({"estimate": 0.7, "conf_low": 0.5, "conf_high": 0.98, "p_value": 0.04}, **at)]  # fmt: skip
    point = {"analysis": "gad7-mmrm", "visit": "Day 28", "term": "rate-ratio"}
    silent = judged(plan({"E12": {"decides": [point]}}), found)
    told = judged(plan({"E12": {"decides": [point | {"better": "lower"}]}}), found)
    assert verdict(silent, "E12")[2] == "the plan calls no direction a benefit"
    assert verdict(told, "E12")[:2] == ("supported", "direction only")


def test_counts_are_judged_by_their_exact_limits():
    point = {"analysis": "harms", "term": "dissociation"}
    wired = {"S8": {"decides": [point], "rare": "0.1 %", "rare_source": "invented"},
             "S3": {"decides": [{"analysis": "harms", "term": "nausea"}]}}  # fmt: skip
    claims = judged(plan(wired), harms({"dissociation": 33}))
    assert verdict(claims, "S8")[0] == "contradicted"
    assert verdict(claims, "S3")[0] == "inconclusive"
    upper = statistic(claims, variable="S3", term="share", stat_name="conf_high")
    assert upper == pytest.approx(1 - 0.025 ** (1 / 48))


def test_a_slip_in_the_name_of_an_event_is_not_taken_for_zero():
    wired = {"S3": {"decides": [{"analysis": "harms", "term": "nausaea"}]}}
    assert verdict(judged(plan(wired), harms({"nausea": 12})), "S3")[2] == (
        'no event is called "nausaea". Did you mean nausea?'
    )


def test_safety_needs_margins_and_all_three_kinds_of_harm():
    limits = dict.fromkeys(("serious", "severe", "stopped"), (-0.05, 0.05))
    margins = dict.fromkeys(limits, "10 %")
    safe = plan({"S1": SAFE | {"margins": margins}})
    assert verdict(judged(safe, harms({}, limits)), "S1")[0] == "supported"
    assert verdict(judged(plan({"S1": SAFE}), harms({}, limits)), "S1")[2] == "the plan names no margin of safety"
    lacking = {kind: limits[kind] for kind in ("serious", "stopped")}
    assert verdict(judged(safe, harms({}, lacking)), "S1")[2] == "the data do not tell of severe events"


def test_safety_is_not_supported_where_unrecorded_events_could_change_it():
    limits = dict.fromkeys(("serious", "severe", "stopped"), (-0.037, 0.037))
    safe = plan({"S1": SAFE | {"margins": dict.fromkeys(limits, "10 %")}})
    counts = [row for kind in limits for arm in PAIR.values()
              for row in rows({"n": 0}, variable="overview", level=kind, arm=arm)]  # fmt: skip
    unknown = {n: rows({"n": n}, variable="overview-unknown", level="severe", arm="Ketamine") for n in (1, 14)}
    found = {n: [{"analysis_id": "harms", **row} for row in [*counts, *unknown[n]]] for n in unknown}
    judgement, _, reason = verdict(judged(safe, harms({}, limits), found[14]), "S1")
    assert judgement == "inconclusive"
    assert reason.startswith("would be supported, but not if events without a record of their seriousness, severity or")
    wide = plan({"S1": SAFE | {"margins": dict.fromkeys(limits, "20 %")}})
    assert verdict(judged(wide, harms({}, limits), found[1]), "S1")[0] == "supported"


def test_a_single_arm_is_never_more_than_compatible():
    alone = trials.single_arm(endpoints=ENDPOINTS, claims={"treatment": "ketamine", "judged": {"E1": E1}},
                              analyses={"madrs-mmrm": ANALYSES["madrs-mmrm"]})  # fmt: skip
    numbers = {"estimate": -12.0, "std_error": 1.0, "df": 11.0, "conf_low": -14.2, "conf_high": -9.8}
    at = {"variable": "CHG", "visit": "24 h", "time": "24", "term": "marginal-mean", "arm": "Ketamine"}
    found = [{"analysis_id": "madrs-mmrm", **row} for row in rows(numbers, **at)]
    assert verdict(judged(alone, found), "E1")[0] == "compatible (uncontrolled)"


def test_no_key_stands_twice_and_every_number_is_finite():
    everything = {"E1": E1, "E5b": LASTING, "E6": LASTING, "S3": {"decides": [{"analysis": "harms", "term": "nausea"}]}}
    differences = {"24 h": -6.0, "Day 28": -5.0, "Day 84": -1.0}
    claims = judged(plan(everything), model("madrs-mmrm", differences), harms({"nausea": 12}))
    keys = ["variable", "visit", "time", "arm", "comparator", "level", "term", "stat_name"]
    assert not claims.duplicated(keys).any()
    numeric = claims["stat_text"] == ""
    assert all(math.isfinite(value) for value in claims.loc[numeric & (claims["stat_name"] != "qualifiers"), "stat"])


SUBSCALES = {
    "subscales": {"results": [{"analysis": name, "visit": "24 h"} for name in ("madrs-mmrm", "gad7-mmrm", "bmi-mmrm")]}
}


def test_results_of_a_family_of_their_own_are_adjusted_together_and_decide_no_claim():
    found_plan = plan({}, multiplicity=SUBSCALES)
    models = [model("madrs-mmrm", {"24 h": -4.0}), model("bmi-mmrm", {"24 h": -3.5})]
    claims = judged(found_plan, *models)
    key = {"variable": "subscales", "term": "result"}
    p = estimates([-4.0, -3.5], [ERROR, ERROR], [DF, DF]).p_value
    # the second result is missing and keeps its place as one that shows nothing
    assert statistic(claims, level="1", stat_name="p_adjusted", **key) == pytest.approx(3 * p[0])
    assert statistic(claims, level="3", stat_name="p_adjusted", **key) == pytest.approx(max(3 * p[0], 2 * p[1]))
    first = statistic(claims, level="1", stat_name="adjusted_high", **key)
    assert first == pytest.approx(estimates([-4.0], [ERROR], [DF], confidence=1 - 0.05 / 3).conf_high[0])
    assert select(claims, level="2", stat_name="reason", **key)["stat_text"].item()
    assert judged_claims(claims)[0] == 0


def test_a_family_of_results_names_results_that_exist_and_no_order_of_claims():
    unknown = plan({}, multiplicity={"subscales": {"results": [{"analysis": "nothing", "visit": "24 h"}]}})
    (told,) = [str(problem) for problem in check(unknown) if "nothing" in str(problem)]
    assert "multiplicity" in told
    with pytest.raises(ValueError, match="results stand in their own order"):
        plan({}, multiplicity={"subscales": SUBSCALES["subscales"] | {"order": ["E1"], "method": "fixed-sequence"}})


def test_results_in_a_fixed_order_stop_at_the_first_that_shows_nothing():
    sequence = {"subscales": SUBSCALES["subscales"] | {"method": "fixed-sequence"}}
    models = [
        model("madrs-mmrm", {"24 h": -1.0}),
        model("gad7-mmrm", {"24 h": -9.0}),
        model("bmi-mmrm", {"24 h": -9.0}),
    ]
    claims = judged(plan({}, multiplicity=sequence), *models)
    adjusted = [statistic(claims, level=place, stat_name="p_adjusted", variable="subscales") for place in ("1", "3")]
    assert adjusted[0] > 0.05
    assert adjusted[1] == 1.0


def test_a_fixed_sequence_does_not_pass_over_a_claim_that_could_not_be_tested():
    sequence = {"mood": {"method": "fixed-sequence", "order": ["E1", "E5b"]}}
    found_plan = plan({"E1": E1, "E5b": LASTING}, multiplicity=sequence)
    whole = judged(found_plan, model("madrs-mmrm", {"24 h": -9.0, "Day 28": -9.0, "Day 84": -9.0}))
    assert verdict(whole, "E5b")[0] == "supported"
    without_first = judged(found_plan, model("madrs-mmrm", {"Day 28": -9.0, "Day 84": -9.0}))
    assert verdict(without_first, "E1")[0] == "not testable with these data"
    assert verdict(without_first, "E5b")[::2] == (
        "inconclusive", "first point: benefit shown, but not after adjustment for several claims",
    )  # fmt: skip
    assert select(without_first, variable="E1", term="family").empty


def of_diagnoses(differences, **more):
    """Rows of a model of subgroups: over all, then in two diagnoses."""
    found = []
    for group, value in differences.items():
        at = {"subgroup": "diagnosis", "subgroup_level": group} if group else {}
        found += [row | at for row in model("madrs-mmrm", {"24 h": value}, **more)]
    return found


EVERY = {
    "decides": [
        {"analysis": "madrs-mmrm", "visit": "24 h"},
        *(
            {"analysis": "madrs-mmrm", "visit": "24 h", "subgroup": "diagnosis", "subgroup_level": group}
            for group in ("AN", "BN")
        ),
    ]
}


def test_every_diagnosis_is_clearly_important_only_where_each_diagnosis_is():
    both = judged(plan({"E20": EVERY}), of_diagnoses({"": -9.0, "AN": -9.0, "BN": -9.0}))
    assert verdict(both, "E20")[:2] == ("supported", "clearly important")
    one = judged(plan({"E20": EVERY}), of_diagnoses({"": -9.0, "AN": -9.0, "BN": -4.0}))
    assert verdict(one, "E20")[:2] == ("supported", "")


def test_every_diagnosis_shares_the_risk_of_its_family_and_needs_diagnoses_that_were_planned():
    models = of_diagnoses({"": -3.05, "AN": -9.0, "BN": -9.0})
    wired = {"E20": EVERY, "E2": {"decides": [{"analysis": "gad7-mmrm", "visit": "Day 28"}], "family": "mood"}}
    together = judged(plan(wired), models, model("gad7-mmrm", {"Day 28": 0.0}))
    assert verdict(together, "E20")[2] == "over all: benefit shown, but not after adjustment for several claims"
    post_hoc = of_diagnoses({"AN": -9.0, "BN": -9.0}, prespecified=False)
    found = judged(plan({"E20": EVERY}), of_diagnoses({"": -9.0}), post_hoc)
    assert verdict(found, "E20")[:2] == ("inconclusive", "exploratory")


def test_a_claim_without_a_control_is_in_no_family():
    single = {"kind": "single-arm", "time_zero": "first-infusion", "arms": [{"name": "Ketamine"}], "infusions": ["0 h"]}
    alone = [row | {"comparator": "", "term": "marginal-mean"} for row in model("madrs-mmrm", {"24 h": -9.0})
             if row.get("term") == "difference"]  # fmt: skip
    found = judged(plan({"E1": E1}, design=single, estimands={}), alone)
    assert verdict(found, "E1")[0] == "compatible (uncontrolled)"
    assert select(found, term="family").empty


def test_safety_needs_limits_of_95_per_cent_and_a_plan_made_before():
    limits = dict.fromkeys(("serious", "severe", "stopped"), (-0.05, 0.05))
    wired = {"S1": SAFE | {"margins": dict.fromkeys(limits, "10 %")}}
    assert verdict(judged(plan(wired), harms({"nausea": 3}, limits)), "S1")[0] == "supported"
    post_hoc = [row | {"prespecified": False} for row in harms({"nausea": 3}, limits)]
    assert verdict(judged(plan(wired), post_hoc), "S1")[:2] == ("inconclusive", "exploratory")
    narrow = {**ANALYSES, "harms": {"method": "adverse-events", "confidence": "80 %"}}
    found = trials.infused(endpoints=ENDPOINTS, analyses=narrow, claims={"treatment": "ketamine", "judged": wired})
    assert "not those of 95 %" in verdict(judged(found, harms({"nausea": 3}, limits)), "S1")[2]


def test_events_that_nobody_recorded_are_said_beside_the_verdict():
    limits = dict.fromkeys(("serious", "severe", "stopped"), (-0.05, 0.05))
    wired = {"S1": SAFE | {"margins": dict.fromkeys(limits, "10 %")}}
    silent = [row | {"stat": 0.0} if row.get("level") == "any" else row for row in harms({}, limits)]
    assert verdict(judged(plan(wired), silent), "S1")[1] == "no event of any kind was recorded"


def test_a_share_of_one_or_two_participants_judges_nothing():
    few = [row | {"stat": 2.0} if row["stat_name"] == "n_total" else row for row in harms({"dissociation": 2})]
    wired = {
        "S8": {"decides": [{"analysis": "harms", "term": "dissociation"}], "rare": "1 %", "rare_source": "invented"}
    }
    assert verdict(judged(plan(wired), few), "S8")[::2] == (
        "not testable with these data", "fewer than 3 participants in an arm",
    )  # fmt: skip


def test_a_difference_of_both_stages_has_the_threshold_of_its_endpoint():
    found = [row | {"term": "combined-difference"} if row.get("term") == "difference" else row
             for row in model("madrs-mmrm", {"24 h": -9.0})]  # fmt: skip
    wired = {"E1": {"decides": [{"analysis": "madrs-mmrm", "visit": "24 h", "term": "combined-difference"}]}}
    assert verdict(judged(plan(wired), found), "E1")[:2] == ("supported", "clearly important")


def test_a_result_that_is_not_there_is_named_with_what_is():
    wired = {"E1": {"decides": [{"analysis": "madrs-mmrm", "visit": "24 h", "subgroup": "sex", "subgroup_level": "M"}]}}
    of_women = [row | {"subgroup": "sex", "subgroup_level": "female"} for row in model("madrs-mmrm", {"24 h": -9.0})]
    told = verdict(judged(plan(wired), of_women), "E1")[2]
    assert told == 'the results hold no estimate with subgroup level "M"; there are female'


@pytest.mark.parametrize(
    ("difference", "qualifiers"), [(-9.0, "clearly important"), (1.0, "clearly important; fragile")]
)
def test_a_sensitivity_analysis_that_was_added_later_makes_a_verdict_fragile_only_where_it_differs(
    difference, qualifiers
):
    wired = {"E1": E1 | {"sensitivity": [{"analysis": "gad7-mmrm", "visit": "Day 28"}]}}
    later = model("gad7-mmrm", {"Day 28": difference}, prespecified=False)
    claims = judged(plan(wired), model("madrs-mmrm", {"24 h": -9.0}), later)
    assert verdict(claims, "E1")[:2] == ("supported", qualifiers)


def resolved(n, total, followed_for_less, had):
    """Rows of a side effect: first events resolved by 4 h, of how many, and participants with any."""
    key = {"arm": "Ketamine", "term": "dizziness"}
    at = {"variable": "resolved", "time": "4", **key}
    found = rows({"n_total": 48}, variable="denominator", arm="Ketamine")
    found += rows({"n": n, "n_total": total}, level="first event", **at)
    found += rows({"n": followed_for_less}, level="followed for less", **at)
    found += rows({"n": had, "n_total": 48}, variable="incidence", level="participants", **key)
    return [{"analysis_id": "harms", **row} for row in found]


PASSES = {"decides": [{"analysis": "harms", "variable": "resolved", "level": "first event", "term": "dizziness",
                       "time": "4 h"}]}  # fmt: skip


@pytest.mark.parametrize(
    ("followed_for_less", "had", "expected", "said"),
    [
        (0, 20, "supported", "at least 80 % resolved by the limit"),
        (1, 21, "supported", "at least 80 % resolved by the limit"),  # not followed to the limit, whatever it was
        (0, 21, "inconclusive", "would be supported, but not if events whose end is not known are taken not to have"),
    ],
)
def test_that_it_passes_must_hold_if_what_is_not_known_has_not_passed(followed_for_less, had, expected, said):
    found = verdict(judged(plan({"S5": PASSES}), resolved(20, 20, followed_for_less, had)), "S5")
    assert found[0] == expected
    assert found[2].startswith(said)
    many = verdict(judged(plan({"S5": PASSES}), resolved(45, 45, 0, 46)), "S5")
    assert many[0] == "supported"
    assert many[2].endswith("also if events whose end is not known are taken not to have passed")


def of_overview(n, unknown, level="severe"):
    """Rows of a line of the overview, and of whom it is not known."""
    found = rows({"n_total": 400}, variable="denominator", arm="Ketamine")
    found += rows({"n": n}, variable="overview", level=level, arm="Ketamine")
    found += rows({"n": unknown}, variable="overview-unknown", level=level.split(" within")[0], arm="Ketamine")
    found += rows({"n": 1}, variable="overview", level="serious at an unknown hour", arm="Ketamine")
    return [{"analysis_id": "harms", **row} for row in found]


@pytest.mark.parametrize(
    ("level", "unknown", "expected"),
    [("severe", 0, "supported"), ("severe", 1, "inconclusive"), ("serious within 24 h", 0, "inconclusive")],
)
def test_that_it_is_rare_must_hold_if_whoever_is_not_known_had_it(level, unknown, expected):
    rare = {"decides": [{"analysis": "harms", "level": level}], "rare": "1 %", "rare_source": "invented"}
    found = verdict(judged(plan({"S8": rare}), of_overview(0, unknown, level)), "S8")
    assert found[0] == expected
    assert ("would be supported, but not if" in found[2]) == (expected == "inconclusive")


def test_what_no_event_still_allows_counts_whoever_is_not_known():
    may_occur = {"decides": [{"analysis": "harms", "level": "severe"}]}
    allowed = {
        unknown: verdict(judged(plan({"S3": may_occur}), of_overview(0, unknown)), "S3")[2] for unknown in (0, 2)
    }
    assert allowed == {  # upper limits of 0 and of 2 of 400
        0: "it did not occur, which still allows up to 0.9 %",
        2: "it did not occur, which still allows up to 1.8 %",
    }


def test_a_claim_of_safety_that_survives_what_is_not_known_says_so():
    limits = dict.fromkeys(("serious", "severe", "stopped"), (-0.02, 0.03))
    known = harms({}, limits)
    counts = [
        {"analysis_id": "harms", **row}
        for kind in limits
        for arm, n in ((PAIR["arm"], 0), (PAIR["comparator"], 3))
        for row in rows({"n": n}, variable="overview", level=kind, arm=arm)
    ]
    lost = [{"analysis_id": "harms", **row}
            for row in rows({"n": 1}, variable="overview-unknown", level="severe", arm="Ketamine")]  # fmt: skip
    safe = SAFE | {"margins": dict.fromkeys(limits, "20 %")}
    assert verdict(judged(plan({"S1": safe}), known, counts), "S1")[2] == "each risk difference lies below its margin"
    assert "also if events without a record of" in verdict(judged(plan({"S1": safe}), known, counts, lost), "S1")[2]
