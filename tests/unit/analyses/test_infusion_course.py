"""Readings around infusions that were counted by hand."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy.stats import t as student

from postinfusion.analyses.infusion_course import NO_BASE, infusion_course
from postinfusion.analyses.infusion_course_models import fit_pulse
from postinfusion.analyses.infusion_readings import AGAIN, OUTSIDE, UNTIMED, courses, readings
from postinfusion.analyses.populations import Members
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import InfusionRatings, InfusionVitals
from small_trial import plan

SIGN = {"measure": "SBP", "model": "mean", "back_percent": "10 %", "limits": [{"at_least": 180}]}
PART = {"method": "infusion-vitals", "minutes": [0, 30, 60, 90], "source": "invented", "measures": [SIGN]}
ANALYSIS = InfusionVitals(**PART)
MEASURE = ANALYSIS.measures[0]
TAKEN = [  # minute of the clock, value: the second at 30 is again, 46 is of no planned minute
    (-7, 100), (28, 120), (31, 130), (46, 190), (60, 112), (91, 108),
]  # fmt: skip


def adam_of(taken) -> dict[str, pd.DataFrame]:
    signs = pd.DataFrame(taken, columns=["ACTUAL", "AVAL"])
    signs = signs.assign(USUBJID="A", PARAMCD="SBP", AHRFIRST=signs["ACTUAL"] / 60, DTYPE="", ATMF="")
    return {"ADEX": pd.DataFrame({"USUBJID": ["A"], "INFNUM": [1], "AHRFIRST": [0.0]}), "ADVS": signs}


def one_participant() -> Members:
    return Members(pd.DataFrame({"USUBJID": ["A"], "ARM": pd.Categorical(["K"])}), ("K",), None)


def test_a_reading_is_of_the_planned_minute_within_the_tolerance_only():
    found = readings(ANALYSIS, MEASURE, adam_of(TAKEN), one_participant()).frame
    at = dict(zip(found["ACTUAL"].round(), found["MINUTE"], strict=True))
    assert (at[-7], at[31], at[60], at[91]) == (0, 30, 60, 90)
    kinds = dict(zip(found["ACTUAL"].round(), found["KIND"], strict=True))
    assert (kinds[28], kinds[46]) == (AGAIN, OUTSIDE)


def test_readings_of_an_infusion_of_which_only_the_day_is_known_are_counted_and_enter_nothing_else():
    signs = pd.DataFrame(
        [(0, np.nan, 1, 100.0), (30, np.nan, 1, 140.0),  # at a recorded minute
         (np.nan, 6.0, np.nan, 190.0), (np.nan, 6.5, 1, 191.0),  # of the day, and of the number
         (np.nan, 80.0, np.nan, 192.0)],  # of a visit
        columns=["ATPTN", "AHRFIRST", "INFNUM", "AVAL"],
    ).assign(USUBJID="A", PARAMCD="SBP", DTYPE="", ATMF="")  # fmt: skip
    exposure = pd.DataFrame({"USUBJID": ["A"], "INFNUM": [1], "AHRFIRST": [0.0], "EXSTTMF": ["D"]})
    found = readings(ANALYSIS, MEASURE, {"ADEX": exposure, "ADVS": signs}, one_participant())
    assert found.frame.loc[found.frame["KIND"] == UNTIMED, "AVAL"].tolist() == [190, 191]
    assert found.planned["AVAL"].tolist() == [100, 140]
    (course,) = courses(found, MEASURE, last=90).to_dict("records")
    assert (course["PEAK"], course["LOW"], course["HIGH"]) == (140, 30, np.inf)


def test_peak_area_and_return_are_those_counted_by_hand():
    found = readings(ANALYSIS, MEASURE, adam_of(TAKEN), one_participant())
    (course,) = courses(found, MEASURE, last=90).to_dict("records")
    assert (course["PEAK"], course["CHG"], course["PEAKMIN"]) == (190, 90, pytest.approx(46))
    assert (course["LOW"], course["HIGH"]) == (60, 90)


def test_the_area_counts_only_what_lies_above_the_value_before():
    found = readings(ANALYSIS, MEASURE, adam_of([(0, 100), (30, 110), (60, 90), (90, 90)]), one_participant())
    (course,) = courses(found, MEASURE, last=90).to_dict("records")
    assert course["AREA"] == pytest.approx(30 * 10 / 2 + 15 * 10 / 2)


def test_an_infusion_that_never_left_the_band_has_no_return():
    found = readings(ANALYSIS, MEASURE, adam_of([(0, 100), (30, 105), (60, 95), (90, 100)]), one_participant())
    assert np.isnan(courses(found, MEASURE, last=90)["HIGH"]).all()


def test_a_course_without_any_change_has_no_minute_of_its_peak():
    found = readings(ANALYSIS, MEASURE, adam_of([(0, 100), (30, 100), (60, 100), (90, 100)]), one_participant())
    assert np.isnan(courses(found, MEASURE, last=90)["PEAKMIN"]).all()


def test_few_participants_are_described_only():
    rows = infusion_course(plan(), ANALYSIS, adam_of(TAKEN), one_participant())
    assert any("described only" in str(row.get("error")) for row in rows)
    assert not any(row.get("term") == "marginal-mean" for row in rows)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": ""}, "need a source"),
        ({"minutes": [15, 30]}, "begin with 0"),
        ({"measures": [SIGN, SIGN]}, "is there twice"),
        ({"measures": [SIGN | {"back_points": 1}]}, "one of back_percent and back_points"),
    ],
)
def test_what_does_not_fit_together_is_refused(change, message):
    with pytest.raises(ValidationError, match=message):
        InfusionVitals(**(PART | change))


def pulses(n: int, seed: int = 1) -> tuple[dict[str, pd.DataFrame], Members]:
    """Two infusions of each of n participants of two arms; the pulse of K rises by 20 and is back by 90 minutes."""
    rng = np.random.default_rng(seed)
    shape = {-7: 0.0, 30: 1.0, 60: 0.5, 90: 0.0}
    taken = [
        (f"P{who:02d}", minute + 1440 * (number - 1), 100 + rng.normal(0, 2) + share * (20 * (who % 2) + height))
        for who in range(n)
        for number in (1, 2)
        for height in [rng.normal(0, 6)]
        for minute, share in shape.items()
    ]
    signs = pd.DataFrame(taken, columns=["USUBJID", "ACTUAL", "AVAL"])
    signs = signs.assign(PARAMCD="SBP", AHRFIRST=signs["ACTUAL"] / 60, DTYPE="", ATMF="")
    names = sorted(signs["USUBJID"].unique())
    infusions = [(name, number, 24.0 * (number - 1)) for name in names for number in (1, 2)]
    arms = pd.Categorical(["M", "K"] * (n // 2), ["M", "K"])
    people = pd.DataFrame({"USUBJID": names, "ARM": arms})
    adex = pd.DataFrame(infusions, columns=["USUBJID", "INFNUM", "AHRFIRST"])
    return {"ADEX": adex, "ADVS": signs}, Members(people, ("K", "M"), "M")


def test_one_model_of_all_minutes_gives_each_minute_an_error_of_its_own():
    adam, who = pulses(24)
    rows = infusion_course(plan(), ANALYSIS, adam, who)
    found = {row["time"]: row["stat"] for row in rows
             if row.get("term") == "difference" and row["stat_name"] == "std_error" and "time" in row}  # fmt: skip
    assert len(found) == 3
    assert found["0.5"] > 1.5 * found["1.5"]
    levels = [row["level"] for row in rows if row.get("term") == "covariance"]
    assert {"participant", "infusion within participant"} < set(levels)


def test_too_few_minutes_have_a_model_each_which_is_told():
    adam, who = pulses(24)
    few = InfusionVitals(**(PART | {"minutes": [0, 30, 60]}))
    rows = infusion_course(plan(), few, adam, who)
    assert any("each minute has a model of its own" in str(row.get("warning")) for row in rows)
    assert {row["time"] for row in rows if row.get("term") == "difference" and "time" in row} == {"0.5", "1"}
    found = readings(few, few.measures[0], adam, who).planned
    with pytest.raises(ModelError, match="fewer than 3 planned minutes"):
        fit_pulse(found[found["MINUTE"] > 0], who)


def test_nobody_is_back_by_the_first_minute_and_limits_never_collapse():
    adam, who = pulses(24)
    rows = infusion_course(plan(), ANALYSIS, adam, who)
    back = [row for row in rows if row.get("variable") == "return" and row.get("level") == "back"]
    assert {row["time"] for row in back} == {"1", "1.5"}
    limits = {(row["arm"], row["time"], row["stat_name"]): row["stat"] for row in back}
    assert limits["K", "1.5", "proportion"] == pytest.approx(1)
    assert 0.6 < limits["K", "1.5", "conf_low"] < 0.9
    assert all(limits[*key, "conf_low"] < limits[*key, "conf_high"] for key in {key[:2] for key in limits})


def test_limits_of_a_rating_end_where_its_scale_does():
    adam, who = pulses(6)
    part = {"method": "infusion-ratings", "measures": [{"measure": "MOAA/S", "peak": "lowest"}], "minutes": [0, 30, 60]}
    awake = adam["ADVS"].assign(PARAMCD="MOAA/S", AVAL=5.0)
    awake.loc[awake.index[1], "AVAL"] = 4.0
    rows = infusion_course(plan(), InfusionRatings(**part), {**adam, "ADVS": awake}, who)
    highest = [row["stat"] for row in rows if row.get("variable") == "AVAL" and row["stat_name"] == "conf_high"]
    assert np.nanmax(highest) == 5


def test_shares_of_worst_values_have_limits_and_tell_of_how_many_participants_they_are():
    adam, who = pulses(12)
    part = {"method": "infusion-ratings", "minutes": [0, 30, 60, 90],
            "measures": [{"measure": "MOAA/S", "peak": "lowest", "model": "ordinal"}]}  # fmt: skip
    ratings = adam["ADVS"].assign(PARAMCD="MOAA/S", AVAL=5.0)
    ratings.loc[ratings.index % 5 == 1, "AVAL"] = 4.0
    rows = infusion_course(plan(), InfusionRatings(**part), {**adam, "ADVS": ratings}, who)
    found = {
        (row["level"], row["arm"], row["stat_name"]): row["stat"] for row in rows if row.get("variable") == "worst"
    }
    assert found["4", "K", "conf_low"] < found["4", "K", "proportion"] < found["4", "K", "conf_high"]
    assert found["4", "K", "n_participants"] <= found["4", "K", "n"]


def test_limits_of_the_odds_ratio_of_a_worse_value_are_of_as_many_participants_as_there_are():
    adam, who = pulses(12)
    part = {"method": "infusion-ratings", "minutes": [0, 30, 60, 90],
            "measures": [{"measure": "MOAA/S", "peak": "lowest", "model": "ordinal"}]}  # fmt: skip
    ratings = adam["ADVS"].assign(PARAMCD="MOAA/S", AVAL=5.0)
    ratings.loc[ratings.index % 5 == 1, "AVAL"] = 4.0
    rows = infusion_course(plan(), InfusionRatings(**part), {**adam, "ADVS": ratings}, who)
    found = {row["stat_name"]: row["stat"] for row in rows if row.get("term") == "common-odds-ratio"}
    assert found["df"] == 12 - 2
    error = np.log(found["estimate"]) / found["statistic"]
    half = student.ppf(0.975, 10) * error
    limits = np.log(found["estimate"]) + np.array([-half, half])
    assert [found["conf_low"], found["conf_high"]] == pytest.approx(np.exp(limits), rel=1e-3)
    assert found["p_value"] == pytest.approx(2 * student.sf(abs(found["statistic"]), 10))


LIMITS = SIGN | {"model": "none", "limits": [{"at_least": 180}, {"at_least": 40, "change": True}]}
OF_THREE = [  # B has no reading before, the only high value of C comes after the last planned minute
    ("A", -5, 120), ("A", 30, 140), ("B", 30, 210), ("B", 60, 205), ("C", -5, 120), ("C", 30, 130), ("C", 70, 215),
    ("C", 200, 250),
]  # fmt: skip


def of_three(part) -> list[dict]:
    signs = pd.DataFrame(OF_THREE, columns=["USUBJID", "ACTUAL", "AVAL"])
    signs = signs.assign(PARAMCD="SBP", AHRFIRST=signs["ACTUAL"] / 60, DTYPE="", ATMF="")
    adex = pd.DataFrame({"USUBJID": list("ABC"), "INFNUM": 1, "AHRFIRST": 0.0})
    who = Members(pd.DataFrame({"USUBJID": list("ABC"), "ARM": pd.Categorical(["K"] * 3)}), ("K",), None)
    analysis = InfusionVitals(**(PART | {"minutes": [0, 30, 60], "measures": [LIMITS | part]}))
    return infusion_course(plan(), analysis, {"ADEX": adex, "ADVS": signs}, who)


def the(rows, name: str, **key) -> list[float]:
    return [row["stat"] for row in rows if row["stat_name"] == name and all(row.get(k) == v for k, v in key.items())]


def test_a_limit_of_a_value_needs_no_reading_before_and_counts_late_ones():
    rows = of_three({})
    own = {"variable": "incidence", "level": "infusions"}
    assert (the(rows, "n", **own, term="SBP ≥ 180"), the(rows, "n_total", **own, term="SBP ≥ 180")) == ([2], [3])
    changed = {**own, "term": "SBP change ≥ 40"}
    assert (the(rows, "n", **changed), the(rows, "n_total", **changed)) == ([1], [2])
    assert the(rows, "n_missing", variable="reading", level=NO_BASE) == [1]
    assert the(rows, "n_observations", variable="reading", level=OUTSIDE) == [1]


def test_the_worst_value_needs_no_reading_before_and_a_return_does():
    rows = of_three({"model": "ordinal"})
    assert the(rows, "n", variable="worst", level="210") == [1]
    assert the(rows, "n_total", variable="return", level="left") == [2]


def test_the_area_ends_at_the_last_planned_minute():
    taken = [(0, 100), (30, 110), (60, 110), (90, 110), (120, 150)]
    (course,) = courses(readings(ANALYSIS, MEASURE, adam_of(taken), one_participant()), MEASURE, last=90).to_dict(
        "records"
    )
    assert (course["PEAK"], course["AREA"]) == (150, pytest.approx(30 * 10 / 2 + 60 * 10))
