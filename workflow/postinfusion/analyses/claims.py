"""The verdict on every clinical claim, from the results of all analyses alone (step synthesise)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pandas as pd

from postinfusion.analyses.claim_counts import safety_of, share_of
from postinfusion.analyses.claim_evidence import Estimate, Identity, estimate_of, identity
from postinfusion.analyses.claim_rows import Decided, Judged, claim_rows
from postinfusion.analyses.multiplicity import ALPHA, Adjusted, Hypothesis, adjust
from postinfusion.analyses.result_families import result_families
from postinfusion.analyses.verdicts import (
    UNKNOWN_END,
    UNKNOWN_HARM,
    Circumstances,
    Comparison,
    Judgement,
    Share,
    are_opposite,
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
    with_unknown,
    without_conflict,
)
from postinfusion.ard.build import table
from postinfusion.ard.query import select
from postinfusion.plan.claim_catalogue import CATALOGUE, ClaimKind
from postinfusion.plan.claims import Intervention, JudgedClaim, Point
from postinfusion.plan.plan import Plan
from postinfusion.plan.rules import PRIMARY
from postinfusion.vocabulary import Verdict

ANALYSIS_ID = "claims"
_TESTED = (ClaimKind.COMPARATIVE, ClaimKind.LASTING, ClaimKind.EVERY_DIAGNOSIS)
_COUNTED = (ClaimKind.FREQUENCY, ClaimKind.EXISTENCE, ClaimKind.DURATION, ClaimKind.PROCESS)
_WITH_UNKNOWN = {ClaimKind.FREQUENCY: UNKNOWN_HARM, ClaimKind.DURATION: UNKNOWN_END}
"""Claims that support must survive what is not known, and how that is taken."""
_POINTS_TESTED = 2
_AGREES = "sensitivity"


def synthesise(plan: Plan, trial: str, ard: pd.DataFrame) -> pd.DataFrame:
    """Judge every claim of the catalogue, those of the plan's own, and the primary estimand.

    Parameters
    ----------
    plan, trial
        The plan and the name of the trial.
    ard
        All results of the trial.

    Returns
    -------
    pandas.DataFrame
        Rows of the results with ``analysis_id`` ``claims``: ``variable`` is the claim; ``term`` is ``claim`` for its
        verdict, and ``decides``, ``sensitivity`` or ``conflict`` for the estimates, numbered in ``level``. After the
        claims stand the families of results.
    """
    judge = _Judge(plan, ard)
    judged = judge.without_conflicts([judge.of(claim, entry) for claim, entry in _asked(plan)])
    of_claims = (row for one in judged for row in claim_rows(one))
    found = [row | {"order": place} for place, row in enumerate([*of_claims, *result_families(plan, ard)])]
    return table(found, trial=trial, analysis_id=ANALYSIS_ID, method=ANALYSIS_ID)


def judged_claims(claims: pd.DataFrame) -> tuple[int, int]:
    """Count the claims that could be judged, and all that were asked; the primary estimand is none of them."""
    verdicts = select(claims, term="claim", stat_name="verdict")
    of_claims = verdicts[verdicts["variable"] != PRIMARY]
    return int((of_claims["stat_text"] != Verdict.NOT_TESTABLE.value).sum()), len(of_claims)


def kind_of(claim: str, entry: JudgedClaim) -> ClaimKind:
    """Give what kind of evidence decides a claim: as the plan says, else the catalogue, else a comparison."""
    return entry.kind or (CATALOGUE[claim].kind if claim in CATALOGUE else ClaimKind.COMPARATIVE)


def _asked(plan: Plan) -> Iterator[tuple[str, JudgedClaim]]:
    """Give every claim with what decides it: the primary estimand, the catalogue, then the plan's own."""
    if primary := _primary(plan):
        yield PRIMARY, JudgedClaim(decides=(primary,))
    for claim in dict.fromkeys([*CATALOGUE, *plan.claims.judged]):
        yield claim, plan.claims.judged.get(claim) or JudgedClaim(not_testable=_not_wired(plan, claim))


