"""Time to an event by arm: counts, probabilities at declared times, quantiles, mean times, and what compares arms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from postinfusion.analyses.among import absent_value_rows, chosen_participants, left_out_rows
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.model_data import FEWEST_PARTICIPANTS
from postinfusion.analyses.pooling import diagnoses_of
from postinfusion.analyses.populations import Members, denominators
from postinfusion.analyses.time_to_event_comparisons import comparison_rows
from postinfusion.analyses.time_to_event_data import CENSORED, EVENT, EventTimes, event_times
from postinfusion.analyses.time_to_event_hazards import hazard_rows
from postinfusion.ard.build import Row, error_row, rows, warning_row
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.aalen_johansen import CumulativeIncidence, aalen_johansen, time_lost
from postinfusion.core.kaplan_meier import (
    Curve,
    kaplan_meier,
    quantile_of_curve,
    restricted_mean,
    survival_limits,
)
from postinfusion.core.proportions import clopper_pearson
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import TimeToEvent
from postinfusion.plan.analyses.time_to_event import TIME_ZERO
from postinfusion.plan.plan import Plan

HOURS_PER_DAY = 24.0
SHARES = {"25 %": 0.25, "50 %": 0.5, "75 %": 0.75}
STEPS = ["ARM", "CAUSE", "DAYS", "ESTIMATE", "CONF_LOW", "CONF_HIGH", "N_CENSORED"]
FEW = f"fewer than {FEWEST_PARTICIPANTS} participants in the arm: described only"
_BEYOND = "nobody in the arm was followed so long"
_ALL_HAD_IT = "everyone still followed has had an event by then, so the interval is not known"
_NOT_REACHED = "not reached by the end of observation"
_CHOSEN = (
    "hour 0 lies after randomisation, and who is at risk then depends on what happened since: the arms that are "
    "compared are no longer randomised groups, so this is exploratory"
)
_TOGETHER = (
    "diagnoses are analysed together: gaining weight is recovery in one and not in another, so that the event does not "
    "mean the same in all. Choose one by among"
)


@dataclass(frozen=True)
class ArmCurve:
    """The curve of one arm, with or without competing events, in days.

    Attributes
    ----------
    curve
        Kaplan-Meier, or cumulative incidence where events compete.
    limits
        Scale of the intervals.
    confidence
        Level of the intervals.
    """

    curve: Curve | CumulativeIncidence
    limits: str
    confidence: float

    @property
    def competes(self) -> bool:
        """Other events can come instead of the event."""
        return isinstance(self.curve, CumulativeIncidence)

    @property
    def free(self) -> tuple[np.ndarray, np.ndarray]:
        """One less the probability of the event at each time, and its standard error."""
        if isinstance(self.curve, CumulativeIncidence):
            return 1 - self.curve.estimate, self.curve.std_error
        return self.curve.survival, self.curve.std_error

    def incidence_at(self, days: float) -> dict[str, float]:
        """Give the probability of the event by a time, with its limits."""
        estimate, error = (float(values[0]) for values in self.curve.at(days))
        free = estimate if isinstance(self.curve, Curve) else 1 - estimate
        low, high = survival_limits(free, error, kind=self.limits, confidence=self.confidence)
        limits = {"conf_low": 1 - float(high), "conf_high": 1 - float(low)}
        if free == 1:
            at_risk = float(self.curve.at_risk_at(days)[0])
            exact = clopper_pearson(0, at_risk, confidence=self.confidence) if at_risk else None
            limits = {"conf_low": 0.0, "conf_high": float(exact.conf_high) if exact else np.nan}
        return {"estimate": 1 - free, "std_error": error} | limits

    def steps(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give one less the probability of the event at each time with its limits, not known at its ends."""
        free, error = self.free
        low, high = survival_limits(free, error, kind=self.limits, confidence=self.confidence)
        return free, low, high

    def quantile(self, share: float) -> dict[str, float]:
        """Give the time by which a share has had the event, with its limits; missing where it is not reached."""
        free, low, high = self.steps()
        found = [quantile_of_curve(self.curve.times, each, share, last=self.curve.last) for each in (free, low, high)]
        return dict(zip(("estimate", "conf_low", "conf_high"), found, strict=True))

    def mean_time(self, horizon: float) -> dict[str, float]:
        """Give the mean time without the event up to a horizon, or the time lost to it where events compete."""
        if isinstance(self.curve, CumulativeIncidence):
            mean, error = time_lost(self.curve, horizon)
        else:
            mean, error = restricted_mean(self.curve, horizon)
        half = float(ndtri((1 + self.confidence) / 2)) * error if error > 0 else np.nan
        low, high = max(mean - half, 0.0), min(mean + half, horizon)
        return {"estimate": mean, "std_error": error, "conf_low": low, "conf_high": high}


