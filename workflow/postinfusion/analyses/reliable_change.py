"""Reliable, clinically significant and important change by visit (method reliable-change)."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from postinfusion.analyses.binary_comparison import Status, status_rows, strata_of, strata_warnings
from postinfusion.analyses.endpoint_records import Adam, strategy_records
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.response import declared_rows, thresholds, visits_with_values
from postinfusion.analyses.response_status import ROUNDING, baselines, improvement, reaches, values_at
from postinfusion.ard.build import Row, error_row, rows
from postinfusion.core.reliable_change import smallest_reliable_change
from postinfusion.errors import ModelError
from postinfusion.instruments.catalogue import find_score
from postinfusion.plan.analyses import ReliableChange
from postinfusion.plan.endpoints import Endpoint
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import OBSERVED_CASES


@dataclass(frozen=True)
class Index:
    """What the reliable change index of a score is computed from.

    Attributes
    ----------
    sd, reliability
        SD of the reference group and reliability r of the score.
    source
        Where they come from.
    verified
        Whether the source was read, as the catalogue says, or the plan gives the numbers.
    smallest_change
        The change beyond which it is reliable, in the unit of the endpoint.
    """

    sd: float
    reliability: float
    source: str
    verified: str
    smallest_change: float


def reliable_change(plan: Plan, analysis: ReliableChange, adam: Adam, population: Members) -> list[Row]:
    """Give shares with reliable improvement and deterioration, clinically significant and important change.

    Without a reliability no index is computed; important change, where the endpoint has one, is still given.

    Raises
    ------
    ModelError
        Nothing can be judged, or the data hold no values of the endpoint.
    """
    endpoint = plan.endpoints[analysis.endpoint]
    key = {"parameter": endpoint.parameter}
    result = [*denominators(population), *declared_rows(analysis, **key), *thresholds(endpoint, **key)]
    index: Index | None = None
    try:
        index = index_of(plan, analysis, endpoint)
        result += _index_rows(analysis, index, key)
    except ModelError as error:
        if endpoint.important_change is None:
            raise
        result.append(error_row(str(error), variable="reliable-change", **key))
    records = strategy_records(plan, endpoint, analysis.estimand, adam, population)
    strata, base = strata_of(plan, population), baselines(records, population)
    result += strata_warnings(strata, population)
    for at in visits_with_values(plan, analysis, records, population):
        values = values_at(records, at["visit"], population)
        for variable, status in _statuses(analysis, endpoint, index, values, base).items():
            full = {**key, **at, "variable": variable}
            result += status_rows(status, strata, population, analysis.confidence, full)
    return result


def index_of(plan: Plan, analysis: ReliableChange, endpoint: Endpoint) -> Index:
    """Give what the index is computed from: the plan's numbers, else those of the catalogue of scales.

    Raises
    ------
    ModelError
        The SD or the reliability is nowhere given.
    """
    found = find_score(endpoint.measure, endpoint.score, plan.instruments)
    held = found.description.reliable_change if found and found.description else None
    sd = analysis.sd or (held.sd if held else None)
    reliability = analysis.reliability or (held.reliability if held else None)
    if sd is None or reliability is None:
        lacking = " and ".join(name for name, value in (("sd", sd), ("reliability", reliability)) if value is None)
        raise ModelError(
            f"neither the plan nor the catalogue of scales gives {lacking} of {endpoint.label}: write it with "
            "reliability_source in the analysis"
        )
    of_catalogue = held if held and (analysis.sd is None or analysis.reliability is None) else None
    catalogued = of_catalogue.source if of_catalogue else ""
    source = "; ".join(text for text in (analysis.reliability_source, catalogued) if text)
    return Index(sd, reliability, source, _verified(analysis, of_catalogue is not None and of_catalogue.verified),
                 smallest_reliable_change(sd, reliability))  # fmt: skip


def _verified(analysis: ReliableChange, of_catalogue: bool) -> str:
    """Say whether the numbers were checked against their source."""
    by_plan = analysis.sd is not None or analysis.reliability is not None
    catalogue = "catalogue: verified" if of_catalogue else "catalogue: not verified"
    both = analysis.sd is not None and analysis.reliability is not None
    return "as the plan gives them" if both else f"{catalogue}; the rest as the plan gives it" if by_plan else catalogue


def _index_rows(analysis: ReliableChange, index: Index, key: dict[str, str]) -> list[Row]:
    """Give the rows that say what a reliable change is."""
    numbers: dict[str, float | int | bool | str] = {
        "sd": index.sd,
        "reliability": index.reliability,
        "smallest_change": index.smallest_change,
    }
    result = rows({**numbers, "source": index.source, "verified": index.verified}, term="index", **key)
    if analysis.cut_off is None:
        text = "clinically significant change needs a cut-off: write cut_off with cut_off_source in the analysis"
        return [*result, error_row(text, variable="clinically-significant-change", **key)]
    cut_off: dict[str, float | int | bool | str] = {"estimate": analysis.cut_off, "source": analysis.cut_off_source}
    return [*result, *rows(cut_off, term="threshold", level="cut-off", **key)]


def _statuses(
    analysis: ReliableChange,
    endpoint: Endpoint,
    index: Index | None,
    values: pd.Series,
    base: pd.Series,
) -> dict[str, Status]:
    """Give each kind of change of every participant at a visit.

    A participant without a value counts as not improved where missing is failure. Of deterioration only observed cases
    are given: to count the missing as not worse would flatter the arm that lost more.
    """
    better = improvement(endpoint, values, base)
    found: dict[str, Status] = {}
    if index is not None:
        improved = (better > index.smallest_change + ROUNDING).astype(float).where(better.notna())
        worse = (better < -index.smallest_change - ROUNDING).astype(float).where(better.notna())
        found["reliable-improvement"] = Status(improved)
        if analysis.cut_off is not None:
            found["clinically-significant-change"] = _significant(analysis.cut_off, endpoint, values, base, improved)
        levels = improved.map({1.0: "improved", 0.0: "unchanged"}).mask(worse == 1, "yes")
        found["reliable-deterioration"] = Status(worse, levels=levels, is_benefit=False, estimators=(OBSERVED_CASES,))
    if endpoint.important_change is not None:
        important = better >= endpoint.important_change - ROUNDING
        found["important-change"] = Status(important.astype(float).where(better.notna()))
    return found


def _significant(cut_off: float, endpoint: Endpoint, values: pd.Series, base: pd.Series, improved: pd.Series) -> Status:
    """Give who improved reliably and crossed the cut-off."""
    crossed = (reaches(endpoint, values, cut_off) == 1) & (reaches(endpoint, base, cut_off) == 0)
    significant = (crossed & (improved == 1)).astype(float).where(improved.notna())
    levels = improved.map({1.0: "improved only", 0.0: "not improved"}).mask(significant == 1, "yes")
    return Status(significant, levels=levels)
