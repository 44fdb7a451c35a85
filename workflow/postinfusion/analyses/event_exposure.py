"""Infusions and time under each treatment, which adverse events are counted against.

In a crossover trial a participant has several treatments: what counts for an arm are the infusions of the periods in
which it was given, and the time from the first of them in a period to that of the next period, or to the end of
participation.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.harm_events import infusions_of
from postinfusion.analyses.populations import CrossoverMembers, Members
from postinfusion.ard.build import Row, rows

_HOURS_PER_DAY = 24


def infusions_given(adam: Adam, population: Members, arm: str) -> pd.Series | None:
    """Give the number of infusions of each participant of an arm under its treatment, by ``USUBJID``.

    None where the data hold no infusions. The empty arm gives all infusions of everybody.
    """
    of_arm = population.of(arm)
    people = of_arm["USUBJID"].astype("object")
    if arm and isinstance(population, CrossoverMembers):
        infusions = infusions_of(adam, population)
        if infusions is None:
            return None
        given = infusions.loc[infusions["ARM"] == arm, "USUBJID"].astype("object").value_counts()
        return given.reindex(people).fillna(0.0).astype("float64")
    return pd.Series(of_arm["NINF"].to_numpy(dtype="float64"), index=people) if "NINF" in of_arm else None


def exposure_rows(adam: Adam, population: Members) -> list[Row]:
    """Give infusions and days on treatment by arm, where the data hold them.

    A duration of treatment that was supplied is of all treatments of a participant: a crossover trial has none by arm.
    """
    result = []
    for arm in population.n_by_arm:
        of_arm, given = population.of(arm), infusions_given(adam, population, arm)
        held: dict[str, float] = {} if given is None else {"n_infusions": int(given.sum())}
        if "EXDUR" in of_arm and not (arm and isinstance(population, CrossoverMembers)):
            held["person_days"] = float(of_arm["EXDUR"].sum())
        result += rows(held, variable="exposure", arm=arm)
    return result


def participation_rows(adam: Adam, population: Members) -> Iterator[Row]:
    """Give days from the first infusion to the end of participation, where the data hold no duration of treatment.

    In a crossover trial those of an arm end where the next period begins. Of whom the time is not known, none counts.
    """
    infusions = infusions_of(adam, population)
    if infusions is None or "EXDUR" in population.frame or "EOSHR" not in population.frame:
        return
    for arm in population.n_by_arm:
        by_period = arm and isinstance(population, CrossoverMembers)
        hours = _hours_of_periods(infusions, population, arm) if by_period else _hours(infusions, population, arm)
        known = hours[hours >= 0]
        held = {"person_days": float(known.sum()) / _HOURS_PER_DAY, "n_participants": len(known)}
        yield from rows(held, variable="exposure", level="participation", arm=arm)


def _hours(infusions: pd.DataFrame, population: Members, arm: str) -> pd.Series:
    """Give the hours from the first infusion to the end of participation, by row of the participants of an arm."""
    of_arm = population.of(arm)
    first = infusions.groupby("USUBJID")["AHRFIRST"].min().astype("float64")
    return of_arm["EOSHR"].astype("float64") - of_arm["USUBJID"].map(first).astype("float64")


def _hours_of_periods(infusions: pd.DataFrame, population: Members, arm: str) -> pd.Series:
    """Give the hours of each participant in the periods of a treatment; missing where those of one are not known."""
    held = infusions.assign(START=infusions["AHRFIRST"].astype("float64"), ARM=infusions["ARM"].astype("object"))
    begun = held.sort_values("START", kind="stable").drop_duplicates(["USUBJID", "APERIOD"])
    last = begun["USUBJID"].map(population.frame.set_index("USUBJID")["EOSHR"].astype("float64"))
    until = begun.groupby("USUBJID")["START"].shift(-1)
    is_last = ~begun.duplicated("USUBJID", keep="last")
    spent = until.mask(is_last, last) - begun["START"]
    of_arm = begun.assign(SPENT=spent.where(spent >= 0))[begun["ARM"] == arm]
    return of_arm.groupby("USUBJID")["SPENT"].agg(lambda hours: hours.sum(skipna=False))
