"""The last block of the overview of adverse events: what was looked at before events were counted, and the rule."""

from __future__ import annotations

from postinfusion.present.display import Part, Row
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import groups_of, headings

_VARIABLE = "review"
_RULES = {
    "end before onset": "Events that end before they begin: refused when data are read; else without duration",
    "before consent": "Events from before consent: emergent only as supplied, or where they worsened",
    "no infusion": "Events of all participants without infusion: not emergent, unless so supplied",
    "copy": "Events that copy another in all that is known: each counts",
    "severity outside the scale": "Events with a severity outside the scale: refused when data are read",
    "severity missing": "Events without a severity: they count, with severity not recorded",
    "severity against grade": "Events whose severity and grade are not the same: each table counts its own",
    "onset missing": "Events without an onset: emergent, unless they ended before time zero, or as supplied",
    "worsened": "Events that were there before and worsened: emergent, from when they worsened",
    "self-induced": "What participants do to themselves, as self-induced vomiting: no adverse event",
    "infusion without hour": "Infusions of which only the day is known: no event is told in hours since them",
}


def outside_note(results: Results) -> tuple[str, ...]:
    """Say how many serious events the population leaves out, as their participants had no infusion; nothing of none."""
    n = results.text("n", variable=_VARIABLE, level="serious outside the population", arm="")
    if n in ("", "0"):
        return ()
    events = "event" if n == "1" else "events"
    where = f"outside the {results.population} population, of participants without infusion"
    return (f"{n} serious {events} {where}: counted in no line here.",)


def review_part(results: Results) -> tuple[Part, ...]:
    """Give the block of what was looked at, zeros printed; none where nothing was."""
    present = results.values_of("level", variable=_VARIABLE)
    rows = tuple(
        Row(rule, tuple(results.text("n", variable=_VARIABLE, level=level, arm=arm) for arm in groups_of(results)))
        for level, rule in _RULES.items()
        if level in present
    )
    return (Part(("", *headings(results)), rows, "Looked at, and the rule"),) if rows else ()
