"""Bias and coverage for pressure, dissociation and the return to baseline over many seeds of the shipped trial.

``PYTHONPATH=tests python -m simulation.vitals_coverage 1000`` prints the table of
``workflow/docs/methods/infusion_course.md``. Each replicate simulates the vital signs of ketamine_ed and makes the
analyses of its plan for systolic blood pressure and CADSS; trial i draws from the seed with the key (i,), whatever the
others do. A difference at a minute has a truth that follows from the simulator. Peaks, their minute, ratios of CADSS
and shares back are what readings with chance in them show: their truth is what the same definition gives in many
participants, with an error of its own that counts in the error of the bias.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.analyses.infusion_course import course_rows
from postinfusion.analyses.infusion_readings import courses, readings
from postinfusion.analyses.populations import Members
from postinfusion.core.turnbull import turnbull
from postinfusion.io import read
from postinfusion.plan.analyses import InfusionCoursePart
from postinfusion.simulate.people import STRATA
from postinfusion.simulate.physiology import MINUTES, SIGNS, SLOW_SHAPE, SLOW_SHARE, USUAL_SHAPE, vital_rows
from postinfusion.simulate.scenarios import SCENARIOS
from postinfusion.simulate.trial import draw_course

SEED, SEED_OF_TRUTH = 20_261_123, 20_261_124
KETAMINE, MIDAZOLAM = "Ketamine", "Midazolam"
BATCHES, LARGER = 10, 100
RETURN_MINUTES = (60, 90, 120)
COLUMNS = {"SBP": "systolic", "CADSS": "cadss"}
PLAN = read.plan(Path(__file__).parents[2] / "config/trials/ketamine_ed.yaml")
Truths = dict[tuple[str, str], tuple[float, float]]
Found = dict[tuple[str, str], list[tuple[float, float, float]]]


def analysis_of(measure: str) -> InfusionCoursePart:
    """Give the analysis of the plan with one of its measures only."""
    analysis = PLAN.analyses["vital-signs" if measure == "SBP" else "perception"]
    kept = tuple(item for item in analysis.measures if item.measure == measure)
    return analysis.model_copy(update={"measures": kept})


def trial(seed: int, number: int, larger: int = 1) -> tuple[Members, dict[str, pd.DataFrame]]:
    """Give participants, infusions and readings of one trial, as the analyses take them."""
    strata = {name: larger * n for name, n in STRATA.items()}
    drawn = draw_course(np.random.SeedSequence(seed, spawn_key=(number,)), SCENARIOS["at-random"], strata)
    taken = vital_rows(drawn.people, drawn.active, drawn.acute, drawn.infusions, drawn.stream("vital signs"))
    names = np.asarray(drawn.people.names)
    arm = pd.Categorical(np.where(drawn.active, KETAMINE, MIDAZOLAM), (MIDAZOLAM, KETAMINE))
    person, place = np.nonzero(drawn.infusions.given)
    infusions = {"USUBJID": names[person], "INFNUM": place + 1, "AHRFIRST": drawn.infusions.start[person, place]}
    of_each = {
        "USUBJID": names[taken["person"]],
        "INFNUM": taken["infusion"],
        "ATPTN": taken["minute"].astype("float64"),
    }
    signs = [
        pd.DataFrame({**of_each, "PARAMCD": name, "AVAL": taken[column], "AHRFIRST": taken["measured"]})
        for name, column in COLUMNS.items()
    ]
    vitals = pd.concat(signs, ignore_index=True).assign(DTYPE="", ATMF="")
    members = Members(pd.DataFrame({"USUBJID": names, "ARM": arm}), (KETAMINE, MIDAZOLAM), MIDAZOLAM)
    return members, {"ADEX": pd.DataFrame(infusions), "ADVS": vitals}


def shares_of_the_peak() -> dict[int, float]:
    """Give the mean share of the peak change at each minute."""
    mean = (1 - SLOW_SHARE) * USUAL_SHAPE + SLOW_SHARE * SLOW_SHAPE
    return dict(zip(MINUTES.tolist(), mean.tolist(), strict=True))


def exact_truths() -> Truths:
    """Give the truths that follow from the simulator."""
    whole = SIGNS["systolic"].ketamine - SIGNS["systolic"].midazolam
    shares = shares_of_the_peak()
    found = {("SBP", f"difference at {minute} min"): (whole * shares[minute], 0.0) for minute in (15, 40, 90)}
    average = np.mean([shares[minute] for minute in analysis_of("SBP").minutes[1:]])
    return found | {("SBP", "difference, average"): (whole * float(average), 0.0)}


def shown(seed: int, number: int) -> dict[tuple[str, str], float]:
    """Give what many participants show, of whatever has no truth in closed form."""
    members, adam = trial(seed, number, LARGER)
    found: dict[tuple[str, str], float] = {}
    for name in COLUMNS:
        analysis = analysis_of(name)
        (measure,) = analysis.measures
        of_all = readings(analysis, measure, adam, members)
        summary = courses(of_all, measure, last=float(analysis.minutes_of(measure)[-1]))
        by_arm = dict(list(summary.groupby("ARM", observed=True)))
        for arm, own in by_arm.items():
            found |= {(name, f"peak, {arm}"): own["PEAK"].mean(), (name, f"back by 120 min, {arm}"): _back(own, 120)}
        if name == "SBP":
            change = {arm: own["CHG"].mean() for arm, own in by_arm.items()}
            found["SBP", "change at the peak, difference"] = change[KETAMINE] - change[MIDAZOLAM]
            found["SBP", f"minute of the peak, {KETAMINE}"] = by_arm[KETAMINE]["PEAKMIN"].mean()
            found |= {("SBP", f"back by {at} min, {KETAMINE}"): _back(by_arm[KETAMINE], at) for at in (60, 90)}
        else:
            at_40 = of_all.frame[of_all.frame["MINUTE"] == 40]
            log = np.log1p(at_40["AVAL"]).groupby(at_40["ARM"], observed=True).mean()
            found["CADSS", "log ratio of (1 + value) at 40 min"] = log[KETAMINE] - log[MIDAZOLAM]
    return found


def _back(summary: pd.DataFrame, minute: int) -> float:
    """Give the share of the infusions that left the band that was back by a minute."""
    out = summary[summary["HIGH"].notna()]
    pairs = out.groupby(["LOW", "HIGH"]).size()
    low, high = (pairs.index.get_level_values(name).to_numpy(dtype=float) for name in ("LOW", "HIGH"))
    return float(turnbull(low, high, pairs.to_numpy(dtype=float)).by([minute])[0])


def truths() -> Truths:
    """Give truth and its Monte Carlo error of each quantity."""
    batches = pd.DataFrame([shown(SEED_OF_TRUTH, number) for number in range(BATCHES)])
    drawn = {key: (float(batches[key].mean()), float(batches[key].sem())) for key in batches}
    return exact_truths() | drawn


def estimates(number: int) -> Iterator[tuple[tuple[str, str], tuple[float, float, float]]]:
    """Give estimate and limits of each quantity in one trial."""
    members, adam = trial(SEED, number)
    for name in COLUMNS:
        analysis = analysis_of(name)
        (measure,) = analysis.measures
        rows = course_rows(PLAN, analysis, measure, readings(analysis, measure, adam, members), members)
        numbers: dict[tuple[str, ...], dict[str, Any]] = defaultdict(dict)
        for row in rows:
            key = tuple(str(row.get(part, "")) for part in ("variable", "term", "level", "time", "arm", "comparator"))
            if not row.get("subgroup"):
                numbers[key][str(row["stat_name"])] = row.get("stat")
        for (variable, term, level, time, arm, _), found in numbers.items():
            label = _label(variable, term, level, time, arm)
            if label:
                value = found.get("estimate", found.get("proportion", found.get("mean")))
                triple = tuple(float(at) for at in (value, found["conf_low"], found["conf_high"]))
                yield (name, label), tuple(np.log(triple)) if "log" in label else triple


def _label(variable: str, term: str, level: str, time: str, arm: str) -> str:
    """Name the quantity of a row; empty where it is none of those that are looked at."""
    minute = f"{60 * float(time):.0f}" if time else ""
    if term == "ratio" and minute == "40":
        return "log ratio of (1 + value) at 40 min"
    if term == "difference":
        places = {"peak": "change at the peak, difference", "average": "difference, average"}
        return places.get(level) or f"difference at {minute} min"
    if variable == "return" and level == "back":
        return f"back by {minute} min, {arm}"
    names = {"peak": "peak", "peak-minute": "minute of the peak"}
    return f"{names[variable]}, {arm}" if variable in names and not term else ""


def collect(numbers: Iterable[int]) -> Found:
    """Analyse the trials of some numbers."""
    found: Found = defaultdict(list)
    for number in numbers:
        for key, triple in estimates(number):
            found[key].append(triple)
    return found


def table(found: Found, truth: Truths) -> Iterator[str]:
    """Give the table line by line."""
    heads = ("truth (MC error)", "mean", "bias (MC error)", "z", "coverage, %", "trials")
    yield f"| measure | quantity | {' | '.join(heads)} |"
    yield "|---|---|" + "---:|" * len(heads)
    for key, (value, error) in truth.items():
        estimate, low, high = np.array(found[key]).T
        known = np.isfinite(low)
        bias = estimate.mean() - value
        of_bias = float(np.hypot(estimate.std(ddof=1) / len(estimate) ** 0.5, error))
        cover = 100 * ((low <= value) & (value <= high))[known].mean()
        yield (
            f"| {key[0]} | {key[1]} | {value:.3f} ({error:.3f}) | {estimate.mean():.3f} | "
            f"{bias:+.3f} ({of_bias:.3f}) | {bias / of_bias:+.1f} | {cover:.1f} | {known.sum()} |"
        )


def main(count: int) -> None:
    """Print the table."""
    for line in table(collect(range(count)), truths()):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
