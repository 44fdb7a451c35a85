"""RSPT01: response and remission by visit, and how long response is kept."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Response
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.binary_columns import binary_headings, binary_notes, binary_rows

KEPT = "response-kept"


def table(results: Results) -> Table:
    """Give a block for response, one for remission, and one for the durability of response.

    Raises
    ------
    ModelError
        The results hold no share.
    """
    parts = [_by_visit(results, criterion) for criterion in ("response", "remission")]
    found = tuple(part for part in (*parts, _durability(results)) if part.rows)
    if not found:
        raise ModelError(results.failure or "the results hold no share of responders")
    return Table(label_of(results, "RSPT01", _subtitle(results), binary_notes(results)), found)


def _by_visit(results: Results, criterion: str) -> Part:
    """Give the rows of one criterion."""
    visits = [visit for visit in results.values_of("visit", variable=criterion, term="proportion") if visit]
    rows: list[Row] = []
    for visit in visits:
        rows += binary_rows(results, visit, {"variable": criterion, "visit": visit})
    return Part(("Visit", *binary_headings(results)), tuple(rows), f"{criterion.capitalize()} by visit")


def _durability(results: Results) -> Part:
    """Give the rows of response that was kept without interruption."""
    times = [time for time in results.values_of("time", variable=KEPT, term="durability") if time]
    rows: list[Row] = []
    first = ""
    for time in times:
        told = {name: results.said(name, variable=KEPT, time=time, term="durability")
                for name in ("since", "first_visit", "last_visit")}  # fmt: skip
        first = told["first_visit"]
        label = f"{told['since']} (assessed up to {told['last_visit']})"
        rows += binary_rows(results, label, {"variable": KEPT, "time": time})
    caption = f"Response kept at every visit from {first}, by time since {_anchor(results)}"
    return Part(("Time", *binary_headings(results)), tuple(rows), caption)


def _anchor(results: Results) -> str:
    """Name what durability counts from."""
    analysis = results.analysis
    is_last = isinstance(analysis, Response) and analysis.durable_since == "last-infusion"
    return "the last planned infusion" if is_last else "time zero"


def _subtitle(results: Results) -> str:
    """Say what response and remission are."""
    endpoint = results.endpoint
    if endpoint is None:
        return ""
    said = []
    if endpoint.response is not None:
        said.append(f"response: improvement of {formats.level_of_confidence(endpoint.response)} or more from baseline")
    if endpoint.remission is not None:
        beyond = "or lower" if endpoint.better.value == "lower" else "or higher"
        said.append(f"remission: {endpoint.remission:g} {beyond}")
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}"
