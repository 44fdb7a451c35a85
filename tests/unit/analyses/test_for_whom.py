"""Groups, moderators and spread of a trial with a known effect, and all that is not testable with its reason."""

import numpy as np
import pandas as pd
import pytest

from mixed_groups_trial import FACTORS, N, adam, found, wanted
from postinfusion.analyses.ancova import fit_ancova
from postinfusion.analyses.claims import synthesise
from postinfusion.analyses.treatment_variance import subject_by_treatment
from postinfusion.ard.privacy import public
from postinfusion.core.johnson_neyman import pointwise_critical_value, regions_of_line
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Moderator, Subgroups
from postinfusion.present.methods.text import methods_text


def reason(key: str, **place: str) -> str:
    rows = found(key).rows
    for name, value in place.items():
        rows = rows[rows[name] == value]
    return " ".join(text for text in rows["error"].unique() if text)


def value(key: str, name: str, **place: str) -> float:
    number = found(key).value(name, **{"visit": "24 h", "arm": "Ketamine", "comparator": "Midazolam", **place})
    assert number is not None
    return number


def test_the_difference_of_each_group_and_their_interaction_are_found():
    an, bn = (value("groups", "estimate", term="difference", subgroup="diagnosis", subgroup_level=level)
              for level in ("AN", "BN"))  # fmt: skip
    assert an == pytest.approx(-9, abs=3)
    assert bn == pytest.approx(-15, abs=3)
    assert value("groups", "p_value", term="interaction", subgroup="diagnosis") < 0.01
    assert value("groups", "num_df", term="interaction", subgroup="diagnosis") == 1


def test_the_interaction_of_two_groups_is_the_squared_t_of_their_difference():
    group = {"term": "difference", "subgroup": "diagnosis"}
    at = [value("groups", "estimate", **group, subgroup_level=level) for level in ("AN", "BN")]
    errors = [value("groups", "std_error", **group, subgroup_level=level) for level in ("AN", "BN")]
    statistic = value("groups", "statistic", term="interaction", subgroup="diagnosis")
    assert statistic == pytest.approx((at[1] - at[0]) ** 2 / (errors[0] ** 2 + errors[1] ** 2), rel=0.02)


def test_each_factor_says_whether_it_was_laid_down_beforehand():
    rows = found("groups").rows
    assert rows.loc[rows["subgroup"] == "diagnosis", "prespecified"].all()
    assert not rows.loc[rows["subgroup"] == "age", "prespecified"].any()


def test_numbers_are_divided_at_the_cuts():
    assert found("groups").values_of("subgroup_level", subgroup="age", term="difference") == ["< 30", "≥ 30"]


def test_a_treatment_that_everyone_has_is_not_testable():
    assert "every participant has psychotherapy: confounded" in reason("groups", subgroup="co_treatment")


def test_a_group_of_one_arm_only_is_not_testable():
    assert "each group of subtype is in one arm only" in reason("groups", subgroup="subtype")


def test_a_group_of_two_is_described_only():
    assert "fewer than two groups of sex" in reason("groups", subgroup="sex")
    assert found("groups").text("n", visit="24 h", subgroup="sex", subgroup_level="male", term="observed",
                                arm="Ketamine") == "1"  # fmt: skip
    assert not found("groups").text("estimate", visit="24 h", subgroup="sex", subgroup_level="male",
                                    term="difference", arm="Ketamine", comparator="Midazolam")  # fmt: skip


def test_values_that_the_data_do_not_hold_are_not_testable():
    assert "the data hold no values of illness_years" in reason("groups", subgroup="illness_years")


def test_diagnoses_are_never_pooled_for_body_mass_index():
    assert "never pooled" in reason("bmi-groups", subgroup="", term="difference")
    assert "never pooled" in reason("bmi-groups", subgroup="age")
    assert not reason("bmi-groups", subgroup="diagnosis")
    assert "never pooled" in found("bmi-by-age").failure
    assert "never pooled" in found("bmi-spread").failure


def test_a_line_along_age_has_the_region_of_least_squares():
    people = adam()["ADSL"].set_index("USUBJID")["AGE"]
    records = adam()["ADQS"].query("AVISIT == '24 h'").assign(AGE=lambda rows: rows["USUBJID"].map(people))
    centre = records["AGE"].mean()
    frame = records.assign(AGE=records["AGE"] - centre, ARM=pd.Categorical(records["TRTP"], ["Midazolam", "Ketamine"]))
    fit = fit_ancova(frame, "CHG", "ARM * AGE + BASE")
    at = [fit.design.names.index(name) for name in fit.design.names if "ARM" in name]
    coefficients, covariance = fit.inference.coefficients()[at], fit.inference.covariance()[np.ix_(at, at)]
    of_arm = frame.groupby("ARM", observed=True)["AGE"]
    low, high = of_arm.quantile(0.05).max(), of_arm.quantile(0.95).min()
    expected = regions_of_line(coefficients, covariance, pointwise_critical_value(N - 5), low, high)
    place = {"subgroup": "age", "term": "region"}
    for number, region in enumerate(expected, start=1):
        level = f"pointwise {number}"
        assert value("by-age", "region_low", **place, level=level) == pytest.approx(region.low + centre)
        assert value("by-age", "region_high", **place, level=level) == pytest.approx(region.high + centre)
    assert value("by-age", "estimate", subgroup="age", term="slope") == pytest.approx(coefficients[1])
    assert value("by-age", "df", subgroup="age", term="slope") == pytest.approx(N - 5)


