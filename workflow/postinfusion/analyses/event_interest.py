"""Events of special interest: the groups that a plan names, each with its terms and with what was grave of them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from postinfusion.analyses.event_breakdowns import ANY, RELATED, Line
from postinfusion.ard.build import Row, warning_row
from postinfusion.errors import nearest
from postinfusion.plan.analyses import AdverseEvents, Alerts
from postinfusion.plan.analyses.side_effects import event_name

INTEREST = "special-interest"
_A_SLIP = 0.85
_PARTS = {
    "related": ("AEREL", RELATED),
    "serious": ("AESER", ("Y",)),
    "severe": ("AESEV", ("severe", "life-threatening", "fatal")),
    "stopped": ("AEACN", ("stopped", "withdrawn")),
    "not-resolved": ("AEOUT", ("not resolved", "resolving", "sequelae", "fatal")),
}
"""Part of the events of a group → the column that records it, and the values that are of it."""


def slips(analysis: AdverseEvents | Alerts, events: pd.DataFrame) -> Iterator[Row]:
    """Warn of an event of a group that nobody had while the data have one with nearly its name."""
    recorded = {*events["NAME"]}
    for name, terms in analysis.special_interest.items():
        for term in terms:
            near = nearest(event_name(term), sorted(recorded), cutoff=_A_SLIP)
            if event_name(term) not in recorded and near:
                yield warning_row(f'{name}: no event is called "{term}". {near}', variable=INTEREST, level=name)


def of_interest(analysis: AdverseEvents, events: pd.DataFrame) -> Iterator[Line]:
    """Give a line for all of these events, for each group and each of its terms, and for the parts of a group.

    Parameters
    ----------
    analysis
        Names the groups; without any there is no line.
    events
        The events of :func:`postinfusion.analyses.harm_events.harm_events`, without those for review. A part that is
        recorded of none of them has no line; a term that nobody had has one, with nobody in it.
    """
    if not analysis.special_interest:
        return
    recorded = [name for name, (column, _) in _PARTS.items() if events.empty or (events[column] != "").any()]
    named = {name: {event_name(term): term for term in terms} for name, terms in analysis.special_interest.items()}
    every = {term for terms in named.values() for term in terms}
    yield Line({"variable": INTEREST, "level": ANY}, events[events["NAME"].isin(every)])
    for name, terms in named.items():
        of_group = events[events["NAME"].isin([*terms])]
        yield Line({"variable": INTEREST, "level": name}, of_group)
        for part in recorded:
            column, counted = _PARTS[part]
            key = {"variable": f"{INTEREST}-{part}", "level": name}
            yield Line(key, of_group[of_group[column].isin(counted)])
        for in_data, term in terms.items():
            yield Line({"variable": INTEREST, "level": name, "term": term}, of_group[of_group["NAME"] == in_data])
