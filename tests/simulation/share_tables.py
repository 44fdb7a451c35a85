"""The tables of verdict shares: what came out beside the closed form, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import stdtrit
from scipy.stats import nct

from postinfusion.analyses.claims import kind_of
from postinfusion.plan.claim_catalogue import ClaimKind
from postinfusion.plan.claims import Adjustment, Family, Point
from postinfusion.vocabulary import Verdict
from simulation.judged_replicates import Count, Deciding
from simulation.normal_theory import Claim, Normal, family_shares, is_at_most, is_compatible
from simulation.truth_of_points import benefit_of

WORDS = (Verdict.SUPPORTED, Verdict.INCONCLUSIVE, Verdict.NO_IMPORTANT_EFFECT, Verdict.CONTRADICTED)
WORDS_UNCONTROLLED = (Verdict.COMPATIBLE, Verdict.INCONCLUSIVE, Verdict.SUPPORTED, Verdict.CONTRADICTED)
NULL = "null"
LARGE_DF = 1e6
_IN_EACH = (ClaimKind.EQUIVALENCE, ClaimKind.EVERY_DIAGNOSIS)


def closed_form(
    trial: str, truth: str, asked: Deciding, found: Count
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Give the expected shares of each claim, and of at least one supported claim in each family."""
    shares: dict[str, dict[str, float]] = {}
    families: dict[str, float] = {}
    for family in dict.fromkeys(map(asked.family, found.verdicts)):
        claims = [claim for claim in found.verdicts if asked.family(claim) == family]
        points = list(dict.fromkeys(point for claim in claims for point in _points(asked, claim)))
        normal = _normal(trial, truth, asked, found, points)
        rule = asked.plan.multiplicity.get(family, Family())
        ordered = sorted(claims, key=lambda claim: rule.order.index(claim) if claim in rule.order else 99)
        told, families[family] = family_shares(
            normal, [_rule_of(asked, claim, points) for claim in ordered],
            sequence=rule.method is Adjustment.FIXED_SEQUENCE,
        )  # fmt: skip
        shares |= {claim: _capped(asked, claim, told[claim]) for claim in claims}
    return shares, families


def _capped(asked: Deciding, claim: str, told: dict[str, float]) -> dict[str, float]:
    """Give the shares of a claim; one whose analysis was not laid down before is at best inconclusive."""
    if all(asked.templates[point].circumstances.prespecified for point in asked.claims[claim].decides):
        return told
    best, next_best = Verdict.SUPPORTED.value, Verdict.INCONCLUSIVE.value
    return told | {best: 0.0, next_best: told[next_best] + told[best]}


def _points(asked: Deciding, claim: str) -> tuple[Point, ...]:
    """Give the points of a claim that its verdict depends on."""
    decides = asked.claims[claim].decides
    return decides if kind_of(claim, asked.claims[claim]) in _IN_EACH else decides[:2]


def _rule_of(asked: Deciding, claim: str, points: Sequence[Point]) -> Claim:
    """Give the rule of a claim over these points."""
    mine, kind = _points(asked, claim), kind_of(claim, asked.claims[claim])
    endpoint = asked.plan.endpoints.get(getattr(asked.plan.analyses[mine[0].analysis], "endpoint", ""))
    margin = asked.claims[claim].margin or (endpoint.margin if endpoint else None)
    return Claim(
        claim, tuple(points.index(point) for point in mine), asked.templates[mine[0]].important,
        margin if kind is ClaimKind.EQUIVALENCE else None, kind is ClaimKind.EVERY_DIAGNOSIS,
    )  # fmt: skip


def _normal(trial: str, truth: str, asked: Deciding, found: Count, points: Sequence[Point]) -> Normal:
    """Give true benefits with the standard errors, degrees of freedom and correlations of the replicates."""
    fewest = min(len(found.estimates[point]) for point in points)
    values = np.array([found.estimates[point][:fewest] for point in points])
    df = values[:, :, 2].mean(axis=1)
    return Normal(
        np.array([benefit_of(trial, truth, asked.plan, point, asked.templates[point]) for point in points]),
        np.sqrt((values[:, :, 1] ** 2).mean(axis=1)),
        np.where(np.isfinite(df) & (df > 0), df, LARGE_DF),
        np.atleast_2d(np.corrcoef(values[:, :, 0])),
    )


