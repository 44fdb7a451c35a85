import math
from statistics import NormalDist

import numpy as np
import pytest
from scipy.special import stdtrit

from postinfusion.analyses.verdicts import (
    Circumstances,
    Comparison,
    Judgement,
    Share,
    capped,
    comparative,
    duration,
    equivalence,
    equivalence_in_each,
    every_diagnosis,
    existence,
    frequency,
    lasting,
    process,
    safe,
    untestable,
    with_sensitivity,
    without_conflict,
)
from postinfusion.core.proportions import clopper_pearson
from postinfusion.vocabulary import Verdict

SUPPORTED, COMPATIBLE, INCONCLUSIVE = Verdict.SUPPORTED, Verdict.COMPATIBLE, Verdict.INCONCLUSIVE
NO_IMPORTANT_EFFECT, CONTRADICTED = Verdict.NO_IMPORTANT_EFFECT, Verdict.CONTRADICTED
NOT_TESTABLE = Verdict.NOT_TESTABLE
THREE = 3.0


def found(benefit, low, high, *, important=THREE, adjusted_low=None, controlled=True):
    limit = low if adjusted_low is None else adjusted_low
    return Comparison(benefit, low, high, limit, important, controlled=controlled)


ANY = [
    (Circumstances(wrong_intervention=True), "no arm received the treatment that the claim is about"),
    (Circumstances(absent="everybody has psychotherapy"), "everybody has psychotherapy"),
    (Circumstances(absent="no covariance of the plan could be fitted"), "no covariance of the plan could be fitted"),
    (Circumstances(recall_beyond_window=True), "the answers look back to before the treatment"),
    (Circumstances(participants=(2, 40)), "fewer than 3 participants in an arm"),
    (Circumstances(engine_difference=0.011), "two engines differ by more than 0.01 standard errors"),
    (Circumstances(engine_difference=math.nan), "two engines differ by more than 0.01 standard errors"),
    (
        Circumstances(wrong_intervention=True, absent="no scale"),
        "no arm received the treatment that the claim is about",
    ),
]
TESTABLE = [
    Circumstances(),
    Circumstances(participants=(3, 3), engine_difference=0.01),
    Circumstances(engine_difference=0.0, prespecified=False),
]
CONTROLLED = [
    # benefit, L, U, adjusted L, the difference that matters; verdict, qualifiers
    (found(-3.0, -5.0, -0.1, adjusted_low=-5.0, important=THREE), CONTRADICTED, ()),
    (found(-3.0, -5.0, -0.1, adjusted_low=-6.0, important=THREE), CONTRADICTED, ()),
    (found(-1.0, -2.0, 0.0, adjusted_low=-2.0, important=THREE), NO_IMPORTANT_EFFECT, ()),
    (found(0.0, -2.9, 2.9, adjusted_low=-2.9, important=THREE), NO_IMPORTANT_EFFECT, ()),
    (found(0.0, -3.0, 2.9, adjusted_low=-3.0, important=THREE), NO_IMPORTANT_EFFECT, ("important harm not excluded",)),
    (found(2.0, 1.1, 2.9, adjusted_low=1.1, important=THREE), NO_IMPORTANT_EFFECT, ()),
    (found(2.0, 1.0, 3.0, adjusted_low=1.0, important=THREE), INCONCLUSIVE, ()),
    (found(3.0, 0.1, 5.9, adjusted_low=0.1, important=THREE), SUPPORTED, ()),
    (found(5.0, 2.9, 7.1, adjusted_low=2.0, important=THREE), SUPPORTED, ()),
    (found(5.0, 3.0, 7.0, adjusted_low=2.0, important=THREE), SUPPORTED, ("clearly important",)),
    (found(2.9, 0.1, 5.7, adjusted_low=0.1, important=THREE), INCONCLUSIVE, ()),
    (found(5.0, 0.5, 9.5, adjusted_low=-0.5, important=THREE), INCONCLUSIVE, ()),
    (found(5.0, 0.5, 9.5, adjusted_low=0.0, important=THREE), INCONCLUSIVE, ()),
    (found(5.0, 0.5, 9.5, adjusted_low=math.nan, important=THREE), INCONCLUSIVE, ()),
    (found(5.0, 0.0, 10.0, adjusted_low=0.0, important=THREE), INCONCLUSIVE, ()),
    (found(1.0, -3.0, 5.0, adjusted_low=-3.0, important=THREE), INCONCLUSIVE, ()),
    (found(-1.0, -5.0, 3.0, adjusted_low=-5.0, important=THREE), INCONCLUSIVE, ()),
    (found(2.0, 0.5, 3.5, adjusted_low=0.5, important=None), SUPPORTED, ("direction only",)),
    (found(2.0, 0.5, 3.5, adjusted_low=-0.1, important=None), INCONCLUSIVE, ()),
    (found(-2.0, -3.5, -0.5, adjusted_low=-3.5, important=None), CONTRADICTED, ()),
    (found(0.1, -0.2, 0.4, adjusted_low=-0.2, important=None), INCONCLUSIVE, ()),
]
UNCONTROLLED = [
    ((5.0, 3.5, 6.5), COMPATIBLE, ()),
    ((50.0, 35.0, 65.0), COMPATIBLE, ()),
    ((1.0, 0.0, 2.0), INCONCLUSIVE, ()),
    ((0.0, -0.1, 0.1), INCONCLUSIVE, ()),
    ((-5.0, -6.5, -3.5), INCONCLUSIVE, ("worsened",)),
]
EQUIVALENCE = [
    (-0.4, 0.4, 0.5, SUPPORTED), (-0.5, 0.4, 0.5, INCONCLUSIVE), (-0.4, 0.5, 0.5, INCONCLUSIVE),
    (0.5, 0.9, 0.5, CONTRADICTED), (-0.9, -0.5, 0.5, CONTRADICTED), (-0.9, 0.9, 0.5, INCONCLUSIVE),
    (-0.1, 0.1, None, NOT_TESTABLE),
]  # fmt: skip
IN_EACH = [
    ([SUPPORTED], SUPPORTED), ([SUPPORTED] * 3, SUPPORTED), ([COMPATIBLE, COMPATIBLE], COMPATIBLE),
    ([SUPPORTED, INCONCLUSIVE, SUPPORTED], INCONCLUSIVE), ([SUPPORTED, CONTRADICTED, INCONCLUSIVE], CONTRADICTED),
    ([SUPPORTED, NOT_TESTABLE, SUPPORTED], NOT_TESTABLE),
]  # fmt: skip
FREQUENCY = [(0, 3688, 0.001, SUPPORTED), (0, 3687, 0.001, INCONCLUSIVE), (0, 48, 0.001, INCONCLUSIVE),
             (33, 48, 0.001, CONTRADICTED), (1, 48, 0.001, INCONCLUSIVE), (1, 48, None, NOT_TESTABLE)]  # fmt: skip
