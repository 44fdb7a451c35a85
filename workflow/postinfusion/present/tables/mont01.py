"""MONT01: monitoring, check before going home, setting and screening, as far as they are recorded."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Conduct
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.share_cells import share

_OF_INFUSIONS = {
    "sets of vital signs": "Planned sets of vital signs that were taken",
    "complete infusions": "Infusions with every planned set",
    "driving advice": "Told not to drive for a day",
    "discharge criteria": "All discharge criteria met",
    "escort": "Left with an accompanying person",
    "setting": "Given by trained staff in a controlled setting of the plan",
    "stopped early": "Stopped early",
}
_OF_SCREENING = {
    "checklist": "Screened: all contraindications checked",
    "checklist of the enrolled": "Enrolled: all contraindications checked",
    "not eligible": "Enrolled although not all criteria were met",
}
_ABSENT = "What no infusion has a record of was neither met nor missed; where others have one, none counts as not met."
_LIMITS = (
    "Limits of infusions are exact ones at the effective number of infusions (Korn and Graubard), since those of a "
    "participant are alike; limits of participants and of those screened are Clopper and Pearson's."
)


def table(results: Results) -> Table:
    """Give the shares of infusions by arm, participants with a major deviation, and what was checked at screening.

    Raises
    ------
    ModelError
        The results hold nothing of it.
    """
    if not results.values_of("level", variable="conduct"):
        raise ModelError(results.failure or "the results hold nothing about the conduct of infusions")
    found = [row for level, name in _OF_INFUSIONS.items() for row in _of_infusions(results, level, name)]
    infusions = [row for row in found if any(row.cells)]
    gap = _gap(results)
    infusions[2:2] = [gap] if any(gap.cells) else []
    deviation = _row(results, "major deviation", "Participants with a major deviation")
    level = f"n of N (%; {results.confidence} CI)"
    heads = tuple(results.with_total(arm) for arm in results.arms)
    screening = tuple(
        Row(name, (share(results, variable="conduct", level=key),)) for key, name in _OF_SCREENING.items()
    )
    parts = (
        Part(("", *heads), tuple(infusions), f"Infusions, {level}"),
        Part(("", *heads), (deviation,), f"Participants, {level}"),
        Part(("", "All"), tuple(row for row in screening if any(row.cells)), f"Before the trial, {level}"),
    )
    return Table(label_of(results, "MONT01", _subtitle(results), _notes(results)), tuple(p for p in parts if p.rows))


def _of_infusions(results: Results, level: str, name: str) -> tuple[Row, ...]:
    """Give a row of shares of infusions, and below it how many have no record of a check."""
    without = tuple(results.text("n_missing", variable="conduct", level=level, arm=arm) for arm in results.arms)
    counted = "stopped" if level == "stopped early" else "done"
    return (_row(results, level, name), Row(f"Not recorded, counted as not {counted}", without, 1))


def _row(results: Results, level: str, name: str) -> Row:
    """Give a row of shares by arm."""
    return Row(name, tuple(share(results, variable="conduct", level=level, arm=arm) for arm in results.arms))


def _gap(results: Results) -> Row:
    """Give the longest time without a set: median, quartiles and the longest of all."""
    cells = []
    for arm in results.arms:
        key = {"variable": "conduct", "level": "longest gap", "arm": arm}
        median, low, high, longest = (results.printed(name, 0, **key) for name in ("median", "q1", "q3", "max"))
        cells.append(f"{median} ({low} to {high}); {longest}" if low else results.text("n", **key))
    return Row("Longest time without a set, min: median (quartiles); longest", tuple(cells))


def _subtitle(results: Results) -> str:
    """Say which sets were planned."""
    analysis = results.analysis
    if not isinstance(analysis, Conduct) or not analysis.signs:
        return ""
    minutes = ", ".join(f"{minute:g}" for minute in analysis.minutes)
    return f"A set is {', '.join(analysis.signs)}; planned at minutes {minutes} since the start of the infusion"


def _notes(results: Results) -> tuple[str, ...]:
    """Say how the limits were found, and what absence means."""
    return (_LIMITS, _ABSENT) if results.not_recorded() else (_LIMITS,)