def _primary(plan: Plan) -> Point | None:
    """Give the result that answers the primary estimand; None where there is none."""
    estimand = plan.estimands.get(PRIMARY)
    answering = [key for key, found in plan.analyses.items() if getattr(found, "estimand", "") == PRIMARY]
    if estimand is None or not answering:
        return None
    analysis = answering[0]
    if hasattr(plan.analyses[analysis], "report_at"):
        return Point(analysis=analysis, time=f"{_nearest_time(plan, analysis):g} h", arm=estimand.treatment.arm)
    return Point(
        analysis=analysis,
        visit=estimand.variable.visit,
        arm=estimand.treatment.arm,
        against=estimand.treatment.against,
    )


def _nearest_time(plan: Plan, analysis: str) -> float:
    """Give the reported time of a model over time that lies nearest to the visit of the primary estimand."""
    nominal = plan.nominal_hours.get(plan.estimands[PRIMARY].variable.visit, 0.0)
    return float(min(getattr(plan.analyses[analysis], "report_at"), key=lambda time: abs(time - nominal)))  # noqa: B009


def _not_wired(plan: Plan, claim: str) -> str:
    """Say why a claim that the plan does not name is not testable."""
    if not plan.claims.asks_the_catalogue:
        is_told = plan.claims.treatment is not None
        return "no arm received ketamine" if is_told else "the plan does not say that ketamine was given"
    if CATALOGUE[claim].kind is ClaimKind.NEVER:
        return CATALOGUE[claim].needs
    return f"the plan names no result that decides it; needed: {CATALOGUE[claim].needs}"


