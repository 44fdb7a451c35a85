"""Body size: which height counts at a weighing, and body mass index for age by the LMS method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
CENTIMETRES_PER_METRE = 100
ADULT = 18.0
SAME_HEIGHT = 2.0
HOURS_PER_MONTH = 24 * 365.25 / 12
MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class ForAge:
    """Body mass index for age and sex.

    Attributes
    ----------
    z
        Standard score.
    percentile
        Percentage of the reference that lies below, 0 to 100.
    per_cent_median
        Per cent of the median of the reference.
    """

    z: Array
    percentile: Array
    per_cent_median: Array


def body_mass_index(weight_kg: pd.Series, height_cm: pd.Series) -> pd.Series:
    """Give weight in kg by the square of height in m."""
    return weight_kg / (height_cm / CENTIMETRES_PER_METRE) ** 2


def heights(weighings: pd.DataFrame, hours: pd.Series, people: pd.DataFrame) -> pd.Series | None:
    """Give the height in cm that counts at each weighing; None where no height is known at all.

    An adult has one height: the median of those measured where they lie within 2 cm, else the first. Who is younger
    than 18 at entry has the height at the weighing, on the line between the measurements before and after it, and
    the nearest measurement outside of them. A height at entry counts as measured at time zero.

    Parameters
    ----------
    weighings
        Canonical weights, with ``height_cm`` where heights were measured with them.
    hours
        Time of each weighing since time zero.
    people
        Canonical participants, with ``height_cm``, ``age`` and ``age_months`` where they were recorded.
    """
    parts = []
    if "height_cm" in people:
        parts.append(pd.DataFrame({"id": people["id"], "hours": 0.0, "height": people["height_cm"]}))
    if "height_cm" in weighings:
        parts.append(pd.DataFrame({"id": weighings["id"], "hours": hours, "height": weighings["height_cm"]}))
    if not parts:
        return None
    measured = pd.concat(parts, ignore_index=True).astype({"height": "float64"}).dropna(subset=["id", "height"])
    by_person = {str(name): found for name, found in measured.sort_values("hours", kind="stable").groupby("id")}
    age = age_in_years(people).set_axis(people["id"])
    result = pd.Series(np.nan, index=weighings.index)
    for person, rows in weighings.groupby("id").groups.items():
        if (known := by_person.get(str(person))) is not None:
            is_young = bool(age.get(person, np.nan) < ADULT)
            result[rows] = _at(hours[rows], known) if is_young else _of_adult(known["height"].to_numpy())
    return result


def age_in_years(people: pd.DataFrame) -> pd.Series:
    """Give the age at entry in years, from the exact months where they are known; missing where no age is."""
    years = people["age"].astype("float64") if "age" in people else pd.Series(np.nan, index=people.index)
    return years if "age_months" not in people else (people["age_months"] / MONTHS_PER_YEAR).fillna(years)


def age_in_months(people: pd.DataFrame, ids: pd.Series, hours: pd.Series) -> pd.Series:
    """Give the age at each weighing in months: the exact age at time zero and the time since; never rounded years."""
    if "age_months" not in people:
        return pd.Series(np.nan, index=ids.index)
    at_zero = ids.map(people.set_index("id")["age_months"]).astype("float64")
    return at_zero + hours / HOURS_PER_MONTH


def for_age(index: pd.Series, sex: pd.Series, months: pd.Series, reference: pd.DataFrame) -> ForAge:
    """Give body mass index for age and sex by the LMS method.

    ``z = ((BMI / M)^L - 1) / (L S)``, or ``ln(BMI / M) / S`` where L is 0; the percentile is ``100 Φ(z)``, the per
    cent of the median ``100 BMI / M``. L, M and S lie on the line between the ages of the reference before and
    after; outside of its ages, and for a sex that it does not have, the result is missing.

    Parameters
    ----------
    index
        Body mass index in kg/m².
    sex, months
        Sex, spelt as in the reference, and age in months.
    reference
        Columns ``sex``, ``age_months``, ``L``, ``M``, ``S``.

    References
    ----------
    Cole TJ, Green PJ (1992). Smoothing reference centile curves: the LMS method and penalized likelihood. Statistics in
    Medicine 11:1305-1319.
    """
    power, median, spread = (np.full(len(index), np.nan) for _ in range(3))
    for name, curve in reference.sort_values("age_months").groupby("sex"):
        of_sex = (sex == name).to_numpy(dtype="bool")
        age = months.to_numpy(dtype="float64")[of_sex]
        known = curve["age_months"].to_numpy(dtype="float64")
        for column, values in (("L", power), ("M", median), ("S", spread)):
            line = curve[column].to_numpy(dtype="float64")
            values[of_sex] = np.interp(age, known, line, left=np.nan, right=np.nan)
    ratio = index.to_numpy(dtype="float64") / median
    z = standard_score(ratio, power, spread)
    from scipy.special import ndtr  # costs a third of a second, and few trials have a growth reference

    return ForAge(z, 100 * ndtr(z), 100 * ratio)


def standard_score(ratio: Array, power: Array, spread: Array) -> Array:
    """Give the standard score of a value over the median, by the power and the coefficient of variation.

    >>> float(standard_score(np.array([1.1]), np.array([1.0]), np.array([0.1]))[0]).__round__(6)
    1.0
    """
    logarithm = np.log(ratio)
    # expm1 keeps the digits where L is nearly 0, and the limit is the logarithm itself.
    with np.errstate(invalid="ignore", divide="ignore"):
        curved: Array = np.expm1(power * logarithm) / (power * spread)
    return np.where(power == 0, logarithm / spread, curved)


def _at(hours: pd.Series, known: pd.DataFrame) -> Array:
    """Give the height at times on the line between measurements; at an unknown time the first."""
    dated = known.dropna(subset=["hours"])
    first = float(known["height"].iloc[0])
    if dated.empty:
        return np.full(len(hours), first)
    line = np.interp(hours.to_numpy(dtype="float64"), dated["hours"].to_numpy(), dated["height"].to_numpy())
    return np.where(hours.isna(), first, line)


def _of_adult(measured: Array) -> float:
    """Give the one height of an adult from those measured, in the order of time."""
    return float(np.median(measured) if np.ptp(measured) <= SAME_HEIGHT else measured[0])
