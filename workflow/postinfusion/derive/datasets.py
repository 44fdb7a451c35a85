"""All ADaM datasets of one trial from its canonical tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from postinfusion.datasets.adam import DATASETS
from postinfusion.derive.canonical_columns import claim
from postinfusion.derive.context import Context
from postinfusion.derive.events import (
    adverse_events,
    deviations,
    end_of_participation,
    intercurrent_events,
    time_to_leaving,
)
from postinfusion.derive.exposure import infusions, planned_infusions, with_discharge
from postinfusion.derive.guesses import with_guesses
from postinfusion.derive.medication import medication
from postinfusion.derive.participants import eligibility, keys, subject_level, with_populations
from postinfusion.derive.periods import of_periods, periods, with_sequences
from postinfusion.derive.records import laboratory, scores, stacked, vital_signs, weights
from postinfusion.derive.relapse import RELAPSE, with_relapse
from postinfusion.derive.scores import with_scores
from postinfusion.derive.stages import of_stages, with_stages
from postinfusion.derive.time_since import time_zero
from postinfusion.plan.plan import Plan
from postinfusion.plan.windows import windows
from postinfusion.vocabulary import TimeZero


@dataclass(frozen=True)
class Derivation:
    """What was derived of a trial.

    Attributes
    ----------
    datasets
        The ADaM datasets by name (``ADSL``, ``ADQS``, …): those for which the trial has data.
    records
        The records of ``assessments`` and of body weight (``weights``) before they were sorted: one for each row of
        the canonical table, in its order.
    """

    datasets: dict[str, pd.DataFrame]
    records: dict[str, pd.DataFrame]


def derive(plan: Plan, trial: str, tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Give the ADaM datasets by name (``ADSL``, ``ADQS``, …): those for which the trial has data.

    Parameters
    ----------
    plan
        The plan.
    trial
        Name of the trial, which becomes STUDYID.
    tables
        Canonical tables by name; ``participants`` is always there.

    Raises
    ------
    DataError
        A population's rule asks for something that the data do not hold.

    Notes
    -----
    No calendar date and, unless the plan keeps them, no original id is in any of the datasets.
    """
    return derivation(plan, trial, with_scores(plan, tables)).datasets


def derivation(plan: Plan, trial: str, tables: dict[str, pd.DataFrame]) -> Derivation:
    """Give the ADaM datasets from canonical tables whose scores are computed, with the records that they hold.

    Raises
    ------
    DataError
        A population's rule asks for something that the data do not hold.
    """
    context = trial_context(plan, tables)
    adsl = subject_level(plan, trial, tables, context.keys)
    if context.periods is not None:
        adsl = with_sequences(adsl, context.periods)
    adsl = with_stages(context, adsl)
    if "guesses" in tables:
        adsl = with_guesses(context, adsl, tables["guesses"])
    adsl = with_populations(_with_last_day(context, adsl, tables), plan, tables)
    parts = {name: with_relapse(plan, frame, context.infused) for name, frame in _records(context, tables).items()}
    found = {"ADQS": parts.get("assessments"), "ADVS": _signs(parts), "ADEX": _exposure(context, tables)}
    found |= {name: make(context, tables[table]) for table, (name, make) in _DATASETS.items() if table in tables}
    adsl = _with_baseline_weight(adsl, found["ADVS"])
    present = {name: _with_arms(context, frame, adsl) for name, frame in found.items() if frame is not None}
    if "EOSHR" in adsl and "EOSSTT" in adsl:
        present["ADTTE"] = time_to_leaving(adsl)
    if "screening" in tables:
        present["ADSCR"] = eligibility(tables["screening"])
    conformed = {name: _conform(name, frame) for name, frame in {"ADSL": adsl, **present}.items()}
    return Derivation(conformed, {name: parts[name] for name in ("assessments", "weights") if name in parts})


def _exposure(context: Context, tables: dict[str, pd.DataFrame]) -> pd.DataFrame | None:
    """Give ADEX, with the check before going home where it was recorded."""
    if context.exposure is None or "discharge" not in tables:
        return context.exposure
    return with_discharge(context, context.exposure, tables["discharge"])


_DATASETS = {
    "adverse_events": ("ADAE", adverse_events),
    "intercurrent_events": ("ADICE", intercurrent_events),
    "laboratory": ("ADLB", laboratory),
    "deviations": ("ADDV", deviations),
    "medication": ("ADCM", medication),
}
"""The datasets that each come from one canonical table by itself."""