class _Judge:
    """Judges claims; every estimate is looked up once, and the families are adjusted over all claims."""

    def __init__(self, plan: Plan, ard: pd.DataFrame) -> None:
        self.plan, self.ard = plan, ard
        self._estimates: dict[Point, Estimate] = {}
        self._adjusted = self._families()

    def of(self, claim: str, entry: JudgedClaim) -> Judged:
        """Judge one claim."""
        kind = kind_of(claim, entry)
        if entry.not_testable or kind is ClaimKind.NEVER or self._is_of_another_treatment(claim):
            reason = _not_wired(self.plan, claim) if self._is_of_another_treatment(claim) else entry.not_testable
            return Judged(claim, kind, Judgement(Verdict.NOT_TESTABLE, reason=reason))
        if kind is ClaimKind.SAFE:
            return self._safe(claim, entry)
        return self._counted(claim, kind, entry) if kind in _COUNTED else self._estimated(claim, kind, entry)

    def without_conflicts(self, judged: list[Judged]) -> list[Judged]:
        """Cap also the claim whose own result another claim names as one that says the opposite."""
        opposed = {
            other.identity: one.claim
            for one in judged
            for other in one.of("conflict")
            if other.judgement and are_opposite(one.before_conflict, other.judgement)
        }
        return [
            replace(one, judgement=without_conflict(one.judgement, [_opposite_of(one.judgement)]))
            if any(opposed.get(point.identity, one.claim) != one.claim for point in one.of("decides"))
            else one
            for one in judged
        ]

    def _families(self) -> dict[str, Adjusted]:
        """Adjust the claims of each family; claims of a family that rest on the same results count once."""
        hypotheses: dict[tuple[str, tuple[Identity, ...]], Hypothesis] = {}
        alike: dict[str, tuple[str, tuple[Identity, ...]]] = {}
        for claim, entry in _asked(self.plan):
            kind = kind_of(claim, entry)
            if claim == PRIMARY or kind not in _TESTED or not entry.decides or self._is_of_another_treatment(claim):
                continue
            points = entry.decides[: _POINTS_TESTED if kind is ClaimKind.LASTING else 1]
            found = tuple(self.estimate(point) for point in points)
            family = entry.family or self._family(points[0])
            if self._is_no_hypothesis(claim, family, found):
                continue
            is_tested = not any(untestable(_with_direction(one, kind)) for one in found) and _are_prespecified(found)
            alike[claim] = (family or claim, tuple(identity(self.plan, point) for point in points))
            hypotheses.setdefault(alike[claim], Hypothesis(claim, family, found, is_tested))
        adjusted = adjust(list(hypotheses.values()), self.plan.multiplicity)
        named = {claim: hypotheses[points].claim for claim, points in alike.items()}
        return {claim: adjusted[first] for claim, first in named.items() if first in adjusted}

    def _is_no_hypothesis(self, claim: str, family: str, found: tuple[Estimate, ...]) -> bool:
        """Say whether a claim is outside its family: without a control, or exploratory and not in a fixed order."""
        declared = self.plan.multiplicity.get(family)
        is_ordered = declared is not None and claim in declared.order
        is_exploratory = not _are_prespecified(found) and not is_ordered
        return is_exploratory or not any(one.is_controlled for one in found)

    def _family(self, point: Point) -> str:
        """Give the family of the endpoint of a result."""
        endpoint = self.plan.endpoints.get(getattr(self.plan.analyses[point.analysis], "endpoint", ""))
        return endpoint.family if endpoint else ""

    def estimate(self, point: Point) -> Estimate:
        """Give the estimate of a point."""
        if point not in self._estimates:
            self._estimates[point] = estimate_of(self.plan, self.ard, point)
        return self._estimates[point]

    def _is_of_another_treatment(self, claim: str) -> bool:
        """Say whether a claim of the catalogue is about a treatment that no arm received."""
        return claim in CATALOGUE and not self.plan.claims.asks_the_catalogue

    def _adjusted_of(self, claim: str, entry: JudgedClaim) -> Adjusted | None:
        """Give how a claim stands in its family; the primary estimand as the claim that rests on the same result."""
        if claim != PRIMARY:
            return self._adjusted.get(claim)
        same = identity(self.plan, entry.decides[0])
        for other, judged in self.plan.claims.judged.items():
            if other in self._adjusted and [identity(self.plan, point) for point in judged.decides] == [same]:
                return self._adjusted[other]
        return None

    def _estimated(self, claim: str, kind: ClaimKind, entry: JudgedClaim) -> Judged:
        """Judge a claim that estimates decide."""
        adjusted = self._adjusted_of(claim, entry)
        level = adjusted.level if adjusted else ALPHA
        groups = {"decides": entry.decides, _AGREES: entry.sensitivity, "conflict": entry.conflicts}
        is_shared = kind is ClaimKind.EVERY_DIAGNOSIS  # the first result only is one of a family, the others join it
        decided = [
            self._judged_alone(
                Decided(group, number, point.analysis, self._with_threshold(point, entry),
                        ALPHA if is_shared and number > 1 else level), kind)
            for group, points in groups.items()
            for number, point in enumerate(points, start=1)
        ]  # fmt: skip
        of = {group: [one for one in decided if one.role == group] for group in groups}
        others = [one.judgement for one in of[_AGREES] if one.judgement]
        before = with_sensitivity(_together(kind, of["decides"]), others)
        if before.verdict is Verdict.SUPPORTED and any(one.tips_soon for one in of["decides"]):
            before = before.qualified("fragile")
        after = without_conflict(before, [one.judgement for one in of["conflict"] if one.judgement])
        if self.plan.claims.treatment is Intervention.ESKETAMINE and after.verdict is not Verdict.NOT_TESTABLE:
            after = after.qualified("esketamine")
        return Judged(claim, kind, after, tuple(decided), adjusted, before)

    def _with_threshold(self, point: Point, entry: JudgedClaim) -> Estimate:
        """Give the estimate of a point with the threshold of the claim, where it has its own."""
        found = self.estimate(point)
        margin = entry.margin or self._margin(point)
        if point not in entry.conflicts and entry.important_difference is not None:
            found = replace(found, important=entry.important_difference, source=entry.threshold_source)
        return replace(found, margin=margin)

    def _judged_alone(self, one: Decided, kind: ClaimKind) -> Decided:
        """Judge one estimate of a claim by itself."""
        found = one.estimate
        obstacle = untestable(_with_direction(found, kind))
        if obstacle:
            return replace(one, judgement=obstacle)
        # what was not laid down before decides nothing, but may agree as a sensitivity analysis
        circumstances = replace(found.circumstances, prespecified=True) if one.role == _AGREES else found.circumstances
        if kind is not ClaimKind.EQUIVALENCE:
            return replace(one, judgement=capped(comparative(one.comparison), circumstances))
        within = equivalence(found.conf_low, found.conf_high, found.margin, controlled=found.is_controlled)
        return replace(one, judgement=capped(within, circumstances), margin=found.margin)

    def _margin(self, point: Point) -> float | None:
        """Give the margin of the endpoint of a result."""
        endpoint = self.plan.endpoints.get(getattr(self.plan.analyses[point.analysis], "endpoint", ""))
        return endpoint.margin if endpoint else None

    def _counted(self, claim: str, kind: ClaimKind, entry: JudgedClaim) -> Judged:
        """Judge a claim that counts decide."""
        counted = share_of(self.plan, self.ard, entry.decides[0])
        absent = untestable(Circumstances(absent=counted.absent, participants=counted.participants))
        rules: dict[ClaimKind, Callable[[Share], Judgement]] = {
            ClaimKind.FREQUENCY: lambda share: frequency(share, entry.rare),
            ClaimKind.EXISTENCE: existence,
            ClaimKind.DURATION: duration,
            ClaimKind.PROCESS: lambda share: process(counted.proportion, share.high),
        }
        of_known = counted.share
        if kind is ClaimKind.EXISTENCE and counted.worst and not of_known.events:  # what zero still allows
            of_known = replace(of_known, high=counted.worst.high)
        worst = rules[kind](counted.worst) if counted.worst and kind in _WITH_UNKNOWN else None
        judged = with_unknown(rules[kind](of_known), worst, _WITH_UNKNOWN.get(kind, ""))
        found = absent or capped(judged, Circumstances(prespecified=counted.prespecified))
        return Judged(claim, kind, found, counted=counted, limit=entry.rare, limit_source=entry.rare_source)

    def _safe(self, claim: str, entry: JudgedClaim) -> Judged:
        """Judge the claim of safety."""
        found = safety_of(self.plan, self.ard, entry.decides[0])
        absent = untestable(Circumstances(absent=found.absent, participants=found.participants))
        worst = None if found.worst == found.limits else safe(found.worst, entry.margins)
        judged = with_unknown(safe(found.limits, entry.margins), worst)
        judged = capped(judged, Circumstances(prespecified=found.prespecified))
        judgement = absent or (judged if found.has_events else judged.qualified("no event of any kind was recorded"))
        return Judged(claim, ClaimKind.SAFE, judgement, safety=found, margins=entry.margins)


