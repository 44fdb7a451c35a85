"""The records of a trial with a second randomisation: those of each stage, and what other methods may use of them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from postinfusion.analyses.endpoint_records import Adam, observed
from postinfusion.analyses.model_data import ARM, ModelData, model_data
from postinfusion.analyses.populations import CrossoverMembers, Members
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import AdverseEvents, Analysis, TwoStage
from postinfusion.plan.endpoints import Form
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import Method

AGAIN = "TRT02P"
_OF_BOTH_STAGES = frozenset(
    {Method.TWO_STAGE, Method.PHASES, Method.MISSINGNESS, Method.WINDOWS, Method.COURSES, Method.ADVERSE_EVENTS,
     Method.DISPOSITION, Method.DEMOGRAPHICS}
)  # fmt: skip
"""Methods that know of the second stage, or compare no values by arm."""


@dataclass(frozen=True)
class Stages:
    """The records of both stages.

    Attributes
    ----------
    first, second
        One record per participant with a value at the visit of the stage, its baseline and all covariates; ``BASE`` and
        ``CHG`` are those of the stage, ``ARM`` the arm of the stage.
    values
        By participant of the population: ``ARM`` of the first stage, ``AGAIN`` (arm of the second one, empty without),
        ``BASE`` (at the baseline of the trial) and ``AFTER`` (at the end of the first stage).
    """

    first: ModelData
    second: ModelData
    values: pd.DataFrame


def stages_of(plan: Plan, analysis: TwoStage, adam: Adam, population: Members) -> Stages:
    """Give the records of both stages.

    Raises
    ------
    ModelError
        The data hold no values of the endpoint, or nobody has a value in the first stage.
    """
    second = plan.design.second_randomisation
    assert second is not None  # noqa: S101 - the rules of the plan demand it
    given = model_data(plan, analysis, adam, population, Form.CHANGE)
    seen = observed(given.frame)
    people = population.frame.set_index("USUBJID")
    again = people[AGAIN].fillna("").astype("str")
    after = _value_at(seen, second.after)
    first = seen[seen["AVISIT"] == analysis.first]
    later = seen[(seen["AVISIT"] == analysis.second) & (seen["USUBJID"].map(again) != "")]
    order = list(given.frame[ARM].cat.categories)
    known = [*order, *(name for name in plan.design.arm_names if name not in order)]
    reference = str(plan.design.reference)
    arms = [reference, *(name for name in known if name != reference)]
    base = later["USUBJID"].map(after).astype("float64")
    later = later.assign(ARM=pd.Categorical(later["USUBJID"].map(again), arms), BASE=base, CHG=later["AVAL"] - base)
    baseline = given.frame.groupby("USUBJID")["BASE"].first()
    values = pd.DataFrame({"ARM": people["ARM"].astype("str"), "AGAIN": again})
    values = values.assign(BASE=baseline.reindex(values.index), AFTER=after.reindex(values.index))
    chosen = given.analysed(_complete(given, first))
    if chosen.frame.empty:
        raise ModelError(f"no participant has a value at {analysis.first} and all that the comparison needs")
    return Stages(chosen, given.analysed(_complete(given, later)), values)


def of_first_stage(plan: Plan, analysis: Analysis, adam: Adam) -> Adam:
    """Give the datasets without the values of the second stage, for a method that knows of one arm per participant."""
    if plan.design.second_randomisation is None or analysis.method in _OF_BOTH_STAGES:
        return adam
    kept = {name: frame[frame["APERIOD"] != 2] for name, frame in adam.items() if name in ("ADQS", "ADVS")}
    return {**adam, **kept}


def by_treatment(plan: Plan, analysis: Analysis, population: Members) -> Members:
    """Give the members of a population; for adverse events each by the treatments of both stages, not compared."""
    if plan.design.second_randomisation is None or not isinstance(analysis, AdverseEvents):
        return population
    kind = "A" if plan.populations[analysis.population].arm == "as-treated" else "P"
    order = tuple(str(name) for name in population.frame["ARM"].cat.categories)
    return CrossoverMembers(population.frame, population.arms, population.reference, kind, order)


def _value_at(seen: pd.DataFrame, visit: str) -> pd.Series:
    """Give the observed value of each participant at a visit."""
    return seen[seen["AVISIT"] == visit].drop_duplicates("USUBJID").set_index("USUBJID")["AVAL"]


def _complete(data: ModelData, chosen: pd.DataFrame) -> pd.DataFrame:
    """Keep the records that have the response and all covariates."""
    return chosen.dropna(subset=[data.response, *(["BASE"] if data.has_baseline else []), *data.covariates])
