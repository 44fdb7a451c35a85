"""Stability within persons: what is counted and compared, in small trials whose results can be worked out."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from postinfusion.analyses.populations import Members
from postinfusion.analyses.variability import variability
from postinfusion.analyses.variability_model import FIXED, RANDOM_INTERCEPT, RANDOM_SLOPE, TWO_STEPS
from postinfusion.ard.build import table
from postinfusion.ard.privacy import SUPPRESSED, public
from postinfusion.ard.query import select, statistic
from postinfusion.errors import ModelError
from postinfusion.plan.plan import Plan
from postinfusion.plan.rules import check
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import Results, results_of
from postinfusion.present.tables import TABLES
from small_trial import plan

ARMS = ("Ketamine", "Midazolam")
ORDER = ["Midazolam", "Ketamine"]
SD, STEPS = "within-person SD", "within-person SD, two steps"
SINGLE = {
    "kind": "single-arm",
    "time_zero": "first-infusion",
    "arms": [{"name": "Ketamine"}],
    "infusions": ["0 h", "4 d"],
}
LONG = {"from": "0 h", "until": "30 d"}


def asked(design: dict[str, Any] | None = None, **changes: Any) -> Plan:
    analysis = {"method": "variability", "endpoint": "madrs", "phase": LONG, **changes}
    return plan(analyses={"steady": analysis}, **({"design": design} if design else {}))


def trial(per_arm: int, values: int, *, ratio: float = 1.0, between: float = 0.3, seed: int = 1) -> pd.DataFrame:
    """Give records of two arms, each participant with values on successive days; the first is on day -5."""
    rng = np.random.default_rng(seed)
    person = np.arange(2 * per_arm)
    spread = np.exp(between * rng.normal(size=len(person))) * np.where(person < per_arm, ratio, 1.0)
    noise = rng.normal(size=(len(person), values))
    value = 20 + 3 * rng.normal(size=len(person))[:, None] + spread[:, None] * noise
    hours = np.tile(24.0 * np.arange(values) - 5 * 24 + 12, len(person))
    return pd.DataFrame({"USUBJID": np.repeat([f"P{who:02d}" for who in person], values), "PARAMCD": "MADRS",
                         "AVAL": value.ravel(), "AHRFIRST": hours, "DTYPE": ""})  # fmt: skip


def people(frame: pd.DataFrame, *, arms: tuple[str, ...] = ARMS) -> Members:
    ids = sorted(frame["USUBJID"].unique())
    half = len(ids) // 2
    names = ["Ketamine"] * half + ["Midazolam"] * (len(ids) - half) if len(arms) > 1 else ["Ketamine"] * len(ids)
    order = ORDER if len(arms) > 1 else list(arms)
    group = ["AN" if place % 2 else "BN" for place in range(len(ids))]
    who = pd.DataFrame({"USUBJID": ids, "ARM": pd.Categorical(names, order), "DIAG": group})
    return Members(who, arms, "Midazolam" if len(arms) > 1 else None)


def found(frame: pd.DataFrame, wanted: Plan | None = None, *, arms: tuple[str, ...] = ARMS) -> pd.DataFrame:
    wanted = wanted or asked()
    rows = variability(wanted, wanted.analyses["steady"], {"ADQS": frame}, people(frame, arms=arms))
    return table(rows, trial="t", analysis_id="steady", population="randomised")


def ratio(rows: pd.DataFrame, level: str = SD, name: str = "estimate", **key: str) -> float:
    return float(statistic(rows, term="ratio", level=level, stat_name=name, **key))


def displayed(frame: pd.DataFrame, wanted: Plan | None = None, *, arms: tuple[str, ...] = ARMS) -> Results:
    wanted = wanted or asked()
    return results_of(wanted, found(frame, wanted, arms=arms), "steady")


@cache
def large() -> pd.DataFrame:
    return found(trial(20, 15, ratio=0.5, seed=3))


def outcomes(rows: pd.DataFrame) -> dict[str, str]:
    ladder = select(rows, term="ladder")
    return dict(zip(ladder["level"], ladder["stat_text"], strict=True))


def test_of_few_participants_two_steps_decide_and_equal_numbers_give_the_t_test():
    frame = trial(6, 15, ratio=0.5)
    rows = found(frame, asked(trend="none"))
    inside = frame[(frame["AHRFIRST"] > 0) & (frame["AHRFIRST"] <= 720)]
    logs = np.log(inside.groupby("USUBJID")["AVAL"].std().to_numpy())
    test = stats.ttest_ind(logs[:6], logs[6:])
    assert ratio(rows) == ratio(rows, STEPS)
    assert_allclose(np.log(ratio(rows)), logs[:6].mean() - logs[6:].mean(), rtol=1e-8)
    assert_allclose(ratio(rows, name="p_value"), test.pvalue, rtol=1e-6)
    assert outcomes(rows)[TWO_STEPS] == "used"
    assert "fewer than 30" in outcomes(rows)[RANDOM_INTERCEPT]
    assert any("two steps decide" in text for text in rows["warning"])


def test_a_randomisation_test_stands_beside_few_participants_only():
    few = found(trial(4, 12))
    assert_allclose(statistic(few, term="randomisation-test", stat_name="smallest_p"), 2 / 70)
    assert select(large(), term="randomisation-test").empty


def test_many_participants_are_compared_by_a_location_scale_model():
    rows = large()
    assert outcomes(rows)[RANDOM_SLOPE] == "used" or outcomes(rows)[RANDOM_INTERCEPT] == "used"
    low, high = ratio(rows, name="conf_low"), ratio(rows, name="conf_high")
    assert low < 0.5 < high < 1
    assert abs(np.log(ratio(rows) / ratio(rows, STEPS))) < 0.1
    assert ratio(rows, name="df") == 38
    assert statistic(rows, term="fit", arm="", stat_name="n_participants") == 40


def test_persons_who_are_alike_have_one_standard_deviation_for_each_arm():
    frame = trial(16, 30, ratio=0.7, between=0.0, seed=8)
    level = frame.groupby("USUBJID")["AVAL"].transform("mean")
    own = frame.groupby("USUBJID")["AVAL"].transform("std")
    wide = np.where(frame["USUBJID"] < "P16", 0.7, 1.0)
    rows = found(frame.assign(AVAL=level + (frame["AVAL"] - level) / own * wide))
    assert outcomes(rows)[FIXED] == "used"
    assert any("was not used: persons do not differ" in text for text in rows["warning"])
    assert ratio(rows, name="conf_low") < 0.7 < ratio(rows, name="conf_high") < 1


def test_change_of_unit_and_a_line_of_each_person_leave_the_ratio_alone():
    frame = trial(5, 14)
    slope = frame["USUBJID"].str[1:].astype(float) / 7
    moved = frame.assign(AVAL=10 * frame["AVAL"] + slope * frame["AHRFIRST"])
    assert_allclose(ratio(found(moved)), ratio(found(frame)), rtol=1e-8)


def test_the_order_of_rows_does_not_matter():
    frame = trial(5, 14)
    assert_allclose(ratio(found(frame.sample(frac=1, random_state=2))), ratio(found(frame)), rtol=1e-12)


def test_participants_with_too_few_values_or_values_all_alike_are_counted():
    frame = trial(6, 12)
    short = ~((frame["USUBJID"] == "P00") & (frame["AHRFIRST"] > 50))
    frame = frame[short].assign(AVAL=lambda rows: rows["AVAL"].mask(rows["USUBJID"] == "P11", 20.0))
    rows = found(frame)
    key = {"term": "left-out", "variable": "phase", "stat_name": "n"}
    assert statistic(rows, level="too few values", arm="Ketamine", **key) == 1
    assert statistic(rows, level="values all alike", arm="Midazolam", **key) == 1
    assert ratio(rows, name="n_participants") == 10
    assert statistic(rows, term="values", arm="Ketamine", variable="phase", stat_name="n") == 5


def test_the_spread_before_is_a_covariate_between_arms():
    wanted = asked(before="before")
    rows = found(trial(8, 20, seed=5).assign(AHRFIRST=lambda frame: frame["AHRFIRST"] - 48), wanted)
    assert select(rows, term="fit", stat_name="adjusted_for")["stat_text"].tolist() == ["LOGBEFORE"]
    assert ratio(rows, name="df") == 13


def test_a_single_arm_is_compared_with_its_earlier_phase_in_pairs():
    frame = trial(4, 16).assign(AHRFIRST=lambda rows: rows["AHRFIRST"] - 72)
    wanted = asked(SINGLE, before="before", trend="none")
    rows = found(frame, wanted, arms=("Ketamine",))
    of = frame.assign(after=frame["AHRFIRST"] > 0).groupby(["USUBJID", "after"])["AVAL"].std().unstack()
    test = stats.ttest_rel(np.log(of[True]), np.log(of[False]))
    assert_allclose(ratio(rows, name="p_value", comparator=""), test.pvalue, rtol=1e-6)
    assert_allclose(statistic(rows, term="randomisation-test", stat_name="smallest_p"), 2 / 2**8)
    shown = TABLES["STBT01"](results_of(wanted, rows, "steady"))
    assert "Nobody was compared with anybody" in " ".join(shown.label.footnotes)
    assert "compared with its earlier one" in methods_text(results_of(wanted, rows, "steady"))


def test_a_single_arm_without_an_earlier_phase_is_described_and_says_so():
    wanted = asked(SINGLE)
    rows = found(trial(4, 12), wanted, arms=("Ketamine",))
    assert select(rows, term="ratio").empty
    assert statistic(rows, term="within-person", level=SD, arm="Ketamine", stat_name="n") == 8
    assert [problem.severity for problem in check(wanted) if "compared with nothing" in problem.text] == ["warning"]


def test_fewer_than_three_participants_of_an_arm_are_described_only():
    rows = found(trial(2, 12))
    assert select(rows, term="ratio").empty
    assert "described only" in " ".join(select(rows, stat_name="error")["error"])
    with pytest.raises(ModelError, match="no participant has 5 values"):
        found(trial(5, 8))


def test_groups_are_analysed_apart_and_body_mass_index_is_never_pooled():
    rows = found(trial(8, 12), asked(by="diagnosis"))
    assert set(select(rows, term="ratio")["subgroup_level"]) == {"AN", "BN"}
    endpoints = {"bmi": {"measure": "BMI", "label": "BMI", "unit": "kg/m²", "better": "none"}}
    analysis = {"method": "variability", "endpoint": "bmi", "phase": LONG}
    problems = [problem.text for problem in check(plan(endpoints=endpoints, analyses={"steady": analysis}))]
    assert any("never pooled over diagnoses" in text for text in problems)


def test_groups_have_the_name_of_the_plan_and_totals_and_who_is_in_none_is_told():
    frame, wanted = trial(8, 12), asked(by="diagnosis")
    who = people(frame)
    who.frame.loc[[0, 1, 2], "DIAG"] = ["", None, "AN"]
    rows = table(variability(wanted, wanted.analyses["steady"], {"ADQS": frame}, who),
                 trial="t", analysis_id="steady", population="randomised")  # fmt: skip
    assert set(rows["subgroup"]) == {"", "diagnosis"}
    assert set(rows["subgroup_level"]) == {"", "AN", "BN"}
    assert "2 participants have no value of diagnosis: they are in none of the groups" in set(rows["warning"])
    total = {"variable": "denominator", "arm": "", "stat_name": "n_total"}
    of_groups = [statistic(rows, **total, subgroup_level=level) for level in ("AN", "BN")]
    assert sum(of_groups) == 14
    assert statistic(rows, **total, subgroup_level="") == 16


def test_perfect_steadiness_is_named_as_the_reason_and_its_loss_is_warned_of():
    frame = trial(8, 12)
    is_ketamine = frame["USUBJID"].isin(sorted(frame["USUBJID"].unique())[:8])
    rows = found(frame.assign(AVAL=frame["AVAL"].where(~is_ketamine, 20.0)))
    errors = " ".join(select(rows, stat_name="error")["error"])
    assert "Ketamine: the values of each participant who has enough of them (8) are all alike" in errors
    assert "has enough values" not in errors
    assert "(Ketamine 8) are in no comparison" in " ".join(rows["warning"])


def test_stbt01_prints_the_statistics_of_the_results():
    results = results_of(asked(), large(), "steady")
    printed = {row.label: row.cells for part in TABLES["STBT01"](results).parts for row in part.rows}
    key = {"variable": "phase", "term": "ratio", "level": SD, "arm": "Ketamine", "comparator": "Midazolam"}
    cells = printed["Standard deviation within persons (decides)"]
    assert cells[0] == "40"
    assert cells[1].startswith(results.printed("estimate", 1, **key))
    assert cells[3] == results.text("p_value", **key)
    of = {"variable": "phase", "term": "within-person", "level": SD, "arm": "Ketamine"}
    assert printed["Standard deviation: mean (SD)"][0].startswith(results.printed("mean", 1, **of))
    assert "location-scale mixed model" in methods_text(results)


def test_a_public_table_hides_small_groups():
    results = displayed(trial(3, 12))
    hidden = public(results.rows, small_cell=5)
    described = select(hidden, term="within-person", level=SD, arm="Ketamine")
    assert set(described["error"]) == {SUPPRESSED}
    shown = TABLES["STBT01"](results_of(asked(), hidden, "steady"))
    assert "supp." in str(shown.parts)


def test_the_coefficient_of_variation_is_given_where_zero_means_none():
    assert "coefficient of variation" not in set(large()["level"])
    rows = found(trial(3, 12), asked(ratio_scale=True))
    assert statistic(rows, level="coefficient of variation", arm="Ketamine", stat_name="n") == 3


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"phase": {"from": "4 d", "until": "1 d"}}, "from a time to a later one"),
        ({"phase": {}}, "from, until or both"),
        ({"before": {"from": "-9 d", "until": "2 d"}}, "before must end where phase begins"),
        ({"fewest": 2}, "greater than or equal to 3"),
    ],
)
def test_what_does_not_go_together_is_refused(changes, text):
    with pytest.raises(ValueError, match=text):
        asked(**changes)
