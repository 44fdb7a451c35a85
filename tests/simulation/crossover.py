"""Simulate crossover trials and look how often their truth is found: ``python tests/simulation/crossover.py 1000``.

The datasets are made here in one step, without files and windows, so that a replicate takes a fraction of a second.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from postinfusion.analyses.crossover_data import CrossoverData, terms_of, with_parts
from postinfusion.analyses.crossover_fit import fit_with_carry_over, fit_within
from postinfusion.analyses.model_data import ARM, ModelData
from postinfusion.simulate.crossover import crossover_assessments
from postinfusion.simulate.crossover_truth import SEQUENCES, VISIT_HOURS, ignoring_carry_over, treatment_effect

VISIT, SCALE = "24 h", "MADRS"
ORDER = ("M", "KL", "KH")
DF = "kenward-roger-linear"
MODELS = ("without carry-over", "with carry-over")


def analysis_frame(tables: dict[str, pd.DataFrame]) -> CrossoverData:
    """Give the data of the models at one visit from the tables of a simulated trial."""
    infusions = tables["infusions"]
    scores = tables["assessments"].query("scale == @SCALE")
    joined = scores.merge(infusions[["participant", "period", "treatment", "started"]], on="participant")
    joined = joined.assign(since=joined["assessed"] - joined["started"])
    kept = joined[(joined["since"] > -24) & (joined["since"] < 120)]
    nominal = np.array(list(VISIT_HOURS.values()))
    visit = np.abs(kept["since"].to_numpy()[:, None] - nominal).argmin(axis=1)
    visit = np.where(kept["since"] < 0, 0, np.maximum(visit, 1))
    order = tables["participants"].set_index("participant")["order"]
    code = kept["participant"].map(order)
    previous = [
        SEQUENCES[sequence][period - 2] if period > 1 else ""
        for sequence, period in zip(code, kept["period"], strict=True)
    ]
    records = pd.DataFrame(
        {
            "USUBJID": kept["participant"], "APERIOD": kept["period"], "TRTSEQP": code, "TRTPREV": previous,
            "ARM": pd.Categorical(kept["treatment"], ORDER), "AVISIT": np.array(list(VISIT_HOURS))[visit],
            "AVAL": kept["value"].astype(float),
        }
    )  # fmt: skip
    records["ABLFL"] = np.where(records["AVISIT"] == "Baseline", "Y", "")
    base = records[records["ABLFL"] == "Y"].set_index(["USUBJID", "APERIOD"])["AVAL"].rename("BASE")
    records = records.join(base, on=["USUBJID", "APERIOD"])
    records["CHG"] = records["AVAL"] - records["BASE"]
    parted = with_parts(records, ORDER)
    at_visit = parted[parted["AVISIT"] == VISIT]
    data = ModelData(at_visit, "CHG", has_baseline=True, covariates=(), arms=ORDER)
    return CrossoverData(data, parted[parted["ABLFL"] == "Y"])


def replicate(seed: int, number: int, *, has_effects: bool = True) -> pd.DataFrame:
    """Give the differences from midazolam of both models in one simulated trial."""
    root = np.random.SeedSequence(seed, spawn_key=(number,))
    found = analysis_frame(crossover_assessments(root, has_effects=has_effects))
    frame = found.data.frame
    fits = (fit_within(found, frame, terms_of(found, frame), DF), fit_with_carry_over(found, frame, DF).fit)
    tables = [fit.contrasts(ARM, reference="M").assign(model=model) for model, fit in zip(MODELS, fits, strict=True)]
    return pd.concat(tables, ignore_index=True).assign(replicate=number)


def replicates(seed: int, count: int, *, has_effects: bool = True) -> pd.DataFrame:
    """Give the differences of many simulated trials, with their true value."""
    found = pd.concat([replicate(seed, number, has_effects=has_effects) for number in range(count)])
    true = {arm: treatment_effect(SCALE, VISIT, arm) * has_effects for arm in ("KL", "KH")}
    return found.assign(truth=found[ARM].astype(str).map(true))


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Give bias, its Monte Carlo standard error, coverage and the ratio of stated to real standard errors."""
    found = found.assign(
        error=found["estimate"] - found["truth"],
        covered=(found["conf_low"] <= found["truth"]) & (found["truth"] <= found["conf_high"]),
    )
    grouped = found.groupby(["model", ARM], observed=True)
    return pd.DataFrame(
        {
            "n": grouped.size(),
            "bias": grouped["error"].mean(),
            "mc_error": grouped["error"].std() / np.sqrt(grouped.size()),
            "coverage": grouped["covered"].mean(),
            "se_ratio": grouped["std_error"].mean() / grouped["estimate"].std(),
        }
    )


if __name__ == "__main__":
    pd.set_option("display.width", 200)
    count = int(sys.argv[1])
    for effects in (True, False):
        sys.stdout.write(f"effects: {effects}\n{summary(replicates(20261122, count, has_effects=effects)).round(4)}\n")
    sys.stdout.write(f"expected without carry-over: {ignoring_carry_over(SCALE, VISIT)}\n")
