"""The blocks that tables of models with a link share: tests of terms and coefficients on the log odds."""

from __future__ import annotations

from postinfusion.present import formats
from postinfusion.present.display import Part, Row
from postinfusion.present.results import Results
from postinfusion.present.tables.term_names import term_in_words

_MORE_DECIMALS = 2


def wald_tests_part(results: Results) -> Part:
    """Give the Wald tests of the model's terms."""
    names = ("num_df", "statistic", "p_value")
    rows = tuple(
        Row(term_in_words(results, level), tuple(results.text(name, term="joint-test", level=level) for name in names))
        for level in results.values_of("level", term="joint-test")
    )
    return Part(("Term", "Degrees of freedom", "F (χ² / degrees of freedom)", "p"), rows, "Tests of the model's terms")


def log_odds_part(results: Results) -> Part:
    """Give the coefficients, on the log odds."""
    return coefficients_on(results, "Log odds")


def coefficients_on(results: Results, scale: str) -> Part:
    """Give the coefficients, on the scale of the link, which is named."""
    levels = results.values_of("level", term="coefficient")
    rows = tuple(Row(term_in_words(results, level), _coefficient(results, level)) for level in levels)
    headings = ("Coefficient", scale, "SE", f"{results.confidence} CI", "z", "p")
    return Part(headings, rows, "Fixed effects")


def _coefficient(results: Results, level: str) -> tuple[str, ...]:
    """Give one coefficient."""

    def text(name: str) -> str:
        return results.printed(name, _MORE_DECIMALS, term="coefficient", level=level)

    interval = formats.interval(text("conf_low"), text("conf_high"))
    return (text("estimate"), text("std_error"), interval, text("statistic"), text("p_value"))
