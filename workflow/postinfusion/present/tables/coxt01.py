"""COXT01: hazard ratios of arms and covariates, and whether hazards are proportional."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.present import formats
from postinfusion.present.among_words import left_out_note
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.event_words import asked, definition, event_in_words, note_on_visits
from postinfusion.present.results import Results
from postinfusion.present.statistic_names import STATISTICS

_RATIO = 1
_FIT = ("n_participants", "log_likelihood", "iterations", "converged")
_COLUMNS = ("Comparison", "Events", "Events in comparator", "Hazard ratio")
_EMPTY = frozenset({"", *formats.WITHOUT_VALUE})


def table(results: Results) -> Table:
    """Give the ratios with intervals, the tests of proportional hazards, and what the fit says of itself.

    Raises
    ------
    ModelError
        No model could be fitted; the message says why.
    """
    arms = [_arm(results, arm, against) for arm, against in results.comparisons]
    if not results.comparisons:
        raise ModelError("a single arm has no hazard ratio")
    if all(row.cells[2] in _EMPTY for row in arms):
        raise ModelError(_reason(results))
    parts = (
        Part((*_COLUMNS, f"{results.confidence} CI", "p"), tuple(arms), "Arms"),
        _covariates(results),
        _proportional(results),
        _fit(results),
    )
    title = f"Hazard ratios of {event_in_words(results)}"
    signs = {cell for part in parts for row in part.rows for cell in row.cells if cell in formats.WITHOUT_VALUE}
    what = definition(results)
    subtitle = f"{what[:1].upper()}{what[1:]}"
    label = label_of(
        results, "COXT01", subtitle, left_out_note(results) + note_on_visits(results), title=title, signs=signs
    )
    return Table(label, tuple(part for part in parts if part.rows))


def _reason(results: Results) -> str:
    """Give the reason why there is no ratio."""
    rows = results.rows[(results.rows["term"] == "ratio") & (results.rows["error"] != "")]
    found = [str(text) for text in rows["error"].unique()]
    is_suppressed = results.has_suppressed and not [text for text in found if text in results.errors()]
    return formats.SUPPRESSED_REASON if is_suppressed else found[0] if found else "there is no hazard ratio"


def _arm(results: Results, arm: str, against: str) -> Row:
    """Give the ratio of one comparison with the events behind it."""
    ratio = {"term": "ratio", "level": "hazard"}
    events = tuple(results.text("n", arm=name, **ratio) for name in (arm, against))
    return Row(f"{arm} against {against}", (*events, *_estimate(results, arm=arm, comparator=against, **ratio)))


def _covariates(results: Results) -> Part:
    """Give the ratios of the covariates."""
    rows = tuple(
        Row(_in_words(level), _estimate(results, term="coefficient", level=level))
        for level in results.values_of("level", term="coefficient")
    )
    return Part(("Covariate", "Hazard ratio", f"{results.confidence} CI", "p"), rows, "Covariates")


def _estimate(results: Results, **key: str) -> tuple[str, str, str]:
    """Give a ratio with interval and p-value."""
    low, high = (results.printed(name, _RATIO, **key) for name in ("conf_low", "conf_high"))
    return results.printed("estimate", _RATIO, **key), formats.interval(low, high), results.text("p_value", **key)


def _proportional(results: Results) -> Part:
    """Give the tests of proportional hazards."""
    names = ("statistic", "df", "p_value")
    rows = tuple(
        Row(_in_words(level), tuple(results.text(name, term="proportional-hazards", level=level) for name in names))
        for level in results.values_of("level", term="proportional-hazards")
    )
    return Part(("Column", "χ²", "df", "p"), rows, "Tests of proportional hazards")


def _fit(results: Results) -> Part:
    """Give size, criterion and strata of the model."""
    key = {"term": "fit", "level": "hazard"}
    strata = ", ".join(formats.in_sentence(name) for name in results.said("strata", **key).split(", ") if name)
    numbers = {STATISTICS[name].label: results.text(name, **key) for name in _FIT}
    texts = {"Ties": "Efron", "Strata": strata, "Limits of arms": "profile likelihood"}
    if not asked(results).covariates:
        texts["Covariates"] = "none"
    rows = tuple(Row(name, (text,)) for name, text in (numbers | texts).items() if text)
    return Part(("", "Value"), rows, "Diagnostics", is_text=True)


def _in_words(level: str) -> str:
    """Name a column of the model: an arm, a covariate, or the level of one."""
    name, colon, rest = level.partition(": ")
    return f"{formats.in_words(name)}: {rest}" if colon else formats.in_words(level)
