"""Stability within persons: spreads described by phase and arm, and compared (method variability)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from postinfusion.analyses.describe import describe_number
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.model_data import ARM, FEWEST_PARTICIPANTS
from postinfusion.analyses.model_rows import NOT_NEEDED, USED
from postinfusion.analyses.populations import Members, denominators, groups_by, unknown_rows
from postinfusion.analyses.variability_data import (
    BEFORE,
    CV,
    LOG_BEFORE,
    PHASE,
    RMSSD,
    SD,
    Spreads,
    covariate_columns,
    spreads_in,
)
from postinfusion.analyses.variability_model import TWO_STEPS, ScaleModel, scale_model
from postinfusion.analyses.variability_two_steps import (
    FEW,
    SmallSampleTest,
    TwoSteps,
    compare_arms,
    compare_phases,
    logarithms,
    require_enough,
    test_of_arms,
    test_of_pairs,
)
from postinfusion.ard.build import Row, error_row, rows, warning_row
from postinfusion.datasets.adam import participant_column
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Variability
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import in_order

WITHIN, VALUES, LEFT_OUT, RATIO, TEST, BETWEEN = (
    "within-person", "values", "left-out", "ratio", "randomisation-test", "between-persons",
)  # fmt: skip
BY_TWO_STEPS = ", two steps"
TOO_FEW, ALIKE = "too few values", "values all alike"
_DESCRIBED = ("n", "mean", "sd", "median", "q1", "q3")


@dataclass(frozen=True)
class _Asked:
    """What is compared, in one group of participants.

    Attributes
    ----------
    plan, analysis, name
        The plan, the analysis and its key.
    arms
        The arms in the order of the plan.
    population
        The participants of the group.
    columns
        Strata and covariates.
    """

    plan: Plan
    analysis: Variability
    name: str
    population: Members
    columns: tuple[str, ...]

    @property
    def compares_arms(self) -> bool:
        """There is an arm to compare with."""
        return bool(self.population.compared)


def variability(plan: Plan, analysis: Variability, adam: Adam, population: Members) -> list[Row]:
    """Describe how far values of a person spread, by phase and arm, and compare arms, or phases of a single arm.

    Groups of ``by`` are analysed apart and never together.

    Raises
    ------
    ModelError
        The data hold no values of the endpoint, or no participant has enough of them in the phase.
    """
    phase = spreads_in(plan, analysis, adam, population, analysis.phase)
    before = spreads_in(plan, analysis, adam, population, analysis.before) if analysis.before is not None else None
    if phase.persons.empty:
        raise ModelError(f"no participant has {analysis.fewest} values in the phase")
    name = next((key for key, found in plan.analyses.items() if found is analysis), "")
    columns = tuple(covariate_columns(plan, analysis, population))
    found = unknown_rows(population, analysis.by) if analysis.by else []
    for key, ids in _groups(analysis, population):
        own = replace(population, frame=population.frame[population.frame["USUBJID"].isin(ids)])
        asked = _Asked(plan, analysis, name, own, columns)
        of_group = _group(asked, phase.among(ids), before.among(ids) if before else None)
        totals = denominators(own) if key else []
        found += [_told_of(row, key) | key for row in [*totals, *of_group]]
    endpoint = plan.endpoints[analysis.endpoint]
    return [*denominators(population), *(row | {"parameter": endpoint.parameter} for row in found)]


def _groups(analysis: Variability, population: Members) -> Iterator[tuple[dict[str, str], pd.Series]]:
    """Give the key of each group with its USUBJID; all participants as one where the plan divides nobody."""
    frame = population.frame
    if not analysis.by:
        yield {}, frame["USUBJID"]
        return
    groups = groups_by(population, analysis.by)
    for level in in_order(groups.dropna().unique()):
        yield {"subgroup": analysis.by, "subgroup_level": str(level)}, frame.loc[groups == level, "USUBJID"]


def _told_of(row: Row, key: Mapping[str, str]) -> Row:
    """Name the group in a warning or an error of its own."""
    if not key:
        return row
    told = {name: f"{key['subgroup_level']}: {row[name]}" for name in ("warning", "error") if row.get(name)}
    return row | told


def _group(asked: _Asked, phase: Spreads, before: Spreads | None) -> list[Row]:
    """Give the rows of one group."""
    result = [*_described(asked, phase, PHASE)]
    if before is not None:
        result += _described(asked, before, BEFORE)
    try:
        compared = _arms(asked, phase, before) if asked.compares_arms else _phases(asked, phase, before)
    except ModelError as error:
        compared = [error_row(str(error), term="fit")]
    compared += [*_steady(asked, phase, "phase"), *(_steady(asked, before, "earlier phase") if before else [])]
    return [*result, *(row | {"variable": PHASE} for row in compared)]


def _steady(asked: _Asked, found: Spreads, phase: str) -> Iterator[Row]:
    """Warn of participants whose values are all alike: without them the steadiest are missing from a comparison."""
    counts = found.alike[ARM].value_counts()
    by_arm = [f"{arm} {counts[arm]}" for arm in asked.population.arms if counts.get(arm, 0)]
    if by_arm:
        text = "are in no comparison, since a spread of zero has no logarithm: this selects against steadiness"
        yield warning_row(f"participants with values all alike in the {phase} ({', '.join(by_arm)}) {text}")


def _described(asked: _Asked, found: Spreads, variable: str) -> Iterator[Row]:
    """Describe the spreads by arm, and count who is left out and why."""
    for arm in asked.population.arms:
        key = {"variable": variable, "arm": arm}
        own = found.persons[found.persons[ARM] == arm]
        of_arm = asked.population.of(arm)["USUBJID"]
        counted = {TOO_FEW: int(found.too_few.isin(of_arm).sum()), ALIKE: int((found.alike[ARM] == arm).sum())}
        for level, n in counted.items():
            yield from rows({"n": n}, term=LEFT_OUT, level=level, **key)
        number = {"n": len(own), **({"median": float(own["RECORDS"].median())} if len(own) else {})}
        yield from rows(number, term=VALUES, **key)
        for measure in (SD, RMSSD, CV):
            values = own[measure].dropna()
            if measure == CV and values.empty:
                continue
            described = describe_number(values)
            yield from rows({name: described[name] for name in _DESCRIBED if name in described},
                            term=WITHIN, level=measure, **key)  # fmt: skip


def _arms(asked: _Asked, phase: Spreads, before: Spreads | None) -> list[Row]:
    """Compare the arms: the model that decides, two steps beside it, and a test by the randomisation where few."""
    persons, columns = _with_before(asked, phase, before, SD)
    require_enough(persons, FEWEST_PARTICIPANTS)
    result: list[Row] = []
    steps = compare_arms(persons, SD, columns, asked.analysis.confidence)
    model, ladder = _model(asked, phase, persons, columns)
    for rung, outcome in ladder.items():
        result += rows({"outcome": outcome}, term="ladder", level=rung)
    result += _warnings(steps, ladder)
    decides = steps.ratios if model is None else model.ratios
    result += _ratio_rows(asked, decides, SD, persons)
    result += _ratio_rows(asked, steps.ratios, SD + BY_TWO_STEPS, persons)
    others, its_columns = _with_before(asked, phase, before, RMSSD)
    successive = compare_arms(others, RMSSD, its_columns, asked.analysis.confidence)
    result += _ratio_rows(asked, successive.ratios, RMSSD + BY_TWO_STEPS, others)
    result += _dossier(steps, model, persons)
    if persons[ARM].value_counts().min() < FEW:
        result += _tests(asked, persons)
    return result


def _model(
    asked: _Asked, phase: Spreads, persons: pd.DataFrame, columns: tuple[str, ...]
) -> tuple[ScaleModel | None, dict[str, str]]:
    """Fit the location-scale model where the plan asks for it."""
    if asked.analysis.model != "location-scale":
        return None, {}
    trend, confidence = asked.analysis.trend == "linear", asked.analysis.confidence
    return scale_model(phase.records, persons, columns, trend=trend, confidence=confidence)


def _with_before(
    asked: _Asked, phase: Spreads, before: Spreads | None, measure: str
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Give the complete persons with the logarithm of their spread before, and the covariates, that one first."""
    found = phase.spread.dropna(subset=list(asked.columns))
    columns = asked.columns
    if before is not None:
        earlier = before.spread
        logs, _ = logarithms(earlier, measure)
        centred = pd.Series(logs - logs.mean(), index=earlier["USUBJID"])
        found = found.assign(**{LOG_BEFORE: found["USUBJID"].map(centred)}).dropna(subset=[LOG_BEFORE])
        columns = (LOG_BEFORE, *columns)
    absent = [arm for arm in asked.population.arms if not (found[ARM] == arm).any()]
    if absent:
        raise ModelError(f"{'; '.join(_why_absent(asked, phase, before, arm) for arm in absent)}: described only")
    return found.reset_index(drop=True), columns


