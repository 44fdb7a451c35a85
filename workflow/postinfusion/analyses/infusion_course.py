"""Vital signs and ratings around an infusion (methods infusion-vitals and infusion-ratings)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pandas as pd

from postinfusion.analyses.clustered_shares import clustered_rows, risk_differences, share_rows
from postinfusion.analyses.describe import describe_number
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.infusion_course_models import model_rows
from postinfusion.analyses.infusion_readings import Readings, courses, readings
from postinfusion.analyses.populations import Members, denominators
from postinfusion.ard.build import Row, error_row, rows
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.clustered_means import clustered_mean_limits
from postinfusion.core.turnbull import clustered_limits, turnbull, turnbull_resampled
from postinfusion.errors import ModelError
from postinfusion.instruments.catalogue import find_score
from postinfusion.plan.analyses import CourseMeasure, InfusionCoursePart
from postinfusion.plan.plan import Plan

BY_INFUSION = "infusion"
NO_BASE = "infusions without a reading before"
RESAMPLES = 500
_SUMMARIES = {"peak": "PEAK", "peak-change": "CHG", "peak-minute": "PEAKMIN", "area": "AREA"}


def infusion_course(plan: Plan, analysis: InfusionCoursePart, adam: Adam, population: Members) -> list[Row]:
    """Describe each measure by minute and by number of the infusion, its peak, area and return, and model it.

    Parameters
    ----------
    plan
        Gives the seed of the resampling.
    analysis
        The measures, planned minutes, limits and bands.
    adam
        The datasets; ADEX holds the infusions, ADVS or ADQS the readings.
    population
        Who is described.

    Notes
    -----
    A measure that the data do not hold, and a model that cannot be fitted, give a row of error with the reason.
    """
    result = denominators(population)
    for measure in analysis.measures:
        result += [row | {"parameter": measure.measure} for row in _measure(plan, analysis, measure, adam, population)]
    if all(row.get("variable") == "denominator" or row["stat_name"] == "error" for row in result):
        raise ModelError("; ".join(str(row["error"]) for row in result if row["stat_name"] == "error"))
    return result


def of_group(plan: Plan, analysis: InfusionCoursePart, adam: Adam, population: Members) -> list[Row]:
    """Give the same of a group of participants, but for what is by number of the infusion.

    Parameters
    ----------
    plan
        Gives the seed of the resampling.
    analysis
        The measures, planned minutes, limits and bands.
    adam
        The datasets; ADEX holds the infusions, ADVS or ADQS the readings.
    population
        The participants of the group.
    """
    result = denominators(population)
    for measure in analysis.measures:
        of_measure = _measure(plan, analysis, measure, adam, population, by_number=False)
        result += [row | {"parameter": measure.measure} for row in of_measure]
    return result


def _measure(
    plan: Plan,
    analysis: InfusionCoursePart,
    measure: CourseMeasure,
    adam: Adam,
    population: Members,
    *,
    by_number: bool = True,
) -> Iterator[Row]:
    """Give the rows of one measure."""
    try:
        found = readings(analysis, measure, adam, population)
    except ModelError as error:
        yield error_row(str(error), variable="AVAL")
        return
    for arm in population.arms:
        own = replace(found, frame=found.frame[found.frame["ARM"] == arm], groups=found.groups if by_number else ())
        yield from _readings(analysis, measure, own, arm, _ends(plan, measure))
    yield from course_rows(plan, analysis, measure, found, population)


def course_rows(
    plan: Plan, analysis: InfusionCoursePart, measure: CourseMeasure, found: Readings, population: Members
) -> Iterator[Row]:
    """Give peak, area, return and limits of a measure, and its model: all that is not by minute alone.

    Parameters
    ----------
    plan, analysis
        The seed of the resampling; minutes and level of confidence.
    measure
        What was read.
    found
        Its readings.
    population
        Who is described.
    """
    minutes = analysis.minutes_of(measure)
    summary = courses(found, measure, last=float(minutes[-1]))
    for arm in population.arms:
        of_arm = summary[summary["ARM"] == arm]
        yield from _courses(of_arm, arm, analysis.confidence)
        if measure.has_return:
            generator = _generator(plan, measure, arm)
            yield from _return(of_arm[of_arm["BASE"].notna()], minutes, arm, analysis.confidence, generator)
    yield from _limits(analysis, measure, summary, population)
    yield from model_rows(analysis, measure, found, summary, population)


def _ends(plan: Plan, measure: CourseMeasure) -> tuple[float, float]:
    """Give the lowest and the highest value of a rating; infinite where neither catalogue nor plan knows them."""
    found = find_score(measure.measure, own=plan.instruments)
    known = found.description if found else None
    low, high = (known.minimum, known.maximum) if known else (None, None)
    return (-np.inf if low is None else float(low), np.inf if high is None else float(high))


def _readings(
    analysis: InfusionCoursePart,
    measure: CourseMeasure,
    of_arm: Readings,
    arm: str,
    ends: tuple[float, float],
) -> Iterator[Row]:
    """Give how many readings were of a planned minute; value and change at each, also by number of the infusion."""
    confidence = analysis.confidence
    for kind, n in of_arm.frame["KIND"].value_counts().items():
        yield from rows({"n_observations": int(n)}, variable="reading", level=str(kind), arm=arm)
    for minute in analysis.minutes_of(measure):
        there = of_arm.frame[of_arm.frame["MINUTE"] == minute]
        for variable in ("AVAL", "CHG") if minute else ("AVAL",):
            key = {"variable": variable, "time": canonical_hours(minute / 60), "arm": arm}
            of_scale = ends if variable == "AVAL" else (-np.inf, np.inf)
            yield from rows(_described(there, variable, confidence, of_scale), **key)
            for group in of_arm.groups:
                part = there[there["GROUP"] == group]
                own = {"subgroup": BY_INFUSION, "subgroup_level": group}
                yield from rows(_described(part, variable, confidence, of_scale), **key, **own)


def _described(frame: pd.DataFrame, column: str, confidence: float, ends: tuple[float, float]) -> dict[str, float]:
    """Describe values of infusions, with limits of their mean that respect whose they are and the ends of the scale."""
    known = frame[frame[column].notna()]
    found = describe_number(known[column])
    persons = known.groupby("USUBJID")[column].agg(["sum", "size"])
    low, high = clustered_mean_limits(persons["sum"], persons["size"], confidence=confidence)
    limits = {"conf_low": max(low, ends[0]), "conf_high": min(high, ends[1])}
    return {**found, **limits, "n_participants": len(persons)}


def _courses(summary: pd.DataFrame, arm: str, confidence: float) -> Iterator[Row]:
    """Describe peak, its change and minute, and the area, with limits of their means; tell who has no value before."""
    n_without = int(summary["BASE"].isna().sum())
    yield from rows({"n_missing": n_without}, variable="reading", level=NO_BASE, arm=arm)
    for variable, column in _SUMMARIES.items():
        yield from rows(_described(summary, column, confidence, (-np.inf, np.inf)), variable=variable, arm=arm)


def _return(
    summary: pd.DataFrame, minutes: tuple[int, ...], arm: str, confidence: float, generator: np.random.Generator
) -> Iterator[Row]:
    """Give the infusions that left the band, and the share of these that were back by each minute.

    By the first planned minute none can have been seen out of the band and back: it has no share.
    """
    key = {"variable": "return", "arm": arm}
    if summary.empty:
        return
    is_out = summary["HIGH"].notna()
    yield from clustered_rows(is_out, summary["USUBJID"], confidence, **key, level="left")
    out = summary[is_out]
    if out["USUBJID"].nunique() < 2:
        return
    at = np.array(minutes[2:], dtype=float)
    pairs = out.groupby(["USUBJID", "LOW", "HIGH"]).size().unstack("USUBJID", fill_value=0)
    low, high = (pairs.index.get_level_values(name).to_numpy(dtype=float) for name in ("LOW", "HIGH"))
    each = pairs.to_numpy(dtype=float).T
    estimate = turnbull(low, high, each.sum(axis=0))
    drawn = generator.multinomial(len(each), np.full(len(each), 1 / len(each)), size=RESAMPLES)
    resampled = turnbull_resampled(low, high, drawn @ each, at)
    shares, variance = estimate.by(at), np.nanvar(resampled, axis=0, ddof=1)
    limits = clustered_limits(shares, variance, len(out), len(each), confidence)
    for minute, share, conf_low, conf_high in zip(at, shares, *limits, strict=True):
        numbers = {"proportion": float(share), "conf_low": float(conf_low), "conf_high": float(conf_high)}
        numbers |= {"n_participants": len(each)}
        yield from rows(numbers, **key, level="back", time=canonical_hours(minute / 60))
    first, last = estimate.quantile(0.5)
    numbers = {"region_low": first, "region_high": last if np.isfinite(last) else float("nan")}
    yield from rows({**numbers, "n_participants": len(each)}, **key, level="median")


def _limits(
    analysis: InfusionCoursePart, measure: CourseMeasure, summary: pd.DataFrame, population: Members
) -> Iterator[Row]:
    """Give the infusions and the participants with a value beyond each limit after the start.

    Only a limit of the change needs a value before.
    """
    for limit in measure.limits:
        known = summary[summary["BASE"].notna()] if limit.change else summary
        worst = known[limit.worst.upper()] - (known["BASE"] if limit.change else 0.0)
        compare = {"below": np.less, "at_most": np.less_equal, "at_least": np.greater_equal, "above": np.greater}
        beyond = pd.Series(compare[limit.side](worst, limit.value), index=known.index)
        key = {"variable": "incidence", "term": f"{measure.measure} {limit.name}"}
        counts: dict[str, tuple[int, int]] = {}
        for arm in population.arms:
            own = known["ARM"] == arm
            subject = known.loc[own, "USUBJID"]
            counts[arm] = (subject[beyond[own]].nunique(), subject.nunique())
            if counts[arm][1]:
                yield from clustered_rows(beyond[own], subject, analysis.confidence, **key, level="infusions", arm=arm)
                yield from share_rows(counts[arm], analysis.confidence, **key, level="participants", arm=arm)
        yield from risk_differences(counts, population, analysis.confidence, **key, level="participants")


def _generator(plan: Plan, measure: CourseMeasure, arm: str) -> np.random.Generator:
    """Give the stream of random numbers of one measure and arm."""
    own = int.from_bytes(sha256(f"return\0{measure.measure}\0{arm}".encode()).digest()[:8], "big")
    return np.random.default_rng(np.random.SeedSequence([plan.seed, own]))
