"""The evidence behind a claim: one estimate of the results with all that a verdict needs to know of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pandas as pd

from postinfusion.analyses.missing_factor import Factor, factor_in
from postinfusion.analyses.verdicts import Circumstances
from postinfusion.ard.query import select
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.contrasts import estimates
from postinfusion.errors import listed
from postinfusion.instruments import catalogue
from postinfusion.plan.analyses import Ancova, Missingness, Mmrm, Trajectory
from postinfusion.plan.claims import Point
from postinfusion.plan.design import ArmRole
from postinfusion.plan.endpoints import Endpoint, Form
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import Better

NAN = float("nan")
CONFIDENCE = 0.95
RATIOS = ("ratio", "rate-ratio", "odds-ratio", "common-odds-ratio", "hazard-ratio")
DIFFERENCES = ("difference", "risk-difference")
IN_UNIT = ("difference", "stage-2-difference", "combined-difference")
"""Differences in the unit of the endpoint, which has their direction and the smallest of them that matters."""
ALONE = "marginal-mean"
HOURS_PER_DAY = 24.0
Identity = tuple[tuple[str, str], ...]
"""What tells a result from others: the columns of its key with their values."""
_MOST_NAMED = 6
_AFTER_RANDOMISATION = ("last-infusion", "response")
_FILTERS = ("visit", "variable", "level", "term", "subgroup", "subgroup_level")


@dataclass(frozen=True)
class Estimate:
    """One estimate, as it stands in the results, with its circumstances.

    Attributes
    ----------
    key, identity
        Key columns of its rows, as they stand in the results; and what tells it from other results.
    estimate, std_error, df, p_value, conf_low, conf_high
        As in the results, with the interval at 95 %; NaN where they are not there.
    is_ratio
        It is a ratio: its logarithm is what is judged.
    sign
        1 where a larger value is a benefit, -1 where a smaller one is, 0 where no direction is one.
    participants, missing
        By arm: how many are analysed there, and the share without a value; empty where the results do not tell, and NaN
        of a time for which they do not.
    factor_of
        For a ratio how it changes with a factor among those without a value; None for what has no closed form.
    important, source
        Smallest difference that matters, and where it comes from.
    margin
        For a claim of no difference the largest one that counts as none.
    structure
        What the model supposes about the values of one participant.
    baseline_sd
        Standard deviation of the endpoint at baseline; NaN where the results do not tell.
    circumstances
        What decides whether it may be judged.
    """

    key: dict[str, str]
    identity: Identity = ()
    estimate: float = NAN
    std_error: float = NAN
    df: float = NAN
    p_value: float = NAN
    conf_low: float = NAN
    conf_high: float = NAN
    is_ratio: bool = False
    sign: int = 0
    participants: dict[str, float] = field(default_factory=dict)
    missing: dict[str, float] = field(default_factory=dict)
    factor_of: Factor | None = None
    important: float | None = None
    source: str = ""
    margin: float | None = None
    structure: str = ""
    baseline_sd: float = NAN
    circumstances: Circumstances = field(default_factory=Circumstances)

    @property
    def is_controlled(self) -> bool:
        """Arms are compared."""
        return bool(self.key.get("comparator"))

    def oriented(self, low: float, high: float) -> tuple[float, float, float]:
        """Give benefit and its limits from limits on the scale of the results."""
        values = [_logarithm(value) if self.is_ratio else value for value in (self.estimate, low, high)]
        benefit, first, second = (self.sign * value for value in values)
        return benefit, min(first, second), max(first, second)

    def limits(self, level: float) -> tuple[float, float]:
        """Give the limits at another level than 95 %, on the scale of the results; NaN where they cannot be told."""
        if level == 1 - CONFIDENCE:
            return self.conf_low, self.conf_high
        if self.is_ratio or not self.std_error > 0:
            return self._limits_from_interval(level) if self.is_ratio else (NAN, NAN)
        found = estimates([self.estimate], [self.std_error], [self._df], confidence=1 - level)
        return float(found.conf_low[0]), float(found.conf_high[0])

    def _limits_from_interval(self, level: float) -> tuple[float, float]:
        """Give the limits of a ratio from the width of its interval, on the scale of logarithms."""
        middle, low, high = map(_logarithm, (self.estimate, self.conf_low, self.conf_high))
        quantile = estimates([0.0], [1.0], [self._df], confidence=CONFIDENCE).conf_high[0]
        error = (high - low) / (2 * quantile)
        if not error > 0:
            return NAN, NAN
        found = estimates([middle], [error], [self._df], confidence=1 - level)
        return math.exp(found.conf_low[0]), math.exp(found.conf_high[0])

    @property
    def _df(self) -> float:
        """Degrees of freedom; infinite where the results have none."""
        return self.df if self.df > 0 else math.inf


def identity(plan: Plan, point: Point) -> Identity:
    """Give what tells a result from others, the arms that it leaves out filled in."""
    return (("analysis_id", point.analysis), *sorted(_key(plan, point).items()))


def estimate_of(plan: Plan, ard: pd.DataFrame, point: Point) -> Estimate:
    """Give the estimate that a claim names, or why there is none among its circumstances.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial.
    point
        Which result.
    """
    rows = select(ard, analysis_id=point.analysis)
    key = _key(plan, point)
    found, reason = _one(rows, key, point)
    if found is None:
        return Estimate(key, identity(plan, point), circumstances=_absent(rows, point, reason))
    row = found.iloc[0]
    key = {**key, "term": str(row["term"]), "visit": str(row["visit"]), "time": str(row["time"])}
    endpoint = plan.endpoints.get(getattr(plan.analyses[point.analysis], "endpoint", ""))
    return _with_circumstances(plan, ard, point, _Found(rows, found, key, endpoint))


@dataclass(frozen=True)
class _Found:
    """The rows of an analysis, those of the estimate, its key, and the endpoint."""

    rows: pd.DataFrame
    of_estimate: pd.DataFrame
    key: dict[str, str]
    endpoint: Endpoint | None

    def value(self, name: str) -> float:
        """Give one statistic of the estimate; NaN without it."""
        values = self.of_estimate.loc[self.of_estimate["stat_name"] == name, "stat"]
        return float(values.iloc[0]) if len(values) else NAN


def _key(plan: Plan, point: Point) -> dict[str, str]:
    """Give the key columns that a point names, with the arms that it leaves out."""
    arms = [arm.name for arm in plan.design.arms if arm.role is ArmRole.EXPERIMENTAL]
    key = {"arm": point.arm or arms[0], "comparator": point.against or plan.design.reference or ""}
    key |= {name: getattr(point, name) for name in _FILTERS if getattr(point, name)}
    if point.time is not None:
        key["time"] = canonical_hours(point.time)
    return key


def _one(rows: pd.DataFrame, key: dict[str, str], point: Point) -> tuple[pd.DataFrame | None, str]:
    """Give the rows of the one estimate with a key, or why there is not exactly one."""
    found = select(rows, **key)
    if not point.term:
        found = found[found["term"].isin([*DIFFERENCES, *RATIOS] if key["comparator"] else [ALONE])]
    for name in ("subgroup", "level"):
        if name not in key and found[name].nunique() > 1:
            found = found[found[name] == ""]
    named = found[found["stat_name"] == "estimate"]
    if len(named) == 1:
        return found, ""
    return None, _lacking(rows, key) if named.empty else "the plan's key fits several estimates"


def _lacking(rows: pd.DataFrame, key: dict[str, str]) -> str:
    """Say which part of a key no estimate has, and what estimates have instead."""
    found = select(rows, stat_name="estimate")
    for name, value in key.items():
        kept = select(found, **{name: value})
        if kept.empty and value:
            there = [text for text in dict.fromkeys(found[name].astype("str")) if text][:_MOST_NAMED]
            instead = f"; there are {listed(there)}" if there else ""
            return f'the results hold no estimate with {name.replace("_", " ")} "{value}"{instead}'
        found = kept
    return "the results hold no such estimate"


def _absent(rows: pd.DataFrame, point: Point, reason: str) -> Circumstances:
    """Say why there is no such estimate: as the part of the analysis about its subgroup says, else the whole."""
    if not point.subgroup:
        return Circumstances(absent=_failure(rows) or reason)
    levels = ["", point.subgroup_level]
    own = select(rows[rows["error"] != ""], subgroup=["", point.subgroup], subgroup_level=levels)
    of_part = own.sort_values("subgroup", ascending=False, kind="stable")["error"]
    return Circumstances(absent=str(of_part.iloc[0]).removeprefix("not testable: ") if len(of_part) else reason)


def _failure(rows: pd.DataFrame) -> str:
    """Give why the whole analysis could not be done; empty when it could."""
    failed = select(rows, stat_name="error")["error"]
    return str(failed.iloc[0]) if len(failed) else "" if len(rows) else "the results do not hold this analysis"


def _with_circumstances(plan: Plan, ard: pd.DataFrame, point: Point, found: _Found) -> Estimate:
    """Give the estimate with what decides whether it may be judged."""
    arms = [arm for arm in (found.key["arm"], found.key["comparator"]) if arm]
    participants = _participants(found, arms)
    sign, is_ratio = _sign(point, found), found.key["term"] in RATIOS
    low, high = _limits(plan, point, found)
    is_of_unit = found.endpoint is not None and found.key["term"] in IN_UNIT
    circumstances = Circumstances(
        absent=_obstacle(plan, point, found, low),
        recall_beyond_window=_looks_back_too_far(plan, found),
        participants=tuple(participants.values()),
        engine_difference=_engine_difference(found.rows),
        prespecified=bool(found.of_estimate["prespecified"].all()) and not _conditions_on_the_course(plan, point),
    )
    return Estimate(
        found.key,
        identity(plan, point),
        **{name: found.value(name) for name in ("estimate", "std_error", "df", "p_value")},
        conf_low=low,
        conf_high=high,
        is_ratio=is_ratio,
        sign=sign,
        participants=participants,
        missing=_missing(plan, ard, found, arms),
        factor_of=factor_in(plan.analyses[point.analysis], found.rows, found.key) if is_ratio else None,
        important=found.endpoint.important_difference if is_of_unit and found.endpoint else None,
        source=found.endpoint.threshold_source if is_of_unit and found.endpoint else "",
        structure=_structure(found.rows),
        baseline_sd=_baseline_sd(plan, ard, found),
        circumstances=circumstances,
    )


def _limits(plan: Plan, point: Point, found: _Found) -> tuple[float, float]:
    """Give the limits at 95 %; those of an analysis with another confidence are made from its standard error."""
    confidence = getattr(plan.analyses[point.analysis], "confidence", CONFIDENCE)
    if confidence == CONFIDENCE:
        return found.value("conf_low"), found.value("conf_high")
    error, df = found.value("std_error"), found.value("df")
    if found.key["term"] in RATIOS or not error > 0:
        return NAN, NAN
    made = estimates([found.value("estimate")], [error], [df if df > 0 else math.inf], confidence=CONFIDENCE)
    return float(made.conf_low[0]), float(made.conf_high[0])


def _sign(point: Point, found: _Found) -> int:
    """Give the direction of benefit; that of the endpoint holds for its own means only, not for a ratio or a share."""
    of_means = found.endpoint is not None and found.key["term"] in (*IN_UNIT, ALONE)
    better = point.better or (found.endpoint.better if of_means and found.endpoint else Better.NONE)
    return {Better.LOWER: -1, Better.HIGHER: 1, Better.NONE: 0}[better]


def _obstacle(plan: Plan, point: Point, found: _Found, low: float) -> str:
    """Say why an estimate cannot be judged; empty where it can."""
    said = [str(text) for text in found.of_estimate["error"].unique() if text]
    if not math.isfinite(found.value("estimate")):
        return f"not estimable: {said[0]}" if said else "not estimable"
    if not math.isfinite(low):
        return "the estimate has no 95 % interval"
    analysis = plan.analyses[point.analysis]
    is_value = isinstance(analysis, Mmrm | Ancova) and analysis.form is not Form.CHANGE
    return "a mean value without a comparison tells of no change" if found.key["term"] == ALONE and is_value else ""


def _looks_back_too_far(plan: Plan, found: _Found) -> bool:
    """Say whether answers look back to before time zero."""
    endpoint, time = found.endpoint, found.key.get("time", "")
    if endpoint is None or not time:
        return False
    scale = catalogue.find_score(endpoint.measure, endpoint.score, plan.instruments)
    listed = scale.instrument.recall.days * HOURS_PER_DAY if scale and scale.instrument.recall else 0.0
    recall = endpoint.recall if endpoint.recall is not None else listed
    return float(time) < recall


def _conditions_on_the_course(plan: Plan, point: Point) -> bool:
    """Say whether a result counts time from something that happened after randomisation, or is of selected people."""
    analysis = plan.analyses[point.analysis]
    if _is_in_maintenance(plan, point):
        return True
    if isinstance(analysis, Trajectory):
        return analysis.is_exploratory(plan.design.kind)
    return plan.design.reference is not None and getattr(analysis, "since", "") in _AFTER_RANDOMISATION


def _is_in_maintenance(plan: Plan, point: Point) -> bool:
    """Say whether a result lies in maintenance, for which participants were selected by the course before."""
    phases = plan.design.phases
    hours = plan.nominal_hours.get(point.visit, point.time)
    return phases is not None and hours is not None and hours >= phases.maintenance_from


def _participants(found: _Found, arms: list[str]) -> dict[str, float]:
    """Count the participants that the estimate rests on, by arm: those with a value there, else those in the model."""
    own = _observed_there(found, arms)
    return own or _by_arm(found.rows, arms, stat_name="n_participants", term="fit", **_group_of(found))


def _observed_there(found: _Found, arms: list[str]) -> dict[str, float]:
    """Count the participants with a value at the visit or time of the estimate, by arm; empty where not told."""
    at = {"visit": found.key["visit"]} if found.key["visit"] else {"time": found.key["time"]}
    return _by_arm(found.rows, arms, stat_name="n", term=["observed", "probability"], **at, **_group_of(found))


def _group_of(found: _Found) -> dict[str, str]:
    """Give the group of participants that the estimate is of, which counts and totals must be of too."""
    return {name: found.key.get(name, "") for name in ("subgroup", "subgroup_level")}


def _missing(plan: Plan, ard: pd.DataFrame, found: _Found, arms: list[str]) -> dict[str, float]:
    """Give the share of participants without a value there, by arm; of a model over time that at the nearest visit.

    Who is in such a model has a value at some time, and need not have one at this: where no analysis of missing values
    of the same population counts those of the visit, the share is NaN.
    """
    rows, present = found.rows, _participants(found, arms)
    if found.key["time"] and not _observed_there(found, arms):
        rows, visit = _missingness(plan, ard, found), _nearest_visit(plan, found)
        seen = select(rows, variable="assessment", level="observed", visit=visit).assign(level="")
        present = _by_arm(seen, arms, stat_name="n")
        if not present:
            return dict.fromkeys(arms, NAN)
    total = _by_arm(rows, arms, stat_name="n_total", variable="denominator", **_group_of(found))
    return {arm: 1 - present[arm] / total[arm] for arm in present if total.get(arm, 0) > 0}


def _missingness(plan: Plan, ard: pd.DataFrame, found: _Found) -> pd.DataFrame:
    """Give the rows of the first analysis of missing values of the endpoint in the same population and group."""
    counting = {key: one for key, one in plan.analyses.items() if isinstance(one, Missingness)}
    keys = [key for key, one in counting.items() if plan.endpoints[one.endpoint] is found.endpoint]
    population = str(found.of_estimate["population"].iloc[0])
    return select(ard, analysis_id=keys[:1], population=population, **_group_of(found))


def _nearest_visit(plan: Plan, found: _Found) -> str:
    """Give the visit after baseline nearest to the time of an estimate; empty where that counts from elsewhere."""
    analysis = plan.analyses[str(found.of_estimate["analysis_id"].iloc[0])]
    if getattr(analysis, "since", "") in _AFTER_RANDOMISATION:
        return ""
    hours, time = plan.nominal_hours, float(found.key["time"])
    later = [visit for visit in hours if visit != plan.baseline_visit]
    return min(later, key=lambda visit: abs(hours[visit] - time), default="")


def _by_arm(rows: pd.DataFrame, arms: list[str], **key: str | list[str]) -> dict[str, float]:
    """Give one statistic by arm; of arms for which the results have it."""
    found = select(rows, comparator="", level="", **key).drop_duplicates("arm").set_index("arm")["stat"]
    return {arm: float(found[arm]) for arm in arms if arm in found.index}


def _engine_difference(rows: pd.DataFrame) -> float | None:
    """Give the largest difference between two engines, in standard errors; None where one engine only was used."""
    names = ("estimate_difference", "std_error_difference")
    found = select(rows, term="second-engine", stat_name=names)["stat"]
    return float(found.max(skipna=False)) if len(found) else None


def _structure(rows: pd.DataFrame) -> str:
    """Give what the model supposes about the values of one participant."""
    for name in ("covariance_structure", "random_effects"):
        found = select(rows, term="fit", stat_name=name)["stat_text"]
        if len(found):
            return str(found.iloc[0])
    return ""


def _baseline_sd(plan: Plan, ard: pd.DataFrame, found: _Found) -> float:
    """Give the standard deviation of the endpoint at baseline over all arms."""
    own = select(found.rows, variable="baseline", stat_name="sd", arm="")["stat"]
    if len(own) or found.endpoint is None:
        return float(own.iloc[0]) if len(own) else NAN
    key = {"parameter": found.endpoint.parameter, "variable": "AVAL", "visit": plan.baseline_visit}
    summary = select(ard, **key, stat_name="sd", arm="", subgroup="")["stat"]
    return float(summary.iloc[0]) if len(summary) else NAN


def _logarithm(value: float) -> float:
    """Give the natural logarithm; NaN of what has none."""
    return math.log(value) if value > 0 else NAN
