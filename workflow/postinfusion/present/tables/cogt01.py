"""COGT01: times of a cognitive task by visit, ratios between arms, and practice."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.binary_columns import ratio
from postinfusion.present.tables.model_parts import coefficients_part, fit_part, joint_tests_part

_TIME, _STOPPED = "time", "stopped"
_AT_LEAST = "≥\N{NO-BREAK SPACE}"
_PRACTICE = {
    "practice": "Practice and time in {arm}: times relative to those of earlier tests",
    "change": "Change of the times of {arm} relative to earlier tests",
}
_LEVELS = {"since baseline": "To baseline", "since the test before": "To the test before", "per test": "Per test"}
_NOTES = {
    "limit": "Times at the limit, where the task is stopped, count as at least as long; a geometric mean over such "
    "times is a lower limit (≥), while adjusted means and ratios take them as censored.",
    "practice": "Practice, time and regression to the mean are one in these ratios; they are no effect of the "
    "treatment.",
    "change": "Practice, time, regression to the mean and the treatment cannot be told apart in a single arm.",
}


def table(results: Results) -> Table:
    """Give times and ratios by visit, practice, the model's terms and its fit.

    Raises
    ------
    ModelError
        The results hold no times.
    """
    visits = [visit for visit in results.values_of("visit", variable=_TIME, term="observed") if visit]
    if not visits:
        raise ModelError(results.failure or "the results hold no times of the task")
    practice = _practice(results)
    parts = (
        _times(results, visits),
        *practice,
        joint_tests_part(results),
        coefficients_part(results),
        fit_part(results),
    )
    not_done = tuple(f"Not done: {text}." for text in results.values_of("error", term="fit", stat_name="error"))
    notes = (_NOTES["limit"], *(_NOTES[term] for term in _PRACTICE if results.values_of("visit", term=term)), *not_done)
    label = label_of(results, "COGT01", _subtitle(results), notes)
    return Table(label, tuple(part for part in parts if part.rows))


def _times(results: Results, visits: list[str]) -> Part:
    """Give observed and adjusted geometric means and ratios, a block of rows per visit."""
    rows: list[Row] = []
    for visit in visits:
        observed = tuple(_observed(results, visit, arm) for arm in results.arms)
        empty = ("",) * (2 * len(results.comparisons))
        rows += [Row(visit), Row("Observed geometric mean (n; at the limit)", (*observed, *empty), 1)]
        if any(cells := _modelled(results, visit)):
            rows.append(Row(f"Adjusted geometric mean ({results.confidence} CI)", cells, 1))
    if any(cells := _modelled(results, "average")):
        rows.append(Row("Mean over the visits", cells))
    unit = formats.unit_in_words(results.endpoint.unit if results.endpoint else "s")
    return Part(("Visit", *_headings(results)), tuple(rows), f"Times, in {unit}, and their ratios")


def _headings(results: Results) -> tuple[str, ...]:
    """Give the headings of arms and comparisons."""
    arms = tuple(results.with_total(arm) for arm in results.arms)
    pairs = [(f"Ratio, {arm} / {against} ({results.confidence} CI)", "p") for arm, against in results.comparisons]
    return (*arms, *(heading for pair in pairs for heading in pair))


def _observed(results: Results, visit: str, arm: str) -> str:
    """Give the observed geometric mean with the number of times and of those at the limit."""
    key = {"variable": _TIME, "term": "observed", "visit": visit, "arm": arm}
    n, mean = results.text("n", **key), results.text("geometric_mean", **key)
    stopped = results.text("n", **{**key, "variable": _STOPPED, "term": _STOPPED})
    if not mean or mean in formats.WITHOUT_VALUE:
        return mean or n
    return formats.with_bracket(f"{_AT_LEAST}{mean}" if stopped not in {"0", ""} else mean, f"{n}; {stopped}")


def _modelled(results: Results, visit: str) -> tuple[str, ...]:
    """Give the adjusted means of the arms and the ratios of one visit."""
    at = {"variable": _TIME, "visit": visit}
    cells = [_mean(results, {**at, "term": "geometric-mean", "arm": arm}) for arm in results.arms]
    for arm, against in results.comparisons:
        key = {**at, "term": "ratio", "arm": arm, "comparator": against}
        cells += [ratio(results, key) if results.text("estimate", **key) else "", results.text("p_value", **key)]
    return tuple(cells)


def _mean(results: Results, key: dict[str, str]) -> str:
    """Give an adjusted mean with its interval."""
    return formats.with_bracket(results.text("estimate", **key), results.interval(**key))


def _practice(results: Results) -> list[Part]:
    """Give the ratios of one arm's times to those of earlier tests."""
    parts = []
    for term, caption in _PRACTICE.items():
        arms = results.values_of("arm", term=term)
        levels = [level for level in _LEVELS if results.values_of("visit", term=term, level=level)]
        visits = dict.fromkeys(
            visit for level in levels for visit in results.values_of("visit", term=term, level=level)
        )
        rows = tuple(
            Row(
                "All tests" if visit == "average" else visit,
                tuple(_practised(results, term, level, visit, arms[0]) for level in levels),
            )
            for visit in visits
        )
        headings = tuple(f"{_LEVELS[level]} ({results.confidence} CI)" for level in levels)
        parts.append(Part(("Visit", *headings), rows, caption.format(arm=arms[0] if arms else "")))
    return parts


def _practised(results: Results, term: str, level: str, visit: str, arm: str) -> str:
    """Give one ratio to an earlier test."""
    key = {"variable": _TIME, "term": term, "level": level, "visit": visit, "arm": arm}
    return ratio(results, key) if results.text("estimate", **key) else ""


def _subtitle(results: Results) -> str:
    """Say what was modelled."""
    if not results.said("formula", term="fit"):
        return ""
    kind = "Mixed model" if results.said("random_effects", term="fit") else "Model"
    return f"{kind} of log seconds with censored times"
