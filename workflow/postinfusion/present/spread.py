"""What the results say of the spread of outcomes, read once for the table, the figure and the methods text."""

from __future__ import annotations

from postinfusion.present import formats
from postinfusion.present.results import Results
from postinfusion.present.subgroups import comparisons_of

RATIO, SPREAD, ADJUSTED, INDIVIDUAL = "sd-ratio", "spread-test", "adjusted-sd", "individual-effect"
VARIANCE, EFFECT = "subject-by-treatment-sd", "effect-sd"
_DECIMALS = 1


def spread_at(results: Results) -> dict[str, str]:
    """Give the key of the visit."""
    return {"visit": str(getattr(results.analysis, "visit", ""))}


def ratio_cells(results: Results, pair: tuple[str, str]) -> tuple[str, str]:
    """Give the printed ratio and its interval, whose decimals do not depend on the endpoint's."""
    key = {**spread_at(results), "arm": pair[0], "comparator": pair[1], "term": RATIO}
    estimate, low, high = (results.printed(name, _DECIMALS, **key) for name in ("estimate", "conf_low", "conf_high"))
    return estimate, formats.interval(low, high)


def ratios_in_words(results: Results) -> str:
    """Give each ratio with its interval."""
    said = []
    for pair in comparisons_of(results):
        ratio, interval = ratio_cells(results, pair)
        if ratio:
            said.append(f"{pair[0]} / {pair[1]} {ratio} ({results.confidence} CI {interval})")
    at = spread_at(results)["visit"]
    return f"Ratio of adjusted standard deviations at {at}: {'; '.join(said)}." if said else ""


def individual_in_words(results: Results) -> str:
    """Say what a ratio does not tell of single participants."""
    text = results.said("outcome", **spread_at(results), term=INDIVIDUAL)
    return formats.as_sentence(f"Effect in single participants: {text}") if text else ""
