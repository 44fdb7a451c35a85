"""Models over continuous time: bases, an estimated decay time, the effect curve, and what is exploratory."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.run import analyse
from postinfusion.analyses.time_bases import moments_of_report, time_columns
from postinfusion.ard.query import select, statistic
from postinfusion.derive.datasets import derive
from postinfusion.plan.analyses import Trajectory
from small_trial import assessments, infusions, participants, plan

TAU, EFFECT = 8.0, -9.0
HOURS = [-1.0, 4.0, 24.0, 90.0, 160.0, 240.0, 336.0, 504.0, 672.0]
STARTS = [0.0, 96.0]
TIMES = ["4 h", "24 h", "7 d", "28 d"]
SHAPES = {
    "linear": "linear",
    "log": "log",
    "spline": {"spline": ["4 d", "10 d"]},
    "piecewise": {"piecewise": ["24 h", "7 d"]},
    "decay-fixed": {"decay": "8 d"},
    "accumulation-fixed": {"accumulation": "8 d"},
    "cumulative": "cumulative",
    "decay": "decay",
    "accumulation": "accumulation",
}


def course(**keys):
    return {"method": "trajectory", "endpoint": "madrs", "random": ["intercept"], "report_at": TIMES} | keys


ANALYSES = {name: course(basis=basis, infusions="planned") for name, basis in SHAPES.items()} | {
    "since-last": course(basis="log", since="last-infusion"),
    "actual": course(basis={"accumulation": "8 d"}),
    "narrow": course(basis="log", band={"from": "24 h", "until": "28 d", "points": 20}),
    "one-time": course(basis="log", report_at=["24 h"]),
}
ENDPOINT = {"measure": "MADRS", "label": "MADRS", "better": "lower"}
DESIGN = {
    "kind": "parallel",
    "time_zero": "first-infusion",
    "arms": [{"name": "Ketamine"}, {"name": "Midazolam", "role": "reference"}],
    "infusions": ["0 h", "4 d"],
}
PLAN = plan(
    analyses=ANALYSES,
    design=DESIGN,
    endpoints={"madrs": ENDPOINT | {"important_difference": 3, "threshold_source": "the plan"}},
)
SINGLE = plan(
    analyses={"since-last": ANALYSES["since-last"], "log": ANALYSES["log"]},
    design=DESIGN | {"kind": "single-arm", "arms": [{"name": "Ketamine"}]},
)


def decayed(arm, effect, hours):
    return (arm == "Ketamine") * effect * np.exp(-hours / 24 / TAU)


def trial(effect, *, n=60, noise=1.5, seed=1, of=PLAN, between=(4, 2)):
    """Give the datasets of a trial whose difference decays from its effect with TAU days."""
    generator = np.random.default_rng(seed)
    names = of.design.arm_names
    people = participants([names[place % len(names)] for place in range(n)])
    level = generator.normal(30, between[0], n)
    own = generator.normal(0, between[1], n)
    scores = [
        (name, hours, float(base + generator.normal(0, noise) + (hours > 0) * (u - 5 + decayed(arm, effect, hours))))
        for name, arm, base, u in zip(people["id"], people["arm"], level, own, strict=True)
        for hours in HOURS
    ]
    given = infusions([(name, number, start) for name in people["id"] for number, start in enumerate(STARTS, 1)])
    return derive(of, "small", {"participants": people, "infusions": given, "assessments": assessments(scores)})


@pytest.fixture(scope="module")
def adam():
    return trial(EFFECT)


def ard(adam, name, of=PLAN):
    return analyse(of, "small", name, adam).results


@pytest.fixture(scope="module")
def estimated(adam):
    return ard(adam, "decay")


def estimates(found, **key):
    return select(found, stat_name="estimate", **key).set_index("time")["stat"]


@pytest.mark.parametrize("name", ["log", "spline", "piecewise", "cumulative"])
def test_each_basis_gives_means_differences_and_a_curve(adam, name):
    found = ard(adam, name)
    assert select(found, stat_name="error").empty
    assert estimates(found, term="difference").index.tolist() == ["4", "24", "168", "672"]
    curve = select(found, term="curve")
    at_a_day = estimates(curve)["24"]
    assert at_a_day == pytest.approx(estimates(found, term="difference")["24"], rel=1e-10)
    assert statistic(found, term="joint-test", stat_name="p_value") < 0.001


def test_the_last_random_effects_of_the_ladder_are_kept_where_their_variance_is_zero():
    found = ard(trial(EFFECT, n=12, seed=2, of=SINGLE, between=(0, 0)), "log", SINGLE)
    assert select(found, term="ladder")["stat_text"].to_list() == ["used"]
    assert len(estimates(found, term="marginal-mean")) == len(TIMES)


def test_a_basis_of_the_true_shape_finds_the_truth(adam):
    found = ard(adam, "decay-fixed")
    for hours in (4, 168, 672):
        key = {"term": "difference", "time": str(hours)}
        truth = EFFECT * np.exp(-hours / 24 / TAU)
        assert statistic(found, stat_name="conf_low", **key) < truth < statistic(found, stat_name="conf_high", **key)


def test_a_decay_time_is_estimated_with_an_interval_that_holds_the_truth(estimated):
    found = estimated
    low, high = (statistic(found, term="decay-time", stat_name=name) for name in ("conf_low", "conf_high"))
    assert low < TAU < high
    assert statistic(found, term="decay-time", stat_name="estimate") == pytest.approx(TAU, rel=0.3)
    assert (select(found, term="fit", stat_name="df_method")["stat_text"] == "satterthwaite").all()


def test_an_estimated_decay_time_costs_precision(adam, estimated):
    known, unknown = (
        select(found, term="difference", stat_name="std_error").set_index("time")["stat"]
        for found in (ard(adam, "decay-fixed"), estimated)
    )
    assert (unknown > 0.999 * known).all()
    assert unknown["168"] > 1.02 * known["168"]


def test_a_trial_without_any_decay_does_not_tell_its_time():
    found = ard(trial(0.0, noise=3.0, seed=3), "decay")
    assert "not identifiable" in select(found, term="decay-time", stat_name="estimate")["error"].iloc[0]
    assert "not identifiable" in select(found, stat_name="error")["error"].iloc[0]
    assert select(found, term="difference").empty


def test_pointwise_intervals_lie_within_the_band_and_the_grid_is_told(adam):
    found = ard(adam, "narrow")
    wide = select(found, term="curve").pivot_table(index="time", columns="stat_name", values="stat")
    assert (wide["band_low"] < wide["conf_low"]).all()
    assert (wide["band_high"] > wide["conf_high"]).all()
    assert statistic(found, term="band", stat_name="grid_from") == 24
    assert statistic(found, term="band", stat_name="grid_until") == 672
    assert statistic(found, term="band", stat_name="n_points") == len(wide)


def test_onset_and_duration_hold_the_truth(adam):
    found = ard(adam, "decay-fixed")
    onset = select(found, term="effect-feature", level="onset").set_index("stat_name")["stat_text"]
    assert set(onset) == {"≤ first assessment"}
    truth = 24 * TAU * np.log(-EFFECT / 3)
    low, high = (
        statistic(found, term="effect-feature", level="duration", stat_name=name) for name in ("conf_low", "conf_high")
    )
    assert low < truth < high


def test_a_null_trial_tells_no_time_of_an_effect():
    found = ard(trial(0.0, n=24, noise=6.0, seed=5), "log")
    texts = select(found, term="effect-feature", stat_name="estimate").set_index("level")["error"]
    assert texts["peak"] == "not identifiable: the band holds zero throughout"


def test_the_same_seed_gives_the_same_band(adam):
    first, second = (statistic(ard(adam, "narrow"), term="band", stat_name="critical_value") for _ in range(2))
    assert first == second


def test_a_single_arm_has_a_mean_with_its_band_and_no_feature_of_an_effect():
    found = ard(trial(EFFECT, n=20, of=SINGLE), "log", SINGLE)
    assert set(select(found, term="curve")["comparator"]) == {""}
    assert select(found, term="effect-feature").empty
    assert select(found, term="difference").empty


def test_one_time_alone_has_no_curve(adam):
    found = ard(adam, "one-time")
    assert select(found, term="curve").empty
    assert not select(found, term="difference").empty


@pytest.mark.parametrize("name", ["since-last", "actual"])
def test_actual_infusions_make_a_randomised_comparison_exploratory(adam, name):
    found = ard(adam, name)
    assert not found["prespecified"].any()
    assert any("exploratory" in text for text in select(found, stat_name="warning")["warning"])


@pytest.mark.parametrize("name", ["log", "accumulation-fixed"])
def test_planned_infusions_and_time_since_the_first_are_as_prespecified(adam, name):
    found = ard(adam, name)
    assert found["prespecified"].all()
    assert not any("exploratory" in text for text in select(found, stat_name="warning")["warning"])


def test_a_single_arm_has_nothing_to_break():
    assert ard(trial(EFFECT, n=20, of=SINGLE), "since-last", SINGLE)["prespecified"].all()


def columns_at(name, hours):
    analysis = PLAN.analyses[name]
    return time_columns(analysis, moments_of_report(PLAN, analysis, hours), 8.0 if name == "accumulation" else None)


def test_accumulation_and_numbers_follow_the_planned_infusions():
    hours = [24.0, 96.0, 120.0]
    sums = columns_at("accumulation-fixed", hours)["DECAY"]
    assert sums == pytest.approx([np.exp(-1 / 8), np.exp(-4 / 8), np.exp(-5 / 8) + np.exp(-1 / 8)])
    assert columns_at("accumulation", hours)["DECAY"] == pytest.approx(sums)
    numbers = columns_at("cumulative", hours)
    assert numbers["INFUSIONS"].tolist() == [1, 1, 2]  # what happens at its start is before an infusion
    assert numbers["LOGSINCE"] == pytest.approx(np.log1p([1.0, 4.0, 1.0]))


def test_a_line_bends_at_its_knots():
    found = columns_at("piecewise", [24.0, 96.0, 336.0])
    assert found["BEND1"].tolist() == [0.0, 3.0, 13.0]
    assert found["BEND2"].tolist() == [0.0, 0.0, 7.0]


def test_the_infusions_before_each_assessment_are_the_participants_own(adam):
    q = adam["ADQS"]
    late = q.assign(AHRLAST=q["AHRLAST"], INFNUM=q["INFNUM"].where(q["AHRFIRST"] != 24.0, pd.NA))
    found = ard({**adam, "ADQS": late}, "actual")
    assert (
        "number of infusions before some assessments is not known" in select(found, stat_name="error")["error"].iloc[0]
    )


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"basis": "cumulative", "since": "last-infusion"}, "since: first-infusion"),
        ({"basis": "decay", "df": "kenward-roger-linear"}, "write df: satterthwaite"),
        ({"basis": {"spline": ["24 h"], "decay": "8 d"}}, "one shape"),
        ({"band": {"from": "7 d", "until": "24 h"}}, "to a later one"),
    ],
)
def test_what_does_not_go_together_is_refused(keys, text):
    with pytest.raises(ValueError, match=text):
        Trajectory.model_validate(course(**keys))


def test_kenward_roger_is_not_used_where_the_rate_is_estimated():
    assert PLAN.analyses["decay"].df_in_use.value == "satterthwaite"
    assert PLAN.analyses["decay-fixed"].df_in_use.value == "kenward-roger-linear"
