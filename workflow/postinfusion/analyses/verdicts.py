"""From evidence to a verdict: every rule, as pure functions; the first that applies decides.

Benefits are oriented so that more is better: b is the estimate, [L, U] its two-sided 95 % interval, L* the lower limit
adjusted for several claims of a family, and d > 0 the smallest difference between groups that matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from postinfusion.vocabulary import Verdict

FEWEST_PER_ARM = 3
LARGEST_ENGINE_DIFFERENCE = 0.01
RESOLVED, DOCUMENTED = 0.80, 0.95
CLEARLY_IMPORTANT = "clearly important"
_BETTER_THAN_INCONCLUSIVE = (Verdict.SUPPORTED, Verdict.COMPATIBLE)
_OPPOSITE = (Verdict.CONTRADICTED, Verdict.NO_IMPORTANT_EFFECT)
_WORST_FIRST = (
    Verdict.NOT_TESTABLE, Verdict.CONTRADICTED, Verdict.NO_IMPORTANT_EFFECT, Verdict.INCONCLUSIVE, Verdict.COMPATIBLE,
    Verdict.SUPPORTED,
)  # fmt: skip
_SUPPORTED_SUSTAINED = 3
_POINTS_OF_LASTING = (2, 3)
UNKNOWN_EVENTS = (
    "events without a record of their seriousness, severity or action are taken for the worst on the treatment"
)
UNKNOWN_HARM = "all of whom an event leaves it open are taken to have had such a one"
UNKNOWN_END = "events whose end is not known are taken not to have passed"


@dataclass(frozen=True)
class Judgement:
    """A verdict with what qualifies it, and the reason in a few words."""

    verdict: Verdict
    qualifiers: tuple[str, ...] = ()
    reason: str = ""

    def qualified(self, *qualifiers: str) -> Judgement:
        """Give the same with further qualifiers."""
        return replace(self, qualifiers=tuple(dict.fromkeys((*self.qualifiers, *qualifiers))))


@dataclass(frozen=True)
class Circumstances:
    """What decides whether evidence may be judged at all.

    Attributes
    ----------
    wrong_intervention
        No arm received the treatment that the claim is about.
    absent
        What is not measured, not analysed, confounded or not estimable, in words; empty where all is there.
    recall_beyond_window
        The answers look back further than the time since the treatment.
    participants
        Analysed participants of each arm that is compared.
    engine_difference
        How far a second engine is from the estimate, in standard errors; None where it was not recomputed.
    prespecified
        The analysis was laid down before the data were seen, and does not condition on what followed randomisation.
    """

    wrong_intervention: bool = False
    absent: str = ""
    recall_beyond_window: bool = False
    participants: tuple[float, ...] = ()
    engine_difference: float | None = None
    prespecified: bool = True


@dataclass(frozen=True)
class Comparison:
    """An oriented estimate.

    Attributes
    ----------
    benefit, low, high
        b, L, U.
    adjusted_low
        L*.
    important
        d; None where the plan names none.
    controlled
        Arms that ran at the same time are compared.
    """

    benefit: float
    low: float
    high: float
    adjusted_low: float
    important: float | None = None
    controlled: bool = True


@dataclass(frozen=True)
class Share:
    """A share of participants or infusions with its exact two-sided 95 % limits."""

    events: float
    low: float
    high: float


def untestable(circumstances: Circumstances) -> Judgement | None:
    """Give the judgement that the claim is not testable, with the first reason that applies; None where it is."""
    difference = circumstances.engine_difference
    reasons = (
        ("no arm received the treatment that the claim is about", circumstances.wrong_intervention),
        (circumstances.absent, bool(circumstances.absent)),
        ("the answers look back to before the treatment", circumstances.recall_beyond_window),
        (f"fewer than {FEWEST_PER_ARM} participants in an arm",
         any(n < FEWEST_PER_ARM for n in circumstances.participants)),
        ("two engines differ by more than 0.01 standard errors",
         difference is not None and not difference <= LARGEST_ENGINE_DIFFERENCE),
    )  # fmt: skip
    return next((Judgement(Verdict.NOT_TESTABLE, reason=reason) for reason, applies in reasons if applies), None)


def capped(judgement: Judgement, circumstances: Circumstances) -> Judgement:
    """Make a judgement at best inconclusive where the analysis was not prespecified."""
    if circumstances.prespecified or judgement.verdict is Verdict.NOT_TESTABLE:
        return judgement
    if judgement.verdict not in _BETTER_THAN_INCONCLUSIVE:
        return judgement.qualified("exploratory")
    return Judgement(Verdict.INCONCLUSIVE, ("exploratory",), f"would be {judgement.verdict.value} if prespecified")


def comparative(found: Comparison) -> Judgement:
    """Judge a difference, or without a concurrent control a change."""
    if not found.controlled:
        return _uncontrolled(found)
    if found.high < 0:
        return Judgement(Verdict.CONTRADICTED, reason="the whole interval lies on the side of harm")
    if found.important is None:
        return _direction_only(found)
    if found.high < found.important:
        harm = ("important harm not excluded",) if found.low <= -found.important else ()
        return Judgement(Verdict.NO_IMPORTANT_EFFECT, harm, "the interval excludes a benefit that matters")
    return _importance(found, found.important)


def _uncontrolled(found: Comparison) -> Judgement:
    """Judge a change in a single arm: it never supports nor contradicts."""
    if found.low > 0:
        return Judgement(Verdict.COMPATIBLE, reason="improved, but nothing was compared")
    worsened = ("worsened",) if found.high < 0 else ()
    return Judgement(Verdict.INCONCLUSIVE, worsened, "nothing was compared")


def _direction_only(found: Comparison) -> Judgement:
    """Judge a difference for which the plan names no size that matters."""
    if found.adjusted_low > 0:
        return Judgement(Verdict.SUPPORTED, ("direction only",), "the plan names no difference that matters")
    if found.low > 0:
        return Judgement(Verdict.INCONCLUSIVE, reason="benefit shown, but not after adjustment for several claims")
    return Judgement(Verdict.INCONCLUSIVE, reason="the interval holds benefit and harm")


def _importance(found: Comparison, important: float) -> Judgement:
    """Judge a difference whose interval reaches what matters."""
    if found.adjusted_low > 0 and found.benefit >= important:
        clearly = (CLEARLY_IMPORTANT,) if found.low >= important else ()
        return Judgement(Verdict.SUPPORTED, clearly, "benefit shown, and the estimate matters")
    if found.adjusted_low > 0:
        return Judgement(Verdict.INCONCLUSIVE, reason="benefit shown, its importance not")
    if found.low > 0:
        return Judgement(Verdict.INCONCLUSIVE, reason="benefit shown, but not after adjustment for several claims")
    return Judgement(Verdict.INCONCLUSIVE, reason="the interval holds no effect and one that matters")


def equivalence(low: float, high: float, margin: float | None, *, controlled: bool = True) -> Judgement:
    """Judge a claim of no difference: the interval within, wholly outside, or across the margin.

    Without a concurrent control a change within the margin is compatible and no more, and nothing is contradicted: what
    would have become of the participants otherwise is not known.
    """
    if margin is None:
        return Judgement(Verdict.NOT_TESTABLE, reason="the plan names no margin")
    if -margin < low and high < margin:
        if controlled:
            return Judgement(Verdict.SUPPORTED, reason="the interval lies within the margin")
        return Judgement(Verdict.COMPATIBLE, reason="the interval lies within the margin, but nothing was compared")
    if controlled and (low >= margin or high <= -margin):
        return Judgement(Verdict.CONTRADICTED, reason="the interval lies outside the margin")
    return Judgement(Verdict.INCONCLUSIVE, reason="the interval does not lie within the margin")


def equivalence_in_each(of_each: Sequence[Judgement]) -> Judgement:
    """Judge a claim of no difference in each of several groups: the worst of their judgements (intersection-union)."""
    worst = min(of_each, key=lambda one: _WORST_FIRST.index(one.verdict))
    if len(of_each) == 1:
        return worst
    if worst.verdict in _BETTER_THAN_INCONCLUSIVE:
        return replace(worst, reason=f"in each of {len(of_each)} groups {worst.reason}")
    return replace(worst, reason=f"group {of_each.index(worst) + 1} of {len(of_each)}: {worst.reason}")


def frequency(share: Share, rare: float | None) -> Judgement:
    """Judge a claim of rarity against the share below which an event is called rare."""
    if rare is None:
        return Judgement(Verdict.NOT_TESTABLE, reason="the plan does not say below which share an event is rare")
    if share.high < rare:
        return Judgement(Verdict.SUPPORTED, reason="the upper limit lies below the share that is called rare")
    if share.low >= rare:
        return Judgement(Verdict.CONTRADICTED, reason="the lower limit lies above the share that is called rare")
    return Judgement(Verdict.INCONCLUSIVE, reason="the interval holds the share that is called rare")


def existence(share: Share) -> Judgement:
    """Judge a claim that something may occur."""
    if share.events >= 1:
        return Judgement(Verdict.SUPPORTED, ("existence",), "it occurred")
    still = f"{100 * share.high:.1f} %"
    return Judgement(Verdict.INCONCLUSIVE, reason=f"it did not occur, which still allows up to {still}")


def duration(share: Share) -> Judgement:
    """Judge a claim that something passes within a limit, by the share that has."""
    if share.low >= RESOLVED:
        return Judgement(Verdict.SUPPORTED, reason="at least 80 % resolved by the limit")
    if share.high < RESOLVED:
        return Judgement(Verdict.CONTRADICTED, reason="fewer than 80 % resolved by the limit")
    return Judgement(Verdict.INCONCLUSIVE, reason="the interval of those resolved holds 80 %")


def process(documented: float | None, high: float = 1.0) -> Judgement:
    """Judge a claim about conduct by the share of documentation, which is counted and not estimated.

    Parameters
    ----------
    documented
        Share in which it is documented; None where nothing was recorded.
    high
        Upper 95 % limit of the share.
    """
    if documented is None:
        return Judgement(Verdict.NOT_TESTABLE, reason="not recorded")
    if documented >= DOCUMENTED:
        return Judgement(Verdict.SUPPORTED, reason="documented in at least 95 %")
    if high < DOCUMENTED:
        return Judgement(Verdict.CONTRADICTED, reason="documented in fewer than 95 %")
    return Judgement(Verdict.INCONCLUSIVE, reason="documented in fewer than 95 %, which chance can explain")


def safe(limits: Mapping[str, tuple[float, float]], margins: Mapping[str, float]) -> Judgement:
    """Judge a claim of safety by the limits of the risk difference of each kind of event.

    Parameters
    ----------
    limits
        Kind of event → L and U of the risk difference, experimental minus reference.
    margins
        Kind of event → the largest risk difference that is tolerated.
    """
    lacking = [kind for kind in limits if kind not in margins]
    if lacking or not limits:
        return Judgement(Verdict.NOT_TESTABLE, reason="the plan names no margin of safety")
    if any(low > margins[kind] for kind, (low, _) in limits.items()):
        return Judgement(Verdict.CONTRADICTED, reason="a risk difference lies above its margin")
    if all(high < margins[kind] for kind, (_, high) in limits.items()):
        return Judgement(Verdict.SUPPORTED, reason="each risk difference lies below its margin")
    return Judgement(Verdict.INCONCLUSIVE, reason="a risk difference may lie above its margin")


def with_unknown(judgement: Judgement, worst: Judgement | None, taken: str = UNKNOWN_EVENTS) -> Judgement:
    """Make support inconclusive where it is lost if what is not recorded of events is taken for the worst.

    Parameters
    ----------
    judgement, worst
        From what is recorded, and with all else taken for the worst; None where all is recorded.
    taken
        What is taken for what, in words.
    """
    if worst is None or judgement.verdict is not Verdict.SUPPORTED:
        return judgement
    if worst.verdict is Verdict.SUPPORTED:
        return replace(judgement, reason=f"{judgement.reason}, also if {taken}")
    return Judgement(Verdict.INCONCLUSIVE, judgement.qualifiers, f"would be supported, but not if {taken}")


def lasting(points: Sequence[Judgement]) -> Judgement:
    """Judge an effect that lasts: all of the first two points; the third makes it sustained (intersection-union)."""
    if len(points) not in _POINTS_OF_LASTING:
        return Judgement(Verdict.NOT_TESTABLE, reason="a lasting effect needs two points, a sustained one three")
    worst = min(points[:2], key=lambda point: _WORST_FIRST.index(point.verdict))
    if worst.verdict is not Verdict.SUPPORTED:
        return replace(worst, reason=f"{_ordinal(points.index(worst))} point: {worst.reason}")
    every = len(points) == _SUPPORTED_SUSTAINED and points[2].verdict is Verdict.SUPPORTED
    shared = [one for one in points[0].qualifiers if one in points[1].qualifiers]
    directions = [one for point in points[:2] for one in point.qualifiers if one == "direction only"]
    found = Judgement(Verdict.SUPPORTED, (), "supported at both points")
    return found.qualified(*shared, *directions, *(("sustained",) if every else ()))


def every_diagnosis(overall: Judgement, of_each: Sequence[Comparison]) -> Judgement:
    """Judge a claim about every diagnosis: L > 0 in each, and supported over all; never from a subgroup alone."""
    if overall.verdict is Verdict.NOT_TESTABLE or not of_each:
        return Judgement(Verdict.NOT_TESTABLE, reason=overall.reason or "no diagnosis was analysed by itself")
    if any(found.high < 0 for found in of_each):
        return Judgement(Verdict.CONTRADICTED, reason="in a diagnosis the whole interval lies on the side of harm")
    if overall.verdict is not Verdict.SUPPORTED:
        return replace(overall, reason=f"over all: {overall.reason}")
    if all(found.low > 0 for found in of_each):
        is_clear = all(found.important is not None and found.low >= found.important for found in of_each)
        kept = tuple(one for one in overall.qualifiers if is_clear or one != CLEARLY_IMPORTANT)
        return Judgement(Verdict.SUPPORTED, kept, "benefit shown in each diagnosis and over all")
    return Judgement(Verdict.INCONCLUSIVE, reason="benefit is not shown in each diagnosis")


def with_sensitivity(judgement: Judgement, others: Sequence[Judgement]) -> Judgement:
    """Call a judgement fragile where another analysis of the same question has another verdict; never upgrade it."""
    testable = [other for other in others if other.verdict is not Verdict.NOT_TESTABLE]
    is_fragile = judgement.verdict is not Verdict.NOT_TESTABLE and any(
        other.verdict is not judgement.verdict for other in testable
    )
    return judgement.qualified("fragile") if is_fragile else judgement


def without_conflict(judgement: Judgement, others: Sequence[Judgement]) -> Judgement:
    """Cap a judgement at inconclusive where another scale of the same construct says the opposite."""
    return (
        Judgement(Verdict.INCONCLUSIVE, ("conflicting",), "another scale of the same construct says the opposite")
        if any(are_opposite(judgement, other) for other in others)
        else judgement
    )


def are_opposite(first: Judgement, second: Judgement) -> bool:
    """Say whether one judgement supports what the other excludes."""
    pair = (first.verdict, second.verdict)
    return any(one is Verdict.SUPPORTED and other in _OPPOSITE for one, other in (pair, pair[::-1]))


def _ordinal(position: int) -> str:
    """Name a point by its place."""
    return ("first", "second", "third")[position]
