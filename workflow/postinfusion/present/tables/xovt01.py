"""XOVT01: treatments compared within participants of a crossover trial, with all that stands beside the result."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.model_parts import fit_part, means_part, response_in_words
from postinfusion.present.tables.term_names import term_in_words
from postinfusion.vocabulary import OUTPUTS

_SENSITIVITY = {
    "difference-without-carry-over": "No carry-over supposed",
    "difference-with-carry-over": "Carry-over in the model",
    "first-period-difference": "First period alone, between participants",
}


def table(results: Results) -> Table:
    """Give means and differences by visit, sensitivity, carry-over, baselines, sign-flip tests and tests of terms.

    Raises
    ------
    ModelError
        The model could not be fitted at any visit.
    """
    visits = visits_of(results)
    if not visits:
        raise ModelError(results.failure or "the model gives no adjusted mean")
    points = [(visit, {"visit": visit}) for visit in visits]
    means = means_part(results, points, caption="Adjusted means and differences by visit", first="Visit")
    parts = (
        means,
        _sensitivity(results, visits),
        _carry_over(results, visits),
        _sign_flip(results, visits),
        _baselines(results),
        _washout(results),
        _tests(results, visits),
        fit_part(results),
    )
    label = label_of(results, OUTPUTS["XOVT01"].id, response_in_words(results), tuple(_notes(results)))
    return Table(label, tuple(part for part in parts if part.rows))


def visits_of(results: Results) -> list[str]:
    """Give the visits at which the model could be fitted, in the order of the schedule."""
    found = set(results.values_of("visit", term="marginal-mean"))
    return [visit for visit in results.plan.visit_names if visit in found]


def _sensitivity(results: Results, visits: list[str]) -> Part:
    """Give the differences under other suppositions, side by side."""
    rows = [
        row
        for visit in visits
        for arm, against in results.comparisons
        for row in _differences(results, visit, arm, against)
    ]
    columns = ("Difference", *_with_interval(results))
    return Part(columns, tuple(rows), "Differences under other suppositions; none is chosen by a test")


def _differences(results: Results, visit: str, arm: str, against: str) -> list[Row]:
    """Give the differences of one comparison at one visit."""
    key = {"visit": visit, "arm": arm, "comparator": against}
    rows = [
        Row(name, _estimate(results, {"term": term, **key}), 1)
        for term, name in _SENSITIVITY.items()
        if results.value("estimate", term=term, **key) is not None
    ]
    return [Row(f"{visit}, {arm} − {against}"), *rows] if rows else []


def _carry_over(results: Results, visits: list[str]) -> Part:
    """Give what the treatment of the period before still does, relative to the reference."""
    rows = [
        Row(f"{visit}, after {arm} rather than {against}", _estimate(results, {**key, "level": level}))
        for visit in visits
        for level in results.values_of("level", term="carry-over", visit=visit)
        for arm, against in results.comparisons
        for key in [{"term": "carry-over", "visit": visit, "arm": arm, "comparator": against}]
    ]
    aliased = any(level.startswith("aliased") for level in results.values_of("level", term="carry-over"))
    words = "aliased with sequence: between participants" if aliased else "first order"
    return Part(("Carry-over", *_with_interval(results)), tuple(rows), f"Carry-over ({words}); shown, never dropped")


def _sign_flip(results: Results, visits: list[str]) -> Part:
    """Give the differences within participants with their sign-flip tests."""
    rows = []
    for visit in visits:
        for arm, against in results.comparisons:
            key = {"visit": visit, "arm": arm, "comparator": against}
            paired = {"term": "paired-difference", **key}
            again = {"term": "sequence-permutation", "variable": _variable(results), **key}
            test = [_p(results, name, again) for name in ("p_value", "smallest_p")]
            flips = [_p(results, name, {"term": "sign-flip", **key}) for name in ("p_value", "smallest_p")]
            described = (results.text("n", **paired), results.text("estimate", **paired), results.interval(**paired))
            cells = (*described, *test, *flips)
            rows.append(Row(f"{visit}, {arm} − {against}", cells if any(cells) else ()))
    first = ("Difference within participants", "n", "Mean", f"{results.confidence} CI")
    columns = (*first, "p, order dealt again", "Smallest possible", "p, sign-flip", "Smallest possible")
    caption = "Tests by re-randomisation: order of the two treatments (adjusted for period), and sign-flip (unadjusted)"
    return Part(columns, tuple(row for row in rows if row.cells), caption)


def _p(results: Results, name: str, key: dict[str, str]) -> str:
    """Give a p value, or the sign for one that is suppressed."""
    return results.sign(name, **key) or formats.statistic("p_value", results.value(name, **key))


def _variable(results: Results) -> str:
    """Give what of the endpoint was modelled."""
    return next((name for name in results.values_of("variable", term="sequence-permutation") if name), "")


def _baselines(results: Results) -> Part:
    """Give the baseline of each period, how far it is from the first, and what was carried over to it."""
    rows = []
    for period in results.values_of("level", term="period-baseline"):
        key = {"term": "period-baseline", "level": period}
        spread = formats.with_bracket(results.text("mean", **key), results.text("sd", **key))
        moved = _estimate(results, {"term": "baseline-return", "level": period})
        rows.append(Row(f"Period {period}", (results.text("n", **key), spread, *moved[:2], moved[-1])))
    for arm, against in results.comparisons:
        key = {"term": "baseline-carry-over", "arm": arm, "comparator": against}
        cells = _estimate(results, key)
        if any(cells):
            rows.append(Row(f"After {arm} rather than {against}", ("", "", *cells[:2], cells[-1])))
    columns = ("Period", "n", "Mean (SD)", "Change from period 1", f"{results.confidence} CI", "p")
    return Part(columns, tuple(rows), "Baselines of the periods: whether they return")


def _washout(results: Results) -> Part:
    """Give the washout beside the expected duration of effects."""
    crossover = results.plan.design.crossover
    if crossover is None:
        return Part(("", "Value"), (), "Washout", is_text=True)
    expected = crossover.expected_duration
    rows = [Row("Planned washout", (hours_as_text(crossover.washout),))]
    if expected is None:
        rows.append(Row("Expected duration of effects", ("not said in the plan",)))
    else:
        rows.append(Row("Expected duration of effects", (f"{hours_as_text(expected)} ({crossover.duration_source})",)))
    return Part(("", "Value"), tuple(rows), "Washout", is_text=True)


def _tests(results: Results, visits: list[str]) -> Part:
    """Give the tests of treatment, period and sequence at each visit."""
    names = ("num_df", "df", "statistic", "p_value")
    rows = tuple(
        Row(
            f"{visit}, {term_in_words(results, level).lower()}",
            tuple(results.text(name, term="joint-test", level=level, visit=visit) for name in names),
        )
        for visit in visits
        for level in results.values_of("level", term="joint-test", visit=visit)
    )
    return Part(("Term", "Numerator df", "Denominator df", "F", "p"), rows, "Tests of the model's terms")


def _with_interval(results: Results) -> tuple[str, ...]:
    """Give the headings of an estimate with its interval."""
    return ("Estimate", f"{results.confidence} CI", "SE", "df", "p")


def _estimate(results: Results, key: dict[str, str]) -> tuple[str, ...]:
    """Give estimate, interval, standard error, degrees of freedom and p."""
    texts = [results.text(name, **key) for name in ("estimate", "std_error", "df", "p_value")]
    return (texts[0], results.interval(**key), *texts[1:])


def _notes(results: Results) -> list[str]:
    """Give what the analysis warns of."""
    return [formats.as_sentence(text) for text in results.warnings()]
