"""Bias and coverage for pressure, dissociation and the return to baseline over many seeds of the shipped trial.

``PYTHONPATH=tests python -m simulation.vitals_coverage 1000`` prints the tables of
``workflow/docs/methods/infusion_course.md``. Each replicate simulates the vital signs of ketamine_ed and makes the
analyses of its plan for systolic blood pressure and CADSS; trial i draws from the seed with the key (i,), whatever the
others do. Its participants are drawn at random out of a larger one: limits of an arm take the diagnoses in it for
chance, which the shipped trial, with the same number of each in every replicate, does not leave to it. The second table
is of that trial, for the quantity that differs most between diagnoses, with the coverage that follows.

A difference at a minute has a truth that follows from the simulator. Peaks, their minute, ratios of CADSS and shares
back are what readings with chance in them show: their truth is what the same definition gives in many participants,
with an error of its own that counts in the error of the bias.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit
from scipy.stats import binom

from postinfusion.analyses.infusion_course import course_rows
from postinfusion.analyses.infusion_readings import courses, readings
from postinfusion.analyses.populations import Members
from postinfusion.core.clustered_means import clustered_mean_limits
from postinfusion.core.turnbull import clustered_limits, turnbull
from postinfusion.io import read
from postinfusion.plan.analyses import InfusionCoursePart
from postinfusion.simulate.endpoints import DIAGNOSES
from postinfusion.simulate.people import STRATA
from postinfusion.simulate.physiology import MINUTES, SIGNS, SLOW_SHAPE, SLOW_SHARE, USUAL_SHAPE, vital_rows
from postinfusion.simulate.scenarios import SCENARIOS
from postinfusion.simulate.trial import Course, draw_course

SEED, SEED_OF_TRUTH = 20_261_123, 20_261_124
KETAMINE, MIDAZOLAM = "Ketamine", "Midazolam"
BATCHES, LARGER, POOL, PER_ARM = 10, 100, 3, sum(STRATA.values()) // 2
RETURN_MINUTES = (60, 90, 120)
COLUMNS = {"SBP": "systolic", "CADSS": "cadss"}
PLAN = read.plan(Path(__file__).parents[2] / "config/trials/ketamine_ed.yaml")
Truths = dict[tuple[str, str], tuple[float, float]]
Found = dict[tuple[str, str], list[tuple[float, float, float, int]]]


def analysis_of(measure: str) -> InfusionCoursePart:
    """Give the analysis of the plan with one of its measures only."""
    analysis = PLAN.analyses["vital-signs" if measure == "SBP" else "perception"]
    kept = tuple(item for item in analysis.measures if item.measure == measure)
    return analysis.model_copy(update={"measures": kept})


def trial(seed: int, number: int, larger: int = 1, *, drawn: bool = False) -> tuple[Members, dict[str, pd.DataFrame]]:
    """Give participants, infusions and readings of a trial, as the analyses take them: all, or some that are drawn."""
    strata = {name: larger * n for name, n in STRATA.items()}
    course = draw_course(np.random.SeedSequence(seed, spawn_key=(number,)), SCENARIOS["at-random"], strata)
    members, adam = as_analysed(course)
    if not drawn:
        return members, adam
    names = members.frame["USUBJID"].iloc[drawn_participants(course)]
    kept = {name: frame[frame["USUBJID"].isin(names)].reset_index(drop=True) for name, frame in adam.items()}
    inside = members.frame[members.frame["USUBJID"].isin(names)].reset_index(drop=True)
    return Members(inside, members.arms, members.reference), kept


def drawn_participants(course: Course) -> np.ndarray:
    """Draw as many participants of each arm as the shipped trial has; how many are of a diagnosis is left to chance."""
    generator = course.stream("drawn participants")
    shares = np.array([STRATA[name] for name in DIAGNOSES]) / sum(STRATA.values())
    found = []
    for arm in (True, False):
        for diagnosis, wanted in enumerate(generator.multinomial(PER_ARM, shares)):
            own = np.flatnonzero((course.active == arm) & (course.people.diagnosis == diagnosis))
            found.append(generator.choice(own, wanted, replace=False))
    return np.concatenate(found)


def as_analysed(course: Course) -> tuple[Members, dict[str, pd.DataFrame]]:
    """Give participants, infusions and readings of what was drawn."""
    taken = vital_rows(course.people, course.active, course.acute, course.infusions, course.stream("vital signs"))
    names = np.asarray(course.people.names)
    arm = pd.Categorical(np.where(course.active, KETAMINE, MIDAZOLAM), (MIDAZOLAM, KETAMINE))
    person, place = np.nonzero(course.infusions.given)
    infusions = {"USUBJID": names[person], "INFNUM": place + 1, "AHRFIRST": course.infusions.start[person, place]}
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
    frame = pd.DataFrame({"USUBJID": names, "ARM": arm, "DX": course.people.diagnosis})
    return Members(frame, (KETAMINE, MIDAZOLAM), MIDAZOLAM), {"ADEX": pd.DataFrame(infusions), "ADVS": vitals}


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


def estimates(number: int) -> Iterator[tuple[tuple[str, str], tuple[float, float, float, int]]]:
    """Give estimate, limits and number of participants of each quantity in one trial."""
    members, adam = trial(SEED, number, POOL, drawn=True)
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
                limits = np.array([value, found["conf_low"], found["conf_high"]], dtype=float)
                limits = np.log(limits) if "log" in label else limits
                yield (name, label), (*limits.tolist(), int(found["n_participants"]))


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
        for key, values in estimates(number):
            found[key].append(values)
    return found


def coverage_of_share(share: float, variance: float, participants: np.ndarray) -> float:
    """Give the coverage that the exact limits of a share have over the binomial distribution of their count.

    The count is of as many independent infusions as have the variance that the share has over trials, more or fewer as
    the participants with an infusion that left the band are more or fewer in a trial.
    """
    effective = share * (1 - share) / variance
    sizes, times = np.unique(participants.astype(int), return_counts=True)
    held = [_coverage(share, round(effective * size / participants.mean()), int(size)) for size in sizes]
    return float(np.average(held, weights=times))


def _coverage(share: float, effective: int, participants: int) -> float:
    """Give the coverage of a share of so many independent infusions of so many participants."""
    counts = np.arange(effective + 1)
    of_counts = counts / effective
    limits = clustered_limits(of_counts, of_counts * (1 - of_counts) / effective, effective, participants, 0.95)
    held = (limits[0] <= share) & (share <= limits[1])
    return float(binom.pmf(counts, effective, share) @ held)


def table(found: Found, truth: Truths) -> Iterator[str]:
    """Give the table line by line."""
    heads = ("truth (MC error)", "mean", "bias (MC error)", "z", "coverage, %", "by the count, %", "trials")
    yield f"| measure | quantity | {' | '.join(heads)} |"
    yield "|---|---|" + "---:|" * len(heads)
    for key, (value, error) in truth.items():
        estimate, low, high, participants = np.array(found[key]).T
        known = np.isfinite(low)
        bias = estimate.mean() - value
        of_bias = float(np.hypot(estimate.std(ddof=1) / len(estimate) ** 0.5, error))
        cover = 100 * ((low <= value) & (value <= high))[known].mean()
        by_count = "–"
        if key[1].startswith("back by"):
            by_count = f"{100 * coverage_of_share(value, estimate.var(ddof=1), participants):.1f}"
        yield (
            f"| {key[0]} | {key[1]} | {value:.3f} ({error:.3f}) | {estimate.mean():.3f} | {bias:+.3f} ({of_bias:.3f}) "
            f"| {bias / of_bias:+.1f} | {cover:.1f} | {by_count} | {known.sum()} |"
        )


def peaks(seed: int, number: int, larger: int = 1) -> Mapping[str, pd.DataFrame]:
    """Give sum and number of the systolic peaks of participants of the shipped trial, with diagnoses, by arm."""
    members, adam = trial(seed, number, larger)
    analysis = analysis_of("SBP")
    (measure,) = analysis.measures
    summary = courses(readings(analysis, measure, adam, members), measure, last=float(analysis.minutes[-1]))
    of_each = summary.groupby("USUBJID")["PEAK"].agg(["sum", "size"])
    joined = members.frame.set_index("USUBJID").join(of_each, how="inner")
    return {arm: joined[joined["ARM"] == arm] for arm in (MIDAZOLAM, KETAMINE)}


def coverage_with_fixed_shares(own: pd.DataFrame) -> float:
    """Give the coverage of Student's limits of an arm in which each diagnosis has the same share in every trial.

    The limits are of the variance between all participants, V; with fixed shares the mean varies by that within the
    diagnoses, W. What they hold is P(|T| < t sqrt(V / W)).
    """
    off = own["sum"] - own["size"] * own["sum"].sum() / own["size"].sum()
    within = off - off.groupby(own["DX"]).transform("mean")
    quantile = stdtrit(PER_ARM - 1, 0.975) * np.sqrt(off.var() / within.var())
    return float(2 * stdtr(PER_ARM - 1, quantile) - 1)


def table_of_fixed_shares(numbers: Iterable[int]) -> Iterator[str]:
    """Give the coverage of the peak of systolic pressure in the shipped trial, beside the one that follows."""
    yield "| arm | coverage, % | follows, % | trials |"
    yield "|---|---:|---:|---:|"
    batches = [peaks(SEED_OF_TRUTH, number, LARGER) for number in range(BATCHES // 2)]
    held: dict[str, list[bool]] = defaultdict(list)
    truth = {arm: pd.concat([batch[arm] for batch in batches]) for arm in batches[0]}
    for number in numbers:
        for arm, own in peaks(SEED, number).items():
            low, high = clustered_mean_limits(own["sum"], own["size"])
            held[arm].append(bool(low <= truth[arm]["sum"].sum() / truth[arm]["size"].sum() <= high))
    for arm, own in truth.items():
        follows = 100 * coverage_with_fixed_shares(own)
        yield f"| {arm} | {100 * np.mean(held[arm]):.1f} | {follows:.1f} | {len(held[arm])} |"


def main(count: int) -> None:
    """Print the tables."""
    for line in (*table(collect(range(count)), truths()), "", *table_of_fixed_shares(range(count))):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
