"""How far each participant's values of an endpoint spread in a phase of the trial."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.analyses.endpoint_records import Adam, endpoint_records
from postinfusion.analyses.model_data import ARM
from postinfusion.analyses.populations import Members
from postinfusion.core.within_person_spread import root_mean_square_successive_difference, spread_about_line
from postinfusion.datasets.adam import participant_column
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Variability
from postinfusion.plan.analyses.variability import Phase
from postinfusion.plan.plan import Plan

PHASE, BEFORE = "phase", "before"
SD, RMSSD, CV = "within-person SD", "RMSSD", "coefficient of variation"
LOG_BEFORE = "LOGBEFORE"
_SPREADS = ["USUBJID", "RECORDS", SD, RMSSD, CV, "SD_DF", "RMSSD_DF"]


@dataclass(frozen=True)
class Spreads:
    """The values of a phase and how they spread in each participant.

    Attributes
    ----------
    records
        The observed values of the phase, of all participants: USUBJID, ARM, AHRFIRST, AVAL.
    persons
        One row for each participant who has enough of them: USUBJID, ARM, RECORDS, the spreads and their degrees of
        freedom, strata and covariates.
    too_few
        USUBJID of the participants of the population with fewer values, none at all included.
    """

    records: pd.DataFrame
    persons: pd.DataFrame
    too_few: pd.Series

    @property
    def alike(self) -> pd.DataFrame:
        """Participants whose values do not spread at all: such a spread has no logarithm."""
        return self.persons[~((self.persons[SD] > 0) & (self.persons[RMSSD] > 0))]

    @property
    def spread(self) -> pd.DataFrame:
        """Participants whose values spread."""
        return self.persons[(self.persons[SD] > 0) & (self.persons[RMSSD] > 0)]

    def among(self, ids: pd.Series) -> Spreads:
        """Give the same of some participants only."""
        left = self.too_few[self.too_few.isin(ids)]
        return Spreads(self._of(self.records, ids), self._of(self.persons, ids), left)

    @staticmethod
    def _of(frame: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
        """Give the rows of some participants."""
        return frame[frame["USUBJID"].isin(ids)]


def phase_limits(plan: Plan, phase: str | Phase) -> tuple[float, float]:
    """Give after which hour a phase begins, and at which it ends.

    Raises
    ------
    ModelError
        The plan names course or follow-up and plans no infusions.
    """
    if isinstance(phase, Phase):
        return (
            -np.inf if phase.start is None else phase.start,
            np.inf if phase.until is None else phase.until,
        )
    if phase == BEFORE:
        return -np.inf, 0.0
    if not plan.design.infusions:
        raise ModelError(f"the design plans no infusions, so that there is no {phase}: give the phase from and until")
    last = max(plan.design.infusions)
    return (0.0, last) if phase == "course" else (last, np.inf)


def spreads_in(plan: Plan, analysis: Variability, adam: Adam, population: Members, phase: str | Phase) -> Spreads:
    """Give the observed values of a phase, and the spread of each participant with enough of them.

    Raises
    ------
    ModelError
        The data hold no values of the endpoint, or no column of a covariate.
    """
    start, until = phase_limits(plan, phase)
    records = endpoint_records(adam, plan.endpoints[analysis.endpoint], population)
    hours = records["AHRFIRST"]
    inside = (records["DTYPE"] == "") & records["AVAL"].notna() & (hours > start) & (hours <= until)
    chosen = records.loc[inside, ["USUBJID", ARM, "AHRFIRST", "AVAL"]].sort_values(["USUBJID", "AHRFIRST"])
    found = [
        _spreads_of(analysis, str(who), own)
        for who, own in chosen.groupby("USUBJID", observed=True, sort=True)
        if len(own) >= analysis.fewest
    ]
    persons = pd.DataFrame(found, columns=_SPREADS)
    known = population.frame[["USUBJID", ARM, *covariate_columns(plan, analysis, population)]]
    ids = population.frame["USUBJID"]
    return Spreads(chosen, persons.merge(known, on="USUBJID"), ids[~ids.isin(persons["USUBJID"])])


def covariate_columns(plan: Plan, analysis: Variability, population: Members) -> list[str]:
    """Name the columns of strata and covariates, each once.

    Raises
    ------
    ModelError
        The data lack one of them.
    """
    columns = {participant_column(name): name for name in (*plan.design.strata, *analysis.covariates)}
    absent = [name for column, name in columns.items() if column not in population.frame]
    if absent:
        raise ModelError(f"the data hold no values of {', '.join(absent)}")
    return list(columns)


def _spreads_of(analysis: Variability, who: str, own: pd.DataFrame) -> tuple[object, ...]:
    """Give the spreads of one participant's values."""
    times, values = own["AHRFIRST"].to_numpy(dtype=float), own["AVAL"].to_numpy(dtype=float)
    about = spread_about_line(times, values, trend=analysis.trend == "linear")
    successive = root_mean_square_successive_difference(times, values, gap=analysis.gap)
    varies = analysis.ratio_scale and bool((values > 0).all())
    cv = 100 * about.value / float(values.mean()) if varies else np.nan
    return who, len(values), about.value, successive.value, cv, about.df, successive.df
