"""Differences between arms by subgroup, and the test that they are the same (method subgroups)."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.mmrm import MmrmFit
from postinfusion.analyses.model_data import ARM, FEWEST_PARTICIPANTS, ModelData, refuse_few, without_variation_rows
from postinfusion.analyses.model_records import model_records
from postinfusion.analyses.model_rows import TEST, estimate_rows, participants_rows, warnings_of
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.reference_grid import estimates_frame
from postinfusion.analyses.repeated_measures import VISIT, first_that_fits, mmrm_formula
from postinfusion.analyses.subgroup_groups import (
    NEVER_POOLED,
    NOT_TESTABLE,
    enough_in_each_arm,
    groups_of,
    pools_diagnoses,
    refuse_undivided,
)
from postinfusion.ard.build import Row, error_row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.linalg import Array
from postinfusion.datasets.adam import participant_column
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Moderator, SubgroupFactor, Subgroups
from postinfusion.plan.plan import Plan
from postinfusion.plan.pooling_rules import DIAGNOSIS

GROUP = "GROUP"
INTERACTION = "interaction"


def subgroups(plan: Plan, analysis: Subgroups, adam: Adam, population: Members) -> list[Row]:
    """Compare the arms within the groups of each factor at one visit, and test whether the differences differ.

    Each factor has a model of its own: arm × visit × group beside what the model of all participants has. The row
    ``interaction`` of a factor that cannot be tested has the reason instead.

    Raises
    ------
    ModelError
        There are no arms to compare, or an arm has fewer than three participants.
    """
    data = compared_records(plan, analysis, adam, population)
    place = place_of(plan, analysis, data)
    found = _overall(plan, analysis, data, population)
    for factor in analysis.factors:
        key = {"subgroup": factor.by, "prespecified": analysis.prespecified and factor.prespecified}
        try:
            groups = _allowed_groups(plan, analysis, factor, adam, population)
            of_factor = [*_totals(groups, population), *_of_factor(analysis, data, factor, groups)]
        except ModelError as error:
            of_factor = [not_testable(str(error))]
        found += [row | key for row in of_factor]
    totals = [row for row in found if row.get("variable") == "denominator"]
    others = [row | place for row in found if row.get("variable") != "denominator"]
    return [*denominators(population), *totals, *others]


def compared_records(plan: Plan, analysis: Subgroups | Moderator, adam: Adam, population: Members) -> ModelData:
    """Give the records of the model, of arms that can be compared at the visit.

    Raises
    ------
    ModelError
        There are no arms to compare, or an arm has fewer than three participants with a value at the visit.
    """
    if not population.compared:
        raise ModelError(f"{NOT_TESTABLE}: without arms that are compared nothing tells for whom a treatment works")
    data = model_records(plan, analysis, adam, population)
    refuse_few(data)
    refuse_few(data.replaced(at_visit(analysis, data)))
    return data


def at_visit(analysis: Subgroups | Moderator, data: ModelData) -> pd.DataFrame:
    """Give the records at the visit of the comparison: one for each participant with a value there.

    Raises
    ------
    ModelError
        There are none.
    """
    found = data.frame[data.frame[VISIT] == analysis.visit]
    if found.empty:
        raise ModelError(f"no participant has a value at {analysis.visit} and all that the model needs")
    return found


def place_of(plan: Plan, analysis: Subgroups | Moderator, data: ModelData) -> Row:
    """Give the key columns that all rows of the comparison share."""
    return {
        "parameter": plan.endpoints[analysis.endpoint].parameter,
        "variable": data.response,
        "visit": analysis.visit,
        "time": canonical_hours(plan.nominal_hours[analysis.visit]),
    }


def fitted(analysis: Subgroups | Moderator, data: ModelData, formula: str) -> tuple[MmrmFit, list[Row]]:
    """Fit a model with the first covariance of the plan that can be fitted; give it with its rows.

    Raises
    ------
    ModelError
        None can be fitted.
    """
    fit, ladder = first_that_fits(analysis, data, formula)
    if fit is None:
        raise ModelError(f"no covariance of the plan could be fitted: {ladder[-1]['stat_text']}")
    texts = {
        "formula": f"{data.response} ~ {formula}",
        "covariance_structure": fit.covariance_structure,
        "df_method": fit.df,
        "estimation": fit.method,
    }
    described = rows({"n_observations": fit.n_observations, **texts}, term="fit")
    found = [*participants_rows(data.frame, data.arms), *described, *ladder]
    return fit, [*found, *without_variation_rows(data), *warnings_of(ladder, [], fit)]


def counts_at_visit(analysis: Subgroups | Moderator, data: ModelData, **key: object) -> list[Row]:
    """Count the participants with a value at the visit, and give their plain mean, by arm."""
    of_arm = at_visit(analysis, data).groupby(ARM, observed=False)[data.response]
    result: list[Row] = []
    for arm in data.arms:
        values = of_arm.get_group(arm) if arm in of_arm.groups else pd.Series(dtype="float64")
        mean = {"mean": float(values.mean())} if len(values) else {}
        result += rows({"n": len(values), **mean}, term="observed", arm=arm, **key)
    return result


def _overall(plan: Plan, analysis: Subgroups, data: ModelData, population: Members) -> list[Row]:
    """Compare all participants: the model without groups."""
    counts = counts_at_visit(analysis, data)
    if pools_diagnoses(plan, analysis.endpoint, population):
        return [*counts, not_testable(NEVER_POOLED, term="difference")]
    try:
        fit, described = fitted(analysis, data, _of_all(analysis, data))
    except ModelError as error:
        return [*counts, error_row(str(error), term="difference")]
    by, at = visit_of(analysis, data)
    table = fit.contrasts(ARM, by=by, reference=data.arms[0], at=at, confidence=analysis.confidence)
    return [*counts, *described, *_differences(table, data)]


def _allowed_groups(
    plan: Plan, analysis: Subgroups, factor: SubgroupFactor, adam: Adam, population: Members
) -> pd.Series:
    """Give the groups of a factor, unless they would put the body mass index of several diagnoses together."""
    if factor.by != DIAGNOSIS and pools_diagnoses(plan, analysis.endpoint, population):
        raise ModelError(NEVER_POOLED)
    return groups_of(plan, factor, adam, population)


def _totals(groups: pd.Series, population: Members) -> list[Row]:
    """Count the participants of the population in each group by arm."""
    arm_of = population.frame.set_index("USUBJID")[ARM].reindex(groups.index)
    counts = pd.crosstab(groups, arm_of, dropna=False)
    return [
        row
        for level in groups.cat.categories
        for arm in population.arms
        for row in rows(
            {"n_total": int(counts.loc[level, arm])}, variable="denominator", arm=arm, subgroup_level=str(level)
        )
    ]


def _of_factor(analysis: Subgroups, data: ModelData, factor: SubgroupFactor, groups: pd.Series) -> list[Row]:
    """Compare the arms within the groups of one factor."""
    records = data.frame.assign(**{GROUP: pd.Categorical(data.frame["USUBJID"].map(groups), groups.cat.categories)})
    known = data.replaced(records.dropna(subset=[GROUP]))
    people = at_visit(analysis, known)
    kept = enough_in_each_arm(people, GROUP, data.arms)
    described = _described(analysis, known, kept)
    try:
        refuse_undivided(people, GROUP, factor)
    except ModelError as error:
        return [*described, not_testable(str(error))]
    lost = records.loc[records[GROUP].isna(), "USUBJID"].nunique()
    if lost:
        described.append(warning_row(f"participants without a value of {factor.by} are not in its model: {lost}"))
    if len(kept) < 2:
        few = f"fewer than two groups of {factor.by} have {FEWEST_PARTICIPANTS} participants in each arm"
        return [*described, not_testable(f"{NOT_TESTABLE}: {few}: described only")]
    try:
        return described + compared_groups(analysis, _of_groups(known, kept, factor))
    except ModelError as error:
        return [*described, error_row(str(error), term=INTERACTION)]


def _described(analysis: Subgroups, data: ModelData, kept: list[str]) -> list[Row]:
    """Count each group at the visit; say which are too small for the model."""
    result: list[Row] = []
    for level in data.frame[GROUP].cat.categories:
        of_level = data.frame[(data.frame[GROUP] == level) & (data.frame[VISIT] == analysis.visit)]
        for arm in data.arms:
            values = of_level.loc[of_level[ARM] == arm, data.response]
            mean = {"mean": float(values.mean())} if len(values) else {}
            result += rows({"n": len(values), **mean}, term="observed", arm=arm, subgroup_level=str(level))
        if level not in kept:
            text = f"{level}: fewer than {FEWEST_PARTICIPANTS} participants of an arm have a value: described only"
            result.append(not_testable(text, term="difference", subgroup_level=str(level)))
    return result


def _of_groups(data: ModelData, kept: list[str], factor: SubgroupFactor) -> ModelData:
    """Give the records of the groups that are compared; the factor itself is no further covariate."""
    frame = data.frame[data.frame[GROUP].isin(kept)]
    frame = frame.assign(**{GROUP: pd.Categorical(frame[GROUP].astype("str"), kept)})
    others = tuple(name for name in data.covariates if name != participant_column(factor.by) or factor.cuts)
    return replace(data, covariates=others).analysed(frame)


def compared_groups(analysis: Subgroups, data: ModelData) -> list[Row]:
    """Fit arm × visit × group, and give the difference within each group and the test that they are the same."""
    fit, described = fitted(analysis, data, formula_with(analysis, data, GROUP))
    by, at = visit_of(analysis, data)
    contrasts = fit.contrast_rows(ARM, by=[*by, GROUP], reference=data.arms[0], at=at)
    table = estimates_frame(contrasts, fit.inference, confidence=analysis.confidence)
    result = [*described, *_differences(table, data)]
    for arm in data.arms[1:]:
        by_group = contrasts.L[(contrasts.labels[ARM] == arm).to_numpy()]
        result += interaction_rows(fit, by_group[1:] - by_group[0], arm=arm, comparator=data.arms[0])
    return result


def formula_with(analysis: Subgroups | Moderator, data: ModelData, term: str) -> str:
    """Give the fixed effects: those of the model of all participants, and arm × visit × ``term``."""
    arm = f"{ARM} * {VISIT}" if _has_visits(data) else ARM
    return f"{arm} * {term} + {_of_all(analysis, data)}"


def visit_of(analysis: Subgroups | Moderator, data: ModelData) -> tuple[list[str], dict[str, list[str]]]:
    """Give the factor of the visits with the level that is asked about; nothing where the model has one visit only."""
    return ([VISIT], {VISIT: [analysis.visit]}) if _has_visits(data) else ([], {})


def _of_all(analysis: Subgroups | Moderator, data: ModelData) -> str:
    """Give the fixed effects of the model of all participants; at a single visit those of analysis of covariance."""
    if _has_visits(data):
        return mmrm_formula(data, baseline_by_visit=analysis.baseline_by_visit)
    return " + ".join([ARM, *(["BASE"] if data.has_baseline else []), *(f"`{name}`" for name in data.covariates)])


def _has_visits(data: ModelData) -> bool:
    """Say whether the model has several visits."""
    return bool(data.frame[VISIT].nunique() > 1)


def interaction_rows(fit: MmrmFit, combinations: Array, **key: object) -> list[Row]:
    """Give the F test that linear combinations are zero; one that is not estimable has its reason."""
    try:
        test = fit.joint_test(combinations)
    except ModelError as error:
        return [error_row(str(error), term=INTERACTION, **key)]
    found = {
        "statistic": test.statistic,
        "num_df": test.df_numerator,
        "df": test.df_denominator,
        "p_value": test.p_value,
    }
    return rows(found, term=INTERACTION, **key)


def not_testable(reason: str, **key: object) -> Row:
    """Give the row that says why a test is not there although the analysis was done."""
    return {"term": INTERACTION, **key, "stat_name": "p_value", "stat": float("nan"), "error": reason}


def _differences(table: pd.DataFrame, data: ModelData) -> list[Row]:
    """Give the rows of differences to the reference arm, by group where there are groups."""
    result: list[Row] = []
    for record in table.to_dict("records"):
        key = {"arm": str(record[ARM]), "comparator": data.arms[0]}
        if GROUP in record:
            key["subgroup_level"] = str(record[GROUP])
        result += estimate_rows(record, TEST, term="difference", **key)
    return result