@pytest.mark.parametrize("key", ["by-age", "by-age-curved", "by-baseline"])
def test_the_simultaneous_band_is_wider_than_the_pointwise_intervals(key):
    curve = found(key).rows.query("term == 'curve'").pivot_table("stat", "level", "stat_name", "first")
    assert (curve["band_low"] < curve["conf_low"]).all()
    assert (curve["band_high"] > curve["conf_high"]).all()
    assert len(curve) == 41


def test_the_range_holds_no_extreme_of_a_single_participant():
    ages = adam()["ADSL"]["AGE"]
    low = value("by-age", "grid_from", subgroup="age", term="range", arm="", comparator="")
    high = value("by-age", "grid_until", subgroup="age", term="range", arm="", comparator="")
    assert ages.min() < low < high < ages.max()


def test_words_moderate_nothing():
    assert "sex is no number" in found("by-sex").failure


def test_the_spread_has_a_ratio_and_says_that_it_tells_nobodys_effect():
    assert value("spread", "conf_low", term="sd-ratio") < value("spread", "estimate", term="sd-ratio")
    assert "nobody's own effect" in found("spread").said("outcome", visit="24 h", term="individual-effect")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("groups", "diagnosis (prespecified), age (post hoc)"),
        ("by-age", "Potthoff's"),
        ("by-age-curved", "max-|t|"),
        ("spread", "Bonett's interval"),
    ],
)
def test_the_methods_text_names_the_estimator_and_its_limits(key, words):
    text = methods_text(found(key))
    assert words in text
    assert "missing at random" in text or "not testable in a parallel trial" in text


def test_claims_rest_on_groups_and_say_why_a_confounded_one_is_not_testable():
    claims = synthesise(wanted(), "small", found("groups").rows)
    verdicts = claims[(claims["term"] == "claim") & (claims["stat_name"] == "verdict")].set_index("variable")
    reasons = claims[(claims["term"] == "claim") & (claims["stat_name"] == "reason")].set_index("variable")
    assert verdicts.loc["E18", "stat_text"] == "not testable with these data"
    assert "confounded" in reasons.loc["E18", "stat_text"]
    assert verdicts.loc["E20", "stat_text"] == "supported"
    assert verdicts.loc["E19", "stat_text"] == "inconclusive"  # chosen after the data were seen


def test_a_public_report_tells_no_small_group():
    hidden = public(found("groups").rows, small_cell=5)
    counts = hidden[hidden["stat_name"].isin(["n", "n_total", "mean", "n_participants"])]
    assert counts.loc[counts["subgroup"] == "sex", "stat"].isna().all()
    assert counts.loc[counts["subgroup"] == "diagnosis", "stat"].notna().all()


def periods(effect_sd: float) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    records = []
    for place in range(16):
        person, own = rng.normal(0, 4), {arm: rng.normal(0, effect_sd / np.sqrt(2)) for arm in "AB"}
        for period, arm in enumerate("ABAB" if place % 2 else "BABA"):
            records.append((f"S{place}", arm, str(period), person + own[arm] - 5 * (arm == "A") + rng.normal(0, 2)))
    frame = pd.DataFrame(records, columns=["USUBJID", "ARM", "PERIOD", "CHG"])
    return frame.assign(ARM=pd.Categorical(frame["ARM"], ["B", "A"]))


def test_repeated_periods_tell_how_much_the_effect_varies():
    rows = {(row["term"], row["stat_name"]): row["stat"] for row in subject_by_treatment(periods(4), "CHG", ["ARM"])}
    assert rows["effect-sd", "conf_low"] < 4 < rows["effect-sd", "conf_high"]
    assert rows["subject-by-treatment-sd", "p_value"] < 0.01
    none = {(row["term"], row["stat_name"]): row["stat"] for row in subject_by_treatment(periods(0), "CHG", ["ARM"])}
    assert none["effect-sd", "conf_low"] == pytest.approx(0, abs=1e-3)


def test_one_period_of_each_treatment_tells_nothing_of_single_participants():
    with pytest.raises(ModelError, match="no participant had a treatment in two periods"):
        subject_by_treatment(periods(4).query("PERIOD in ('0', '1')"), "CHG", ["ARM"])


@pytest.mark.parametrize(
    ("part", "changes", "message"),
    [
        (Subgroups, {"factors": []}, "at least 1 item"),
        (Subgroups, {"factors": [FACTORS[0], FACTORS[0]]}, "stands twice"),
        (Subgroups, {"factors": [{"by": "age", "cuts": [40, 30], "prespecified": True}]}, "cuts must rise"),
        (Subgroups, {"factors": [{"by": "age", "cuts": [4], "containing": "x", "prespecified": True}]}, "keep one"),
        (Subgroups, {"factors": FACTORS[:1], "visits": ["Day 4"]}, "visit 24 h is not among visits"),
        (Moderator, {"moderator": "age", "visits": ["Day 4"]}, "visit 24 h is not among visits"),
    ],
)  # fmt: skip
def test_a_plan_that_contradicts_itself_is_refused(part, changes, message):
    method = "subgroups" if part is Subgroups else "moderator"
    with pytest.raises(ValueError, match=message):
        part.model_validate({"method": method, "endpoint": "madrs", "visit": "24 h", **changes})
