"""AET05_ALL: rates of all adverse events per time of follow-up, and their ratios."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.event_collection import (
    BOTH,
    NOT_COMPARABLE,
    NOT_RECORDED,
    is_recorded,
    way_of_group,
    with_way,
)
from postinfusion.present.results import Results
from postinfusion.present.tables.rate_cells import (
    RATE_DECIMALS,
    RATIO_DECIMALS,
    comparison_headings,
    groups_of,
    headings,
    rate,
    unit,
)

_BY_WAY = "event-rate-by-collection"
_RATE, _RATIO, _INCIDENCE = "event-rate", "recurrent", "cumulative-incidence"
_CAUSES = {"event": "An event by", "withdrawal": "Withdrawn before any, by", "death": "Died before any, by"}
_MODELS = {"negative binomial": "Negative binomial model", "Andersen-Gill, robust": "Andersen and Gill's model"}
_NOTE = (
    "Events (participants with any; participant-days of follow-up). Limits of rates are by bootstrap of participants, "
    "of whom one may have several events; without an event, Garwood's. Robust limits, on the log scale, check them."
)
_UNCORRECTED_LABEL = "Without correction"
_CORRECTED_NOTE = (
    "Ratios are corrected for the bias that the logarithm of few events has; without correction they are those of "
    "maximum (partial) likelihood, as other programs give them."
)
_ROBUST, _ROBUST_LABEL = "robust limits", "Robust limits"
_TOO_FEW = f", {_ROBUST_LABEL.lower()}"
_TOO_FEW_NOTE = (
    f"A rate with{_TOO_FEW[1:]}: too few participants had an event for draws of them, or a number or rate of events "
    "that was not the commonest."
)
_NONE = f"{formats.NOT_ESTIMABLE} in brackets: nobody, or everybody, had one by then, so that no limits exist."


def table(results: Results) -> Table:
    """Give a block of the rates of all events by arm, and one of their ratios.

    Raises
    ------
    ModelError
        The results hold no rates.
    """
    groups = groups_of(results, _RATE)
    if not groups:
        raise ModelError(results.failure or "the results hold no rates of events")
    parts = (
        _rates(results, groups),
        _rates_apart(results, groups),
        _ratios(results, groups),
        _by_then(results, groups),
        _means(results, groups),
    )
    label = label_of(
        results, "AET05_ALL", f"All events per {unit(results, _RATE)}", _notes(results), signs=(formats.SUPPRESSED,)
    )
    return Table(label, tuple(part for part in parts if part.rows))


def _rates(results: Results, groups: list[str]) -> Part:
    """Give the rates of each group of events."""
    heads = headings(results, "events", "rate", "")[: 2 * len(results.arms)]
    rows = []
    for name in groups:
        cells: list[str] = []
        for arm in results.arms:
            key = {"variable": _RATE, "term": name, "arm": arm}
            cells += [_events(results, key), _rate(results, key)]
        rows.append(Row(with_way(_capital(name), way_of_group(results, name)), tuple(cells)))
        robust = [text for arm in results.arms for text in ("", _robust(results, name, arm))]
        rows += [Row(_ROBUST_LABEL, tuple(robust), 1)] if any(robust) else []
    return Part(("", *heads), tuple(rows), "Rates")


def _rates_apart(results: Results, groups: list[str]) -> Part:
    """Give the rates of each group whose events were collected in both ways, by these."""
    heads = headings(results, "events", "rate", "")[: 2 * len(results.arms)]
    rows: list[Row] = []
    for name in groups:
        if way_of_group(results, name) != BOTH:
            continue
        rows.append(Row(_capital(name)))
        for way in results.values_of("level", variable=_BY_WAY, term=name):
            cells: list[str] = []
            for arm in results.arms:
                key = {"variable": _BY_WAY, "level": way, "term": name, "arm": arm}
                events, n = (results.text(one, **key) for one in ("n_events", "n"))
                cells += [formats.with_bracket(events, n), rate(results, RATE_DECIMALS, **key)]
            rows.append(Row(way.capitalize(), tuple(cells), 1))
    return Part(("", *heads), tuple(rows), "Rates by how events were collected")


def _rate(results: Results, key: dict[str, str]) -> str:
    """Give a rate with its limits, and that these are the robust ones where draws could tell none."""
    told = rate(results, RATE_DECIMALS, **key)
    return f"{told}{_TOO_FEW}" if results.value("n_draws", **key) == 0 else told


def _robust(results: Results, name: str, arm: str) -> str:
    """Give the robust limits beside those of the bootstrap; nothing where they are the same."""
    key = {"variable": _RATE, "term": name, "arm": arm}
    if not results.value("n_draws", **key):
        return ""
    limits = (results.printed(one, RATE_DECIMALS, **key, level=_ROBUST) for one in ("conf_low", "conf_high"))
    return formats.interval(*limits)


def _events(results: Results, key: dict[str, str]) -> str:
    """Give the number of events, of participants with any, and the time."""
    events, n, days = (results.text(name, **key) for name in ("n_events", "n", "person_days"))
    return formats.with_bracket(events, f"{n}; {days}")


def _ratios(results: Results, groups: list[str]) -> Part:
    """Give the ratios of each group of events by both models."""
    heads = [text for name in ("Ratio of rates",) for text in comparison_headings(results, name)]
    with_tests = tuple(text for head in heads for text in (head, "p"))
    rows = []
    for name in groups if heads else []:
        rows.append(Row(_capital(name), ("",) * len(with_tests)))
        for model, words in _MODELS.items():
            rows.append(Row(words, _ratio(results, name, model), 1))
            rows.append(Row(_UNCORRECTED_LABEL, _ratio(results, name, f"{model}, uncorrected"), 2))
    return Part(("", *with_tests), tuple(rows), "Ratios of rates")


def _ratio(results: Results, name: str, level: str) -> tuple[str, ...]:
    """Give the ratio and test of each comparison by one model, corrected or not."""
    cells: list[str] = []
    for arm, against in results.comparisons:
        key = {"variable": _RATIO, "level": level, "term": name, "arm": arm, "comparator": against}
        has_value = not results.sign("estimate", **key)
        cells += [rate(results, RATIO_DECIMALS, **key), results.text("p_value", **key) if has_value else ""]
    return tuple(cells)


def _by_then(results: Results, groups: list[str]) -> Part:
    """Give the probability of an event by each time, and of withdrawal and death before any."""
    rows = []
    for name in groups:
        rows.append(Row(_capital(name), ("",) * len(results.arms)))
        for time in _times(results):
            for level, words in _CAUSES.items():
                keys = [{"variable": _INCIDENCE, "level": level, "term": name, "time": time, "arm": arm}
                        for arm in results.arms]  # fmt: skip
                rows.append(Row(f"{words} {_hours(time)}", tuple(_percent(results, key) for key in keys), 1))
    return Part(("", *_arms(results)), tuple(rows), "Cumulative incidence, %, with competing withdrawal and death")


def _percent(results: Results, key: dict[str, str]) -> str:
    """Give a probability with its limits, in per cent."""
    if sign := results.sign("estimate", **key):
        return sign
    texts = [formats.percentage_points(results.value(name, **key)) for name in ("estimate", "conf_low", "conf_high")]
    return formats.with_bracket(texts[0], formats.interval(*texts[1:]))


def _means(results: Results, groups: list[str]) -> Part:
    """Give the mean number of events up to each time, with who was still followed."""
    rows = []
    for name in groups:
        rows.append(Row(_capital(name), ("",) * len(results.arms)))
        for time in _times(results):
            cells = []
            for arm in results.arms:
                key = {"term": name, "time": time, "arm": arm}
                followed = results.text("n_participants", variable="at-risk", **key)
                mean = rate(results, RATIO_DECIMALS, variable="mean-cumulative", **key)
                cells.append(f"{mean}; {followed}" if mean and followed else mean)
            rows.append(Row(f"By {_hours(time)}", tuple(cells), 1))
    return Part(("", *_arms(results)), tuple(rows), "Mean number of events of a participant; still followed")


def _times(results: Results) -> list[str]:
    """Give the times of the plan, in hours as the results hold them."""
    return results.values_of("time", variable=_INCIDENCE)


def _hours(time: str) -> str:
    """Give a time in words."""
    return hours_as_text(float(time))


def _arms(results: Results) -> tuple[str, ...]:
    """Give a heading for each arm."""
    return tuple(f"{results.with_total(arm)} ({results.confidence} CI)" for arm in results.arms)


def _capital(name: str) -> str:
    """Give the name of a group as the label of a row."""
    return f"{name[:1].upper()}{name[1:]}"


def _notes(results: Results) -> tuple[str, ...]:
    """Say what is counted, and why a rate or ratio is not given."""
    found = [text for name in (_RATE, _RATIO, _INCIDENCE) for text in results.values_of("error", variable=name)]
    why = tuple(
        f"{formats.NOT_ESTIMABLE}: {text}." for text in dict.fromkeys(found) if text and text in results.errors()
    )
    rates = results.rows[(results.rows["variable"] == _RATE) & (results.rows["stat_name"] == "n_draws")]
    few = (_TOO_FEW_NOTE,) if (rates["stat"] == 0).any() else ()
    how = NOT_COMPARABLE if is_recorded(results) else NOT_RECORDED
    corrected = (_CORRECTED_NOTE,) if results.comparisons else ()
    return (_NOTE, *few, *corrected, how, _NONE, *why, *map(formats.as_sentence, results.warnings()))
