"""Who is lost on the way from the randomised participants into a model, and where."""

from __future__ import annotations

from postinfusion.analyses.endpoint_records import Adam, endpoint_records
from postinfusion.analyses.model_data import ModelData, without_variation_rows
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, rows
from postinfusion.plan.analyses import Model
from postinfusion.plan.plan import Plan


def participation_rows(plan: Plan, analysis: Model, adam: Adam, population: Members, data: ModelData) -> list[Row]:
    """Count the allocated participants, those outside the model's population, and those without usable values.

    Returns
    -------
    list of rows
        ``variable="model"``, ``stat_name="n"``, by arm and over all arms, with ``level`` ``randomised``, ``outside the
        population of the model``, ``no baseline``, ``nothing to analyse after baseline``, ``in the model``; then
        ``variable="baseline"`` with mean and standard deviation of the baseline values over all arms; then a warning
        of each covariate that is the same in all of them.
    """
    records = endpoint_records(adam, plan.endpoints[analysis.endpoint], population)
    has_baseline = set(records.loc[records["ABLFL"] == "Y", "USUBJID"])
    entered = set(data.frame["USUBJID"])
    allocated = adam["ADSL"][adam["ADSL"]["TRTP"] != ""]
    result: list[Row] = []
    for arm in ("", *population.arms):
        randomised = set(allocated.loc[(allocated["TRTP"] == arm) | (arm == ""), "USUBJID"])
        inside = randomised & set(population.frame["USUBJID"])
        counts = {
            "randomised": randomised,
            "outside the population of the model": randomised - inside,
            "no baseline": inside - has_baseline - entered,
            "nothing to analyse after baseline": (inside & has_baseline) - entered,
            "in the model": inside & entered,
        }
        for level, who in counts.items():
            result += rows({"n": len(who)}, variable="model", level=level, arm=arm)
    baseline = records.loc[(records["ABLFL"] == "Y") & records["USUBJID"].isin(entered), "AVAL"].dropna()
    spread = {"mean": float(baseline.mean()), "sd": float(baseline.std())} if len(baseline) > 1 else {}
    return [*result, *rows(spread, variable="baseline"), *without_variation_rows(data)]
