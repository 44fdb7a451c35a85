"""Bias and coverage of the risk difference of abstinence from binges and purges: ``simulation.abstinence 300``.

Abstinence at a visit is no event in the 28 days before it; who has left or missed the visit counts as not abstinent.
The truth is that of both potential outcomes of many people with the same dropout, so that it is identified whatever
dropout depends on. Rows of ``workflow/docs/methods/coverage.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd

from postinfusion.analyses.among import chosen_participants
from postinfusion.analyses.counts import _abstinence_rows, _records
from postinfusion.ard.build import table
from postinfusion.ard.query import select
from postinfusion.plan.plan import Plan
from postinfusion.simulate.courses import counts, later_rates, rates, visit_positions
from postinfusion.simulate.people import STRATA, draw_subtypes
from simulation.coverage_of import Found, Quantity, coverage_of_difference, lines, sides
from simulation.deciding_estimates import members_of
from simulation.replicates import AT_ONCE, Replicates, replicates, trial_plan
from simulation.true_effects import ARMS, BEHAVIOURS, SEED, madrs, people

TRIAL, TRUTH = "ketamine_ed", "at-random"
ANALYSES = {"binge-rate": "binge", "purge-rate": "purge"}
FAILURE = "missing as failure"
NAME = "{}, abstinence, risk difference"


@cache
def shares(endpoint: str, scenario: str) -> tuple[float, dict[str, tuple[float, float]]]:
    """Give who can have events as a share of an arm, and by visit the share of them abstinent and seen in each arm."""
    behaviour, everyone = BEHAVIOURS[endpoint], people(scenario)
    subtype = draw_subtypes(everyone.diagnosis, np.random.default_rng(SEED + 3))
    can_have_events = rates(behaviour, subtype) > 0
    at = visit_positions(tuple(f"day {day}" for day in behaviour.days))
    found = []
    for arm in ARMS:
        mean = later_rates(behaviour, subtype, everyone.active(arm))
        drawn = counts(behaviour, mean, everyone.traits, np.random.default_rng(SEED + 4))
        found.append(((drawn == 0) & madrs(scenario, arm).seen[:, at])[can_have_events].mean(axis=0))
    days = (f"Day {day}" for day in behaviour.days)
    return float(can_have_events.mean()), dict(zip(days, zip(*found, strict=True), strict=True))


def quantities() -> Found:
    """Give every quantity with its truth, ketamine minus midazolam, and the coverage that follows from counts this few.

    The coverage is that of limits without strata, of as many participants as an arm has on average.
    """
    found: Found = {}
    for key, endpoint in ANALYSES.items():
        with_events, by_visit = shares(endpoint, TRUTH)
        total = round(with_events * sum(STRATA.values()) / len(ARMS))
        for visit, (ketamine, midazolam) in by_visit.items():
            by_count = coverage_of_difference((ketamine, midazolam), total)
            found[NAME.format(key), visit] = Quantity(ketamine - midazolam, by_count=by_count)
    return found


def add(found: Found, plan: Plan, drawn: Replicates) -> None:
    """Add the estimates of some replicates."""
    for number in drawn.numbers:
        for key, results in _results(plan, drawn.alone(number)):
            for row in sides(select(results, term="risk-difference", level=FAILURE)).to_dict("records"):
                found[NAME.format(key), row["visit"]].add(row["estimate"], row["conf_low"], row["conf_high"])


def _results(plan: Plan, adam: dict[str, pd.DataFrame]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give the part of each analysis of counts that is about abstinence, without its models of the rate."""
    for key in ANALYSES:
        analysis, population = plan.analyses[key], members_of(plan, key, adam)
        chosen, _ = chosen_participants(analysis, population)
        records = _records(plan, analysis, adam, population)
        inside = records[records["USUBJID"].isin(chosen.frame["USUBJID"])]
        yield key, table(_abstinence_rows(plan, analysis, inside, chosen))


def main(total: int) -> None:
    """Print the rows."""
    plan, found = trial_plan(TRIAL), quantities()
    for first in range(0, total, AT_ONCE):
        add(found, plan, replicates(plan, TRIAL, TRUTH, range(first, min(first + AT_ONCE, total))))
    sys.stdout.write("\n".join(lines(found)) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
