"""PHST01: who entered maintenance, how they differed from the others, and values by phase."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.binary_columns import share, share_interval
from postinfusion.present.tables.columns import count_row, headings

ENTERED, NOT_ENTERED = "entered maintenance", "did not enter maintenance"
_GROUPS = (ENTERED, NOT_ENTERED)
SELECTED = "(selected)"


def table(results: Results) -> Table:
    """Give who entered and why others did not, both at baseline, values by phase, and who still responded.

    Raises
    ------
    ModelError
        The results do not say who entered.
    """
    if not results.values_of("level", variable="phase"):
        raise ModelError(results.failure or "the results do not say who entered maintenance")
    parts = (_entry(results), _baseline(results), _values(results), _still(results))
    label = label_of(results, "PHST01", _subtitle(results), tuple(map(formats.as_sentence, results.warnings())))
    return Table(label, tuple(part for part in parts if part.rows))


def _subtitle(results: Results) -> str:
    """Say when the phases were."""
    phases = results.plan.design.phases
    if phases is None:
        return ""
    return (
        f"Induction until {hours_as_text(phases.induction_until)}, maintenance from "
        f"{hours_as_text(phases.maintenance_from)}; to enter: {phases.criterion}"
    )


def _entry(results: Results) -> Part:
    """Give who entered, who did not, and why."""
    rows: list[Row] = []
    for level in _GROUPS:
        key = {"variable": "phase", "level": level}
        rows.append(count_row(results, level.capitalize(), key))
        for term in results.values_of("term", **key):
            if term:
                cells = tuple(results.text("n", **key, term=term, arm=arm) for arm in _columns(results))
                rows.append(Row(term.capitalize(), cells, 1))
    return Part(("Participants", *headings(results)), tuple(rows), "Who entered maintenance, and why others did not")


def _columns(results: Results) -> tuple[str, ...]:
    """Give the arms in the order of the headings."""
    return (*results.arms, *(("",) if len(headings(results)) > len(results.arms) else ()))


def _baseline(results: Results) -> Part:
    """Give what both were like at baseline."""
    rows: list[Row] = []
    for name in _names(results):
        levels = [level for level in results.values_of("level", variable=name, term=ENTERED) if level]
        label = _in_words(results, name)
        if not levels:
            rows.append(Row(label, tuple(_number(results, name, group) for group in _GROUPS)))
            continue
        rows.append(Row(label))
        rows += [Row(level, tuple(_count(results, name, level, group) for group in _GROUPS), 1) for level in levels]
    return Part(("At baseline", "Entered", "Did not enter"), tuple(rows), "Who was selected (not tested)")


def _names(results: Results) -> list[str]:
    """Give the variables that describe both groups at baseline."""
    return [name for name in getattr(results.analysis, "variables", ()) if results.values_of("term", variable=name)]


def _in_words(results: Results, name: str) -> str:
    """Name a variable."""
    endpoint = results.plan.endpoints.get(name)
    return endpoint.label if endpoint else formats.in_words(name)


def _number(results: Results, name: str, group: str) -> str:
    """Give mean, SD and number of a variable in one group."""
    key = {"variable": name, "term": group}
    spread = formats.with_bracket(results.printed("mean", 0, **key), results.printed("sd", 0, **key))
    n = results.text("n", **key)
    return f"{spread}, n = {n}" if spread else n


def _count(results: Results, name: str, level: str, group: str) -> str:
    """Give number and share of a category in one group."""
    key = {"variable": name, "term": group, "level": level}
    return formats.count_with_percent(results.text("n", **key), results.text("proportion", **key))


def _values(results: Results) -> Part:
    """Give number, mean and change by visit and arm, in those who entered and in the others."""
    rows: list[Row] = []
    for visit in results.values_of("visit", variable="AVAL"):
        for phase in results.values_of("level", variable="AVAL", visit=visit):
            rows.append(Row(f"{visit} ({phase})"))
            for group in _GROUPS:
                label = f"{group.capitalize()} {SELECTED if phase == 'maintenance' else ''}".strip()
                rows.append(Row(label, _cells(results, visit, phase, group), 1))
    by_arm = (f"{heading}, {arm}" for arm in results.arms for heading in ("n", "Mean (SD)", "Change (SD)"))
    return Part(("Visit", *by_arm), tuple(rows), "Values by phase and arm")


def _cells(results: Results, visit: str, phase: str, group: str) -> tuple[str, ...]:
    """Give the cells of one group at one visit."""
    cells: list[str] = []
    for arm in results.arms:
        key = {"visit": visit, "level": phase, "term": group, "arm": arm}
        cells.append(results.text("n", variable="AVAL", **key))
        for variable in ("AVAL", "CHG"):
            mean, sd = (results.text(name, variable=variable, **key) for name in ("mean", "sd"))
            cells.append(formats.with_bracket(mean, sd))
    return tuple(cells)


def _still(results: Results) -> Part:
    """Give how many of those who entered still responded, of those with a value."""
    rows: list[Row] = []
    for visit in results.values_of("visit", variable="still-responding"):
        keys = [{"variable": "still-responding", "level": ENTERED, "visit": visit, "arm": arm} for arm in results.arms]
        cells = tuple(cell for key in keys for cell in (share(results, key), share_interval(results, key)))
        rows.append(Row(visit, cells))
    by_arm = (text for arm in results.arms for text in (f"{arm}, n/N (%)", f"{results.confidence} CI (%)"))
    caption = "Still responding, of those who entered maintenance: selected, and still treated"
    return Part(("Visit", *by_arm), tuple(rows), caption)