DURATION = [(0.80, 0.95, SUPPORTED), (0.79, 0.95, INCONCLUSIVE), (0.5, 0.799, CONTRADICTED), (0.5, 0.80, INCONCLUSIVE)]
PROCESS = [(0.95, 0.97, SUPPORTED), (1.0, 1.0, SUPPORTED), (0.94, 0.96, INCONCLUSIVE), (0.8, 0.949, CONTRADICTED),
           (None, 1.0, NOT_TESTABLE)]  # fmt: skip
MARGINS = {"serious": 0.1, "severe": 0.1, "stopped": 0.05}
SAFE = [
    ({"serious": (-0.1, 0.09), "severe": (-0.1, 0.09), "stopped": (-0.1, 0.04)}, MARGINS, SUPPORTED),
    ({"serious": (-0.1, 0.09), "severe": (-0.1, 0.10), "stopped": (-0.1, 0.04)}, MARGINS, INCONCLUSIVE),
    ({"serious": (-0.1, 0.09), "severe": (-0.1, 0.09), "stopped": (0.051, 0.2)}, MARGINS, CONTRADICTED),
    ({"serious": (0.05, 0.3), "severe": (-0.1, 0.09), "stopped": (-0.1, 0.04)}, MARGINS, INCONCLUSIVE),
    ({"serious": (-0.1, 0.09), "severe": (-0.1, 0.09), "stopped": (-0.1, 0.04)}, {}, NOT_TESTABLE),
    ({"serious": (-0.1, 0.09), "severe": (-0.1, 0.09)}, {"serious": 0.1}, NOT_TESTABLE),
]
YES, NO = Judgement(SUPPORTED), Judgement(INCONCLUSIVE)
DIRECTION = Judgement(SUPPORTED, ("direction only",))
CLEARLY = Judgement(SUPPORTED, ("clearly important",))
LASTING = [
    ([YES, YES], SUPPORTED, ()),
    ([CLEARLY, CLEARLY], SUPPORTED, ("clearly important",)),
    ([CLEARLY, YES], SUPPORTED, ()),
    ([YES, DIRECTION], SUPPORTED, ("direction only",)),
    ([YES, YES, YES], SUPPORTED, ("sustained",)),
    ([YES, YES, NO], SUPPORTED, ()),
    ([YES, NO, YES], INCONCLUSIVE, ()),
    ([YES, Judgement(NO_IMPORTANT_EFFECT)], NO_IMPORTANT_EFFECT, ()),
    ([Judgement(CONTRADICTED), NO], CONTRADICTED, ()),
    ([Judgement(CONTRADICTED), Judgement(NOT_TESTABLE)], NOT_TESTABLE, ()),
    ([Judgement(COMPATIBLE), Judgement(COMPATIBLE)], COMPATIBLE, ()),
    ([YES], NOT_TESTABLE, ()),
]
BETTER, UNSURE, WORSE = found(5, 1, 9), found(5, -1, 11), found(-5, -9, -1)
EVERY_DIAGNOSIS = [
    (YES, [BETTER, BETTER, BETTER], SUPPORTED),
    (YES, [BETTER, UNSURE, BETTER], INCONCLUSIVE),
    (YES, [BETTER, WORSE, BETTER], CONTRADICTED),
    (NO, [BETTER, BETTER, BETTER], INCONCLUSIVE),
    (Judgement(NO_IMPORTANT_EFFECT), [BETTER], NO_IMPORTANT_EFFECT),
    (YES, [], NOT_TESTABLE),
    (Judgement(NOT_TESTABLE, reason="no scale"), [BETTER], NOT_TESTABLE),
]
EXPLORATORY = [(SUPPORTED, INCONCLUSIVE), (COMPATIBLE, INCONCLUSIVE), (INCONCLUSIVE, INCONCLUSIVE),
               (NO_IMPORTANT_EFFECT, NO_IMPORTANT_EFFECT), (CONTRADICTED, CONTRADICTED)]  # fmt: skip


