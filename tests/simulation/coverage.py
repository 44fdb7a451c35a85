"""Bias and coverage of the estimates of the shipped trial over many seeds: ``make coverage REPLICATES=1000``.

The tables of ``workflow/docs/methods/coverage.md`` come from here. Each quantity has a truth that follows from both
potential outcomes of many people (``true_effects.py``), for the estimand that its analysis aims at; quantities that
dropout makes unidentifiable are not in the table, and the page says so. Fits of a second each are done in a part of the
replicates. ``--kept=FOLDER`` reads the estimates that ``verdict_shares --keep=FOLDER`` has left in place of fitting the
repeated measures and rates again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from postinfusion.analyses.run import analyse
from postinfusion.ard.query import select
from postinfusion.ard.schema import canonical_hours
from postinfusion.plan.plan import Plan
from postinfusion.simulate.single_arm_truth import LEVEL_CHANGE, SLOPE_AFTER, benefit, expected_change
from simulation import abstinence
from simulation.coverage_of import Found, Quantity, lines, sides
from simulation.deciding_estimates import estimates_of, rates, without_second_engine
from simulation.replicates import AT_ONCE, Replicates, replicates, trial_plan
from simulation.single_arm import asked as single_arm_plan
from simulation.single_arm import results as single_arm_results
from simulation.true_effects import differences, differences_at_hours, rate_ratios, response_differences

TRIAL, TRUTH = "ketamine_ed", "at-random"
PART_OF_SLOW = 0.2
SINGLE_ARM_SEED = 20_261_200
REPEATED = {
    "madrs-mmrm": "madrs", "anxiety-mmrm": "anxiety", "edeq-mmrm": "edeq", "fcqs-mmrm": "fcqs", "eqvas-mmrm": "eqvas"
}  # fmt: skip
RATES = {"binge-rate": "binge", "purge-rate": "purge"}
RESPONSE, COURSE = "madrs-response", "madrs-course"
FAILURE = "missing as failure"
RESPONSE_AT = {"24 h": ("24 h",), "Day 28": ("day 28",), "Day 84": ("day 84",), "": ("day 28", "day 84")}
KEPT_AT = "84 d after the last infusion"


def quantities() -> Found:
    """Give every quantity with its truth."""
    found: Found = {}
    for key, endpoint in REPEATED.items():
        found |= {(key, visit): Quantity(truth) for visit, truth in differences(endpoint, TRUTH).items()}
    for key, endpoint in RATES.items():
        for visit, ratio in rate_ratios(endpoint, TRUTH).items():
            found[key, visit] = Quantity(float(np.log(ratio)), is_logarithm=True)
            found[f"{key}, estimating equations", visit] = Quantity(float(np.log(ratio)), is_logarithm=True)
    for visit, labels in RESPONSE_AT.items():
        name = f"{RESPONSE}, risk difference"
        found[name, visit or f"kept until {KEPT_AT}"] = Quantity(response_differences(TRUTH, labels))
    found |= abstinence.quantities()
    for hours, truth in differences_at_hours(TRUTH).items():
        found[COURSE, f"{canonical_hours(hours)} h"] = Quantity(truth)
    return found


def collect(total: int, kept: Path | None = None) -> Found:
    """Give all quantities with the estimates of the replicates."""
    plan = _slim(without_second_engine(trial_plan(TRIAL), {*REPEATED}))
    found = quantities()
    if kept is not None:
        for file in sorted(kept.glob(f"{TRIAL}_{TRUTH}_*.csv")):
            _add_table(found, pd.read_csv(file, keep_default_na=False, na_values=["nan", ""], dtype={"level": "str"}))
    for first in range(0, total, AT_ONCE):
        drawn = replicates(plan, TRIAL, TRUTH, range(first, min(first + AT_ONCE, total)))
        is_slow = first < PART_OF_SLOW * total or kept is not None
        if kept is None:
            for key in [*REPEATED, *(RATES if is_slow else ())]:
                _add_table(found, estimates_of(plan, TRIAL, key, drawn).assign(analysis=key))
        if is_slow:
            _add_slow(found, plan, drawn)
    return found


def _slim(plan: Plan) -> Plan:
    """Give the plan with response at the visits of the table alone: each visit is analysed by itself."""
    visits = tuple(visit for visit in RESPONSE_AT if visit)
    slim = plan.analyses[RESPONSE].model_copy(
        update={"visits": visits, "criteria": ("response",), "durable_at": (84 * 24.0,)}
    )
    return plan.model_copy(update={"analyses": {**plan.analyses, RESPONSE: slim}}).at(plan.places)


def _add_table(found: Found, table: pd.DataFrame) -> None:
    """Add the estimates of repeated measures and of rates."""
    for record in table.to_dict("records"):
        quantity = found.get((str(record["analysis"]), str(record["visit"])))
        if quantity is not None:
            quantity.add(record["estimate"], record["conf_low"], record["conf_high"])


def _add_slow(found: Found, plan: Plan, drawn: Replicates) -> None:
    """Add the estimates of equations, response and the model over time."""
    for key in RATES:
        table = pd.DataFrame(rates(plan, plan.analyses[key], drawn, by_equations=True))
        _add_table(found, table.assign(analysis=f"{key}, estimating equations"))
    abstinence.add(found, plan, drawn)
    for number in drawn.numbers:
        adam = drawn.alone(number)
        response = analyse(plan, TRIAL, RESPONSE, adam).results
        for name, value in _of_response(response):
            found[f"{RESPONSE}, risk difference", name].add(*value)
        course = analyse(plan, TRIAL, COURSE, adam).results
        for row in sides(select(course, term="difference")).to_dict("records"):
            found[COURSE, f"{row['time']} h"].add(row["estimate"], row["conf_low"], row["conf_high"])


def _of_response(results: pd.DataFrame) -> Iterator[tuple[str, tuple[float, float, float]]]:
    """Give the stratified risk differences of response, and of response kept."""
    table = sides(select(results, term="risk-difference", level=FAILURE))
    for row in table.to_dict("records"):
        yield row["visit"] or f"kept until {KEPT_AT}", (row["estimate"], row["conf_low"], row["conf_high"])


def collect_single_arm(total: int) -> Found:
    """Give what the segmented model and regression to the mean find in trials of twelve without a comparison."""
    truths = {
        ("segment", "slope before"): 0.0,
        ("segment", "level change"): LEVEL_CHANGE,
        ("segment", "slope after"): SLOPE_AFTER,
        ("observed-change", ""): expected_change(1.0, has_effects=True),
        ("beyond-regression", ""): benefit(1.0, has_effects=True),
    }
    found = {(f"before-after, {term}", level or "24 h"): Quantity(truth) for (term, level), truth in truths.items()}
    for number in range(total):
        results = single_arm_results(SINGLE_ARM_SEED + number, single_arm_plan())
        for term, level in truths:
            rows = select(results, term=term, level=level).drop_duplicates("stat_name")
            of = rows.set_index("stat_name")["stat"].reindex(["estimate", "conf_low", "conf_high"])
            found[f"before-after, {term}", level or "24 h"].add(*of)
    return found


def main(total: int, options: Sequence[str]) -> None:
    """Print the table."""
    kept = next((Path(word.removeprefix("--kept=")) for word in options if word.startswith("--kept=")), None)
    sys.stdout.write("\n".join(lines(collect(total, kept) | collect_single_arm(total))) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100, sys.argv[2:])
