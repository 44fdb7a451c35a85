"""ADQS, ADVS and ADLB: records of values with time since infusion, visit, baseline and change."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from postinfusion.derive.canonical_columns import claim, number, text
from postinfusion.derive.context import Context
from postinfusion.derive.periods import since_period, with_nominal_times, with_periods
from postinfusion.derive.scores import ANSWERED, CENSORED, PRORATED
from postinfusion.derive.time_since import since_infusions, study_day
from postinfusion.derive.visits import nominal_times, representative, supplied_visit, window_of, with_change
from postinfusion.derive.weight import age_in_months, body_mass_index, for_age, heights
from postinfusion.vocabulary import BODY_MASS_INDEX, FOR_AGE


def scores(context: Context, assessments: pd.DataFrame) -> pd.DataFrame:
    """Give ADQS from the canonical assessments."""
    score = assessments["score"].fillna("total") if "score" in assessments else pd.Series("total", assessments.index)
    parameter = assessments["measure"].where(score == "total", assessments["measure"] + " " + score)
    records = values(context, "assessments", assessments, parameter, assessments["value"])
    if PRORATED not in assessments:
        return records
    marks = {"PRORFL": PRORATED, "CENSFL": CENSORED}
    flags = {ours: np.where(assessments[theirs] > 0, "Y", "") for ours, theirs in marks.items()}
    return records.assign(NITEMS=assessments[ANSWERED].astype("Int64"), **flags)


def weights(
    context: Context,
    weighings: pd.DataFrame,
    people: pd.DataFrame | None = None,
    reference: pd.DataFrame | None = None,
) -> list[pd.DataFrame]:
    """Give weight, and what heights and a reference for age let be computed from it, as records of ADVS.

    Parameters
    ----------
    context
        Time zero, windows, infusions and keys of the trial.
    weighings
        Canonical weights.
    people
        Canonical participants, who have heights and ages; None for weight alone.
    reference
        Canonical reference of body mass index for age and sex.
    """
    timed = _timed(context, "weights", weighings)
    if "weight_source" in weighings:
        timed["WTSRC"] = text(weighings, "weight_source")
    weight = _measured(context, weighings, timed, "WEIGHT", weighings["weight_kg"])
    height = None if people is None else heights(weighings, weight["AHRFIRST"], people)
    if people is None or height is None:
        return [weight]
    found = {BODY_MASS_INDEX: body_mass_index(weighings["weight_kg"].astype("float64"), height)}
    if reference is not None and "sex" in people:
        months = age_in_months(people, weighings["id"], weight["AHRFIRST"])
        sex = weighings["id"].map(people.set_index("id")["sex"]).fillna("").astype("str")
        scored = for_age(found[BODY_MASS_INDEX], sex, months, reference)
        for name, values_for_age in zip(FOR_AGE, (scored.z, scored.percentile, scored.per_cent_median), strict=True):
            found[name] = pd.Series(values_for_age, weighings.index)
    return [weight, *(_measured(context, weighings, timed, name, value) for name, value in found.items())]


def vital_signs(context: Context, vitals: pd.DataFrame) -> pd.DataFrame:
    """Give the signs and ratings around infusions as records of ADVS."""
    records = values(context, "vitals", vitals, vitals["measure"], vitals["value"])
    for ours, theirs in (("INFNUM", "infusion"), ("INFNUMR", "infusion"), ("ATPTN", "minute")):
        if theirs in vitals:
            records[ours] = vitals[theirs].to_numpy()
    return records


def laboratory(context: Context, results: pd.DataFrame) -> pd.DataFrame:
    """Give ADLB from the canonical laboratory and electrocardiogram results."""
    records = values(context, "laboratory", results, results["test"], results["value"])
    found = records.assign(AVALU=text(results, "unit"), AVALQ=text(results, "qualifier"))
    return found.assign(ANRHI=number(results, "normal_high").to_numpy())


def values(context: Context, source: str, table: pd.DataFrame, parameter: pd.Series, value: pd.Series) -> pd.DataFrame:
    """Give one record for each row of a canonical table that holds a value over time.

    Parameters
    ----------
    context
        Time zero, windows, infusions and keys of the trial.
    source
        Name of the canonical table, for its clock.
    table
        Canonical table with ``id`` and, where recorded, ``taken``, ``visit``, ``derivation``, ``analysed``.
    parameter, value
        What each row measures and the measured value.
    """
    return _measured(context, table, _timed(context, source, table), parameter.astype("str"), value)


def _measured(
    context: Context, table: pd.DataFrame, timed: pd.DataFrame, parameter: pd.Series | str, value: pd.Series
) -> pd.DataFrame:
    """Give the records of a table with what each measures, its value, baseline and change."""
    records = timed.assign(PARAMCD=parameter, AVAL=value.astype("float64"))
    records = records.astype({"PARAMCD": "str"})
    return with_change(records.assign(ANL01FL=_analysed(table, records)), context.plan.baseline_visit)


def _timed(context: Context, source: str, table: pd.DataFrame) -> pd.DataFrame:
    """Give the records of a table with whose they are, their times, visits and infusions."""
    records = pd.DataFrame({"USUBJID": context.subject(table), "DTYPE": text(table, "derivation")})
    records["TIMING"] = text(table, "timing")
    records = records.assign(**_times(context, source, table))
    records["CLOCK"] = number(table, "taken")
    if context.periods is None:
        records["AVISIT"] = _visits(context, table, records)
        records = _with_nominal_times(context, records)
    else:
        records = with_periods(records, context.periods, context.windows, number(table, "crossover_period"))
        records["AVISIT"] = _visits(context, table, since_period(records))
        records = with_nominal_times(records, context.periods, context.plan.nominal_hours)
    records["AWTDIFF"] = records["AHRFIRST"] - records["NOMINAL"]
    days = context.days(source, table, "taken") if "taken" in table else records["AHRFIRST"]
    records["ADY"] = study_day(days.fillna(records["AHRFIRST"]))
    if context.infused is not None:
        records = records.join(since_infusions(records, context.infused))
    return records


def _with_nominal_times(context: Context, records: pd.DataFrame) -> pd.DataFrame:
    """Add the nominal times of visits; they stand in where no time was recorded.

    ``AVISITN`` is that of the plan. A visit that counts from a later infusion takes place as long after it as planned.
    """
    planned = records["AVISIT"].map(context.plan.nominal_hours).astype("float64")
    anchored = [window.visit for window in context.windows if window.after is not None]
    records["ANCHORED"] = records["AHRFIRST"].isna() & records["AVISIT"].isin(anchored)
    own = nominal_times(records, context.windows, context.infused).fillna(planned)
    use_nominal = records["AHRFIRST"].isna() & own.notna()
    found = {"AVISITN": planned, "NOMINAL": own, "AHRFIRST": records["AHRFIRST"].fillna(own)}
    return records.assign(**found, ATMF=records["ATMF"].mask(use_nominal, "N"))


def stacked(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Give several sets of records as one."""
    return pd.concat(parts, ignore_index=True)


