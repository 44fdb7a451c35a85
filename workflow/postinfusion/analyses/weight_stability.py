"""Stable weight by several definitions, loss and gain, and what stands beside them (method weight-stability)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from postinfusion.analyses.binary_comparison import Status, status_rows, strata_of, strata_warnings
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.populations import Members, denominators, unknown_rows
from postinfusion.analyses.weight_and_symptom import symptom_rows
from postinfusion.analyses.weight_by_index import index_rows
from postinfusion.analyses.weight_definitions import (
    ABOUT_REFERENCE,
    AtVisit,
    Definition,
    definitions,
    levels_of,
    main_band,
)
from postinfusion.analyses.weight_records import (
    SELF_REPORTED,
    Group,
    Weighings,
    groups,
    slopes_at,
    visits_of,
    weighings,
)
from postinfusion.analyses.weight_time import time_rows
from postinfusion.ard.build import Row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import WeightStability
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import ESTIMATOR_NAMES, OBSERVED_CASES

MEASURED_ONLY = "measured weights only"


def weight_stability(plan: Plan, analysis: WeightStability, adam: Adam, population: Members) -> list[Row]:
    """Give shares with stable weight, loss and gain by visit and arm, within each group of ``by``, never pooled.

    Returns
    -------
    list of rows
        ``variable`` is the definition; shares and risk differences as :func:`status_rows` gives them. ``definition``
        with its source and kind; ``stability-by-index``, time within the band and the association with symptoms as
        their functions say.

    Raises
    ------
    ModelError
        The data hold no weights, no target or no column of ``by``, or nobody has a weight after baseline.
    """
    weights = weighings(plan, analysis, adam, population)
    found = [*denominators(population), *_definition_rows(analysis)]
    found += unknown_rows(population, analysis.by) if analysis.by else []
    for group in groups(analysis, population):
        of_group = [*_by_visit(plan, analysis, weights, group), *index_rows(plan, analysis, adam, weights, group)]
        of_group += time_rows(analysis, weights, group.members)
        of_group += symptom_rows(plan, analysis, adam, weights, group.members)
        alone = denominators(group.members) if group.key else []
        found += [row | group.key for row in [*alone, *of_group]]
    if not any(row.get("term") == "proportion" for row in found):
        raise ModelError("no participant has a weight at any visit after baseline")
    key = {"parameter": plan.endpoints[analysis.endpoint].parameter}
    return [key | row for row in found]


def at_visit(weights: Weighings, analysis: WeightStability, visit: str, members: Members) -> AtVisit:
    """Give what the definitions look at, of each member at a visit."""
    weight = weights.at(visit, members)
    reference, baseline = (values.reindex(weight.index) for values in (weights.reference, weights.baseline))
    return AtVisit(weight, reference, baseline, slopes_at(weights, analysis, visit, members))


def _definition_rows(analysis: WeightStability) -> list[Row]:
    """Give the definitions with their sources, what they refer to, and which estimator the plan declares."""
    found = rows({"declared": ESTIMATOR_NAMES[analysis.missing]}, term="estimator")
    reference = f"target weight ({analysis.target})" if analysis.target else "weight at baseline"
    found += rows({"reference": reference}, term="reference")
    for one in definitions(analysis):
        found += rows({"source": one.source, "kind": one.kind}, variable=one.name, term="definition")
    return found


def _by_visit(plan: Plan, analysis: WeightStability, weights: Weighings, group: Group) -> Iterator[Row]:
    """Give the rows of each definition at each visit at which anyone of the group has a weight."""
    strata = strata_of(plan, group.members)
    yield from strata_warnings(strata, group.members)
    for visit in visits_of(plan, analysis):
        at = {"visit": visit, "time": canonical_hours(plan.nominal_hours[visit])}
        seen = at_visit(weights, analysis, visit, group.members)
        if not seen.weight.notna().any():
            continue
        narrower: dict[str, Definition] = {}
        for one in definitions(analysis):
            levels = levels_of(one, seen, narrower.get(one.kind))
            yield from _shares(analysis, one, seen, levels, _Cell(strata, group.members, at))
            narrower[one.kind] = one
        yield from _measured_only(analysis, weights, visit, _Cell(strata, group.members, at))


@dataclass(frozen=True)
class _Cell:
    """Participants of a group with their strata, and the visit at which they are judged."""

    strata: pd.Series
    members: Members
    at: dict[str, str]


def _shares(
    analysis: WeightStability, definition: Definition, seen: AtVisit, levels: pd.Series, cell: _Cell
) -> Iterator[Row]:
    """Give counts, shares and risk differences of one definition at one visit; none where nobody can be judged.

    Only about a reference weight can someone without a weight count as not stable: a slope or a loss is of weights.
    """
    is_stable = definition.kind in ABOUT_REFERENCE
    known = (seen.reference if is_stable else seen.baseline).notna()
    judged = definition.judged(seen)
    if not judged[known].notna().any():
        return
    estimators = tuple(ESTIMATOR_NAMES.values()) if is_stable else (OBSERVED_CASES,)
    undefined = tuple(judged.index[~known])
    status = Status(judged[known], undefined, levels[known], estimators=estimators, has_ratios=False)
    key = {**cell.at, "variable": definition.name}
    # Whether a loss or a gain is a benefit depends on the diagnosis: no number needed to treat is given.
    yield from status_rows(status, cell.strata, cell.members, analysis.confidence, key)


def _measured_only(analysis: WeightStability, weights: Weighings, visit: str, cell: _Cell) -> Iterator[Row]:
    """Give the main definition without self-reported weights, where there are any at the visit, and count these."""
    measured = weights.without_self_reports
    reported = _self_reported(weights, visit, cell.members)
    if measured is None or not len(reported):
        return
    main = main_band(analysis)
    named = replace(main, name=f"{main.name}, {MEASURED_ONLY}")
    kept = at_visit(measured, analysis, visit, cell.members)
    yield from _shares(analysis, named, kept, levels_of(named, kept, None), cell)
    arms = cell.members.frame.set_index("USUBJID")["ARM"].astype("object").reindex(reported)
    for arm in cell.members.arms:
        yield from rows({"n": int((arms == arm).sum())}, **cell.at, variable=named.name, level=SELF_REPORTED, arm=arm)


def _self_reported(weights: Weighings, visit: str, members: Members) -> pd.Index:
    """Give who reported the weight of a visit."""
    measured = weights.without_self_reports
    every = weights.at(visit, members).dropna().index
    return every if measured is None else every.difference(measured.at(visit, members).dropna().index)
