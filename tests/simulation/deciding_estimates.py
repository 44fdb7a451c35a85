"""The estimates that decide claims, of many replicates: only what a verdict reads, by the models of the package.

An MMRM with a comparison is fitted to all replicates at once, the rate of a count by its mixed model alone, and every
other analysis as it is. The second engine, which can only make a claim not testable, is left out: its agreement over
replicates stands in ``workflow/docs/methods/verdict_shares.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from postinfusion.analyses.among import chosen_participants
from postinfusion.analyses.category_data import fixed_effects
from postinfusion.analyses.count_model import (
    BY_EQUATIONS,
    RATE,
    count_data,
    equations,
    mixed_model,
    rate_ratios,
    with_events,
)
from postinfusion.analyses.crossover_data import CrossoverData, crossover_data, terms_of
from postinfusion.analyses.crossover_fit import fit_within
from postinfusion.analyses.mmrm import MmrmFit, fit_mmrm
from postinfusion.analyses.mmrm_batch import fit_mmrm_batch
from postinfusion.analyses.model_data import ARM, ModelData
from postinfusion.analyses.model_records import model_records
from postinfusion.analyses.populations import Members, members
from postinfusion.analyses.repeated_measures import mmrm_formula
from postinfusion.analyses.run import analyse
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Counts, CrossoverModel, Mmrm
from postinfusion.plan.plan import Plan
from simulation.replicates import Replicates, replicate_of

NORMAL_QUANTILE = 1.959963984540054
STATISTICS = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")
KEY = ("visit", "time", "arm", "comparator", "variable", "term", "level", "subgroup", "subgroup_level")


def estimates_of(plan: Plan, trial: str, key: str, drawn: Replicates) -> pd.DataFrame:
    """Give the estimates of one analysis: ``replicate``, key columns and statistics; none where it failed."""
    analysis = plan.analyses[key]
    if isinstance(analysis, Mmrm):
        compared = len(plan.design.arms) > 1
        return _repeated_measures(plan, analysis, drawn) if compared else _changes(plan, analysis, drawn)
    if isinstance(analysis, CrossoverModel) and analysis.carry_over != "adjusted":
        return pd.DataFrame(_within(plan, analysis, drawn))
    if isinstance(analysis, Counts):
        return pd.DataFrame(rates(plan, analysis, drawn))
    return pd.concat([_whole(plan, trial, key, drawn, number) for number in drawn.numbers], ignore_index=True)


def without_second_engine(plan: Plan, keys: Mapping[str, object] | set[str]) -> Plan:
    """Give the plan with these analyses answering no estimand, in its population: the same fit, made by one engine."""
    changed = dict(plan.analyses)
    for key in keys:
        estimand = getattr(changed[key], "estimand", "")
        if estimand:
            population = plan.estimands[estimand].population
            changed[key] = changed[key].model_copy(update={"estimand": "", "population": population})
    return plan.model_copy(update={"analyses": changed}).at(plan.places)


def members_of(plan: Plan, key: str, adam: Mapping[str, pd.DataFrame]) -> Members:
    """Give the participants of an analysis."""
    analysis = plan.analyses[key]
    estimand = getattr(analysis, "estimand", "")
    return members(plan, adam["ADSL"], plan.estimands[estimand].population if estimand else analysis.population)


def _population(plan: Plan, analysis: Mmrm | Counts | CrossoverModel, adam: Mapping[str, pd.DataFrame]) -> Members:
    """Give the participants of an analysis."""
    return members_of(plan, next(key for key, found in plan.analyses.items() if found is analysis), adam)


def _repeated_measures(plan: Plan, analysis: Mmrm, drawn: Replicates) -> pd.DataFrame:
    """Fit the model to all replicates; those that a structure cannot fit go on to the next of the ladder."""
    data = model_records(plan, analysis, drawn.adam, _population(plan, analysis, drawn.adam))
    formula = mmrm_formula(data, baseline_by_visit=analysis.baseline_by_visit)
    frame = data.frame.assign(REPLICATE=replicate_of(data.frame)).sort_values("REPLICATE", kind="stable")
    done: list[pd.DataFrame] = []
    for structure in analysis.covariance:
        table = fit_mmrm_batch(
            frame, data.response, formula, "USUBJID", "AVISIT", replicate="REPLICATE", specs=ARM, by="AVISIT",
            reference=data.arms[0], covariance=structure.value, df=analysis.df.value, confidence=analysis.confidence,
        )  # fmt: skip
        fitted = table["error"] == ""
        done.append(table[fitted].assign(structure=structure.value))
        frame = frame[frame["REPLICATE"].isin(table.loc[~fitted, "REPLICATE"])]
        if frame.empty:
            break
    return _keyed(pd.concat(done, ignore_index=True), data)


def _changes(plan: Plan, analysis: Mmrm, drawn: Replicates) -> pd.DataFrame:
    """Fit the model of a single arm to each replicate and give its means by visit."""
    data = model_records(plan, analysis, drawn.adam, _population(plan, analysis, drawn.adam))
    formula = mmrm_formula(data, baseline_by_visit=analysis.baseline_by_visit)
    of_replicate, done = replicate_of(data.frame), list[pd.DataFrame]()
    for number in drawn.numbers:
        fit = _first_fit(analysis, data.replaced(data.frame[of_replicate == number]), formula)
        if fit is not None:
            means = fit.means([], by="AVISIT", confidence=analysis.confidence)
            done.append(means.assign(REPLICATE=number, **{ARM: data.arms[0], "p_value": np.nan}))
    named = _keyed(pd.concat(done, ignore_index=True), data)
    return named.assign(term="marginal-mean", comparator="")


def _first_fit(analysis: Mmrm, data: ModelData, formula: str) -> MmrmFit | None:
    """Give the first fit of the ladder."""
    for structure in analysis.covariance:
        try:
            return fit_mmrm(
                data.frame,
                data.response,
                formula,
                "USUBJID",
                "AVISIT",
                covariance=structure.value,
                df=analysis.df.value,
            )
        except ModelError:
            continue
    return None


def _within(plan: Plan, analysis: CrossoverModel, drawn: Replicates) -> Iterator[dict[str, object]]:
    """Fit the model within participants at each visit to each replicate."""
    population = _population(plan, analysis, drawn.adam)
    whole = crossover_data(plan, analysis, drawn.adam, population)
    of_replicate = replicate_of(whole.data.frame)
    for number in drawn.numbers:
        own = whole.data.frame[of_replicate == number]
        found = CrossoverData(whole.data.replaced(own), whole.baselines[replicate_of(whole.baselines) == number])
        for visit, frame in own.groupby("AVISIT"):
            try:
                fit = fit_within(found, frame, terms_of(found, frame), analysis.df.value)
            except ModelError:
                continue
            for record in fit.contrasts(ARM, reference=found.reference, confidence=analysis.confidence).to_dict(
                "records"
            ):
                key = {
                    "visit": str(visit),
                    "arm": str(record[ARM]),
                    "comparator": found.reference,
                    "term": "difference",
                }
                values = {name: float(record[name]) for name in STATISTICS}
                yield {"replicate": number, **dict.fromkeys(KEY, ""), **key, **values}


def _keyed(table: pd.DataFrame, data: ModelData) -> pd.DataFrame:
    """Give a table of differences under the names of the results."""
    named = table.rename(columns={"REPLICATE": "replicate", "AVISIT": "visit", ARM: "arm"})
    named = named.astype({"visit": "str", "arm": "str"})
    empty = {name: "" for name in KEY if name not in ("visit", "arm")}
    return named.assign(**(empty | {"comparator": data.arms[0], "term": "difference"}))


def rates(
    plan: Plan, analysis: Counts, drawn: Replicates, *, by_equations: bool = False
) -> Iterator[dict[str, object]]:
    """Fit the rate to each replicate, by its mixed model or by estimating equations, and give the ratios by visit."""
    model, level = (equations, BY_EQUATIONS) if by_equations else (mixed_model, RATE)
    chosen, _ = chosen_participants(analysis, _population(plan, analysis, drawn.adam))
    data = count_data(plan, analysis, drawn.adam, chosen)
    of_replicate = replicate_of(data.frame)
    for number in drawn.numbers:
        one, _ = with_events(data.replaced(data.frame[of_replicate == number]))
        try:
            fit = model(one, fixed_effects(one))
        except ModelError:
            continue
        table = rate_ratios(one, fit, ["AVISIT"], chosen.reference or "", analysis.confidence)
        for record in table.to_dict("records"):
            key = {"visit": str(record["AVISIT"]), "arm": str(record[ARM]), "comparator": chosen.reference}
            values = {name: float(record[name]) for name in STATISTICS}
            values["std_error"] /= values["estimate"]
            yield {"replicate": number, **dict.fromkeys(KEY, ""), **key, "term": "ratio", "level": level, **values}


def _whole(plan: Plan, trial: str, key: str, drawn: Replicates, number: int) -> pd.DataFrame:
    """Do the whole analysis of one replicate and give its rows of estimates side by side."""
    results = analyse(plan, trial, key, drawn.alone(number)).results
    rows = results[results["stat_name"].isin(STATISTICS)]
    wide = rows.pivot_table(index=list(KEY), columns="stat_name", values="stat", sort=False)
    wide = wide.reindex(columns=list(STATISTICS), fill_value=np.nan).reset_index().assign(replicate=number)
    # An odds ratio stands in the results without its error: that of its logarithm follows from the limits.
    of_ratio = wide["term"].str.endswith("ratio") & wide["std_error"].isna() & (wide["conf_low"] > 0)
    ends = wide.loc[of_ratio, ["conf_low", "conf_high"]]
    wide.loc[of_ratio, "std_error"] = np.log(ends["conf_high"] / ends["conf_low"]) / (2 * NORMAL_QUANTILE)
    return wide