def _why_absent(asked: _Asked, phase: Spreads, before: Spreads | None, arm: str) -> str:
    """Say at which step the last participants of an arm are lost."""
    enough, varying = (frame[frame[ARM] == arm] for frame in (phase.persons, phase.spread))
    if enough.empty:
        return f"no participant of {arm} has {asked.analysis.fewest} values in the phase"
    if varying.empty:
        return f"{arm}: the values of each participant who has enough of them ({len(enough)}) are all alike"
    complete = varying.dropna(subset=list(asked.columns))
    if complete.empty or before is None:
        return f"no participant of {arm} whose values vary has all covariates"
    earlier = before.persons[before.persons["USUBJID"].isin(complete["USUBJID"])]
    if earlier.empty:
        return f"no participant of {arm} whose values vary has {asked.analysis.fewest} values in the earlier phase"
    return f"{arm}: the values of each participant who has enough of them are all alike in one of both phases"


def _phases(asked: _Asked, phase: Spreads, before: Spreads | None) -> list[Row]:
    """Compare a phase of a single arm with the earlier one, within persons."""
    if before is None:
        raise ModelError("a single arm without an earlier phase (before) is compared with nothing: described only")
    pairs = phase.spread.merge(before.spread, on="USUBJID", suffixes=("", "_before"))
    require_enough(pairs, FEWEST_PARTICIPANTS)
    result: list[Row] = []
    steps = compare_phases(pairs, SD, asked.analysis.confidence)
    successive = compare_phases(pairs, RMSSD, asked.analysis.confidence)
    for level, found in ((SD, steps), (SD + BY_TWO_STEPS, steps), (RMSSD + BY_TWO_STEPS, successive)):
        result += _ratio_rows(asked, found.ratios, level, pairs)
    result += _dossier(steps, None, pairs)
    if len(pairs) < FEW:
        found_test = test_of_pairs(pairs, SD, (asked.plan.seed, asked.name))
        result += _test_rows(found_test, arm=asked.population.arms[0])
    return result


