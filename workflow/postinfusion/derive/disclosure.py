"""What is made coarser before anything is analysed: high ages, and small centres in public results."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from postinfusion.datasets.column_words import segments, words

OLDEST_AGE = 90
"""Ages above 89 are one group (45 CFR 164.514(b)(2)(i)(C))."""
POOLED = "other centres"
_AGE_WORDS = frozenset({"age", "ages", "alter", "edad", "eta", "leeftijd", "alder", "idade", "wiek"})
_OTHER_UNITS = frozenset({"month", "months", "week", "weeks", "day", "days", "monate", "mois", "meses", "m", "d", "w"})


def capped_ages(adsl: pd.DataFrame, covariates: Collection[str]) -> pd.DataFrame:
    """Give ADSL with the age, and covariates that are ages in years by their name, capped at 90."""
    ages = ["AGE", *(name for name in covariates if is_age_in_years(name))]
    numbers = [name for name in ages if name in adsl and pd.api.types.is_numeric_dtype(adsl[name])]
    return adsl.assign(**{name: adsl[name].clip(upper=OLDEST_AGE) for name in numbers})


def is_age_in_years(name: str) -> bool:
    """Say whether a covariate is an age in years by its name.

    >>> is_age_in_years("age_at_onset"), is_age_in_years("ageMonths"), is_age_in_years("dosage")
    (True, False, False)
    """
    found = {*words(name), *segments(name)}
    return bool(found & _AGE_WORDS) and not found & _OTHER_UNITS


def pooled_sites(adsl: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Give ADSL with its small centres as one; with the next larger one where they are still too few together.

    Parameters
    ----------
    adsl
        One row for each participant; without ``SITEID`` it comes back as it is.
    smallest
        How many participants a centre has at least that keeps its name.
    """
    if "SITEID" not in adsl:
        return adsl
    sizes = adsl["SITEID"].value_counts().sort_index().sort_values(kind="stable")
    small = sizes.index[sizes < smallest].tolist()
    if small and sizes[small].sum() < smallest:
        small = sizes.index[: len(small) + 1].tolist()
    return adsl.assign(SITEID=adsl["SITEID"].mask(adsl["SITEID"].isin(small), POOLED))