def time_to_event(plan: Plan, analysis: TimeToEvent, adam: Adam, population: Members) -> list[Row]:
    """Give counts, probabilities, quantiles and mean times by arm, and the comparisons of arms.

    Returns
    -------
    list of rows
        ``variable="outcome"``, ``level`` event, competing, censored, excluded, with kinds and reasons in ``term``:
        participants. ``term`` ``at-risk`` and ``cumulative-incidence`` at ``time`` (hours since hour 0): numbers at
        risk; events so far and the probability of the event. ``quantile`` with the share in ``level``;
        ``restricted-mean`` or, with competing events, ``time-lost`` at the horizon, in days. Comparisons as
        :func:`comparison_rows` and :func:`hazard_rows` say.

    Raises
    ------
    ModelError
        Nobody can be timed.
    """
    everyone, (population, left_out) = population, chosen_participants(analysis, population)
    data = event_times(plan, analysis, adam, population)
    result = [*denominators(population), *left_out_rows(left_out, everyone), *_outcomes(data, population)]
    result += absent_value_rows(analysis, everyone)
    result += _warnings(plan, analysis, data, population)
    result += rows({"curve": orientation(analysis)}, term="fit")
    curves = curves_of(analysis, data, population.arms)
    for arm in population.arms:
        result += _at_risk(analysis, data, arm)
        if arm in curves:
            result += _of_arm(analysis, data, curves[arm], arm)
        else:
            result.append(error_row(FEW, variable="arm", arm=arm))
    result += comparison_rows(plan, analysis, data, population, curves)
    return result + hazard_rows(plan, analysis, adam, data, population)


def orientation(analysis: TimeToEvent) -> str:
    """Say which way the curve is drawn: the probability of a benefit, or of any of several events, rises."""
    rises = analysis.event in ("response", "remission") or bool(analysis.competing)
    return "cumulative-incidence" if rises else "event-free"


def curves_of(analysis: TimeToEvent, data: EventTimes, arms: tuple[str, ...]) -> dict[str, ArmCurve]:
    """Give the curve of the event of each arm that has three participants or more, in days."""
    found = {}
    for arm in arms:
        mine = data.frame[data.frame["ARM"] == arm]
        if len(mine) >= FEWEST_PARTICIPANTS:
            found[arm] = _curve(analysis, mine, EVENT)
    return found


def steps_of_curves(plan: Plan, analysis: TimeToEvent, adam: Adam, population: Members) -> pd.DataFrame:
    """Give the steps of the curves of all arms: they tell when single events happened, and stay internal.

    Returns
    -------
    pandas.DataFrame
        ``ARM``, ``CAUSE`` (empty: the event; else the kind of competing event), ``DAYS`` since hour 0, ``ESTIMATE``
        (event-free or cumulative, as the results say), ``CONF_LOW``, ``CONF_HIGH``, ``N_CENSORED`` at the time.
    """
    population, _ = chosen_participants(analysis, population)
    data = event_times(plan, analysis, adam, population)
    parts = [pd.DataFrame(columns=STEPS)]
    for arm in curves_of(analysis, data, population.arms):
        mine = data.frame[data.frame["ARM"] == arm]
        for number, kind in enumerate(("", *data.causes), start=EVENT):
            parts.append(_steps(analysis, _curve(analysis, mine, number), arm, kind))
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)


def _curve(analysis: TimeToEvent, times: pd.DataFrame, cause: int) -> ArmCurve:
    """Give the curve of one cause."""
    days = times["HOURS"] / HOURS_PER_DAY
    if analysis.competing:
        return ArmCurve(aalen_johansen(days, times["CAUSE"], of=cause), "log-log", analysis.confidence)
    return ArmCurve(kaplan_meier(days, times["CAUSE"] == cause), analysis.limits, analysis.confidence)


def _steps(analysis: TimeToEvent, found: ArmCurve, arm: str, kind: str) -> pd.DataFrame:
    """Give the steps of one curve, from hour 0 on."""
    free, low, high = found.steps()
    rises = orientation(analysis) != "event-free"
    shown = (1 - free, 1 - high, 1 - low) if rises else (free, low, high)
    start = (0.0, 0.0, 0.0) if rises else (1.0, 1.0, 1.0)
    columns = [np.concatenate([[first], values]) for first, values in zip(start, shown, strict=True)]
    days = np.concatenate([[0.0], found.curve.times])
    censored = np.concatenate([[0.0], found.curve.censored])
    return pd.DataFrame(dict(zip(STEPS, (arm, kind, days, *columns, censored), strict=True)))


