"""WTT02: stable weight by several definitions, loss and gain, body mass index beside it, and time within the band."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.binary_columns import (
    estimators_in_order,
    in_percentage_points,
    share,
    share_interval,
)
from postinfusion.present.weight_words import groups_shown, name_of, with_total

_BY_INDEX = "stability-by-index"
_NOTES = (
    "Shares are n/N (%) [exact interval in per cent]; risk differences are in percentage points over the strata.",
    "Stable is not the same as well: whoever stays underweight is stable too, as the second block of each group tells.",
    "Weight follows the straight line between weighings; where they lie too far apart, it is not known.",
    "Follow-up begins at the baseline weighing, so that shares of time start high.",
)


def table(results: Results) -> Table:
    """Give for each group the shares by definition, the category beside them, the time within the band, and symptoms.

    Raises
    ------
    ModelError
        The results hold no share.
    """
    parts = [part for group in groups_shown(results) for part in _of_group(results, group) if part.rows]
    if not parts:
        raise ModelError(results.failure or "the results hold no share of participants with stable weight")
    notes = (*_NOTES, _sources(results))
    return Table(label_of(results, "WTT02", _subtitle(results), notes), tuple(parts))


def _of_group(results: Results, group: dict[str, str]) -> tuple[Part, ...]:
    """Give the blocks of one group."""
    return (_shares(results, group), _by_index(results, group), _time(results, group), _symptom(results, group))


def _shares(results: Results, group: dict[str, str]) -> Part:
    """Give the block of definitions by visit."""
    rows: list[Row] = []
    for visit in results.values_of("visit", term="proportion", **group):
        rows.append(Row(visit))
        for name in results.values_of("variable", term="proportion", visit=visit, **group):
            rows += _definition(results, name, {"visit": visit, "variable": name, **group})
    arms = [with_total(results, arm, group) for arm in results.arms]
    pairs = [f"{arm} − {against} ({results.confidence} CI)" for arm, against in results.comparisons]
    return Part(("Visit and definition", *arms, *pairs), tuple(rows), f"{name_of(group)}: stable weight, loss and gain")


def _definition(results: Results, name: str, key: dict[str, str]) -> list[Row]:
    """Give a row for each estimator of one definition, the declared one first."""
    found = results.values_of("level", term="proportion", **key)
    shown = [level for level in estimators_in_order(results) if level in found]
    first, *others = [_cells(results, {**key, "level": level}) for level in shown]
    return [
        Row(_capital(name), first, 1),
        *(Row(level, cells, 2) for level, cells in zip(shown[1:], others, strict=True)),
    ]


def _cells(results: Results, key: dict[str, str]) -> tuple[str, ...]:
    """Give the shares of the arms with their intervals, and the risk differences."""
    cells = []
    for arm in results.arms:
        text, limits = share(results, {**key, "arm": arm}), share_interval(results, {**key, "arm": arm})
        cells.append(f"{text} [{limits}]" if text and limits and limits not in formats.WITHOUT_VALUE else text)
    for arm, against in results.comparisons:
        cells.append(
            in_percentage_points(results, {**key, "arm": arm, "comparator": against, "term": "risk-difference"})
        )
    return tuple(cells)


def _by_index(results: Results, group: dict[str, str]) -> Part:
    """Give the block of stable or not by underweight or not."""
    key = {"variable": _BY_INDEX, **group}
    rows: list[Row] = []
    for visit in results.values_of("visit", **key):
        rows.append(Row(visit))
        for level in results.values_of("level", visit=visit, **key):
            cells = tuple(results.text("n", visit=visit, level=level, arm=arm, **key) for arm in results.arms)
            rows.append(Row(_capital(level), cells, 1))
    columns = ("Visit", *(with_total(results, arm, group) for arm in results.arms))
    return Part(columns, tuple(rows), f"{name_of(group)}: stable weight beside body mass index")


def _time(results: Results, group: dict[str, str]) -> Part:
    """Give the block of the time within the band."""
    found = results.values_of("variable", term="share-of-time", **group)
    rows: list[Row] = []
    for name in found:
        key = {"variable": name, **group}
        of_arms = [{**key, "term": "share-of-time", "arm": arm} for arm in results.arms]
        pairs = [{**key, "term": "share-of-time-difference", "arm": arm, "comparator": against}
                 for arm, against in results.comparisons]  # fmt: skip
        blank = ("",) * len(pairs)
        means = (
            *(_percent(results, "mean", one) for one in of_arms),
            *(_percent(results, "estimate", one) for one in pairs),
        )
        rows += [
            Row("Mean share of time, %", means),
            Row("Participants", (*(results.text("n", **one) for one in of_arms), *blank)),
            Row("Median of the known time, days", (*(results.text("median_days", **one) for one in of_arms), *blank)),
        ]
    arms = [f"{arm} ({results.confidence} CI)" for arm in results.arms]
    compared = [f"{arm} − {against} ({results.confidence} CI)" for arm, against in results.comparisons]
    caption = f"{name_of(group)}: time {found[0] if found else ''} of the reference weight"
    return Part(("", *arms, *compared), tuple(row for row in rows if any(row.cells)), caption)


def _percent(results: Results, name: str, key: dict[str, str]) -> str:
    """Give a share of time, or a difference of shares, in per cent with its interval."""
    if sign := results.sign(name, **key):
        return sign
    if results.value(name, **key) is None:
        return ""
    limits = [results.value(limit, **key) for limit in ("conf_low", "conf_high")]
    text = formats.percentage_points(results.value(name, **key))
    return (
        text
        if None in limits
        else formats.with_bracket(text, formats.interval(*map(formats.percentage_points, limits)))
    )


def _symptom(results: Results, group: dict[str, str]) -> Part:
    """Give the block of correlations."""
    rows: list[Row] = []
    key = {"term": "weight-and-symptom", **group}
    for name in results.values_of("variable", **key):
        for visit in results.values_of("visit", variable=name, **key):
            for arm in results.values_of("arm", variable=name, visit=visit, **key):
                one = {**key, "variable": name, "visit": visit, "arm": arm}
                text = formats.with_bracket(results.text("correlation", **one), _limits(results, one))
                rows.append(Row(arm or "All arms, within arms", (visit, results.text("n", **one), text)))
    columns = ("Arm", "Visit", "Participants", f"Correlation ({results.confidence} CI)")
    return Part(columns, tuple(rows), f"{name_of(group)}: change of weight (%) and change of {_scale(results)}")


def _limits(results: Results, key: dict[str, str]) -> str:
    """Give the limits of a correlation."""
    low, high = (results.value(name, **key) for name in ("conf_low", "conf_high"))
    if low is None or high is None or results.sign("conf_low", **key):
        return ""
    return formats.interval(formats.number(low, 2), formats.number(high, 2))


def _scale(results: Results) -> str:
    """Name the scale beside the weight."""
    endpoint = results.plan.endpoints.get(getattr(results.analysis, "symptom", ""))
    return endpoint.label if endpoint else "the scale"


def _sources(results: Results) -> str:
    """Name the definitions with their sources."""
    told = {name: results.said("source", term="definition", variable=name)
            for name in results.values_of("variable", term="definition")}  # fmt: skip
    return f"Definitions: {'; '.join(f'{name} ({source})' for name, source in told.items())}."


def _subtitle(results: Results) -> str:
    """Say what stability refers to."""
    return f"Reference: {results.said('reference', term='reference')}; loss and gain since baseline"


def _capital(text: str) -> str:
    """Begin with a capital letter."""
    return f"{text[:1].upper()}{text[1:]}"
