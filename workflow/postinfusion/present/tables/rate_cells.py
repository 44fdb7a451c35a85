"""Cells of rates of events: ``5 of 24 (612 d)``, ``12.3 (4.1 to 28.7)``."""

from __future__ import annotations

from postinfusion.present import formats
from postinfusion.present.results import Results

RATE_DECIMALS, RATIO_DECIMALS = 0, 1


def groups_of(results: Results, variable: str) -> list[str]:
    """Give the groups of events of which there are rows, all events first."""
    return [name for name in results.values_of("term", variable=variable) if name]


def unit(results: Results, variable: str) -> str:
    """Say what the rates are per."""
    return next((text for text in results.values_of("unit", variable=variable) if text), "")


def headings(results: Results, counted: str, rated: str, compared: str) -> tuple[str, ...]:
    """Give two headings for each arm, and one for each comparison, named where there are several."""
    heads: list[str] = []
    level = f"({results.confidence} CI)"
    for arm in results.arms:
        heads += [f"{results.with_total(arm)}: {counted}", f"{arm}: {rated} {level}"]
    return (*heads, *comparison_headings(results, compared))


def comparison_headings(results: Results, compared: str) -> tuple[str, ...]:
    """Give a heading for each comparison, named where there are several."""
    pairs, level = results.comparisons, f"({results.confidence} CI)"
    return tuple(f"{compared}{f', {arm} − {against}' if len(pairs) > 1 else ''} {level}" for arm, against in pairs)


def of_total(results: Results, name: str, **key: str) -> str:
    """Give a number out of all followed, with their time."""
    found = [results.text(what, **key) for what in (name, "n_total", "person_days")]
    if not found[0] or found[0] in formats.WITHOUT_VALUE:
        return found[0]
    return formats.with_bracket(f"{found[0]}{formats.NO_BREAK}of{formats.NO_BREAK}{found[1]}", found[2])


def rate(results: Results, decimals: int, /, **key: str) -> str:
    """Give a rate, a difference or a ratio with its limits, or the sign that stands for it."""
    if sign := results.sign("estimate", **key):
        return sign
    texts = [results.printed(name, decimals, **key) for name in ("estimate", "conf_low", "conf_high")]
    return formats.with_bracket(texts[0], formats.interval(*texts[1:]))
