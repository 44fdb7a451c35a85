"""The weighings that stability is judged by, with their reference weight, and the groups that are kept apart."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from postinfusion.analyses.endpoint_records import Adam, endpoint_records
from postinfusion.analyses.populations import CrossoverMembers, Members, groups_by
from postinfusion.analyses.response_status import baselines, values_at
from postinfusion.datasets.adam import participant_column
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Equivalence, WeightStability
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import in_order

HOURS_PER_WEEK = 168.0
SELF_REPORTED = "self-reported"
SOURCE = "WTSRC"


@dataclass(frozen=True)
class Weighings:
    """The weights of the participants of a population.

    Attributes
    ----------
    records
        Records of the endpoint.
    reference
        USUBJID → the weight that stability refers to, in kg; NaN where there is none.
    baseline
        USUBJID → weight at baseline.
    """

    records: pd.DataFrame
    reference: pd.Series
    baseline: pd.Series

    def at(self, visit: str, members: Members) -> pd.Series:
        """Give the weight of each member at a visit; NaN where there is none."""
        return values_at(self.records, visit, members)

    @property
    def without_self_reports(self) -> Weighings | None:
        """The same without the weights that participants reported themselves; None where there are none, or unknown."""
        if SOURCE not in self.records or not (self.records[SOURCE] == SELF_REPORTED).any():
            return None
        return replace(self, records=self.records[self.records[SOURCE] != SELF_REPORTED])


@dataclass(frozen=True)
class Group:
    """Participants who are described apart from others, and the key columns of their rows."""

    key: dict[str, object]
    members: Members


def weighings(plan: Plan, analysis: WeightStability, adam: Adam, population: Members) -> Weighings:
    """Give the weights with their references.

    Raises
    ------
    ModelError
        The data hold no weights or no target, or the trial is a crossover trial.
    """
    if isinstance(population, CrossoverMembers):
        raise ModelError(
            "stable weight is not judged in a crossover trial: periods are too short and follow each other"
        )
    records = endpoint_records(adam, plan.endpoints[analysis.endpoint], population)
    baseline = baselines(records, population)
    if not analysis.target:
        return Weighings(records, baseline, baseline)
    column = participant_column(analysis.target)
    if column not in population.frame:
        raise ModelError(f"the data hold no values of {analysis.target}, the target weight")
    target = pd.to_numeric(population.frame.set_index("USUBJID")[column], errors="coerce").reindex(baseline.index)
    if not target.notna().any():
        raise ModelError(f"{analysis.target} holds no number: a target weight is in kg")
    return Weighings(records, target.astype("float64"), baseline)


def groups(analysis: WeightStability | Equivalence, population: Members) -> list[Group]:
    """Give the groups of ``by`` in the order that the field is used to; everyone as one group without it.

    Raises
    ------
    ModelError
        The data hold no such column.
    """
    if not analysis.by:
        return [Group({}, population)]
    of_participant = groups_by(population, analysis.by)
    return [
        Group(
            {"subgroup": analysis.by, "subgroup_level": str(level)},
            replace(population, frame=population.frame[of_participant == level]),
        )
        for level in in_order(of_participant.dropna().unique())
    ]


def visits_of(plan: Plan, analysis: WeightStability) -> tuple[str, ...]:
    """Give the visits that are judged."""
    return analysis.visits or tuple(visit for visit in plan.visit_names if visit != plan.baseline_visit)


def followed(weights: Weighings, analysis: WeightStability) -> pd.DataFrame:
    """Give the weighings at a known time from that of the baseline on, one at a time and with ``collapse`` one a week.

    Returns
    -------
    pandas.DataFrame
        ``USUBJID``, ``AHRFIRST``, ``AVAL``, in the order of time.
    """
    records = weights.records
    first = records[records["ABLFL"] == "Y"].groupby("USUBJID")["AHRFIRST"].first()
    start = records["USUBJID"].map(first)
    known = records[
        (records["DTYPE"] == "")
        & records["AVAL"].notna()
        & records["AHRFIRST"].notna()
        & (records["AHRFIRST"] >= start)
    ].sort_values(["USUBJID", "AHRFIRST"], kind="stable")
    if analysis.collapse == "weekly":
        # The baseline stays what it is, in whatever week it lies.
        week = np.floor(known["AHRFIRST"] / HOURS_PER_WEEK).where(known["ABLFL"] != "Y", -np.inf)
        known = known[~known.assign(WEEK=week).duplicated(["USUBJID", "WEEK"], keep="last")]
    kept = known.drop_duplicates(["USUBJID", "AHRFIRST"], keep="last")
    return kept[["USUBJID", "AHRFIRST", "AVAL"]].reset_index(drop=True)


def slopes_at(weights: Weighings, analysis: WeightStability, visit: str, members: Members) -> pd.Series:
    """Give the slope of each member's weight up to a visit, in kg per week; NaN where no stretch is long enough.

    The stretch is the shortest that ends at the weighing of the visit and spans at least ``rate_over``; the slope is
    that of least squares through all its weighings.
    """
    lines = dict(iter(followed(weights, analysis).groupby("USUBJID", sort=False)))
    at_visit = weights.records[(weights.records["AVISIT"] == visit) & (weights.records["ANL01FL"] == "Y")]
    end = at_visit.drop_duplicates("USUBJID").set_index("USUBJID")["AHRFIRST"]
    index = members.frame["USUBJID"]
    found = [_slope(lines.get(who), end.get(who, np.nan), analysis.rate_over) for who in index]
    return pd.Series(found, index=index, dtype="float64")


def _slope(line: pd.DataFrame | None, end: float, span: float) -> float:
    """Give the least-squares slope per week of the shortest stretch up to a time that is long enough."""
    if line is None or np.isnan(end):
        return np.nan
    hours, kg = line["AHRFIRST"].to_numpy(), line["AVAL"].to_numpy()
    early = hours[hours <= end - span]
    if not len(early):
        return np.nan
    inside = (hours >= early.max()) & (hours <= end)
    weeks = hours[inside] / HOURS_PER_WEEK
    deviation = weeks - weeks.mean()
    return float(deviation @ kg[inside] / (deviation @ deviation))
