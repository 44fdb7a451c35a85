"""Apparent habituation: the odds of a side effect after an infusion, over the number of the infusion.

Who reacts badly may stop. The odds then fall over the infusions of those who are left, whatever happens to anybody, so
that the same is told of completers alone. Neither says what a number of infusions does.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.gee import fit_gee
from postinfusion.analyses.harm_events import harm_events, infusions_of, is_later
from postinfusion.analyses.model_data import FEWEST_PARTICIPANTS
from postinfusion.analyses.populations import CrossoverMembers, Members
from postinfusion.analyses.ratio_rows import ratio_rows
from postinfusion.analyses.reference_grid import NOT_POSITIVE
from postinfusion.ard.build import Row, rows
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import SideEffects
from postinfusion.plan.analyses.side_effects import event_name

HABITUATION, EVERYONE, COMPLETERS = "habituation", "all", "completers"
FEWEST = 10
"""Infusions with and without an event, each, from which odds over the number of the infusion are estimated."""
ALIKE = "the events of all participants change alike over the infusions"
SUBJECT, NUMBER, HAS = "USUBJID", "INFNUM", "HAS"


def habituation(
    analysis: SideEffects, adam: Adam, population: Members, *, planned: int, reference: str | None
) -> Iterator[Row]:
    """Give the odds ratio per infusion of each group of events in each arm that is not the reference.

    Parameters
    ----------
    analysis
        Groups of events, and until when after an infusion they are of it; nothing is given where it does not say.
    adam
        The datasets; nothing is given without infusions or without adverse events.
    population
        Who is counted.
    planned
        Number of infusions that the plan gives everyone, all of which completers had; 0 where it names none: completers
        are then those with the largest number that anyone in the arm had.
    reference
        The reference arm of all participants: of a group in which it is too small to compare, it is not that of
        ``population``.
    """
    given = infusions_of(adam, population)
    # Whenever it begins, an event belongs to the last infusion before it: most would be of the last of all.
    if analysis.within is None or "ADAE" not in adam or given is None or given.empty:
        return
    given = given.dropna(subset=[NUMBER]).drop_duplicates([SUBJECT, NUMBER])
    events = harm_events(adam, population)
    events = events[~events["SELFFL"] & ~is_later(events, analysis.within)[0]]
    for name, terms in analysis.groups.items():
        of_group = events[events["NAME"].isin([event_name(term) for term in terms])]
        counted = with_event(given, of_group)
        for arm in population.arms:
            if arm == reference:
                continue
            of_arm = counted[counted["ARM"] == arm]
            key = {"variable": HABITUATION, "term": name, "arm": arm}
            reason = _of_periods(population)
            yield from _of(analysis, of_arm, reason, {**key, "level": EVERYONE})
            yield from _of(analysis, completers(of_arm, planned), reason, {**key, "level": COMPLETERS})


def with_event(given: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Give the infusions with ``HAS``: 1 where at least one of the events followed, else 0."""
    hit = pd.MultiIndex.from_frame(events.loc[events["INFUSION"].notna(), [SUBJECT, "INFUSION"]])
    has = pd.MultiIndex.from_frame(given[[SUBJECT, NUMBER]]).isin(hit)
    return given.assign(HAS=has.astype("float64"), INFNUM=given[NUMBER].astype("float64"))


def completers(given: pd.DataFrame, planned: int) -> pd.DataFrame:
    """Give the infusions of those who had as many as planned, or as anyone had where no number is planned."""
    had = given.groupby(SUBJECT)[NUMBER].transform("size")
    return given[had >= (planned or had.max())]


def per_infusion(counted: pd.DataFrame) -> tuple[float, float, float]:
    """Estimate the odds of an event per infusion by estimating equations.

    Parameters
    ----------
    counted
        One row per infusion: ``USUBJID``, ``INFNUM`` and ``HAS``.

    Returns
    -------
    tuple
        Log odds ratio per infusion, its standard error by Mancl and DeRouen's sandwich, and degrees of freedom: two
        less than participants.

    Raises
    ------
    ModelError
        There are too few participants, infusions with or without an event, or numbers of infusions; or the
        equations have no finite solution.
    """
    if reason := _too_few(counted):
        raise ModelError(reason)
    fit = fit_gee(counted, HAS, NUMBER, SUBJECT, family="binomial", working="exchangeable", covariance="bias-reduced")
    found = fit.coefficients[fit.coefficients["term"] == NUMBER].to_dict("records")[0]
    if found["error"] not in {"", NOT_POSITIVE}:
        raise ModelError(str(found["error"]))
    # A sandwich is never negative: a variance that is not positive is 0, as rounding left it.
    error = 0.0 if found["error"] else float(found["std_error"])
    return float(found["estimate"]), error, float(fit.n_subjects - 2)


def _of_periods(population: Members) -> str:
    """Say why a crossover trial has no odds over the number of the infusion; empty elsewhere."""
    if isinstance(population, CrossoverMembers):
        return "in a crossover trial the number of the infusion is also that of the period"
    return ""


def _too_few(counted: pd.DataFrame) -> str:
    """Say why no odds are estimated; empty where they are."""
    if counted[SUBJECT].nunique() < FEWEST_PARTICIPANTS:
        return f"fewer than {FEWEST_PARTICIPANTS} participants: described only"
    if counted[NUMBER].nunique() < 2:
        return "all infusions have the same number"
    with_one = counted[HAS].sum()
    if min(with_one, len(counted) - with_one) < FEWEST:
        return f"fewer than {FEWEST} infusions with or without an event: no odds over their number"
    return ""


def _of(analysis: SideEffects, counted: pd.DataFrame, reason: str, key: dict[str, str]) -> Iterator[Row]:
    """Give what was counted, and the odds ratio per infusion or why there is none."""
    affected = counted.loc[counted[HAS] == 1, SUBJECT].nunique()
    people = counted[SUBJECT].nunique()
    yield from rows({"n": affected, "n_participants": people, "n_infusions": len(counted)}, **key)
    yield from rows({"n_events": int(counted[HAS].sum())}, **key)
    yield from ratio_rows(partial(per_infusion, counted), analysis.confidence, reason, ALIKE, key)
