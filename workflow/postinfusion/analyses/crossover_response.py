"""Response and remission in a crossover trial: shares by treatment, compared within participants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from postinfusion.analyses.endpoint_records import observed
from postinfusion.analyses.model_data import FEWEST_PARTICIPANTS
from postinfusion.analyses.populations import Members
from postinfusion.analyses.response_status import has_remission, has_response
from postinfusion.ard.build import Row, rows
from postinfusion.core.number_needed_to_treat import number_needed_to_treat
from postinfusion.core.paired_proportions import PairedDifference, paired_difference
from postinfusion.core.proportions import clopper_pearson
from postinfusion.plan.analyses import Response
from postinfusion.plan.endpoints import Endpoint
from postinfusion.vocabulary import MISSING_AS_FAILURE, OBSERVED_CASES

UNDEFINED = "undefined"
_NO_DISCORDANT = "nobody has the status with one treatment alone: there is no odds ratio"
Key = Mapping[str, object]
_CELL = ("USUBJID", "ARM")


def paired_status_rows(
    analysis: Response, endpoint: Endpoint, records: pd.DataFrame, population: Members, key: Key
) -> list[Row]:
    """Give counts and shares of one status at one visit by treatment, and its differences within participants.

    Each treatment counts the participants who were to have it; a difference those who were to have both. Periods are
    not allowed for. With fewer than three participants shares are given and nothing is compared.
    """
    at_visit = records[records["AVISIT"] == key["visit"]]
    base = records.groupby([*_CELL])["BASE"].first()
    status = _status(analysis, endpoint, _values(at_visit, base), population, str(key["variable"]))
    arms = [str(arm) for arm in status.columns]
    result: list[Row] = [row for arm in arms for row in _count_rows(status[arm], population, arm, key)]
    for estimator in (MISSING_AS_FAILURE, OBSERVED_CASES):
        counted = {arm: _counted(status[arm], estimator) for arm in arms}
        of_estimator = {**key, "level": estimator}
        for arm in arms:
            result += _share(counted[arm], analysis.confidence, {**of_estimator, "arm": arm})
        reference = str(population.reference)
        for arm in arms:
            both = pd.concat([counted[arm], counted[reference]], axis=1, join="inner")
            if arm != reference and len(both) >= FEWEST_PARTICIPANTS:
                pair = {**of_estimator, "arm": arm, "comparator": reference}
                result += _compared(both.to_numpy(dtype=float), analysis.confidence, pair)
    return result


def _values(at_visit: pd.DataFrame, base: pd.Series) -> pd.DataFrame:
    """Give the observed value and the baseline of the period, by participant and treatment."""
    seen = observed(at_visit).drop_duplicates([*_CELL]).set_index([*_CELL])["AVAL"]
    return pd.DataFrame({"AVAL": seen, "BASE": base}).astype("float64")


def _status(
    analysis: Response, endpoint: Endpoint, values: pd.DataFrame, population: Members, criterion: str
) -> pd.DataFrame:
    """Give 1, 0, or NaN without a value, by participant and treatment; -1 where there is no status to have.

    There is none where a participant was not to have the treatment, and no response to a baseline that is too low.
    """
    found: dict[str, pd.Series] = {}
    for arm in population.arms:
        people = population.of(arm)["USUBJID"]
        own = values[values.index.get_level_values("ARM") == arm].droplevel("ARM").reindex(people)
        if criterion == "remission":
            found[arm] = has_remission(endpoint, own["AVAL"])
            continue
        status = has_response(endpoint, own["AVAL"], own["BASE"])
        found[arm] = status.mask(own["BASE"] <= analysis.baseline_above, -1.0)
    table = pd.DataFrame(found).reindex(columns=list(population.arms))
    for arm in population.arms:
        table[arm] = table[arm].where(table.index.isin(population.of(arm)["USUBJID"]), -1.0)
    return table


def _counted(status: pd.Series, estimator: str) -> pd.Series:
    """Give the participants whom an estimator counts."""
    known = status[status != -1]
    return known.fillna(0.0) if estimator == MISSING_AS_FAILURE else known.dropna()


def _count_rows(status: pd.Series, population: Members, arm: str, key: Key) -> Iterator[Row]:
    """Give how many have the status and how many have not; these counts decide what a public report shows."""
    own = status.reindex(population.of(arm)["USUBJID"])
    levels = {"yes": own == 1, "no": own == 0, UNDEFINED: own == -1}
    for level, which in levels.items():
        if level != UNDEFINED or which.any():
            yield from rows({"n": int(which.sum())}, **{**key, "level": level, "arm": arm})


def _share(counted: pd.Series, confidence: float, key: Key) -> Iterator[Row]:
    """Give the share of one treatment with its exact interval."""
    events, total = int(counted.sum()), len(counted)
    found: dict[str, float] = {"n": events, "n_total": total}
    if total:
        share = clopper_pearson(events, total, confidence=confidence)
        found |= {"estimate": float(share.estimate), "conf_low": float(share.conf_low)}
        found |= {"conf_high": float(share.conf_high)}
    yield from rows(found, **key, term="proportion")


def _compared(both: np.ndarray, confidence: float, key: Key) -> Iterator[Row]:
    """Give risk difference, conditional odds ratio and number needed to treat of two treatments."""
    first_alone = int(((both[:, 0] == 1) & (both[:, 1] == 0)).sum())
    second_alone = int(((both[:, 0] == 0) & (both[:, 1] == 1)).sum())
    found = paired_difference(first_alone, second_alone, len(both), confidence=confidence)
    limits = {"conf_low": found.conf_low, "conf_high": found.conf_high}
    difference = {"estimate": found.estimate, **limits, "p_value": found.p_value, "n": len(both)}
    yield from rows(difference, **key, term="risk-difference")
    yield from _odds_ratio(found, len(both), key)
    needed = number_needed_to_treat(found.estimate, found.conf_low, found.conf_high)
    numbers = {"estimate": needed.estimate, "conf_low": needed.conf_low, "conf_high": needed.conf_high}
    yield from rows({**numbers, "n": len(both)}, **key, term="number-needed-to-treat")


def _odds_ratio(found: PairedDifference, n: int, key: Key) -> Iterator[Row]:
    """Give the conditional odds ratio with its exact interval; without discordant participants the reason."""
    numbers = {"estimate": found.odds_ratio, "conf_low": found.odds_low, "conf_high": found.odds_high}
    reason = _NO_DISCORDANT if np.isnan(found.odds_ratio) else ""
    for row in rows({**numbers, "n": n}, **key, term="exact-odds-ratio"):
        yield row | {"error": reason if row["stat_name"] != "n" else ""}
