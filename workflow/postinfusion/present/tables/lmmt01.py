"""LMMT01: linear mixed model over continuous time since infusion."""

from __future__ import annotations

from dataclasses import replace

from postinfusion.errors import ModelError
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table
from postinfusion.present.effect_features import (
    EXPLORATORY,
    FEATURES,
    band_in_words,
    curve_key,
    curve_name,
    feature_text,
    instant,
    is_exploratory,
    origin,
    problem,
)
from postinfusion.present.results import Results
from postinfusion.present.tables.model_parts import means_part, model_table
from postinfusion.present.tables.term_names import term_in_words
from postinfusion.vocabulary import DesignKind

_LIMITS = ("conf_low", "conf_high")


def table(results: Results) -> Table:
    """Give means and differences at the chosen times, the effect curve's features, fixed and random effects.

    A model whose decay time the data do not tell has that alone.

    Raises
    ------
    ModelError
        The model could not be fitted.
    """
    times = [time for time in results.values_of("time", term="marginal-mean") if time]
    rate = _rate_part(results)
    if not times and not rate.rows:
        raise ModelError(results.failure or "the model gives no mean")
    points = [(hours_as_text(float(time)), {"time": time}) for time in times]
    means = means_part(results, points, caption="Means and differences at chosen times", first="Time")
    unit = f", in {results.endpoint.unit}" if results.endpoint and results.endpoint.unit else ""
    subtitle = f"Change from baseline{unit}, by time since {origin(results)}"
    parts = (_curve_part(results, times), _features_part(results), _band_part(results), rate, _random_part(results))
    found = model_table(results, "LMMT01", subtitle, means, *parts)
    # Why a feature is not identifiable stands in its own cell.
    signs = [cell for part in found.parts for row in part.rows for cell in row.cells]
    kept = [note for note in found.label.footnotes if formats.NOT_ESTIMABLE in signs or not _explains_sign(note)]
    return replace(found, label=replace(found.label, footnotes=(*_notes(results), *kept)))


def _explains_sign(note: str) -> bool:
    """Say whether a footnote explains the sign for what is not estimable."""
    return note.startswith(formats.NOT_ESTIMABLE)


def _notes(results: Results) -> list[str]:
    """Give what a reader of the table must know."""
    found = [EXPLORATORY] if is_exploratory(results) else []
    if any(instant(results, "estimate", level, key) for key in curve_key(results) for level in ("peak", "onset")):
        found.append(
            "Times of the curve carry the interval of all curves within the simultaneous band; ≤ the first and > the "
            "last time of its grid. Never reached: the benefit stays below the important difference."
        )
        if results.endpoint is not None and results.endpoint.important_difference is None:
            found.append("Onset and end of an important benefit need important_difference of the endpoint in the plan.")
    is_alone = results.plan.design.kind is DesignKind.SINGLE_ARM
    return [*found, *(["Uncontrolled: a mean change over time in one arm."] if is_alone else [])]


def _curve_part(results: Results, times: list[str]) -> Part:
    """Give each curve at the chosen times with pointwise and simultaneous limits."""
    rows: list[Row] = []
    for key in curve_key(results):
        known = [time for time in times if results.text("band_low", term="curve", time=time, **key)]
        rows += [Row(curve_name(key))] if known else []
        for time in known:
            at = {"term": "curve", "time": time, **key}
            band = formats.interval(results.text("band_low", **at), results.text("band_high", **at))
            cells = (results.text("estimate", **at), results.interval(**at), band)
            rows.append(Row(hours_as_text(float(time)), cells, 1))
    level = results.confidence
    columns = ("Time", "Estimate", f"Pointwise {level} CI", f"Simultaneous {level} band")
    return Part(columns, tuple(rows), "Difference over time" if results.comparisons else "Mean over time")


def _features_part(results: Results) -> Part:
    """Give the features of each effect curve."""
    keys = [key for key in curve_key(results) if "comparator" in key]
    rows = [
        Row(_with_unit(results, level), tuple(_feature_cell(results, level, key) for key in keys)) for level in FEATURES
    ]
    columns = ("Feature", *(f"{curve_name(key)} ({results.confidence} interval)" for key in keys))
    return Part(columns, tuple(row for row in rows if any(row.cells)), "Features of the effect curve", is_text=True)


def _feature_cell(results: Results, level: str, key: dict[str, str]) -> str:
    """Give one feature, or why the data do not tell it."""
    return problem(results, level, key) or feature_text(results, level, key)


def _with_unit(results: Results, level: str) -> str:
    """Name a feature, with its unit where that is no time."""
    unit = results.endpoint.unit if results.endpoint else ""
    units = {"peak-benefit": unit, "area": f"{unit} × days"}
    return f"{FEATURES[level]} ({units[level]})" if level in units and unit else FEATURES[level]


def _band_part(results: Results) -> Part:
    """Give over what the simultaneous band of each curve holds, and how wide it is."""
    rows = [
        Row(
            curve_name(key),
            (band_in_words(results, key),
             *(results.text(name, term="band", **key) for name in ("critical_value", "df", "n_draws"))),
        )
        for key in curve_key(results)
    ]  # fmt: skip
    columns = ("Curve", "Grid", "Critical value of max|t|", "Degrees of freedom", "Directions drawn")
    return Part(columns, tuple(row for row in rows if row.cells[0]), "Simultaneous band", is_text=True)


def _rate_part(results: Results) -> Part:
    """Give the estimated decay time with its profile-likelihood interval."""
    key = {"term": "decay-time"}
    ends = {name: results.value(name, **key) for name in ("estimate", *_LIMITS)}
    if ends["conf_low"] is None:
        return Part(("Decay", "Days"), ())
    limits = [_limit(results, name) for name in _LIMITS]
    grid = " to ".join(f"{results.value(name, **key):g}" for name in ("grid_from", "grid_until"))
    failed = [str(text) for text in results.rows.loc[results.rows["term"] == "decay-time", "error"] if text]
    estimate = failed[0] if failed else formats.number(ends["estimate"] or 0.0, 1)
    rows = (
        Row("Decay time tau: a share of 1/e is left", (estimate,)),
        Row(f"{results.confidence} profile-likelihood interval", (formats.interval(*limits),)),
        Row("Grid of the profile", (grid,)),
    )
    return Part(("Decay", "Days"), rows, "Estimated decay time", is_text=True)


def _limit(results: Results, name: str) -> str:
    """Give one limit of the decay time, with a sign where it lies beyond the grid."""
    text = formats.number(results.value(name, term="decay-time") or 0.0, 1)
    if not results.said(name, term="decay-time"):
        return text
    return f"{'<' if name == 'conf_low' else '>'} {text}"


def _random_part(results: Results) -> Part:
    """Give variances, covariances and correlations of the random effects and of the residual."""
    rows = tuple(
        Row(
            _effect(results, level),
            tuple(results.text(name, term="covariance", level=level) for name in ("covariance", "correlation")),
        )
        for level in results.values_of("level", term="covariance")
    )
    return Part(("Random effect", "Variance or covariance", "Correlation"), rows, "Random effects")


def _effect(results: Results, level: str) -> str:
    """Name a random effect, or a pair of them, in words."""
    return term_in_words(results, level.replace(" × ", ":"))