@pytest.mark.parametrize(("circumstances", "reason"), ANY)
def test_what_cannot_be_judged_says_the_first_reason(circumstances, reason):
    assert untestable(circumstances) == Judgement(NOT_TESTABLE, reason=reason)


@pytest.mark.parametrize("circumstances", TESTABLE)
def test_the_limits_of_what_can_be_judged_are_included(circumstances):
    assert untestable(circumstances) is None


@pytest.mark.parametrize(("comparison", "verdict", "qualifiers"), CONTROLLED)
def test_a_comparison(comparison, verdict, qualifiers):
    judgement = comparative(comparison)
    assert (judgement.verdict, judgement.qualifiers) == (verdict, qualifiers)
    assert judgement.reason


@pytest.mark.parametrize(("interval", "verdict", "qualifiers"), UNCONTROLLED)
@pytest.mark.parametrize("important", [None, THREE])
def test_a_change_without_control_is_never_more_than_compatible_nor_contradicted(
    interval, verdict, qualifiers, important
):
    judgement = comparative(found(*interval, important=important, controlled=False))
    assert (judgement.verdict, judgement.qualifiers) == (verdict, qualifiers)


@pytest.mark.parametrize(("low", "high", "margin", "verdict"), EQUIVALENCE)
def test_no_difference(low, high, margin, verdict):
    assert equivalence(low, high, margin).verdict is verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(-1.0, 1.0, Verdict.COMPATIBLE), (3.0, 5.0, Verdict.INCONCLUSIVE), (-5.0, 1.0, Verdict.INCONCLUSIVE)],
)
def test_no_change_without_control_is_never_more_than_compatible_nor_contradicted(low, high, verdict):
    assert equivalence(low, high, 2.0, controlled=False).verdict is verdict


@pytest.mark.parametrize(("of_each", "verdict"), IN_EACH)
def test_no_difference_in_each_of_several_groups_is_the_worst_of_them(of_each, verdict):
    assert equivalence_in_each([Judgement(one, reason="as told") for one in of_each]).verdict is verdict


def test_the_group_that_decides_is_named_by_its_place():
    found = equivalence_in_each([YES, Judgement(INCONCLUSIVE, reason="too wide"), YES])
    assert found.reason == "group 2 of 3: too wide"


