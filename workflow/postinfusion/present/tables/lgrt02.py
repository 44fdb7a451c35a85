"""LGRT02: logistic model of a binary status by visit."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import RepeatedBinary
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.binary_columns import in_percentage_points, ratio
from postinfusion.present.tables.link_parts import log_odds_part, wald_tests_part
from postinfusion.present.tables.model_parts import fit_part


def table(results: Results) -> Table:
    """Give probabilities and comparisons by visit, tests, coefficients and diagnostics.

    Raises
    ------
    ModelError
        The model could not be fitted.
    """
    visits = [visit for visit in results.values_of("visit", term="probability") if visit]
    if not visits:
        raise ModelError(results.failure or "the model gives no probability")
    pairs = "; ".join(f"{arm} − {against}" for arm, against in results.comparisons)
    notes = ("Probabilities in per cent, standardised over the covariates of the analysed records.",
             *((f"Risk differences in percentage points: {pairs}.",) if pairs else ()))  # fmt: skip
    parts = (_by_visit(results, visits), wald_tests_part(results), log_odds_part(results), fit_part(results))
    label = label_of(results, "LGRT02", _subtitle(results), notes)
    return Table(label, tuple(part for part in parts if part.rows))


def _by_visit(results: Results, visits: list[str]) -> Part:
    """Give a row per visit, and one for the mean log odds ratio over the visits."""
    status = _status(results)
    rows = [Row(visit, _cells(results, {"variable": status, "visit": visit})) for visit in visits]
    average = _cells(results, {"variable": status, "visit": "average"})
    if any(average):
        rows.append(Row("Mean over the visits", average))
    return Part(("Visit", *_headings(results)), tuple(rows), "Probabilities and their comparison")


def _headings(results: Results) -> tuple[str, ...]:
    """Give the headings of arms and comparisons."""
    pairs, level = results.comparisons, results.confidence
    named = [(f", {arm} − {against}", f", {arm} against {against}") if len(pairs) > 1 else ("", "")
             for arm, against in pairs]  # fmt: skip
    of_pair = ((f"Risk difference{difference} ({level} CI)", "p", f"Odds ratio{against} ({level} CI)", "p")
               for difference, against in named)  # fmt: skip
    arms = tuple(f"{results.with_total(arm)}: % ({level} CI)" for arm in results.arms)
    return (*arms, *(heading for headings in of_pair for heading in headings))


def _cells(results: Results, key: dict[str, str]) -> tuple[str, ...]:
    """Give the cells of one visit."""
    arms = tuple(in_percentage_points(results, {**key, "arm": arm, "term": "probability"}) for arm in results.arms)
    cells: list[str] = []
    for arm, against in results.comparisons:
        difference = {**key, "arm": arm, "comparator": against, "term": "risk-difference"}
        odds = {**difference, "term": "odds-ratio"}
        cells += [in_percentage_points(results, difference), results.text("p_value", **difference)]
        cells += [ratio(results, odds), results.text("p_value", **odds)]
    return (*arms, *cells)


def _status(results: Results) -> str:
    """Give the variable of the rows."""
    return results.analysis.status if isinstance(results.analysis, RepeatedBinary) else "value"


def _subtitle(results: Results) -> str:
    """Say what was modelled, and whose the odds ratios are."""
    analysis = results.analysis
    is_mixed = isinstance(analysis, RepeatedBinary) and analysis.model == "mixed-model"
    whose = "odds ratios given the participant" if is_mixed else "odds ratios of the population"
    limit = analysis.at_least if isinstance(analysis, RepeatedBinary) else None
    status = _status(results)
    named = formats.in_words("status" if status == "value" else status)
    return f"{named if limit is None else f'Value of at least {limit:g}'}; {whose}"
