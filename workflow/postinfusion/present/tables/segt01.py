"""SEGT01: a single arm before and after time zero, and what regression to the mean lets expect."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import BeforeAfter, RegressionToTheMean
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.expectation_part import EXPECTATION_NOTE, expectation_part
from postinfusion.present.tables.model_parts import fit_part
from postinfusion.vocabulary import TIME_ZERO_NAMES

SEGMENT, DEVIATION, OBSERVED = "segment", "difference-from-line", "observed-change"
EXPECTED, BEYOND = "regression-to-the-mean", "beyond-regression"
MEAN_CHANGE, SIGN_FLIP = "mean-change", "sign-flip"
UNCONTROLLED = (
    "Nobody was compared with anybody: the change at time zero cannot be told apart from expectation, from other care "
    "and from the course of the illness."
)
SIGN_FLIP_NOTE = (
    "Sign-flip test: if changes were symmetric about zero, every choice of their signs would be as likely; p is the "
    "share of choices with a mean at least as far from zero as the observed one. Its smallest possible value stands "
    "beside it."
)
_NAMES = {
    "slope before": "Slope before, per week (test of a trend before time zero)",
    "level change": "Change of level at time zero",
    "slope after": "Slope after, per week",
    "slope change": "Change of slope, per week",
}
_MORE_DECIMALS = 1


def table(results: Results) -> Table:
    """Give slopes and change of level, means against the line before, regression to the mean, and the fit.

    Raises
    ------
    ModelError
        There is neither a model nor an observed change.
    """
    first = (_segments(results), _deviations(results), _sign_flip(results), _regression(results))
    parts = (*first, expectation_part(results), _spread(results), fit_part(results))
    found = tuple(part for part in parts if part.rows)
    if not found:
        raise ModelError(results.failure or "the results hold no change")
    label = label_of(results, "SEGT01", _subtitle(results), _notes(results), title=_title(results))
    return Table(label, found)


def _title(results: Results) -> str:
    """Say what time zero is."""
    zero = TIME_ZERO_NAMES[results.plan.design.time_zero]
    return f"Before and after {zero.removeprefix('the start of ')}"


def _subtitle(results: Results) -> str:
    """Say which records entered."""
    analysis = results.analysis
    if not isinstance(analysis, BeforeAfter) or not results.said("formula", term="fit"):
        return ""
    without = "; without the value that decided entry" if analysis.entry_value == "leave-out" else ""
    unit = f", in {results.endpoint.unit}" if results.endpoint and results.endpoint.unit else ""
    return f"Segmented linear mixed model of the value{unit}{without}"


def _segments(results: Results) -> Part:
    """Give the slopes and the change of level with their tests."""
    levels = results.values_of("level", term=SEGMENT)
    rows = tuple(Row(_NAMES[level], _tested(results, {"term": SEGMENT, "level": level})) for level in levels)
    return Part(("", *_headings(results)), rows, "Lines before and after")


def _deviations(results: Results) -> Part:
    """Give the fitted mean at chosen times and its distance from the line before."""
    arm = results.arms[0]
    rows = []
    for time in results.values_of("time", term=DEVIATION):
        mean = results.printed("estimate", _decimals(results), term="fitted-mean", time=time, arm=arm, variable="AVAL")
        rows.append(Row(hours_as_text(float(time)), (mean, *_tested(results, {"term": DEVIATION, "time": time}))))
    headings = ("Time", "Fitted mean", *(f"{name}" for name in _headings(results)))
    return Part(headings, tuple(rows), "Fitted mean, and its difference from the line before, continued")


def _sign_flip(results: Results) -> Part:
    """Give the mean change at each reported visit with its t test and its sign-flip test."""
    rows = []
    for visit in results.values_of("visit", term=SIGN_FLIP, stat_name="p_value"):
        key = {"visit": visit, "variable": "CHG", "arm": results.arms[0]}
        n, mean = results.text("n", term=SIGN_FLIP, **key), _change(results, MEAN_CHANGE, key)[:3]
        test = [results.text(name, term=SIGN_FLIP, **key) for name in ("p_value", "smallest_p", "n_allocations")]
        patterns = formats.with_bracket(test[2], results.said("how", term=SIGN_FLIP, **key).split(" ", maxsplit=1)[0])
        rows.append(Row(f"{visit} {formats.count_in_brackets(n)}", (*mean, *test[:2], patterns)))
    first = ("Visit", "Mean change", f"{results.confidence} CI", "p, t test")
    headings = (*first, "p, sign-flip test", "Smallest possible p", "Sign patterns")
    return Part(headings, tuple(rows), "Change from baseline, with the sign-flip test")


def _regression(results: Results) -> Part:
    """Give the observed change, what regression to the mean lets expect with its share, and what is left."""
    visits = results.values_of("visit", term=OBSERVED)
    rows: list[Row] = []
    for visit in visits:
        key = {"visit": visit, "variable": "CHG", "arm": results.arms[0]}
        n = results.text("n", term=OBSERVED, **key)
        rows.append(Row(f"Observed change at {visit} {formats.count_in_brackets(n)}", _change(results, OBSERVED, key)))
        for level in results.values_of("level", term=EXPECTED, stat_name="estimate"):
            of_level = {**key, "term": EXPECTED, "level": level}
            estimate = results.printed("estimate", _decimals(results), **of_level)
            share = results.text("proportion", **of_level)
            rows.append(Row(f"Expected from regression to the mean, {level}", (estimate, "", "", share), 1))
        rows.append(Row("Observed minus expected from the baseline values", _change(results, BEYOND, key), 1))
    headings = ("", "Estimate", f"{results.confidence} CI", "p", "% of the observed change")
    return Part(headings, tuple(rows), "Observed change and regression to the mean")


def _change(results: Results, term: str, key: dict[str, str]) -> tuple[str, str, str, str]:
    """Give a mean change with interval and p."""
    of_term = {**key, "term": term}
    low, high = (results.printed(name, _decimals(results), **of_term) for name in ("conf_low", "conf_high"))
    estimate = results.printed("estimate", _decimals(results), **of_term)
    return estimate, formats.interval(low, high), results.text("p_value", **of_term), ""


def _spread(results: Results) -> Part:
    """Give the variances between and within participants."""
    names = {"(Intercept)": "Intercept", "WEEKS": "Slope, per week", "AFTER": "Change of level", "residual": "Residual"}
    rows = tuple(
        Row(names.get(level, level), (results.text("covariance", term="covariance", level=level, variable="AVAL"),))
        for level in results.values_of("level", term="covariance")
    )
    return Part(("Varies between participants", "Variance"), rows, "Variances")


def _headings(results: Results) -> tuple[str, ...]:
    """Name the columns of a tested estimate."""
    return ("Estimate", "SE", f"{results.confidence} CI", "df", "t", "p")


def _tested(results: Results, key: dict[str, str]) -> tuple[str, ...]:
    """Give one tested estimate."""
    of_arm = {**key, "arm": results.arms[0], "variable": "AVAL"}
    estimate, error, low, high = (
        results.printed(name, _decimals(results), **of_arm)
        for name in ("estimate", "std_error", "conf_low", "conf_high")
    )
    others = (results.text(name, **of_arm) for name in ("df", "statistic", "p_value"))
    return (estimate, error, formats.interval(low, high), *others)


def _decimals(results: Results) -> int:
    """Give the decimals of a value behind which estimates have their own."""
    return results.decimals + _MORE_DECIMALS


def _notes(results: Results) -> tuple[str, ...]:
    """Give what a reader must know of a trial without a comparison."""
    analysis = results.analysis
    stated = analysis.regression_to_the_mean if isinstance(analysis, BeforeAfter) else None
    has_failed = results.failure and not results.said("formula", term="fit")
    failed = f"Segmented model not done: {results.failure}." if has_failed else ""
    flips = SIGN_FLIP_NOTE if _sign_flip(results).rows else ""
    expected = EXPECTATION_NOTE if expectation_part(results).rows else ""
    warned = map(formats.as_sentence, results.warnings())
    return tuple(note for note in (UNCONTROLLED, failed, flips, _source(stated), expected, *warned) if note)


def _source(stated: RegressionToTheMean | None) -> str:
    """Say from which population regression to the mean was worked out."""
    if stated is None:
        return ""
    limit = f", entry at {stated.at_least:g} or more" if stated.at_least is not None else ""
    limit = f", entry at {stated.at_most:g} or less" if stated.at_most is not None else limit
    return (
        f"Regression to the mean: source population with mean {stated.mean:g}, SD {stated.sd:g}, correlation between "
        f"occasions {stated.correlation:g}{limit} ({stated.source}); these count as known."
    )