def _outcomes(data: EventTimes, population: Members) -> list[Row]:
    """Count how observation ended, by arm and over all arms."""
    result: list[Row] = []
    for arm in ("", *population.arms):
        mine = data.frame[(data.frame["ARM"] == arm) | (arm == "")]
        lost = data.excluded[(data.excluded["ARM"] == arm) | (arm == "")]
        counts: dict[tuple[str, str], int] = {("event", ""): int((mine["CAUSE"] == EVENT).sum())}
        if data.causes:
            counts["competing", ""] = int((mine["CAUSE"] > EVENT).sum())
        for number, kind in enumerate(data.causes, start=EVENT + 1):
            counts["competing", kind] = int((mine["CAUSE"] == number).sum())
        counts["censored", ""] = int((mine["CAUSE"] == CENSORED).sum())
        counts["excluded", ""] = len(lost)
        for reason in sorted(set(data.excluded["REASON"])):
            counts["excluded", reason] = int((lost["REASON"] == reason).sum())
        for (level, term), n in counts.items():
            share = n / len(population.of(arm)) if len(population.of(arm)) else float("nan")
            result += rows({"n": n, "proportion": share}, variable="outcome", level=level, term=term, arm=arm)
        unseen = int((~mine["ASSESSED"].astype("bool")).sum())
        result += rows({"n": unseen}, variable="follow-up", level="no assessment after hour 0", arm=arm)
    return result


def _warnings(plan: Plan, analysis: TimeToEvent, data: EventTimes, population: Members) -> list[Row]:
    """Warn of an hour 0 after randomisation, of kinds of event that nobody has, and of weight of several diagnoses."""
    found = [f"no participant has {kind} in the data: check how it is written" for kind in data.never_recorded]
    if analysis.since != TIME_ZERO and plan.design.reference:
        found.append(_CHOSEN)
    endpoint = plan.endpoints.get(analysis.endpoint)
    if endpoint is not None and endpoint.measure == "WEIGHT" and (diagnoses := diagnoses_of(population)) > 1:
        found.append(f"{diagnoses} {_TOGETHER}")
    return [warning_row(text) for text in found]


def _at_risk(analysis: TimeToEvent, data: EventTimes, arm: str) -> list[Row]:
    """Count who is at risk at hour 0 and at the declared times."""
    hours = data.frame.loc[data.frame["ARM"] == arm, "HOURS"]
    result: list[Row] = []
    for time in (0.0, *analysis.report_at):
        result += rows({"n": int((hours >= time).sum())}, term="at-risk", time=canonical_hours(time), arm=arm)
    return result


def _of_arm(analysis: TimeToEvent, data: EventTimes, found: ArmCurve, arm: str) -> list[Row]:
    """Give probabilities, quantiles and the mean time of one arm; each with the events that it rests on."""
    mine = data.frame[(data.frame["ARM"] == arm) & (data.frame["CAUSE"] == EVENT)]
    result: list[Row] = []
    for time in analysis.report_at:
        key = {"term": "cumulative-incidence", "time": canonical_hours(time), "arm": arm}
        result += rows({"n": int((mine["HOURS"] <= time).sum())}, **key)
        result += _with_reason(found.incidence_at(time / HOURS_PER_DAY), _BEYOND, _ALL_HAD_IT, **key)
    for level, share in SHARES.items():
        key = {"term": "quantile", "level": level, "arm": arm, "unit": "d"}
        result += rows({"n": len(mine)}, **key)
        result += _with_reason(found.quantile(share), _NOT_REACHED, _NOT_REACHED, **key)
    return result + _mean_time(analysis, found, arm, len(mine))


def _mean_time(analysis: TimeToEvent, found: ArmCurve, arm: str, events: int) -> list[Row]:
    """Give the mean time up to the horizon of one arm, or why there is none."""
    term = mean_term(analysis)
    key = {"term": term, "time": canonical_hours(analysis.last_time), "arm": arm, "unit": "d"}
    counted = rows({"n": events}, **key)
    try:
        statistics = found.mean_time(analysis.last_time / HOURS_PER_DAY)
    except ModelError as error:
        return [*counted, {**key, "stat_name": "estimate", "error": str(error)}]
    return counted + _with_reason(statistics, _BEYOND, "no event in the arm, so the interval is not known", **key)


def mean_term(analysis: TimeToEvent) -> str:
    """Name the mean time: with competing events it is that lost to the event."""
    return "time-lost" if analysis.competing else "restricted-mean"


def _with_reason(statistics: dict[str, float], lost: str, no_limits: str, **key: object) -> list[Row]:
    """Give the rows of an estimate; what is missing carries the reason."""
    reason = lost if np.isnan(statistics["estimate"]) else no_limits
    return [row | ({"error": reason} if np.isnan(float(str(row["stat"]))) else {}) for row in rows(statistics, **key)]