def _critical(df: float) -> float:
    """Give the quantile of Student's t for a two-sided 95 % interval."""
    return float(stdtrit(df, 0.975))


def lines(trial: str, truth: str, asked: Deciding, found: Count) -> Iterator[str]:
    """Give the table of one truth as Markdown; a cell outside its 99.9 % Monte Carlo limits has an exclamation mark."""
    controlled = asked.plan.design.reference is not None
    words = WORDS if controlled else WORDS_UNCONTROLLED
    shares, families = (
        closed_form(trial, truth, asked, found) if controlled else (_uncontrolled(truth, asked, found), {})
    )
    yield f"### {trial}, {truth}"
    yield ""
    yield f"| claim | decided by | truth (SE) | replicates | {' | '.join(word.value for word in words)} |"
    yield f"|---|---|---:|---:|{'---:|' * len(words)}"
    for claim, verdicts in found.verdicts.items():
        total = found.total(claim)
        cells = [_cell(verdicts[word.value], total, shares[claim].get(word.value, 0.0)) for word in words]
        start = f"| {claim} | {_decided_by(asked, claim)} | {_truth_cell(trial, truth, asked, found, claim)} | {total}"
        yield f"{start} | {' | '.join(cells)} |"
    yield ""
    if families:
        yield "| family | claims | at least one supported, % | expected |" + (
            " at most 2.5 % |" if truth == NULL else ""
        )
        yield "|---|---|---:|---:|" + ("---|" if truth == NULL else "")
    for family, probability in families.items():
        claims = [claim for claim in found.verdicts if asked.family(claim) == family]
        total, supported = found.total(claims[0]), found.families[family]
        share = _cell(supported, total, probability, with_expected=False)
        line = f"| {family} | {', '.join(claims)} | {share} | {100 * probability:.1f} |"
        yield line + (f" {'yes' if is_at_most(supported, total, 0.025) else 'NO'} |" if truth == NULL else "")
    yield ""
    yield f"Replicates without an estimate of some claim: {found.failed}."
    for claim, why in asked.skipped.items():
        yield f"Not counted: {claim}, {why}."
    yield ""


def _cell(number: int, total: int, probability: float, *, with_expected: bool = True) -> str:
    """Give a share in per cent, the expected one in brackets, and a mark where they are not compatible."""
    mark = "" if is_compatible(number, total, min(max(probability, 0.0), 1.0)) else " !"
    told = f" ({100 * probability:.1f})" if with_expected else ""
    return f"{100 * number / total:.1f}{told}{mark}"


def _decided_by(asked: Deciding, claim: str) -> str:
    """Name what decides a claim."""
    points = asked.claims[claim].decides
    analyses = " and ".join(dict.fromkeys(point.analysis for point in points))
    visits = " and ".join(dict.fromkeys(point.visit for point in points if point.visit))
    return ", ".join(filter(None, [analyses, visits]))


def _truth_cell(trial: str, truth: str, asked: Deciding, found: Count, claim: str) -> str:
    """Give the true benefit of each point with the mean standard error."""
    told = []
    for point in _points(asked, claim):
        benefit = benefit_of(trial, truth, asked.plan, point, asked.templates[point])
        error = np.sqrt(np.mean([one[1] ** 2 for one in found.estimates[point]]))
        told.append(f"{benefit + 0.0:.2f} ({error:.2f})")
    return "; ".join(told)


def _uncontrolled(truth: str, asked: Deciding, found: Count) -> dict[str, dict[str, float]]:
    """Give the expected shares of claims without a comparison: compatible where the interval lies above zero."""
    shares = {}
    for claim in found.verdicts:
        point = asked.claims[claim].decides[0]
        values = np.array(found.estimates[point])
        benefit = benefit_of("open_label_bn", truth, asked.plan, point, asked.templates[point])
        # Changes vary by the sample's baselines too, on which the model conditions: hence the spread over replicates.
        spread, df = values[:, 0].std(ddof=1), values[:, 2].mean()
        above = float(nct.sf(_critical(df) * np.sqrt((values[:, 1] ** 2).mean()) / spread, df, benefit / spread))
        shares[claim] = {Verdict.COMPATIBLE.value: above, Verdict.INCONCLUSIVE.value: 1 - above}
    return shares
