"""The records of one endpoint that an analysis uses."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from postinfusion.analyses.populations import Members
from postinfusion.errors import ModelError
from postinfusion.plan.endpoints import Endpoint, Estimand, Strategy
from postinfusion.plan.plan import Plan

Adam = Mapping[str, pd.DataFrame]


def endpoint_records(adam: Adam, endpoint: Endpoint, population: Members) -> pd.DataFrame:
    """Give all records of an endpoint in a population, from ADQS or ADVS, with the arm in ``ARM``.

    Raises
    ------
    ModelError
        No dataset has records of the endpoint.
    """
    for name in ("ADQS", "ADVS"):
        found = adam[name][adam[name]["PARAMCD"] == endpoint.parameter] if name in adam else pd.DataFrame()
        if not found.empty:
            inside = found[found["USUBJID"].isin(population.frame["USUBJID"])]
            return inside.assign(ARM=population.arm_of(inside))
    raise ModelError(f"the data hold no values of {endpoint.parameter}")


def strategy_records(plan: Plan, endpoint: Endpoint, estimand: str, adam: Adam, population: Members) -> pd.DataFrame:
    """Give the records of an endpoint in a population under the strategies of an estimand, named by its key if any.

    Raises
    ------
    ModelError
        No dataset has records of the endpoint.
    """
    return under_strategies(endpoint_records(adam, endpoint, population), plan.estimands.get(estimand), adam)


def observed(records: pd.DataFrame) -> pd.DataFrame:
    """Give the records that represent their visit and were observed, not imputed."""
    return records[(records["ANL01FL"] == "Y") & (records["DTYPE"] == "")]


def under_strategies(records: pd.DataFrame, estimand: Estimand | None, adam: Adam) -> pd.DataFrame:
    """Leave out what came after an intercurrent event whose strategy is hypothetical.

    Assessments after such an event are treated as missing at random; under treatment policy they are kept.
    """
    if estimand is None or "ADICE" not in adam:
        return records
    hypothetical = [event for event, strategy in estimand.events.items() if strategy is Strategy.HYPOTHETICAL]
    events = adam["ADICE"]
    first = events[events["ICE"].isin(hypothetical)].groupby("USUBJID")["AHRFIRST"].min()
    return records[~(records["AHRFIRST"] > records["USUBJID"].map(first))]


def last_observation_carried_forward(records: pd.DataFrame, visit: str, nominal: float) -> pd.DataFrame:
    """Give one record per participant at a visit: the observed or supplied one, else the last observed before it.

    Imputed records that the data supply (``DTYPE`` LOCF) are used where there are any for the parameter; only otherwise
    is the last observed value after baseline carried forward, up to the visit, whose nominal hour is given.
    """
    analysed = records[records["ANL01FL"] == "Y"]
    if (analysed["DTYPE"] == "LOCF").any():
        return analysed[analysed["AVISIT"] == visit]
    before: pd.Series = analysed["CHG"].notna() & (analysed["AVISITN"] <= nominal)
    last = analysed[before].sort_values("AVISITN", kind="stable").drop_duplicates("USUBJID", keep="last")
    return last.assign(DTYPE=last["DTYPE"].mask(last["AVISIT"] != visit, "LOCF"), AVISIT=visit)
