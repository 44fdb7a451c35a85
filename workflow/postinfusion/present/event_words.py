"""An event and its hour 0 in words, for titles, tables, figures and methods."""

from __future__ import annotations

from postinfusion.plan.analyses.time_to_event import Departure, Intercurrent, Threshold, TimeToEvent
from postinfusion.present import formats
from postinfusion.present.results import Results
from postinfusion.vocabulary import TIME_ZERO_NAMES, Better

_SIDES = {"at-least": "≥", "at-most": "≤"}
_SINCE = {
    "planned-last-infusion": "the last planned infusion",
    "last-infusion": "the last infusion received",
    "response": "the response",
}


def asked(results: Results) -> TimeToEvent:
    """Give the analysis of the time to an event."""
    analysis = results.analysis
    assert isinstance(analysis, TimeToEvent)  # noqa: S101
    return analysis


def event_in_words(results: Results) -> str:
    """Name the event in one or two words: ``response``, ``loss of response``, ``rescue``, ``change ≤ −5 %``."""
    event = asked(results).event
    if isinstance(event, Intercurrent):
        return " or ".join(map(formats.event_in_words, event.intercurrent))
    if isinstance(event, Threshold):
        unit = "%" if event.of == "percent-change" else results.endpoint.unit if results.endpoint else ""
        name = "value" if event.of == "value" else "change"
        return f"{name} {_SIDES[event.side]} {_plain(event.threshold)} {unit}".strip()
    if isinstance(event, Departure):
        return f"change of more than {formats.level_of_confidence(event.outside)}"
    return "loss of response" if event == "relapse" else str(event)


def definition(results: Results) -> str:
    """Say what counts as the event: the criterion of the endpoint, and how long it must be met."""
    analysis = asked(results)
    endpoint = results.endpoint
    text = ""
    if endpoint and analysis.event == "response" and endpoint.response:
        text = f"improvement by {formats.level_of_confidence(endpoint.response)} or more of the baseline"
    if endpoint and analysis.event == "relapse":
        limit = analysis.relapse_below or endpoint.response or 0
        text = f"improvement below {formats.level_of_confidence(limit)} of the baseline after a response"
    if endpoint and analysis.event == "remission" and endpoint.remission is not None:
        side = "less" if endpoint.better is Better.LOWER else "more"
        text = f"{_plain(endpoint.remission)} {endpoint.unit} or {side}"
    in_a_row = f"met at {analysis.kept} assessments in a row" if analysis.kept > 1 else ""
    return ", ".join(part for part in (text, in_a_row) if part)


def since_in_words(results: Results) -> str:
    """Name hour 0."""
    return _SINCE.get(asked(results).since) or TIME_ZERO_NAMES[results.plan.design.time_zero]


def note_on_visits(results: Results) -> tuple[str, ...]:
    """Say that an event of visits happened before it was seen; nothing for events with a time of their own."""
    if isinstance(asked(results).event, Intercurrent):
        return ()
    return ("An event seen at a visit is dated to it; it happened at some time since the visit before.",)


def _plain(value: float) -> str:
    """Give a threshold as short as it is, with a proper minus sign."""
    return f"{value:g}".replace("-", formats.MINUS)