def trial_context(plan: Plan, tables: dict[str, pd.DataFrame]) -> Context:
    """Give the frame of reference of a trial from its canonical tables by name."""
    participants, infused = tables["participants"], tables.get("infusions")
    zero = time_zero(plan.design, participants, infused)
    date_only = _zero_date_only(plan, participants, infused)
    context = Context(plan, keys(plan, participants), zero, date_only, windows(plan), consent=_consent(participants))
    if infused is None:
        return _with_periods(replace(context, planned=planned_infusions(context)), tables)
    context = replace(context, exposure=infusions(context, infused))
    return _with_periods(context, tables)


def _consent(participants: pd.DataFrame) -> pd.DataFrame | None:
    """Give when each participant consented, by ``id``; None where that was not recorded."""
    if "consented" not in participants:
        return None
    by_day = claim(participants, "consented_date_only")
    return participants.assign(consented_date_only=by_day).set_index("id")[["consented", "consented_date_only"]]


def _with_periods(context: Context, tables: dict[str, pd.DataFrame]) -> Context:
    """Give the frame of reference with the periods of a crossover trial."""
    if context.plan.design.crossover is None:
        return context
    return replace(context, periods=periods(context, tables))


def _zero_date_only(plan: Plan, participants: pd.DataFrame, infused: pd.DataFrame | None) -> pd.Series:
    """Say by ``id`` whether only the day of time zero is known."""
    ids = pd.Index(participants["id"], name="id")
    if infused is not None:
        first = infused.sort_values("start", kind="stable").drop_duplicates("id")
        flags = pd.Series(claim(first, "start_date_only").to_numpy(), index=pd.Index(first["id"]))
        return flags.reindex(ids, fill_value=False)
    column = {TimeZero.RANDOMISATION: "randomised", TimeZero.FIRST_DOSE: "first_dose"}.get(plan.design.time_zero, "")
    return pd.Series(claim(participants, f"{column}_date_only").to_numpy(), index=ids)


def _records(context: Context, tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Give the records of assessments, body weight, what is computed from it, and vital signs, where there are any."""
    found: dict[str, pd.DataFrame] = {}
    if "assessments" in tables:
        found["assessments"] = scores(context, tables["assessments"])
    if "weights" in tables:
        signs = weights(context, tables["weights"], tables["participants"], tables.get("growth_reference"))
        found |= {"weights": signs[0], **{f"weights {number}": one for number, one in enumerate(signs[1:])}}
    if "vitals" in tables:
        weighed = {name for part in found if part != "assessments" for name in found[part]["PARAMCD"].unique()}
        others = tables["vitals"][~tables["vitals"]["measure"].isin(weighed)].reset_index(drop=True)
        found["vitals"] = vital_signs(context, others)
    return found


def _signs(records: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    """Give ADVS where there are weights or vital signs."""
    parts = [frame for name, frame in records.items() if name != "assessments"]
    return stacked(parts).fillna({RELAPSE: ""}) if parts else None


def _with_last_day(context: Context, adsl: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Add hours since time zero at the end of participation, where the data say so."""
    if "disposition" not in tables or "left" not in tables["disposition"]:
        return adsl
    return adsl.assign(EOSHR=end_of_participation(context, tables["disposition"]).reindex(adsl.index))


def _with_baseline_weight(adsl: pd.DataFrame, signs: pd.DataFrame | None) -> pd.DataFrame:
    """Add weight and body mass index at baseline, where they were measured."""
    if signs is None:
        return adsl
    base = signs[signs["ABLFL"] == "Y"].sort_values("AHRFIRST", kind="stable")
    base = base.drop_duplicates(["USUBJID", "PARAMCD"]).set_index("USUBJID")
    for parameter, column in (("WEIGHT", "WEIGHTBL"), ("BMI", "BMIBL")):
        found = base.loc[base["PARAMCD"] == parameter, "AVAL"]
        if not found.empty:
            adsl = adsl.assign(**{column: adsl["USUBJID"].map(found)})
    return adsl


def _with_arms(context: Context, frame: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """Add the arms of each row's participant; in a crossover trial those of the row's period."""
    if context.periods is not None:
        return of_periods(frame, context.periods)
    arms = adsl.set_index("USUBJID")
    named = frame.assign(**{name: frame["USUBJID"].map(arms[name]) for name in ("TRTP", "TRTA")})
    return of_stages(context, named, adsl)


def _conform(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give the columns that the dataset defines, in its order; ADSL also keeps covariates and flags after them."""
    known = [column for column in DATASETS[name].names if column in frame]
    further = [column for column in frame if column not in known] if name == "ADSL" else []
    sort = [column for column in ("USUBJID", "PARAMCD", "AHRFIRST", "ASTHR", "INFNUM", "ATPTN") if column in known]
    return frame[[*known, *further]].sort_values(sort, kind="stable", ignore_index=True)
