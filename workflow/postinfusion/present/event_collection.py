"""How adverse events were collected, in words: which terms were solicited, which were told spontaneously."""

from __future__ import annotations

from collections.abc import Callable, Collection

from postinfusion.present import formats
from postinfusion.present.results import Results

WAYS = {
    "solicited": "Solicited: asked for (systematic assessment)",
    "spontaneous": "Spontaneous: told unasked (non-systematic assessment)",
    "not known how reported": "Not known how reported",
}
"""Ways of collection as the results call them, and as the head of a block."""
NOT_RECORDED = "How events were collected, asked for or told unasked, is not recorded."
NOT_COMPARABLE = (
    "Asking finds more events than waiting for reports: solicited and spontaneous events are not comparable, and a "
    "line that does not name one of them counts both, a participant with both once."
)
BOTH = "both ways"
_OF_TERMS, _OF_EFFECTS, _OF_RATES = "solicited", "incidence-solicited", "event-rate-by-collection"
_MOST = 30


def is_recorded(results: Results) -> bool:
    """Say whether the results tell of any event how it was collected."""
    variables = results.rows["variable"]
    has_terms = variables.isin([_OF_TERMS, _OF_EFFECTS]) | ((variables == _OF_RATES) & (results.rows["level"] != ""))
    return bool(has_terms.any())


def way_of(results: Results, counted: Callable[[Results, str], list[str]]) -> str:
    """Give the way in which events were collected: one of :data:`WAYS`, or both ways; empty of no events.

    Parameters
    ----------
    results
        Of all participants or of a group of them. Where numbers of a group are suppressed its way is that of all
        participants, of whom zeros are not: a suppressed number of a group may be none.
    counted
        Gives the printed numbers of events of one way.
    """
    if any(formats.SUPPRESSED in counted(results, way) for way in WAYS):
        results = results.everybody
    found = [way for way in WAYS if any(text not in ("", "0") for text in counted(results, way))]
    return BOTH if len(found) > 1 else "".join(found)


def way_of_term(results: Results, level: str, term: str) -> str:
    """Give the way in which the events of a term of a class were collected; empty where that was not recorded."""
    key = {"level": level, "term": term}
    return way_of(results, lambda found, way: [found.text("n_events", variable=way, **key)])


def way_of_all(results: Results) -> str:
    """Give the way in which all adverse events were collected."""
    return way_of(results, lambda found, way: [found.text("n_events", variable=way, level="any")])


def way_of_group(results: Results, name: str) -> str:
    """Give the way in which the events of a group of an analysis of rates were collected."""
    key = {"variable": _OF_RATES, "term": name}
    return way_of(
        results, lambda found, way: [found.text("n_events", **key, level=way, arm=arm) for arm in results.arms]
    )


def with_way(name: str, way: str) -> str:
    """Give a name with its way of collection, as ``Nausea (solicited)``."""
    return f"{name} ({way})" if way else name


def collection_notes(results: Results, shown: Collection[str] | None = None) -> tuple[str, ...]:
    """Say which terms were collected how; or that all were collected alike, or that this is not recorded.

    Parameters
    ----------
    results
        Of the adverse events.
    shown
        The terms that a display shows, where these are not all; nothing is said to a display without any.
    """
    if shown is not None and not shown:
        return ()
    if not is_recorded(results):
        return (NOT_RECORDED,) if results.values_of("level", variable="class-term") else ()
    if (alike := way_of_all(results)) != BOTH:
        return (f"All events were collected in one way. {WAYS[alike]}.",) if alike else ()
    by_way: dict[str, list[str]] = {way: [] for way in (*WAYS, BOTH)}
    for level in results.values_of("level", variable="class-term"):
        for term in results.values_of("term", variable="class-term", level=level):
            if term and (shown is None or term in shown) and (way := way_of_term(results, level, term)):
                by_way[way].append(term)
    told = (f"{way[:1].upper()}{way[1:]}: {_listed(terms)}." for way, terms in by_way.items() if terms)
    return (NOT_COMPARABLE, " ".join(told))


def _listed(terms: list[str]) -> str:
    """Give terms in their order, the first of very many."""
    more = f"; and {len(terms) - _MOST} more" if len(terms) > _MOST else ""
    return "; ".join(sorted(terms)[:_MOST]) + more
