"""What must hold of weights, heights and ages together, and what can be computed from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from postinfusion.datasets.checks import Finding
from postinfusion.errors import Problem, listed
from postinfusion.plan.plan import Plan
from postinfusion.plan.source import table_of
from postinfusion.sources.companions import FACTORS
from postinfusion.sources.mixed_units import mixed_weights
from postinfusion.sources.tables import Delivery
from postinfusion.vocabulary import BODY_MASS_INDEX, FOR_AGE

Deliveries = Mapping[str, Delivery]
LEAST_INDEX, MOST_INDEX = 8.0, 80.0
LEAST_ADULT_HEIGHT = 130.0
ADULT = 18.0
_USUAL_MEDIAN = 40.0
_FAHRENHEIT = (86.0, 115.0)
_MONTHS_PER_YEAR = 12.0
_OLDEST_IN_YEARS = 25.0


def measured(deliveries: Deliveries) -> Iterator[str]:
    """Give the parameters that weights, heights and a reference for age deliver."""
    if "weights" not in deliveries:
        return
    yield "WEIGHT"
    if "participants" in deliveries and not _has_heights(deliveries):
        return
    yield BODY_MASS_INDEX
    if not list(_lacking_for_age(deliveries)):
        yield from FOR_AGE


def why_not(parameter: str, deliveries: Deliveries) -> str:
    """Say why body mass index, or that for age, cannot be computed; empty for other parameters."""
    if parameter not in (BODY_MASS_INDEX, *FOR_AGE) or "weights" not in deliveries:
        return ""
    if not _has_heights(deliveries):
        return "there are weights but no heights. Map height_cm of participants or of weights, or analyse WEIGHT."
    lacking = list(_lacking_for_age(deliveries))
    return f"body mass index for age needs {listed(lacking)}. Add that, or analyse BMI." if lacking else ""


def check(plan: Plan, deliveries: Deliveries) -> Iterator[Problem]:
    """Give the sizes that cannot be, and the sexes and ages that the reference does not have."""
    participants, weights = deliveries.get("participants"), deliveries.get("weights")
    if participants is not None and "id" in participants.frame:
        yield from participants.problems_of(list(_adult_heights(participants.frame)))
        if weights is not None and {"id", "weight_kg"} <= {*weights.frame}:
            yield from weights.problems_of(list(_indices(plan, participants.frame, weights.frame)))
        yield from participants.problems_of(list(_not_in_the_reference(deliveries)))
        yield from participants.problems_of(list(_beyond_the_ages(deliveries)))
    if weights is not None and {"id", "weight_kg"} <= {*weights.frame}:
        people = participants.frame if participants is not None else pd.DataFrame()
        yield from weights.problems_of(list(_mixed_units(plan, people, weights.frame)))
    vitals = deliveries.get("vitals")
    if vitals is not None and {"measure", "value"} <= {*vitals.frame}:
        yield from vitals.problems_of(list(_temperatures(vitals.frame)))


def _has_heights(deliveries: Deliveries) -> bool:
    """Say whether any height is known."""
    tables = [deliveries[name].frame for name in ("participants", "weights") if name in deliveries]
    return any("height_cm" in table for table in tables)


def _lacking_for_age(deliveries: Deliveries) -> Iterator[str]:
    """Name what body mass index for age lacks."""
    people = deliveries["participants"].frame if "participants" in deliveries else pd.DataFrame()
    if "growth_reference" not in deliveries:
        yield "a source growth_reference with L, M and S by age and sex"
    if "sex" not in people:
        yield "the participants' sex"
    if "age_months" not in people:
        yield "the participants' exact age in months (age_months), which rounded years do not give"


def _adult_heights(people: pd.DataFrame) -> Iterator[Finding]:
    """Give the adults who are shorter than an adult can plausibly be."""
    if "height_cm" in people and "age" in people:
        short = (people["height_cm"] < LEAST_ADULT_HEIGHT) & (people["age"] >= ADULT)
        text = f"is below {LEAST_ADULT_HEIGHT:g} cm, and the participant is an adult. Correct it."
        yield from _rows(("height_cm",), short, text)


def _indices(plan: Plan, people: pd.DataFrame, weights: pd.DataFrame) -> Iterator[Finding]:
    """Give the weights whose body mass index cannot be; where it is far too high throughout, the unit is asked for."""
    height = _heights(people, weights)
    if height is None:
        return
    index = weights["weight_kg"].astype("float64") / (height / 100) ** 2
    if _looks_like_pounds(index) and not _is_unit_told(plan):
        text = (
            f"half of the body mass indices are above {index.median():.0f} kg/m², which looks like pounds. Say which: "
            "constants: {weight_unit: lb}, or kg."
        )
        yield from _rows(("weight_kg",), index.notna(), text)
        return
    text = f"gives a body mass index outside {LEAST_INDEX:g} to {MOST_INDEX:g} kg/m². Correct weight or height."
    yield from _rows(("weight_kg",), ~index.between(LEAST_INDEX, MOST_INDEX) & index.notna(), text)


def _looks_like_pounds(index: pd.Series) -> bool:
    """Say whether body mass indices are far too high throughout."""
    return bool(len(index.dropna()) and index.median() > _USUAL_MEDIAN)


def _is_unit_told(plan: Plan) -> bool:
    """Say whether the plan gives the unit of weights."""
    return any(
        FACTORS["weight_kg"][0] in {**source.columns, **source.constants}
        for name, source in plan.sources.items()
        if table_of(name) == "weights"
    )


def _heights(people: pd.DataFrame, weights: pd.DataFrame) -> pd.Series | None:
    """Give the height of each row of weights in cm; None where no height is known."""
    if "height_cm" in weights:
        return weights["height_cm"].astype("float64")
    if not {"height_cm", "id"} <= {*people}:
        return None
    known = people.dropna(subset=["id"]).drop_duplicates("id").set_index("id")["height_cm"]
    return weights["id"].map(known).astype("float64")


def _mixed_units(plan: Plan, people: pd.DataFrame, weights: pd.DataFrame) -> Iterator[Finding]:
    """Give the weights in pounds among others in kilograms; where all look like pounds, that is told instead."""
    height = _heights(people, weights)
    if height is not None and not height.notna().any():
        height = None
    if height is None or not _looks_like_pounds(weights["weight_kg"].astype("float64") / (height / 100) ** 2):
        yield from mixed_weights(weights, height, is_unit_told=_is_unit_told(plan))


def _not_in_the_reference(deliveries: Deliveries) -> Iterator[Finding]:
    """Give the participants whose sex is spelt otherwise in the reference for age."""
    reference = deliveries.get("growth_reference")
    people = deliveries["participants"].frame
    if reference is None or "sex" not in people or "sex" not in reference.frame:
        return
    known = sorted(reference.frame["sex"].dropna().unique())
    strange = people["sex"].notna() & ~people["sex"].isin(known)
    text = f"{reference.file} has no such sex, only {listed(known)}. Map it under values in one of the two."
    yield from _rows(("sex",), strange, text)


def _beyond_the_ages(deliveries: Deliveries) -> Iterator[Finding]:
    """Give the participants under 18 whose age the reference does not have, so that nothing is computed for them."""
    reference, people = deliveries.get("growth_reference"), deliveries["participants"].frame
    if reference is None or not {"age_months", "sex"} <= {*people} or not {"age_months", "sex"} <= {*reference.frame}:
        return
    ages = reference.frame.groupby("sex")["age_months"].agg(["min", "max"]).astype("float64")
    first, last = (people["sex"].map(ages[side]) for side in ("min", "max"))
    own = people["age_months"].astype("float64")
    beyond = ((own < first) | (own > last)) & (own < ADULT * _MONTHS_PER_YEAR)
    lowest, highest = ages["min"].min(), ages["max"].max()
    if highest <= _OLDEST_IN_YEARS and (own > highest).any():
        text = f"{reference.file} has ages from {lowest:g} to {highest:g}, which look like years. Give them in months."
        yield from _rows(("age_months",), own > highest, text)
        return
    text = (
        f"{reference.file} has ages from {lowest:g} to {highest:g} months only: at an age outside of them body mass "
        "index for age is missing. Take a reference that has it."
    )
    yield from (replace(found, severity="warning") for found in _rows(("age_months",), beyond, text))


def _temperatures(vitals: pd.DataFrame) -> Iterator[Finding]:
    """Give temperatures in degrees Fahrenheit: vital signs have no column of units, and limits are in Celsius."""
    is_temperature = vitals["measure"].astype("str").str.upper().str.startswith("TEMP")
    values = vitals["value"].astype("float64").where(is_temperature)
    fahrenheit = values.between(*_FAHRENHEIT)
    if fahrenheit.any():
        observed = f"the temperatures reach from {values.min():g} to {values.max():g}"
        yield from _rows(
            ("value",), fahrenheit, f"{observed}; these look like degrees Fahrenheit. Give all in Celsius."
        )


def _rows(columns: tuple[str, ...], which: pd.Series, text: str) -> Iterator[Finding]:
    """Give one finding for the rows of a mask; none where the mask is empty."""
    positions = np.flatnonzero(which.fillna(value=False).to_numpy(dtype="bool"))
    if positions.size:
        yield Finding(columns, positions, text)
