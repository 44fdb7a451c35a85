"""The records of a crossover trial: treatments, periods, sequences, and the two parts of the period baselines."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from postinfusion.analyses.endpoint_records import Adam, observed
from postinfusion.analyses.model_data import ARM, ModelData, model_data
from postinfusion.analyses.populations import Members
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import CrossoverModel
from postinfusion.plan.plan import Plan

PERIOD, SEQUENCE, PREVIOUS = "PERIOD", "SEQUENCE", "TRTPREV"
BASELINE_MEAN, BASELINE_DEVIATION = "BASE_MEAN", "BASE_DEVIATION"
CARRIED = "CARRY"
FEWEST_PER_SEQUENCES = 3


@dataclass(frozen=True)
class CrossoverData:
    """What the models of a crossover trial are fitted to.

    Attributes
    ----------
    data
        The records of all visits of the analysis, complete in what the model needs: beside the usual columns
        ``PERIOD`` and ``SEQUENCE`` (ordered categories), ``BASE_MEAN`` (mean of the participant's period baselines),
        ``BASE_DEVIATION`` (baseline of the period minus that mean) and ``CARRY1``, … (1 where the period before had
        the first, … experimental arm).
    baselines
        One record for each period baseline, with the same columns.
    """

    data: ModelData
    baselines: pd.DataFrame

    @property
    def compared(self) -> tuple[str, ...]:
        """The arms that are compared with the reference."""
        return self.data.arms[1:]

    @property
    def reference(self) -> str:
        """The arm that the others are compared with."""
        return self.data.arms[0]

    @property
    def carried(self) -> dict[str, str]:
        """Arm → the column that says that the period before had it."""
        return {arm: f"{CARRIED}{number}" for number, arm in enumerate(self.compared, start=1)}


def crossover_data(plan: Plan, analysis: CrossoverModel, adam: Adam, population: Members) -> CrossoverData:
    """Give the records of the visits of a crossover analysis.

    Raises
    ------
    ModelError
        The data hold no such values.
    """
    given = model_data(plan, analysis, adam, population, analysis.form)
    records = observed(given.frame)
    records = records[records["APERIOD"].notna() & records[ARM].notna() & records["AVAL"].notna()]
    parted = with_parts(records, given.arms)
    visits = visits_of(plan, analysis)
    chosen = parted[parted["AVISIT"].isin(visits)]
    needed = [given.response, *(["BASE"] if given.has_baseline else []), *given.covariates]
    complete = chosen.dropna(subset=needed)
    if complete.empty:
        raise ModelError("no participant has a value at any visit of the model and the baseline of its period")
    baselines = parted[parted["ABLFL"] == "Y"]
    return CrossoverData(given.analysed(complete.astype({"AVISIT": "str"})), baselines)


def visits_of(plan: Plan, analysis: CrossoverModel) -> tuple[str, ...]:
    """Give the visits of an analysis: those that it names, else all after the baseline."""
    return analysis.visits or tuple(visit for visit in plan.visit_names if visit != plan.baseline_visit)


def terms_of(crossover: CrossoverData, frame: pd.DataFrame) -> list[str]:
    """Give the terms of the model without carry-over.

    Sequence is left out where there are fewer than three participants more than sequences: the participants could then
    not vary about the means of their sequences. This is decided by the design alone.
    """
    sequence = [SEQUENCE] if has_sequence(frame) else []
    parts = [BASELINE_MEAN, BASELINE_DEVIATION] if crossover.data.has_baseline else []
    return [ARM, PERIOD, *sequence, *parts, *(f"`{name}`" for name in crossover.data.covariates)]


def has_sequence(frame: pd.DataFrame) -> bool:
    """Say whether there are enough participants for the means of the sequences."""
    people = frame.drop_duplicates("USUBJID")
    sequences = people[SEQUENCE].nunique()
    return 1 < sequences <= len(people) - FEWEST_PER_SEQUENCES


def with_parts(records: pd.DataFrame, arms: tuple[str, ...]) -> pd.DataFrame:
    """Give records with period, sequence, what was carried over, and the two parts of the baseline.

    Parameters
    ----------
    records
        ``USUBJID``, ``APERIOD``, ``TRTSEQP``, ``TRTPREV``, ``AVAL``, ``BASE``, ``ABLFL``.
    arms
        The arms, the reference first.
    """
    own = records[records["ABLFL"] == "Y"].groupby("USUBJID")["AVAL"].mean()
    mean = records["USUBJID"].map(own)
    period, sequence = records["APERIOD"].astype("int64").astype("str"), records["TRTSEQP"]
    carried = {
        f"{CARRIED}{number}": (records[PREVIOUS] == arm).astype("float64")
        for number, arm in enumerate(arms[1:], start=1)
    }
    return records.assign(
        PERIOD=pd.Categorical(period, sorted(set(period))),
        SEQUENCE=pd.Categorical(sequence, sorted(set(sequence))),
        BASE_MEAN=mean,
        BASE_DEVIATION=records["BASE"] - mean,
        **carried,
    )
