"""Claims judged in many replicates, from the estimates that decide them, by the rules of the package."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from postinfusion.analyses.claim_evidence import Estimate, estimate_of
from postinfusion.analyses.claims import _Judge, kind_of
from postinfusion.analyses.run import analyse
from postinfusion.ard.build import table
from postinfusion.plan.analyses import Analysis, Counts, CrossoverModel, Mmrm, Subgroups
from postinfusion.plan.claim_catalogue import ClaimKind
from postinfusion.plan.claims import JudgedClaim, Point
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import Verdict
from simulation.deciding_estimates import STATISTICS, estimates_of, without_second_engine
from simulation.replicates import AT_ONCE, Replicates, replicates, trial_plan
from simulation.truth_of_points import has_truth

KINDS = (ClaimKind.COMPARATIVE, ClaimKind.LASTING, ClaimKind.EQUIVALENCE, ClaimKind.EVERY_DIAGNOSIS)
PART_OF_SLOW = 0.3
SECONDS_ALLOWED, SECONDS_EVERYWHERE = 1.0, 0.3
Draw = dict[Point, Estimate]
NOTHING = table([])


@dataclass
class Deciding:
    """The claims of a plan that are counted, and what decides them.

    Attributes
    ----------
    plan
        With these claims alone, each without its sensitivity analyses.
    templates
        Each deciding point as the whole analysis gives it once: key, direction, threshold and circumstances.
    skipped
        Claim → why it is not counted.
    slow
        Analyses that are done in a part of the replicates.
    """

    plan: Plan
    templates: Draw
    skipped: dict[str, str] = field(default_factory=dict)
    slow: frozenset[str] = frozenset()

    @property
    def claims(self) -> dict[str, JudgedClaim]:
        """The counted claims."""
        return self.plan.claims.judged

    def of_analysis(self, key: str) -> list[Point]:
        """Give the points of one analysis."""
        return [point for point in self.templates if point.analysis == key]

    @property
    def analyses(self) -> list[str]:
        """The deciding analyses."""
        return list(dict.fromkeys(point.analysis for point in self.templates))

    def family(self, claim: str) -> str:
        """Give the family of a claim; its own name where it has none."""
        entry = self.claims[claim]
        endpoint = self.plan.endpoints.get(getattr(self.plan.analyses[entry.decides[0].analysis], "endpoint", ""))
        return entry.family or (endpoint.family if endpoint else "") or claim


class Drawn(_Judge):
    """Judges claims from estimates that are at hand, by the rules of the package."""

    def __init__(self, plan: Plan, at_hand: Draw) -> None:
        self.at_hand = at_hand
        super().__init__(plan, NOTHING)

    def estimate(self, point: Point) -> Estimate:
        """Give the estimate of a point."""
        return self.at_hand[point]

    def verdicts(self) -> dict[str, str]:
        """Give the verdict of each claim."""
        return {
            claim: self.of(claim, entry).judgement.verdict.value for claim, entry in self.plan.claims.judged.items()
        }


def deciding(trial: str, truth: str, *, slow: bool = False, only: Sequence[str] = ()) -> Deciding:
    """Choose the claims that are counted, by one replicate that goes the whole way.

    Parameters
    ----------
    trial, truth
        Which trial, under which truth.
    slow
        Take slow analyses too.
    only
        Claims; empty for all.
    """
    plan = trial_plan(trial)
    asked = {
        claim: entry.model_copy(update={"sensitivity": (), "conflicts": ()})
        for claim, entry in plan.claims.judged.items()
        if entry.decides and kind_of(claim, entry) in KINDS and (not only or claim in only)
    }
    plan = _with_what_decides(plan, asked)
    one = replicates(plan, trial, truth, [0])
    keys = dict.fromkeys(point.analysis for entry in asked.values() for point in entry.decides)
    results, seconds = {}, {}
    for key in keys:
        started = time.process_time()
        results[key] = analyse(plan, trial, key, one.alone(0)).results
        seconds[key] = time.process_time() - started
    ard = pd.concat(results.values(), ignore_index=True)
    templates = {point: estimate_of(plan, ard, point) for entry in asked.values() for point in entry.decides}
    skipped = {
        claim: why
        for claim, entry in asked.items()
        if (
            why := _obstacle(plan, entry, templates, seconds, slow)
            or _without_truth(trial, truth, plan, entry, templates)
        )
    }
    kept = {claim: entry for claim, entry in asked.items() if claim not in skipped}
    used = {point: templates[point] for entry in kept.values() for point in entry.decides}
    judged = _with_what_decides(plan, kept)
    long = frozenset(key for key in keys if _is_slow(plan, key, seconds[key]))
    return Deciding(without_second_engine(judged, {point.analysis for point in used}), used, skipped, long)


def _is_slow(plan: Plan, key: str, seconds: float) -> bool:
    """Say whether an analysis is done in a part of the replicates only."""
    return isinstance(plan.analyses[key], Counts) or (seconds > SECONDS_EVERYWHERE and not _has_short_way(plan, key))


def _obstacle(plan: Plan, entry: JudgedClaim, templates: Draw, seconds: Mapping[str, float], slow: bool) -> str:
    """Say why a claim is not counted; empty where it is."""
    for point in entry.decides:
        absent = templates[point].circumstances.absent
        if absent:
            return absent
        long = seconds[point.analysis] > SECONDS_ALLOWED
        if long and not slow and not _has_short_way(plan, point.analysis):
            return f"its analysis takes {seconds[point.analysis]:.1f} s"
    return ""


def _without_truth(trial: str, truth: str, plan: Plan, entry: JudgedClaim, templates: Draw) -> str:
    """Say that the truth behind a claim is not written down; empty where it is."""
    known = all(has_truth(trial, truth, plan, point, templates[point]) for point in entry.decides)
    return "" if known else "its truth is not written down in truth_of_points.py"


def _has_short_way(plan: Plan, key: str) -> bool:
    """Say whether the estimates of an analysis are made here without the rest of it."""
    return isinstance(plan.analyses[key], Counts | CrossoverModel | Mmrm)


def _with_what_decides(plan: Plan, claims: Mapping[str, JudgedClaim]) -> Plan:
    """Give the plan with these claims alone, and of analyses that fit many models those that decide one of them."""
    points = [point for entry in claims.values() for point in entry.decides]
    changed = {
        key: _part_that_decides(analysis, [point for point in points if point.analysis == key])
        for key, analysis in plan.analyses.items()
    }
    judged = plan.claims.model_copy(update={"judged": dict(claims)})
    return plan.model_copy(update={"analyses": changed, "claims": judged}).at(plan.places)


def _part_that_decides(analysis: Analysis, points: Sequence[Point]) -> Analysis:
    """Give an analysis with only those of its models that give these points."""
    if isinstance(analysis, CrossoverModel) and points:
        return analysis.model_copy(update={"visits": tuple(point.visit for point in points)})
    if isinstance(analysis, Subgroups) and points:
        names = {point.subgroup for point in points}
        factors = tuple(factor for factor in analysis.factors if factor.by in names)
        return analysis.model_copy(update={"factors": factors})
    return analysis


def tables_of(asked: Deciding, drawn: Replicates, trial: str, *, slow: bool) -> dict[str, pd.DataFrame]:
    """Give the estimates of each deciding analysis; those of slow ones where asked for."""
    keys = [key for key in asked.analyses if slow or key not in asked.slow]
    return {key: estimates_of(asked.plan, trial, key, drawn) for key in keys}


def at_hand(asked: Deciding, tables: Mapping[str, pd.DataFrame], numbers: Sequence[int]) -> dict[int, Draw]:
    """Give the deciding estimates of each replicate that has all of them."""
    found: dict[int, Draw] = {number: {} for number in numbers}
    for key, estimates in tables.items():
        for point in asked.of_analysis(key):
            template, rows = asked.templates[point], estimates
            for name, value in template.key.items():
                if name in rows and name != "time":
                    rows = rows[rows[name] == value]
            rows = rows[rows["level"] == point.level]
            for record in rows.to_dict("records"):
                values = {name: float(record[name]) for name in STATISTICS}
                found[int(record["replicate"])][point] = replace(template, **values)
    needed = sum(len(asked.of_analysis(key)) for key in tables)
    return {number: draw for number, draw in found.items() if len(draw) == needed}


@dataclass
class Count:
    """What came out: verdicts by claim and how many replicates, supported families, and the estimates themselves."""

    verdicts: dict[str, Counter[str]] = field(default_factory=dict)
    families: Counter[str] = field(default_factory=Counter)
    estimates: dict[Point, list[tuple[float, float, float]]] = field(default_factory=dict)
    failed: int = 0

    def total(self, claim: str) -> int:
        """Give the number of replicates in which a claim was judged."""
        return sum(self.verdicts[claim].values())

    def add(self, asked: Deciding, draw: Draw) -> None:
        """Judge the claims of one replicate whose families are complete."""
        lacking = {
            asked.family(claim) for claim, entry in asked.claims.items() if any(p not in draw for p in entry.decides)
        }
        kept = {claim: entry for claim, entry in asked.claims.items() if asked.family(claim) not in lacking}
        plan = asked.plan.model_copy(update={"claims": asked.plan.claims.model_copy(update={"judged": kept})})
        told = Drawn(plan.at(asked.plan.places), draw).verdicts()
        for claim, verdict in told.items():
            self.verdicts.setdefault(claim, Counter())[verdict] += 1
        self.families.update({asked.family(c) for c, verdict in told.items() if verdict == Verdict.SUPPORTED.value})
        for point in draw:
            one = draw[point]
            benefit = replace(one, sign=one.sign or 1).oriented(one.conf_low, one.conf_high)[0]
            self.estimates.setdefault(point, []).append((benefit, one.std_error, one.df))


def count(
    trial: str, truth: str, total: int, asked: Deciding, keep: Path | None = None, *, part: float = PART_OF_SLOW
) -> Count:
    """Count over replicates, so many at once.

    Parameters
    ----------
    trial, truth, total, asked
        Which trial, its truth, the number of replicates, and what is judged.
    keep
        Folder for all estimates of the deciding analyses.
    part
        In which part of the replicates slow analyses are done.
    """
    found = Count()
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
    for first in range(0, total, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, total))
        drawn = replicates(asked.plan, trial, truth, numbers)
        tables = tables_of(asked, drawn, trial, slow=first < part * total)
        draws = at_hand(asked, tables, numbers)
        if keep is not None:
            kept = [estimates.assign(analysis=key) for key, estimates in tables.items()]
            pd.concat(kept, ignore_index=True).to_csv(keep / f"{trial}_{truth}_{first:06d}.csv", index=False)
        found.failed += len(numbers) - len(draws)
        for draw in draws.values():
            found.add(asked, draw)
    return found
