"""A binary status of participants: shares by arm and comparisons of arms, each by two estimators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.analyses.model_data import FEWEST_PARTICIPANTS
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, rows, warning_row
from postinfusion.core.number_needed_to_treat import number_needed_to_treat
from postinfusion.core.odds_ratio import OddsRatio, conditional_odds_ratio, mantel_haenszel_odds_ratio
from postinfusion.core.proportions import clopper_pearson
from postinfusion.core.stratified_proportions import StratifiedDifference, stratified_difference
from postinfusion.datasets.adam import participant_column
from postinfusion.errors import ModelError
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import MISSING_AS_FAILURE, OBSERVED_CASES

STRATUM = "STRATUM"
UNDEFINED = "undefined"
_RATIOS = ("odds-ratio", "exact-odds-ratio", "number-needed-to-treat")
ESTIMATORS = (MISSING_AS_FAILURE, OBSERVED_CASES)


@dataclass(frozen=True)
class Status:
    """A status of every participant of a population at one time.

    Attributes
    ----------
    has
        USUBJID → 1 yes, 0 no, NaN without a value. Participants for whom the status is undefined are not there.
    undefined
        USUBJID of participants for whom it is undefined.
    levels
        USUBJID → a finer division of those with a value, where there is one; else empty.
    is_benefit
        Yes is the better status.
    estimators
        Which estimators make sense.
    has_ratios
        Odds ratios and the number needed to treat are given beside the risk difference.
    """

    has: pd.Series
    undefined: tuple[str, ...] = ()
    levels: pd.Series | None = None
    is_benefit: bool = True
    estimators: tuple[str, ...] = ESTIMATORS
    has_ratios: bool = True


@dataclass(frozen=True)
class _Counts:
    """Participants with the status and all, by stratum (index) and arm (columns)."""

    events: pd.DataFrame
    totals: pd.DataFrame

    def of(self, arm: str, against: str) -> tuple[np.ndarray, ...]:
        """Give events and totals of two arms, one number per stratum."""
        columns = (self.events[arm], self.totals[arm], self.events[against], self.totals[against])
        return tuple(column.to_numpy(dtype=float) for column in columns)


def strata_of(plan: Plan, population: Members) -> pd.Series:
    """Give the stratum of every participant, by the factors of the randomisation; one stratum where there are none.

    Raises
    ------
    ModelError
        The data do not hold a factor.
    """
    frame = population.frame.set_index("USUBJID")
    absent = [name for name in plan.design.strata if participant_column(name) not in frame]
    if absent:
        raise ModelError(f"the data hold no values of {', '.join(absent)}, by which randomisation was stratified")
    columns = [frame[participant_column(name)].astype("object").fillna("(missing)") for name in plan.design.strata]
    result = pd.Series("", index=frame.index)
    for column in columns:
        result = result + column.astype(str) + " / "
    return result


def strata_warnings(strata: pd.Series, population: Members) -> list[Row]:
    """Warn of strata in which some arm has no one: they say nothing in the comparisons over strata."""
    arms = population.frame.set_index("USUBJID")["ARM"].astype("object")
    by_stratum = pd.crosstab(strata.reindex(arms.index), arms).reindex(columns=list(population.arms), fill_value=0)
    alone = int((by_stratum == 0).any(axis=1).sum()) if population.compared else 0
    if not alone or len(by_stratum) < 2:
        return []
    text = (
        f"{alone} of {len(by_stratum)} strata lack participants of an arm: comparisons with that arm over the strata "
        "leave them out"
    )
    return [warning_row(text)]


def status_rows(
    status: Status, strata: pd.Series, population: Members, confidence: float, key: Mapping[str, object]
) -> list[Row]:
    """Give all rows of one status at one time: counts, shares with exact intervals, and comparisons of the arms.

    Arms with fewer than three participants are described, not compared.
    """
    arms = population.frame.set_index("USUBJID")["ARM"]
    result = [*_count_rows(status, arms, population.arms, key)]
    for estimator in status.estimators:
        counted = status.has.fillna(0.0) if estimator == MISSING_AS_FAILURE else status.has.dropna()
        counts = _counts(counted, arms, strata, population.arms)
        result += _shares(counts, population.arms, confidence, {**key, "level": estimator})
        for arm in population.compared:
            against = population.reference or ""
            pair = {**key, "level": estimator, "arm": arm, "comparator": against}
            if min(counts.totals[arm].sum(), counts.totals[against].sum()) >= FEWEST_PARTICIPANTS:
                result += _comparisons(counts, arm, against, confidence, pair, status=status)
    return result


def _count_rows(status: Status, arms: pd.Series, names: tuple[str, ...], key: Mapping[str, object]) -> Iterator[Row]:
    """Give how many have the status and how many have not, by arm; these counts decide what a public report shows."""
    seen = status.has.dropna()
    levels = seen.map({1.0: "yes", 0.0: "no"}) if status.levels is None else status.levels.reindex(seen.index)
    undefined = arms.reindex(list(status.undefined))
    for level in _levels_in_order(levels):
        counted = arms.reindex(levels.index[levels == level]).value_counts()
        for arm in names:
            yield from rows({"n": int(counted.get(arm, 0))}, **{**key, "level": level, "arm": arm})
    if len(undefined):
        for arm in names:
            yield from rows({"n": int((undefined == arm).sum())}, **{**key, "level": UNDEFINED, "arm": arm})


def _levels_in_order(levels: pd.Series) -> list[str]:
    """Give yes and no whether or not they occur, then what else occurs."""
    others = [str(level) for level in sorted(levels.dropna().unique()) if level not in {"yes", "no"}]
    return ["yes", *others] if others and "no" not in set(levels) else ["yes", "no", *others]


def _counts(counted: pd.Series, arms: pd.Series, strata: pd.Series, names: tuple[str, ...]) -> _Counts:
    """Count events and participants by stratum and arm."""
    frame = pd.DataFrame({"ARM": arms.reindex(counted.index).astype("object"), STRATUM: strata.reindex(counted.index)})
    grouped = frame.assign(event=counted).groupby([STRATUM, "ARM"])["event"]
    events, totals = grouped.sum().unstack(), grouped.size().unstack()
    return _Counts(*(table.reindex(columns=list(names)).fillna(0.0) for table in (events, totals)))


def _shares(counts: _Counts, arms: tuple[str, ...], confidence: float, key: Mapping[str, object]) -> Iterator[Row]:
    """Give the share of each arm with its exact interval."""
    for arm in arms:
        events, total = int(counts.events[arm].sum()), int(counts.totals[arm].sum())
        found = {"n": events, "n_total": total}
        if total:
            share = clopper_pearson(events, total, confidence=confidence)
            limits = {"conf_low": float(share.conf_low), "conf_high": float(share.conf_high)}
            yield from rows(found | {"estimate": float(share.estimate)} | limits, **key, arm=arm, term="proportion")
        else:
            yield from rows(found, **key, arm=arm, term="proportion")


def _comparisons(
    counts: _Counts, arm: str, against: str, confidence: float, key: Mapping[str, object], *, status: Status
) -> Iterator[Row]:
    """Give risk differences of two arms, and where they are wanted odds ratios and the number needed to treat."""
    two = counts.of(arm, against)
    n = int(two[1].sum() + two[3].sum())
    crude = stratified_difference(*(part.sum() for part in two), confidence=confidence)
    limits = {"conf_low": crude.conf_low, "conf_high": crude.conf_high}
    yield from rows({"estimate": crude.estimate, **limits, "n": n}, **key, term="crude-risk-difference")
    if not ((two[1] > 0) & (two[3] > 0)).any():
        yield from _not_comparable(key, ("risk-difference", *(_RATIOS if status.has_ratios else ())))
        return
    difference = stratified_difference(*two, confidence=confidence)
    yield from rows(_difference(difference, n), **key, term="risk-difference")
    if not status.has_ratios:
        return
    for term, function in (("odds-ratio", mantel_haenszel_odds_ratio), ("exact-odds-ratio", conditional_odds_ratio)):
        yield from _ratio(function(*two, confidence=confidence), n, {**key, "term": term})
    sign = 1 if status.is_benefit else -1
    ends = sorted([sign * difference.conf_low, sign * difference.conf_high])
    needed = number_needed_to_treat(sign * difference.estimate, *ends)
    found = {"estimate": needed.estimate, "conf_low": needed.conf_low, "conf_high": needed.conf_high, "n": n}
    yield from rows(found, **key, term="number-needed-to-treat")


def _not_comparable(key: Mapping[str, object], terms: tuple[str, ...]) -> Iterator[Row]:
    """Give the rows that say that the arms share no stratum."""
    for term in terms:
        for row in rows({"estimate": np.nan, "conf_low": np.nan, "conf_high": np.nan}, **key, term=term):
            yield row | {"error": "no stratum has participants of both arms: see the difference without strata"}


def _difference(found: StratifiedDifference, n: int) -> dict[str, float]:
    """Give the statistics of a risk difference; without any variation there is no test."""
    test = {} if np.isnan(found.p_value) else {"statistic": found.statistic, "p_value": found.p_value}
    limits = {"conf_low": found.conf_low, "conf_high": found.conf_high}
    return {"estimate": found.estimate, **limits, **test, "n": n, "n_strata": found.n_strata}


def _ratio(found: OddsRatio, n: int, key: Mapping[str, object]) -> Iterator[Row]:
    """Give the rows of an odds ratio; what is not estimable carries the reason."""
    reason = "a cell is zero in every stratum: see the exact odds ratio"
    statistics = {"estimate": found.estimate, "conf_low": found.conf_low, "conf_high": found.conf_high}
    for row in rows(statistics | {"p_value": found.p_value, "n": n}, **key):
        is_missing = np.isnan(float(str(row["stat"])))
        yield row | {"error": reason if is_missing else ""}
