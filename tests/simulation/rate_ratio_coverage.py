"""Bias and coverage of the rate ratios of binges and purges over many seeds of the shipped trial ketamine_ed.

``PYTHONPATH=tests python -m simulation.rate_ratio_coverage 60`` prints the table of
``workflow/docs/methods/counts.md``. Each replicate simulates participants and assessments and fits the models of the
plan's count analyses; trial i draws from the seed with the key (i,), whatever the others do. Names of models after the
number of replicates choose among them.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd

from postinfusion.analyses.category_data import fixed_effects
from postinfusion.analyses.count_model import ADDED_TO_BASELINE, equations, mixed_model, rate_ratios
from postinfusion.analyses.gee import GeeFit, fit_gee
from postinfusion.analyses.glmm import GlmmFit
from postinfusion.analyses.model_data import ModelData
from postinfusion.errors import ModelError
from postinfusion.simulate.endpoints import BINGES, PURGES, Behaviour
from postinfusion.simulate.trial import simulate_scores

SEED = 20_261_123
CODES = ("M", "K")
Found = dict[tuple[str, str, str], list[tuple[float, float, float, float]]]


def poisson_equations(data: ModelData, formula: str) -> GeeFit:
    """Solve the same equations with Poisson's variance."""
    return fit_gee(data.frame, "AVAL", formula, "USUBJID", family="poisson", exposure="WINDOW")


MODELS: dict[str, Callable[[ModelData, str], GlmmFit | GeeFit]] = {
    "mixed model": mixed_model,
    "equations": equations,
    "equations, Poisson's variance": poisson_equations,
}


def visits(behaviour: Behaviour) -> dict[str, float]:
    """Give the true rate ratio at each visit."""
    return {f"Day {day:g}": ratio for day, ratio in zip(behaviour.days, behaviour.rate_ratios, strict=True)}


def count_data(tables: dict[str, pd.DataFrame], behaviour: Behaviour) -> ModelData:
    """Give the counts of one trial as the analysis of the plan has them."""
    people = tables["participants"].set_index("participant")
    able = people[people["subtype"].isin([name for name, _ in behaviour.means])]
    scores = tables["assessments"]
    scores = scores[(scores["score"] == behaviour.score) & scores["participant"].isin(able.index)]
    days = (scores["assessed"] - scores.groupby("participant")["assessed"].transform("min")).dt.days
    nearest = np.abs(days.to_numpy()[:, None] - np.array([0.0, *behaviour.days])).argmin(axis=1)
    frame = scores.assign(AVISIT=np.array(["Baseline", *visits(behaviour)])[nearest]).dropna(subset=["value"])
    before = frame[frame["AVISIT"] == "Baseline"].set_index("participant")["value"]
    who = able.reindex(frame["participant"])
    frame = pd.DataFrame(
        {
            "USUBJID": frame["participant"],
            "ARM": pd.Categorical(who["group"].to_numpy(), CODES),
            "AVISIT": frame["AVISIT"],
            "AVAL": frame["value"],
            "LOGBASE": np.log(frame["participant"].map(before) + ADDED_TO_BASELINE),
            "WINDOW": 28.0,
            "DIAGNOSIS": who["dx"].to_numpy(),
            "SITE": who["centre"].astype(str).to_numpy(),
        }
    )
    frame = frame[frame["AVISIT"] != "Baseline"].dropna().reset_index(drop=True)
    frame["AVISIT"] = pd.Categorical(frame["AVISIT"], list(visits(behaviour)))
    return ModelData(frame, "AVAL", False, ("LOGBASE", "DIAGNOSIS", "SITE"), CODES)


def collect(count: int, models: Iterable[str]) -> Found:
    """Fit all trials: log ratio, its error and the limits at each visit."""
    found: Found = defaultdict(list)
    for number in range(count):
        tables = simulate_scores(np.random.SeedSequence(SEED, spawn_key=(number,)))
        for behaviour in (BINGES, PURGES):
            data = count_data(tables, behaviour)
            for model in models:
                try:
                    fit = MODELS[model](data, fixed_effects(data))
                except ModelError:
                    continue
                for row in rate_ratios(data, fit, ["AVISIT"], CODES[0], 0.95).to_dict("records"):
                    numbers = (np.log(row["estimate"]), row["std_error"] / row["estimate"])
                    limits = (row["conf_low"], row["conf_high"])
                    found[behaviour.name, model, str(row["AVISIT"])].append((*map(float, numbers), *map(float, limits)))
    return found


def table(found: Found, models: Iterable[str]) -> Iterator[str]:
    """Give the table line by line."""
    heads = ("truth", "mean ratio", "bias of the log (MC error)", "SD of the log", "mean error", "coverage", "trials")
    yield f"| count | model | visit | {' | '.join(heads)} |"
    yield "|---|---|---|" + "---:|" * len(heads)
    for behaviour in (BINGES, PURGES):
        for model in models:
            for visit, truth in visits(behaviour).items():
                log, error, low, high = np.array(found[behaviour.name, model, visit]).T
                bias, spread = log.mean() - np.log(truth), log.std(ddof=1)
                cover = 100 * ((low <= truth) & (truth <= high)).mean()
                told = f"{bias:+.3f} ({spread / len(log) ** 0.5:.3f}) | {spread:.3f} | {error.mean():.3f} | {cover:.1f}"
                ratio = f"{truth:.2f} | {np.exp(log.mean()):.3f}"
                yield f"| {behaviour.name} | {model} | {visit} | {ratio} | {told} | {len(log)} |"


def main(count: int, models: Iterable[str]) -> None:
    """Print the table."""
    chosen = list(models)
    for line in table(collect(count, chosen), chosen):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50, sys.argv[2:] or MODELS)