def _ratio_rows(
    asked: _Asked, ratios: Mapping[str, Mapping[str, float]], level: str, persons: pd.DataFrame
) -> Iterator[Row]:
    """Give the ratios of arms to the reference arm, or of the phase to the one before, with their numbers."""
    reference = asked.population.reference or ""
    for arm, found in ratios.items():
        key = {"term": RATIO, "level": level, "arm": arm or asked.population.arms[0]}
        yield from rows(found, **key, comparator=reference if arm else "")
        yield from rows({"n_participants": len(persons)}, **key, comparator=reference if arm else "")


def _dossier(steps: TwoSteps, model: ScaleModel | None, persons: pd.DataFrame) -> Iterator[Row]:
    """Tell how many persons were compared, by what, and how they differ among each other."""
    for arm in ("", *persons[ARM].cat.categories):
        n = len(persons) if not arm else int((persons[ARM] == arm).sum())
        yield from rows({"n_participants": n}, term="fit", **({"arm": arm} if arm else {}))
    texts = {"adjusted_for": ", ".join(steps.adjusted_for)} if steps.adjusted_for else {}
    yield from rows({**texts, **(model.dossier if model else {"estimation": "two steps"})}, term="fit")
    yield from rows({"estimate": steps.between}, term=BETWEEN, level=SD + BY_TWO_STEPS)
    if model is not None:
        yield from rows({"estimate": model.between}, term=BETWEEN, level=SD)


def _warnings(steps: TwoSteps, ladder: Mapping[str, str]) -> Iterator[Row]:
    """Warn of covariates that were left out, and of a model that was not fitted."""
    if steps.left_out:
        yield warning_row(f"too few participants to adjust for {', '.join(steps.left_out)}: left out")
    failed = {rung: text for rung, text in ladder.items() if text not in {USED, NOT_NEEDED}}
    if ladder.get(TWO_STEPS) == USED:
        reasons = dict.fromkeys(failed.values())
        yield warning_row(f"no location-scale model was fitted ({'; '.join(reasons)}): two steps decide")
    else:
        yield from (warning_row(f"{rung} was not used: {text}") for rung, text in failed.items())


def _tests(asked: _Asked, persons: pd.DataFrame) -> Iterator[Row]:
    """Test each arm against the reference by the randomisation."""
    strata = [participant_column(name) for name in asked.plan.design.strata]
    varying = [column for column in strata if persons[column].nunique() > 1]
    for arm in asked.population.compared:
        key = {"arm": arm, "comparator": asked.population.reference or ""}
        try:
            found = test_of_arms(persons, SD, arm, varying, (asked.plan.seed, f"{asked.name}\0{arm}"))
        except ModelError as error:
            yield warning_row(f"no randomisation test of {arm}: {error}")
            continue
        yield from _test_rows(found, **key)


def _test_rows(found: SmallSampleTest, **key: str) -> list[Row]:
    """Give the rows of a small-sample test."""
    numbers = {"p_value": found.p_value, "smallest_p": found.smallest_p, "n_allocations": found.n_allocations}
    finite = {name: value for name, value in numbers.items() if np.isfinite(value)}
    return rows(finite, term=TEST, level=SD + BY_TWO_STEPS, **key)
