"""WTT03: two one-sided tests of a difference, or of a mean change, against a margin, by group."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.term_names import formula_in_words
from postinfusion.present.weight_words import groups_shown, name_of

_SIDES = ("above the lower margin", "below the upper margin")
_NOTE = (
    "Each one-sided p tests that the true value lies on the inner side of one margin; the larger of both decides at "
    "the level of 5 %, as does the 90 % interval. A verdict on a claim asks more: the 95 % interval within the margins."
)


def table(results: Results) -> Table:
    """Give the tests of each group, and what was fitted.

    Raises
    ------
    ModelError
        No group could be tested.
    """
    parts = (_tests(results), _fits(results))
    if not parts[0].rows:
        raise ModelError(results.failure or "the results hold no test against a margin")
    errors = tuple(
        f"{name_of(group)}: not done. {formats.as_sentence(text)}"
        for group in groups_shown(results)
        for text in results.values_of("error", stat_name="error", **group)
    )
    return Table(
        label_of(results, "WTT03", _subtitle(results), (_NOTE, *errors)), tuple(part for part in parts if part.rows)
    )


def _tests(results: Results) -> Part:
    """Give a row for each group and each comparison."""
    rows: list[Row] = []
    for group in groups_shown(results):
        for visit in results.values_of("visit", term="equivalence", **group):
            arms = results.values_of("arm", term="equivalence", visit=visit, **group)
            rows += [_row(results, {"visit": visit, "arm": arm, **group}) for arm in arms]
    columns = ("Group", "Visit", "Participants", "Estimate (90 % CI)", "95 % CI" if results.confidence == "95 %" else
               f"{results.confidence} CI", f"p {_SIDES[0]}", f"p {_SIDES[1]}", "Larger p")  # fmt: skip
    return Part(columns, tuple(rows))


def _row(results: Results, at: dict[str, str]) -> Row:
    """Give the tests of one estimate."""
    group = {name: at[name] for name in ("subgroup", "subgroup_level")}
    against = next(iter(results.values_of("comparator", term="equivalence", **at)), "")
    key = {**at, "comparator": against}
    of_model = {**key, "term": "difference" if against else "marginal-mean"}
    tests = {**key, "term": "equivalence"}
    sides = tuple(results.text("p_value", **key, term="one-sided-test", level=level) for level in _SIDES)
    pair = (at["arm"], against) if against else (at["arm"],)
    counts = ", ".join(f"{arm} {_observed(results, arm, at['visit'], group)}" for arm in pair)
    estimate = formats.with_bracket(results.text("estimate", **of_model), results.interval(**tests))
    several = f", {at['arm']} − {against}" if len(results.comparisons) > 1 else ""
    cells = (at["visit"], counts, estimate, results.interval(**of_model), *sides, results.text("p_value", **tests))
    return Row(f"{name_of(group)}{several}", cells)


def _observed(results: Results, arm: str, visit: str, group: dict[str, str]) -> str:
    """Give the number with a value at the visit."""
    return results.text("n", term="observed", visit=visit, arm=arm, **group)


def _fits(results: Results) -> Part:
    """Give how the model of each group was fitted."""
    rows = []
    for group in groups_shown(results):
        key = {"term": "fit", **group}
        if formula := results.said("formula", **key):
            structure = formats.structure_name(results.said("covariance_structure", **key)) or "one visit"
            cells = (
                formula_in_words(results, formula),
                structure,
                results.text("n_participants", **key),
                results.text("n_observations", **key),
            )
            rows.append(Row(name_of(group), cells))
    columns = ("Group", "Model", "Covariance", "Participants", "Observations")
    return Part(columns, tuple(rows), "Models", is_text=True)


def _subtitle(results: Results) -> str:
    """Say what is tested against which margin."""
    unit = results.endpoint.unit if results.endpoint else ""
    pairs = "; ".join(f"{arm} − {against}" for arm, against in results.comparisons)
    what = f"Adjusted difference of the change, {pairs}" if pairs else "Adjusted mean change from baseline"
    margin = results.endpoint.margin if results.endpoint and results.endpoint.margin else 0.0
    return f"{what}; margin ±{margin:g} {unit} ({results.said('source', term='margin')})"
