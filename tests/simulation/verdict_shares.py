"""How often each verdict comes out over many seeds of the shipped trial, under each truth, beside the closed form.

``make verdict-shares REPLICATES=200`` prints the tables of ``workflow/docs/methods/verdict_shares.md``. Each replicate
simulates participants, infusions and assessments, derives the analysis datasets, fits the models that decide the claims
of the plan, and judges them. Files are not read, and sensitivity analyses, which change no verdict, are left out.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import bdtr, ndtr

from postinfusion.analyses.claims import synthesise
from postinfusion.analyses.run import analyse
from postinfusion.ard.query import select
from postinfusion.derive.datasets import derive
from postinfusion.io import read
from postinfusion.plan.plan import Plan
from postinfusion.simulate.scenarios import SCENARIOS, Scenario
from postinfusion.simulate.trial import simulate_scores
from postinfusion.vocabulary import Verdict

ROOT = Path(__file__).parents[2]
TRIAL = "ketamine_ed"
SEED = 20_261_123
CLAIMS = ("E1", "E2", "E3", "E4", "E5b", "E11", "E15")
TABLES = ("participants", "infusions", "assessments")
TAIL = 0.0005  # of the 99.9 % Monte Carlo interval of a count


def plan_of_claims() -> Plan:
    """Give the plan of the shipped trial with the claims that scores decide, and the analyses that decide them."""
    plan = read.plan(ROOT / "config" / "trials" / f"{TRIAL}.yaml")
    judged = {claim: plan.claims.judged[claim].model_copy(update={"sensitivity": ()}) for claim in CLAIMS}
    used = {point.analysis for entry in judged.values() for point in entry.decides}
    kept = {
        "sources": {name: plan.sources[name] for name in TABLES},
        "analyses": {key: analysis for key, analysis in plan.analyses.items() if key in used},
        "claims": plan.claims.model_copy(update={"judged": judged}),
    }
    return plan.model_copy(update=kept).at(plan.places)


def canonical(plan: Plan, exported: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Give simulated tables as reading their files would give them."""
    return {name: _canonical(plan, name, exported[name]) for name in TABLES}


def _canonical(plan: Plan, name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give one table under our names, with times in hours and the names of the arms."""
    ours = {theirs: mine for mine, theirs in plan.sources[name].columns.items()}
    found = frame.rename(columns=ours)
    for column in list(found.select_dtypes("datetime")):
        hours = (found[column] - pd.Timestamp("1970-01-01")) / pd.Timedelta(hours=1)
        found = found.assign(**{column: hours, f"{column}_date_only": False})
    if name == "participants":
        return found.assign(arm=found["arm"].map({arm.code: arm.name for arm in plan.design.arms}))
    if name == "infusions":
        return found.assign(stopped_early=found["stopped_early"] == "yes")
    return found


def verdicts(plan: Plan, scenario: Scenario, replicate: int) -> dict[str, str]:
    """Give the verdict of each claim in one replicate."""
    root = np.random.SeedSequence(SEED, spawn_key=(replicate,))
    adam = derive(plan, TRIAL, canonical(plan, simulate_scores(root, scenario)))
    ard = pd.concat([analyse(plan, TRIAL, key, adam).results for key in plan.analyses], ignore_index=True)
    found = select(synthesise(plan, TRIAL, ard), term="claim", stat_name="verdict")
    told = dict(zip(found["variable"], found["stat_text"], strict=True))
    return {claim: told[claim] for claim in CLAIMS}


def shares(plan: Plan, scenario: Scenario, replicates: Iterable[int]) -> dict[str, Counter[str]]:
    """Count the verdicts of each claim."""
    counts: dict[str, Counter[str]] = {claim: Counter() for claim in CLAIMS}
    for replicate in replicates:
        for claim, verdict in verdicts(plan, scenario, replicate).items():
            counts[claim][verdict] += 1
    return counts


def expected(difference: float, error: float, important: float, critical: float = 1.96) -> dict[str, float]:
    """Give the probability of each verdict of a comparison, the estimate being normal around the true benefit.

    Parameters
    ----------
    difference, error
        True benefit, and the standard error of its estimate.
    important
        The difference that matters.
    critical
        Half the width of the interval in standard errors.
    """
    below_zero = ndtr((-critical * error - difference) / error)
    unimportant = ndtr((important - critical * error - difference) / error) - below_zero
    supported = ndtr((difference - max(critical * error, important)) / error)
    return {
        Verdict.SUPPORTED.value: float(supported),
        Verdict.CONTRADICTED.value: float(below_zero),
        Verdict.NO_IMPORTANT_EFFECT.value: float(max(unimportant, 0.0)),
        Verdict.INCONCLUSIVE.value: float(1 - supported - below_zero - max(unimportant, 0.0)),
    }


def is_compatible(count: int, total: int, probability: float) -> bool:
    """Say whether a count lies within the 99.9 % Monte Carlo interval of its probability."""
    at_least = 1.0 if count == 0 else 1 - bdtr(count - 1, total, probability)
    return bool(bdtr(count, total, probability) > TAIL and at_least > TAIL)


def _lines(name: str, counts: Mapping[str, Counter[str]], total: int) -> Iterator[str]:
    """Give the table of one scenario as Markdown."""
    words = [verdict.value for verdict in Verdict]
    yield f"### {name} ({total} replicates)"
    yield ""
    yield f"| claim | {' | '.join(words)} |"
    yield f"|---|{'---|' * len(words)}"
    for claim, found in counts.items():
        yield f"| {claim} | {' | '.join(f'{100 * found[word] / total:.1f} %' for word in words)} |"
    yield ""


def main(replicates: int) -> None:
    """Print the shares under each truth."""
    plan = plan_of_claims()
    for name, scenario in SCENARIOS.items():
        sys.stdout.write("\n".join(_lines(name, shares(plan, scenario, range(replicates)), replicates)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
