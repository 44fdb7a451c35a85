"""Adverse events by worst severity or grade, relation to the treatment, and outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from postinfusion.analyses.harm_events import GRADES
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, rows
from postinfusion.vocabulary import NOT_RECORDED

RELATED = ("possible", "probable", "definite")
ANY = "any"
TOXICITY_GRADES = (1, 2, 3, 4, 5)
_ALWAYS = 3
"""Grade up to which a term has rows also where nobody had that grade."""


@dataclass(frozen=True)
class Line:
    """One line of a table of events: its key in the results, and the events that it counts."""

    key: dict[str, str]
    events: pd.DataFrame


def by_class(events: pd.DataFrame, variable: str) -> Iterator[Line]:
    """Give a line for each class and, below it, for each of its terms."""
    for body_system, of_class in events.groupby("AEBODSYS", sort=True):
        key = {"variable": variable, "level": str(body_system)}
        yield Line(key, of_class)
        for term, of_term in of_class.groupby("AEDECOD", sort=True):
            yield Line({**key, "term": str(term)}, of_term)


def is_fatal(events: pd.DataFrame) -> pd.Series:
    """Say which events ended in death, by outcome or by severity."""
    return (events["AEOUT"] == "fatal") | (events["AESEV"] == "fatal")


def tells_deaths(events: pd.DataFrame) -> bool:
    """Say whether the events tell who died of them: where there is none, an outcome, or a fatal one."""
    return events.empty or bool(((events["AEOUT"] != "") | is_fatal(events)).any())


def broken_down(events: pd.DataFrame) -> Iterator[Line]:
    """Give the lines of related and of fatal events, as far as recorded."""
    parts = {}
    if events.empty or (events["AEREL"] != "").any():
        parts["related"] = events["AEREL"].isin(RELATED)
    if tells_deaths(events):
        parts["fatal"] = is_fatal(events)
    for variable, chosen in parts.items():
        of_part = events[chosen.to_numpy(dtype=bool)]
        yield Line({"variable": variable, "level": ANY}, of_part)
        yield from by_class(of_part, variable)


def worst_severity(events: pd.DataFrame, population: Members) -> Iterator[Row]:
    """Count participants by the worst severity of their events, of any term (empty) and of each; zeros are rows.

    One of whom no event has a severity counts as not recorded; of whom some have, by the worst of these.
    """
    names = {grade: name for name, grade in GRADES.items()}
    of = events[["USUBJID", "ARM", "GRADE"]].assign(TERM=events["AEDECOD"])
    yield from _worst(pd.concat([of.assign(TERM=""), of]), names, population, "worst-severity")


def worst_grade(events: pd.DataFrame, population: Members) -> Iterator[Row]:
    """Count participants by the highest toxicity grade of their events, as severity; none where no event has one.

    The rows of a class have it as their ``term`` and a variable of their own.
    """
    if "AETOXGR" not in events or not events["AETOXGR"].notna().any():
        return
    names = {grade: f"grade {grade}" for grade in TOXICITY_GRADES}
    of = events[["USUBJID", "ARM"]].assign(GRADE=events["AETOXGR"].astype("Int64"), TERM=events["AEDECOD"])
    yield from _worst(pd.concat([of.assign(TERM=""), of]), names, population, "worst-grade")
    yield from _worst(of.assign(TERM=events["AEBODSYS"]), names, population, "worst-grade-of-class")


def _worst(every: pd.DataFrame, names: dict[int, str], population: Members, variable: str) -> Iterator[Row]:
    """Give the counts by the worst grade of each term; of usual grades, and of others that anybody had."""
    counts: dict[tuple[str, str, str], int] = {}
    for arm in population.n_by_arm:
        of_arm = every if arm == "" else every[every["ARM"] == arm]
        worst = of_arm.groupby(["TERM", "USUBJID"])["GRADE"].max().map(names).fillna(NOT_RECORDED)
        found = worst.groupby([worst.index.get_level_values("TERM"), worst.to_numpy()]).size()
        keys = zip(*(found.index.get_level_values(place).astype(str) for place in (0, 1)), strict=True)
        counts |= {(arm, *key): int(n) for key, n in zip(keys, found, strict=True)}
    occurring = {level for _, _, level in counts}
    usual = [name for grade, name in names.items() if grade <= _ALWAYS]
    for term in sorted({*every["TERM"]}):
        for level in (*names.values(), NOT_RECORDED):
            if term == "" or level in usual or level in occurring:
                yield from _of_grade(counts, population, {"variable": variable, "level": level, "term": str(term)})


def _of_grade(counts: dict[tuple[str, str, str], int], population: Members, key: dict[str, str]) -> Iterator[Row]:
    """Give the counts of one grade by arm, with their share of all participants of the arm."""
    for arm, total in population.n_by_arm.items():
        n = counts.get((arm, key["term"], key["level"]), 0)
        share = n / total if total else float("nan")
        yield from rows({"n": n, "proportion": share}, **key, arm=arm)
