"""VST01_VISIT: vital signs by visit, with the highest and lowest value after baseline, a block for each."""

from __future__ import annotations

from postinfusion.plan.analyses import VitalSign
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Spanner, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.vital_sign_parts import shown, vital_signs

_COLUMNS = ("n", "Value", "Change")
_WORST = {"highest": "Highest after baseline", "lowest": "Lowest after baseline"}


def table(results: Results) -> Table:
    """Give a row for each visit, and two for the worst values, with number, value and change of each arm.

    Raises
    ------
    ModelError
        The results hold nothing of it.
    """
    analysis = vital_signs(results)
    note = (
        f"Value: mean (SD); change from baseline: mean ({results.confidence} CI). Of a visit, the value that is for "
        "it. Highest and lowest after baseline are of all values of a participant after time zero, of unplanned visits "
        "too: chance alone puts them above and below the mean of a visit, in each arm."
    )
    notes = (note, *(f"{text}." for text in results.errors()))
    parts = tuple(_part(rows, measure) for measure, rows in shown(results, analysis))
    return Table(label_of(results, "VST01_VISIT", "By visit and arm", notes), parts)


def _part(results: Results, measure: VitalSign) -> Part:
    """Give the block of one vital sign."""
    spanners = tuple(Spanner(results.with_total(arm), len(_COLUMNS)) for arm in results.arms)
    visits = [visit for visit in results.values_of("visit", variable="AVAL") if visit]
    rows = [_row(results, measure, visit, ("AVAL", "CHG"), {"visit": visit}) for visit in visits]
    for name, words in _WORST.items():
        rows.append(_row(results, measure, words, (name, f"{name}-change"), {}))
        rows.append(Row("Range", tuple(_ranges(results, measure, name)), 1))
    return Part(("Visit", *_COLUMNS * len(spanners)), tuple(rows), measure.name, spanners=spanners)


def _row(results: Results, measure: VitalSign, name: str, variables: tuple[str, str], at: dict[str, str]) -> Row:
    """Give number, value and change of each arm at a visit, or of the worst values."""
    cells: list[str] = []
    for arm in results.arms:
        value, change = ({**at, "variable": variable, "arm": arm} for variable in variables)
        cells += [
            results.printed("n", measure.decimals, **value),
            formats.with_bracket(*(results.printed(stat, measure.decimals, **value) for stat in ("mean", "sd"))),
            _with_interval(results, measure, change),
        ]
    return Row(name, tuple(cells))


def _with_interval(results: Results, measure: VitalSign, key: dict[str, str]) -> str:
    """Give a mean with its interval."""
    texts = [results.printed(name, measure.decimals, **key) for name in ("mean", "conf_low", "conf_high")]
    return formats.with_bracket(texts[0], formats.interval(texts[1], texts[2]))


def _ranges(results: Results, measure: VitalSign, name: str) -> list[str]:
    """Give the range of the worst values and of their changes, for each arm."""
    cells: list[str] = []
    for arm in results.arms:
        cells.append("")
        for variable in (name, f"{name}-change"):
            ends = (results.printed(stat, measure.decimals, variable=variable, arm=arm) for stat in ("min", "max"))
            cells.append(formats.interval(*ends))
    return cells
