"""Rows of the results that a judged claim becomes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from postinfusion.analyses.claim_counts import Counted, Safety
from postinfusion.analyses.claim_evidence import NAN, Estimate, Identity
from postinfusion.analyses.missing_factor import tipping_factor
from postinfusion.analyses.missing_shift import tipping_shift
from postinfusion.analyses.multiplicity import ALPHA, Adjusted
from postinfusion.analyses.verdicts import Comparison, Judgement, comparative
from postinfusion.ard.build import Row, rows
from postinfusion.plan.claim_catalogue import ClaimKind

NEVER_TIPS = "no possible value"


@dataclass(frozen=True)
class Decided:
    """One estimate of a claim, judged by itself.

    Attributes
    ----------
    role, number
        ``decides``, ``sensitivity`` or ``conflict``, and its place there, from 1.
    analysis
        Its key in the plan.
    estimate
        The estimate.
    level
        It is judged by intervals of one minus this level.
    judgement
        What it says by itself.
    margin
        For a claim of no difference the margin.
    """

    role: str
    number: int
    analysis: str
    estimate: Estimate
    level: float = ALPHA
    judgement: Judgement | None = None
    margin: float | None = None

    @property
    def identity(self) -> Identity:
        """What tells the result from others."""
        return self.estimate.identity

    @property
    def comparison(self) -> Comparison:
        """The estimate, oriented so that more is better."""
        found = self.estimate
        benefit, low, high = found.oriented(found.conf_low, found.conf_high)
        adjusted_low = found.oriented(*found.limits(self.level))[1]
        if not math.isfinite(adjusted_low):  # without a standard error the p-value decides alone
            adjusted_low = low if found.p_value <= self.level else min(low, 0.0)
        return Comparison(benefit, low, high, adjusted_low, found.important, controlled=found.is_controlled)

    @cached_property
    def tipping(self) -> tuple[float, Judgement] | None:
        """The shift of missing values, of a ratio the factor, at which the verdict tips, and to which; None without."""
        found = self.estimate
        share = found.missing.get(found.key.get("arm", ""), 0.0)
        if self.margin is not None or not found.is_controlled or not found.sign:
            return None
        if found.is_ratio:
            factor_of = found.factor_of
            return tipping_factor(self.comparison, share, found.sign, factor_of, comparative) if factor_of else None
        return tipping_shift(self.comparison, share, comparative)

    @property
    def tips_soon(self) -> bool:
        """Missing values that are worse by no more than the difference that matters give another verdict."""
        return (
            self.tipping is not None
            and not self.estimate.is_ratio  # of which the plan names none that matters
            and self.tipping[0] <= (self.estimate.important or 0.0)
        )


@dataclass(frozen=True)
class Judged:
    """One claim with its verdict and what it rests on.

    Attributes
    ----------
    claim, kind
        Which claim, and what kind of evidence decides it.
    judgement
        The verdict.
    decided
        The estimates.
    adjusted
        How the claim stands in its family; None where it is not tested in one.
    before
        The verdict before other scales of the construct were looked at.
    counted, limit, limit_source
        For a claim that counts decide: the share, and what it is compared with.
    safety, margins
        For the claim of safety: risk differences and their margins.
    """

    claim: str
    kind: ClaimKind
    judgement: Judgement
    decided: tuple[Decided, ...] = ()
    adjusted: Adjusted | None = None
    before: Judgement | None = None
    counted: Counted | None = None
    limit: float | None = None
    limit_source: str = ""
    safety: Safety | None = None
    margins: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def before_conflict(self) -> Judgement:
        """The verdict before other scales of the construct were looked at."""
        return self.before or self.judgement

    def of(self, role: str) -> list[Decided]:
        """Give the estimates of one role."""
        return [one for one in self.decided if one.role == role]


def claim_rows(judged: Judged) -> Iterator[Row]:
    """Give the rows of one claim: its verdict, its estimates, and how it stands in its family."""
    texts = {
        "verdict": judged.judgement.verdict.value,
        "qualifiers": "; ".join(judged.judgement.qualifiers),
        "reason": judged.judgement.reason,
        "kind": judged.kind.value,
    }
    prespecified = all(one.estimate.circumstances.prespecified for one in judged.of("decides"))
    prespecified &= judged.counted is None or judged.counted.prespecified
    key = {"variable": judged.claim, "prespecified": prespecified}
    yield from rows(texts, term="claim", **key)
    for one in judged.decided:
        yield from _estimate_rows(one, key)
    if judged.adjusted:
        yield from _family_rows(judged.adjusted, key)
    if judged.counted and not judged.counted.absent:
        yield from _count_rows(judged.counted, judged, key)
    if judged.safety and not judged.safety.absent:
        yield from _safety_rows(judged.safety, judged.margins, key)


def _estimate_rows(one: Decided, of_claim: Mapping[str, object]) -> Iterator[Row]:
    """Give the rows of one estimate."""
    found = one.estimate
    at = {name: found.key.get(name, "") for name in ("visit", "time", "subgroup", "subgroup_level")}
    key = {**of_claim, **at, "term": one.role, "level": str(one.number)}
    pair = {"arm": found.key.get("arm", ""), "comparator": found.key.get("comparator", "")}
    texts = {"analysis": one.analysis, "estimate_term": found.key.get("term", "")}
    if one.judgement:
        texts |= {"verdict": one.judgement.verdict.value, "reason": one.judgement.reason}
    if found.structure:
        texts["structure"] = found.structure
    yield from rows(texts, **key, **pair)
    if found.circumstances.absent:
        return
    yield from rows(_numbers(one), **key, **pair)
    yield from _important_rows(one, key, pair)
    yield from _tipping_rows(one, key, pair)
    for arm, n in found.participants.items():
        statistics = {"n": n, **({"share_missing": found.missing[arm]} if arm in found.missing else {})}
        yield from rows(statistics, arm=arm, **key)


def _numbers(one: Decided) -> dict[str, float]:
    """Give the numbers of an estimate that are finite: as in the results, adjusted, oriented, and standardised."""
    found = one.estimate
    adjusted_low, adjusted_high = found.limits(one.level)
    benefit, low, high = replace(found, sign=found.sign or 1).oriented(found.conf_low, found.conf_high)
    scale = NAN if found.is_ratio else found.baseline_sd
    numbers = {
        "estimate": found.estimate, "std_error": found.std_error, "df": found.df, "p_value": found.p_value,
        "conf_low": found.conf_low, "conf_high": found.conf_high, "baseline_sd": scale,
        "adjusted_low": adjusted_low, "adjusted_high": adjusted_high,
        "benefit": benefit / scale, "benefit_low": low / scale, "benefit_high": high / scale,
    }  # fmt: skip
    return {name: value for name, value in numbers.items() if value == value}  # noqa: PLR0124 - NaN is left out


def _important_rows(one: Decided, key: Mapping[str, object], pair: Mapping[str, str]) -> Iterator[Row]:
    """Give the threshold that the estimate was judged by, with its source."""
    found = one.estimate
    if one.margin is not None:
        yield from rows({"margin": one.margin}, **key, **pair)
    elif found.important is not None and found.is_controlled:
        yield from rows({"important_difference": found.important, "threshold_source": found.source}, **key, **pair)


def _tipping_rows(one: Decided, key: Mapping[str, object], pair: Mapping[str, str]) -> Iterator[Row]:
    """Give the shift or the factor of missing values at which the verdict tips, or that no possible factor does it."""
    if one.tipping:
        amount, judgement = one.tipping
        if math.isnan(amount):
            yield from rows({"tipped_verdict": NEVER_TIPS}, **key, **pair)
            return
        name = "tipping_factor" if one.estimate.is_ratio else "tipping_shift"
        yield from rows({name: amount, "tipped_verdict": judgement.verdict.value}, **key, **pair)


def _family_rows(adjusted: Adjusted, of_claim: Mapping[str, object]) -> Iterator[Row]:
    """Give how a claim stands in its family."""
    numbers = {
        "n_claims": adjusted.size, "p_value": adjusted.p_value, "p_adjusted": adjusted.p_adjusted,
        "confidence": 1 - adjusted.level,
    }  # fmt: skip
    texts = {"family": adjusted.family, "adjustment": adjusted.method.value}
    yield from rows({**numbers, **texts}, term="family", **of_claim)


def _count_rows(counted: Counted, judged: Judged, of_claim: Mapping[str, object]) -> Iterator[Row]:
    """Give the rows of a share."""
    numbers = {
        "n": counted.share.events, "n_total": counted.total, "proportion": counted.proportion or 0.0,
        "conf_low": counted.share.low, "conf_high": counted.share.high,
    }  # fmt: skip
    if judged.limit is not None:
        numbers |= {"limit": judged.limit}
    at = {name: counted.key.get(name, "") for name in ("visit", "time")}
    key = {**of_claim, **at, "term": "share", "level": "1", "arm": counted.key["arm"]}
    yield from rows(numbers, **key)
    if judged.limit_source:
        yield from rows({"threshold_source": judged.limit_source}, **key)
    # In a public report these counts say what of the share is hidden, as they do where it comes from.
    for arm, counts in counted.counts.items():
        beside = {name: value for name, value in counts.items() if arm != key["arm"] or name != "n"}
        yield from rows(beside, **{**key, "arm": arm})


def _safety_rows(safety: Safety, margins: Mapping[str, float], of_claim: Mapping[str, object]) -> Iterator[Row]:
    """Give the rows of the risk differences."""
    for kind, (low, high) in safety.limits.items():
        numbers = {"risk_difference": safety.estimates[kind], "conf_low": low, "conf_high": high}
        if kind in margins:
            numbers["margin"] = margins[kind]
        yield from rows(numbers, **of_claim, term="harm", level=kind, **safety.key)
        for arm, counts in safety.counts.get(kind, {}).items():
            yield from rows(counts, **of_claim, term="harm", level=kind, arm=arm)
