"""Medicines beside the trial treatment by arm: taken before time zero, during the trial, and begun in it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.populations import CrossoverMembers, Members, denominators
from postinfusion.ard.build import Row, error_row, rows, warning_row
from postinfusion.plan.analyses import Medication
from postinfusion.plan.analyses.side_effects import event_name
from postinfusion.vocabulary import NOT_RECORDED

ANY, PSYCHOTROPIC, OTHER = "medication", "psychotropic", "other medication"
BEFORE, DURING, BEGUN = "before", "during", "begun"
_BACKGROUND = "background"


def medication(analysis: Medication, adam: Adam, population: Members) -> list[Row]:
    """Count the participants who took each medicine, by arm; nothing is compared.

    Before: begun before time zero. During: not known to have ended before it. Begun: begun at or after time zero by a
    participant who had not had the same before; for any medicine of a group, at least one such. In a crossover trial
    all participants are counted as one, since each is in several arms.

    Parameters
    ----------
    analysis
        Says which medicines act on the mind.
    adam
        The datasets; ADCM holds the medicines.
    population
        Who is counted.
    """
    result = denominators(population)
    if "ADCM" not in adam:
        return [
            *result,
            error_row(f"{NOT_RECORDED}: medicines (no source medication); it does not say that none was taken"),
        ]
    taken = _taken(adam["ADCM"], population)
    result += _of_unknown_start(taken)
    psychotropic = {event_name(name): name for name in analysis.psychotropic}
    others = sorted({*taken["NAME"]} - {*psychotropic})
    result += _group(taken, population, ANY, {})
    if psychotropic:
        result += _group(taken, population, PSYCHOTROPIC, psychotropic)
    result += _group(taken, population, OTHER, _spelt(taken, others))
    return result


def _taken(medicines: pd.DataFrame, population: Members) -> pd.DataFrame:
    """Give the medicines of the population, with whether each was taken before, during, and was begun in the trial."""
    found = medicines[medicines["USUBJID"].isin(population.frame["USUBJID"])].reset_index(drop=True)
    start = found["ASTHR"].astype("float64")
    is_before = (start < 0) | (start.isna() & (found["CMUSE"] == _BACKGROUND))
    found = found.assign(NAME=found["CMDECOD"].map(event_name), UNKNOWN=start.isna() & ~is_before)
    had = pd.MultiIndex.from_frame(found.loc[is_before, ["USUBJID", "NAME"]])
    is_same = pd.MultiIndex.from_frame(found[["USUBJID", "NAME"]]).isin(had)
    times = {BEFORE: is_before, DURING: found["ONTRTFL"] == "Y", BEGUN: (start >= 0) & ~is_same}
    return found.assign(**times)


def _of_unknown_start(taken: pd.DataFrame) -> list[Row]:
    """Warn of medicines whose start is not known, which count neither as taken before nor as begun."""
    n = int(taken["UNKNOWN"].sum())
    text = f"{n} records of medicines have no start: they count as taken during the trial, and neither before nor begun"
    return [warning_row(text, variable=ANY)] if n else []


def _spelt(taken: pd.DataFrame, names: list[str]) -> dict[str, str]:
    """Give the medicines as the data spell each first."""
    first = taken.drop_duplicates("NAME").set_index("NAME")["CMDECOD"]
    return {name: " ".join(str(first[name]).split()) for name in names}


def _group(taken: pd.DataFrame, population: Members, variable: str, medicines: dict[str, str]) -> Iterator[Row]:
    """Give any medicine of a group, then each; without names the group is all medicines, and each is left out."""
    of_group = taken[taken["NAME"].isin([*medicines])] if variable != ANY else taken
    for term, found in [
        ("", of_group),
        *((said, of_group[of_group["NAME"] == name]) for name, said in medicines.items()),
    ]:
        for level in (BEFORE, DURING, BEGUN):
            users = set(found.loc[found[level].astype(bool), "USUBJID"])
            yield from _counts(users, population, {"variable": variable, "level": level, "term": term})


def _counts(users: set[str], population: Members, key: dict[str, str]) -> Iterator[Row]:
    """Give the number and share of those who took it, by arm and over all arms."""
    arms = ("",) if isinstance(population, CrossoverMembers) else (*population.arms, "")
    for arm in arms:
        people = population.of(arm)
        if len(people):
            n = int(people["USUBJID"].isin(users).sum())
            yield from rows({"n": n, "n_total": len(people), "proportion": n / len(people)}, **key, arm=arm)