def _times(context: Context, source: str, table: pd.DataFrame) -> dict[str, pd.Series]:
    """Give hours since time zero and the flag of their precision; missing where no time was recorded."""
    if "taken" not in table:
        return {"AHRFIRST": pd.Series(np.nan, table.index), "ATMF": pd.Series("", table.index)}
    date_only = table["taken_date_only"].astype("bool") & table["taken"].notna()
    return {
        "AHRFIRST": context.hours(source, table, "taken"),
        "ATMF": pd.Series(np.where(date_only, "D", ""), table.index),
    }


def _visits(context: Context, table: pd.DataFrame, records: pd.DataFrame) -> pd.Series:
    """Give the visit of each record: the recorded one where the schedule has it, else that of the window."""
    if "visit" in table:
        return supplied_visit(table["visit"], context.plan)
    exposure = context.infused if context.periods is None else None
    return window_of(records, context.windows, exposure)


def _analysed(table: pd.DataFrame, records: pd.DataFrame) -> np.ndarray:
    """Say with ``Y`` which record represents its visit; a supplied flag is kept."""
    if "analysed" in table:
        chosen = claim(table, "analysed") & (records["AVISIT"] != "")
        return np.where(chosen & records["AVAL"].notna(), "Y", "")
    observed = records[records["DTYPE"] == ""]
    chosen = representative(observed, observed["NOMINAL"]).reindex(records.index, fill_value=False)
    return np.where(chosen, "Y", "")
