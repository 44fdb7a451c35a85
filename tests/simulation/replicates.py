"""Many simulated trials, derived together: the fixed cost of a derivation is then paid once for all of them.

Each replicate simulates the tables of a shipped trial; participants of different replicates have different names, and
every derivation is by participant, so that the analysis datasets of a replicate are those that it has alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from postinfusion.derive.datasets import derive
from postinfusion.io import read
from postinfusion.plan.plan import Plan
from postinfusion.simulate.crossover import crossover_assessments
from postinfusion.simulate.scenarios import SCENARIOS
from postinfusion.simulate.single_arm import simulate_single_arm
from postinfusion.simulate.trial import simulate_scores

ROOT = Path(__file__).parents[2]
SEED = 20_261_123
TABLES = ("participants", "infusions", "assessments")
WITH_WEIGHTS = ("ketamine_ed",)
TIMES = ("start", "end", "taken", "consented", "randomised")
AT_ONCE = 25
Tables = dict[str, pd.DataFrame]
Adam = dict[str, pd.DataFrame]


def _score_tables(scenario: str) -> Callable[[np.random.SeedSequence], Tables]:
    """Give what simulates the scores of ketamine_ed under a truth."""
    return lambda root: simulate_scores(root, SCENARIOS[scenario])


SIMULATORS: Mapping[str, Mapping[str, Callable[[np.random.SeedSequence], Tables]]] = {
    "ketamine_ed": {name: _score_tables(name) for name in SCENARIOS},
    "open_label_bn": {
        "regression to the mean only": lambda root: simulate_single_arm(root, has_effects=False),
        "with effects": simulate_single_arm,
    },
    "crossover_an": {
        "with effects": crossover_assessments,
        "null": lambda root: crossover_assessments(root, has_effects=False),
    },
}
"""Trial → truth → what simulates one of its replicates."""


@dataclass(frozen=True)
class Replicates:
    """Some replicates: their numbers, and the analysis datasets of all of them together."""

    numbers: tuple[int, ...]
    adam: Adam

    def alone(self, number: int) -> Adam:
        """Give the analysis datasets of one replicate."""
        return {name: frame[replicate_of(frame) == number].reset_index(drop=True) for name, frame in self.adam.items()}


def trial_plan(trial: str) -> Plan:
    """Give the plan of a shipped trial with the sources that are simulated here; participants keep their names."""
    plan = read.plan(ROOT / "config" / "trials" / f"{trial}.yaml")
    kept = {
        "sources": {name: plan.sources[name] for name in tables_of(trial)},
        "privacy": plan.privacy.model_copy(update={"ids": "keep"}),
    }
    return plan.model_copy(update=kept).at(plan.places)


def replicates(plan: Plan, trial: str, truth: str, numbers: Sequence[int]) -> Replicates:
    """Simulate and derive some replicates; replicate i draws from the seed with the key (i,)."""
    simulated = [_named(SIMULATORS[trial][truth](_root(number)), number) for number in numbers]
    stacked = {name: pd.concat([one[name] for one in simulated], ignore_index=True) for name in tables_of(trial)}
    return Replicates(tuple(numbers), derive(plan, trial, canonical(plan, _wanted(plan, stacked))))


def tables_of(trial: str) -> tuple[str, ...]:
    """Give the tables of a trial that are simulated here."""
    return (*TABLES, "weights") if trial in WITH_WEIGHTS else TABLES


def replicate_of(frame: pd.DataFrame) -> pd.Series:
    """Give the number of the replicate of each row."""
    return frame["USUBJID"].str.slice(0, 6).astype("int64")


def canonical(plan: Plan, exported: Mapping[str, pd.DataFrame]) -> Tables:
    """Give simulated tables as reading their files would give them."""
    return {name: _canonical(plan, name, exported[name]) for name in exported if name in plan.sources}


def _root(number: int) -> np.random.SeedSequence:
    """Give the seed of one replicate."""
    return np.random.SeedSequence(SEED, spawn_key=(number,))


def _named(tables: Tables, number: int) -> Tables:
    """Put the number of the replicate before the names of its participants."""
    return {
        name: frame.assign(participant=f"{number:06d}-" + frame["participant"].astype("str"))
        for name, frame in tables.items()
    }


def _wanted(plan: Plan, exported: Tables) -> Tables:
    """Leave out the assessments of measures that no endpoint has."""
    frame = exported["assessments"]
    measures = {endpoint.measure for endpoint in plan.endpoints.values()}
    chosen = frame[frame["scale"].isin(measures)]
    if "score" in frame:
        scores = {(endpoint.measure, endpoint.score) for endpoint in plan.endpoints.values() if endpoint.score}
        whole = chosen["score"] == "total"
        of_pairs = pd.MultiIndex.from_frame(chosen[["scale", "score"]]).isin(list(scores))
        chosen = chosen[whole | of_pairs]
    return exported | {"assessments": chosen.reset_index(drop=True)}


def _canonical(plan: Plan, name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give one table under our names, with times in hours and the names of the arms."""
    source = plan.sources[name]
    ours = {theirs: mine for mine, theirs in source.columns.items()}
    found = frame.rename(columns=ours).assign(**getattr(source, "constants", {}))
    for column in list(found.select_dtypes("datetime")):
        found = found.assign(**{column: (found[column] - pd.Timestamp("1970-01-01")) / pd.Timedelta(hours=1)})
    found = found.assign(**{f"{column}_date_only": False for column in TIMES if column in found})
    arms = {arm.code or arm.name: arm.name for arm in plan.design.arms}
    for column in ("arm", "arm_given"):
        if column in found:
            found = found.assign(**{column: found[column].replace(arms)})
    if "stopped_early" in found:
        found = found.assign(stopped_early=found["stopped_early"] == "yes")
    return found