def _together(kind: ClaimKind, points: list[Decided]) -> Judgement:
    """Put the judgements of the deciding points of a claim together."""
    judgements = [point.judgement for point in points if point.judgement]
    if kind is ClaimKind.LASTING:
        return lasting(judgements)
    if kind is ClaimKind.EQUIVALENCE:
        return equivalence_in_each(judgements)
    if kind is ClaimKind.EVERY_DIAGNOSIS:
        obstacle = next((one for one in judgements if one.verdict is Verdict.NOT_TESTABLE), None)
        of_each: list[Comparison] = [point.comparison for point in points[1:]]
        found = every_diagnosis(obstacle or judgements[0], of_each)
        is_prespecified = _are_prespecified([point.estimate for point in points])
        return capped(found, Circumstances(prespecified=is_prespecified))
    return judgements[0]


def _are_prespecified(found: Iterable[Estimate]) -> bool:
    """Say whether all estimates were laid down before the data were seen."""
    return all(one.circumstances.prespecified for one in found)


def _with_direction(found: Estimate, kind: ClaimKind) -> Circumstances:
    """Give the circumstances of an estimate; without a direction of benefit only a claim of no difference is judged."""
    if found.sign or kind is ClaimKind.EQUIVALENCE or found.circumstances.absent:
        return found.circumstances
    return replace(found.circumstances, absent="the plan calls no direction a benefit")


def _opposite_of(judgement: Judgement) -> Judgement:
    """Give a judgement that is opposite to another."""
    is_supported = judgement.verdict is Verdict.SUPPORTED
    return Judgement(Verdict.CONTRADICTED if is_supported else Verdict.SUPPORTED)