@pytest.mark.parametrize(("events", "total", "rare", "verdict"), FREQUENCY)
def test_rarity_needs_as_many_participants_as_the_exact_limit_says(events, total, rare, verdict):
    exact = clopper_pearson(events, total)
    assert frequency(Share(events, float(exact.conf_low), float(exact.conf_high)), rare).verdict is verdict


def test_existence_needs_one_event_and_none_leaves_an_upper_limit():
    assert existence(Share(1, 0.0, 0.1)) == Judgement(SUPPORTED, ("existence",), "it occurred")
    assert existence(Share(0, 0.0, 0.074)).verdict is INCONCLUSIVE
    assert "7.4 %" in existence(Share(0, 0.0, 0.074)).reason


@pytest.mark.parametrize(("low", "high", "verdict"), DURATION)
def test_duration(low, high, verdict):
    assert duration(Share(10, low, high)).verdict is verdict


@pytest.mark.parametrize(("documented", "high", "verdict"), PROCESS)
def test_conduct(documented, high, verdict):
    assert process(documented, high).verdict is verdict


@pytest.mark.parametrize(("limits", "margins", "verdict"), SAFE)
def test_safety(limits, margins, verdict):
    assert safe(limits, margins).verdict is verdict


@pytest.mark.parametrize(("points", "verdict", "qualifiers"), LASTING)
def test_a_lasting_effect(points, verdict, qualifiers):
    judgement = lasting(points)
    assert (judgement.verdict, judgement.qualifiers) == (verdict, qualifiers)


@pytest.mark.parametrize(("overall", "of_each", "verdict"), EVERY_DIAGNOSIS)
def test_every_diagnosis(overall, of_each, verdict):
    assert every_diagnosis(overall, of_each).verdict is verdict


@pytest.mark.parametrize(("verdict", "capped_verdict"), EXPLORATORY)
def test_what_was_not_prespecified_is_at_best_inconclusive(verdict, capped_verdict):
    judgement = capped(Judgement(verdict), Circumstances(prespecified=False))
    assert judgement.verdict is capped_verdict
    assert "exploratory" in judgement.qualifiers
    assert capped(Judgement(verdict), Circumstances()) == Judgement(verdict)


@pytest.mark.parametrize("verdict", [SUPPORTED, INCONCLUSIVE, CONTRADICTED])
@pytest.mark.parametrize("other", list(Verdict))
def test_another_analysis_makes_fragile_and_never_upgrades(verdict, other):
    judgement = with_sensitivity(Judgement(verdict), [Judgement(other)])
    assert judgement.verdict is verdict
    assert ("fragile" in judgement.qualifiers) == (other not in {verdict, NOT_TESTABLE})


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (SUPPORTED, CONTRADICTED, INCONCLUSIVE),
        (CONTRADICTED, SUPPORTED, INCONCLUSIVE),
        (SUPPORTED, NO_IMPORTANT_EFFECT, INCONCLUSIVE),
        (SUPPORTED, INCONCLUSIVE, SUPPORTED),
        (SUPPORTED, NOT_TESTABLE, SUPPORTED),
        (CONTRADICTED, NO_IMPORTANT_EFFECT, CONTRADICTED),
        (COMPATIBLE, CONTRADICTED, COMPATIBLE),
    ],
)
def test_the_opposite_on_the_same_construct_caps_at_inconclusive(first, second, verdict):
    assert without_conflict(Judgement(first), [Judgement(second)]).verdict is verdict


@pytest.mark.parametrize(
    ("benefit", "verdict", "share"),
    [(6, SUPPORTED, 0.88), (0, NO_IMPORTANT_EFFECT, 0.33), (0, INCONCLUSIVE, 0.62), (0, SUPPORTED, 0.025)],
)
def test_how_often_each_verdict_comes_out_of_46_per_arm_follows_from_the_rules(benefit, verdict, share):
    # SD 9.5 and correlation 0.35 with baseline, as the trial was made; the quantile is that of 88 degrees of freedom.
    error, quantile = 9.5 * math.sqrt(2 / 46) * math.sqrt(1 - 0.35**2), float(stdtrit(88, 0.975))
    estimates = NormalDist(benefit, error)
    grid = np.linspace(-12, 18, 6001)
    said = [comparative(found(b, b - quantile * error, b + quantile * error)).verdict is verdict for b in grid]
    weights = np.array([estimates.pdf(b) for b in grid]) * (grid[1] - grid[0])
    assert abs(float(weights @ np.array(said)) - share) < 0.015
