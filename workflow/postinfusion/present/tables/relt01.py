"""RELT01: reliable, clinically significant and important change by visit."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import ReliableChange
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.binary_columns import binary_headings, binary_notes, binary_rows

KINDS = {
    "reliable-improvement": "Reliable improvement",
    "clinically-significant-change": "Clinically significant change",
    "reliable-deterioration": "Reliable deterioration",
    "important-change": "Improvement that matters to the participant",
}


def table(results: Results) -> Table:
    """Give a block for each kind of change, and what they are judged by.

    Raises
    ------
    ModelError
        The results hold no share.
    """
    parts = tuple(part for part in (_by_visit(results, kind) for kind in KINDS) if part.rows)
    if not parts:
        raise ModelError(results.failure or "the results hold no share of participants who changed")
    notes = (*binary_notes(results), *(f"{text}." for text in results.errors()))
    return Table(label_of(results, "RELT01", _subtitle(results), notes), (*parts, _index(results)))


def _by_visit(results: Results, kind: str) -> Part:
    """Give the rows of one kind of change."""
    rows: list[Row] = []
    for visit in results.values_of("visit", variable=kind, term="proportion"):
        rows += binary_rows(results, visit, {"variable": kind, "visit": visit})
    return Part(("Visit", *binary_headings(results)), tuple(rows), KINDS[kind])


def _index(results: Results) -> Part:
    """Give the numbers that the changes are judged by, with their sources."""
    index = {"term": "index"}
    cut_off = {"term": "threshold", "level": "cut-off"}
    important = {"term": "threshold", "level": "important-change"}
    cells = {
        "SD of the reference group": results.text("sd", **index),
        "Reliability": results.text("reliability", **index),
        "Smallest reliable change": results.text("smallest_change", **index),
        "Source": results.said("source", **index),
        "Source read": results.said("verified", **index),
        "Cut-off": results.text("estimate", **cut_off),
        "Source of the cut-off": results.said("source", **cut_off),
        "Change that matters": results.text("estimate", **important),
        "Source of the change that matters": results.said("source", **important),
    }
    rows = tuple(Row(name, (text,)) for name, text in cells.items() if text)
    return Part(("", "Value"), rows, "What a change is judged by", is_text=True)


def _subtitle(results: Results) -> str:
    """Say when a change is reliable."""
    has_cut_off = isinstance(results.analysis, ReliableChange) and results.analysis.cut_off is not None
    crossed = "; clinically significant: reliable and beyond the cut-off" if has_cut_off else ""
    return f"Reliable: index of Jacobson and Truax beyond 1.96{crossed}"
