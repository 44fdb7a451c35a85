"""What the results say of a moderator in words: how the difference changes with it, and where it differs from zero."""

from __future__ import annotations

from postinfusion.present import formats
from postinfusion.present.results import Results
from postinfusion.present.subgroups import at, name_of

KINDS = ("pointwise", "simultaneous")
_REGION = "region"
_MORE_DECIMALS = 1
_SYMBOL = 3  # letters that a symbol of a unit has at most


def key_of(results: Results, pair: tuple[str, str]) -> dict[str, str]:
    """Give the key columns that all rows of one comparison share."""
    name = str(getattr(results.analysis, "moderator", ""))
    return {**at(results), "subgroup": name, "arm": pair[0], "comparator": pair[1]}


def regions_of(results: Results, pair: tuple[str, str], kind: str) -> list[tuple[float, float, str]]:
    """Give first value, last value and side of zero of each region of one kind."""
    key = {**key_of(results, pair), "term": _REGION}
    levels = results.values_of("level", term=_REGION, arm=pair[0], comparator=pair[1])
    found: list[tuple[float, float, str]] = []
    for level in levels:
        low, high = (results.value(name, **key, level=level) for name in ("region_low", "region_high"))
        if level.startswith(f"{kind} ") and low is not None and high is not None:
            found.append((low, high, results.said("outcome", **key, level=level)))
    return found


def change_in_words(results: Results, pair: tuple[str, str]) -> str:
    """Say how much the difference changes with the moderator, with the test."""
    key = key_of(results, pair)
    moderator = key["subgroup"]
    name = name_of(results, moderator) if moderator in results.plan.endpoints else formats.in_sentence(moderator)
    p = results.text("p_value", **key, term="interaction")
    tested = f"p {'' if p.startswith('<') else '= '}{p}"
    names = ("estimate", "conf_low", "conf_high")
    slope, low, high = (results.printed(stat, results.decimals + _MORE_DECIMALS, **key, term="slope") for stat in names)
    if slope:
        interval = f"{results.confidence} CI {formats.interval(low, high)}"
        return f"Change of the difference with {_one(results, pair)} of {name}: {slope} ({interval}; {tested})."
    return f"Test that the difference is the same at every value of {name}: {tested}." if p else ""


def _one(results: Results, pair: tuple[str, str]) -> str:
    """Name one unit of the moderator: ``one year``, ``one point``, ``1 kg``."""
    unit = results.said("moderator_unit", **at(results), subgroup=key_of(results, pair)["subgroup"], term="range")
    if not unit:
        return "one unit"
    return f"one {unit[:-1]}" if unit.endswith("s") and len(unit) > _SYMBOL else f"1 {unit}"


def regions_in_words(results: Results, pair: tuple[str, str]) -> str:
    """Say where the difference is distinguishable from zero, one value at a time and for all values together."""
    parts = []
    for kind in KINDS:
        found = regions_of(results, pair, kind)
        if not found and not results.values_of("level", term=_REGION, arm=pair[0], comparator=pair[1]):
            return ""
        ranges = [f"{formats.number(low, 1)} to {formats.number(high, 1)} ({side})" for low, high, side in found]
        parts.append(f"{kind}, {' and '.join(ranges) if ranges else 'none within the observed range'}")
    span = [results.text(name, **at(results), subgroup=key_of(results, pair)["subgroup"], term="range")
            for name in ("grid_from", "grid_until")]  # fmt: skip
    return f"Difference distinguishable from zero within {' to '.join(span)}: {'; '.join(parts)}."
