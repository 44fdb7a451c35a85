"""The blocks that the tables of all models share: means and differences, tests of terms, fixed effects, fit."""

from __future__ import annotations

from collections.abc import Sequence

from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.statistic_names import STATISTICS
from postinfusion.present.tables.term_names import formula_in_words, term_in_words
from postinfusion.vocabulary import DF_NAMES, Method

Point = tuple[str, dict[str, str]]
_FIT = ("n_participants", "n_observations", "log_likelihood", "aic", "bic", "iterations", "gradient", "condition",
        "converged")  # fmt: skip
_MORE_DECIMALS = 2
_ESTIMATION = {"reml": "REML", "ml": "ML"}
_DF = {name.value: text for name, text in DF_NAMES.items()}


def model_table(results: Results, output_id: str, subtitle: str, means: Part, *further: Part) -> Table:
    """Give the table of a model: means, tests of its terms, fixed effects, what it alone has, diagnostics.

    Parameters
    ----------
    results
        The results of the model.
    output_id, subtitle
        Which table it is, and of what.
    means
        Means and differences.
    further
        Blocks that only this kind of model has; an empty one is left out.
    """
    parts = (means, joint_tests_part(results), coefficients_part(results), *further, fit_part(results))
    return Table(label_of(results, output_id, subtitle), tuple(part for part in parts if part.rows))


def means_part(results: Results, points: Sequence[Point], *, caption: str, first: str) -> Part:
    """Give means by arm and differences, a block of rows per point.

    Parameters
    ----------
    results
        The results of a model.
    points
        Name and key columns of each point: a visit, an average, a time.
    caption, first
        Caption of the block, and heading of its first column.
    """
    rows = tuple(row for name, key in points for row in (Row(name), *_means(results, key), *_differences(results, key)))
    return Part((first, *(results.with_total(arm) for arm in results.arms)), rows, caption)


def joint_tests_part(results: Results) -> Part:
    """Give the tests of the model's terms."""
    names = ("num_df", "df", "statistic", "p_value")
    rows = tuple(
        Row(term_in_words(results, level), tuple(results.text(name, term="joint-test", level=level) for name in names))
        for level in results.values_of("level", term="joint-test")
    )
    return Part(("Term", "Numerator df", "Denominator df", "F", "p"), rows, "Tests of the model's terms")


def coefficients_part(results: Results) -> Part:
    """Give the fixed effects."""
    levels = results.values_of("level", term="coefficient")
    rows = [Row(term_in_words(results, level), _coefficient(results, level)) for level in levels]
    return Part(
        ("Coefficient", "Estimate", "SE", f"{results.confidence} CI", "df", "t", "p"), tuple(rows), "Fixed effects"
    )


def fit_part(results: Results) -> Part:
    """Give what the fit says of itself: structure, size, likelihood, convergence."""
    texts = {
        "Model": formula_in_words(results, results.said("formula", term="fit")),
        "Covariance": formats.structure_name(results.said("covariance_structure", term="fit")),
        "Random effects": results.said("random_effects", term="fit"),
        "Degrees of freedom": df_name(results.said("df_method", term="fit")),
        "Estimation": _estimation(results),
    }
    numbers = {STATISTICS[name].label: results.text(name, term="fit") for name in _FIT}
    rows = tuple(Row(name, (text,)) for name, text in (texts | numbers).items() if text)
    return Part(("", "Value"), rows, "Diagnostics", is_text=True)


def structure_of(results: Results) -> str:
    """Give what a fitted model supposes about the values of one participant.

    The covariance of the visits, the random effects, or for an analysis of covariance, which has one value of each
    participant, how it was estimated.
    """
    covariance = formats.structure_name(results.said("covariance_structure", term="fit"))
    random = results.said("random_effects", term="fit")
    alone = _estimation(results) if results.analysis.method is Method.ANCOVA else ""
    return covariance or random or alone


def response_in_words(results: Results) -> str:
    """Give what was modelled, with its unit: ``Change from baseline, in points``."""
    form = "Change from baseline" if "CHG" in results.values_of("variable", term="marginal-mean") else "Value"
    unit = results.endpoint.unit if results.endpoint else ""
    return f"{form}, in {unit}" if unit else form


def _estimation(results: Results) -> str:
    """Name the criterion of estimation as tables do."""
    said = results.said("estimation", term="fit")
    return _ESTIMATION.get(said, said)


def df_name(method: str) -> str:
    """Give a method for degrees of freedom in words; one that is not in the vocabulary as it stands."""
    return _DF.get(method, method)


def _coefficient(results: Results, level: str) -> tuple[str, ...]:
    """Give one coefficient with two decimals more than a mean: its unit may be much larger than that of a mean."""

    def text(name: str) -> str:
        return results.printed(name, results.decimals + _MORE_DECIMALS, term="coefficient", level=level)

    interval = formats.interval(text("conf_low"), text("conf_high"))
    return (text("estimate"), text("std_error"), interval, text("df"), text("statistic"), text("p_value"))


def _means(results: Results, key: dict[str, str]) -> list[Row]:
    """Give number, adjusted mean and interval of every arm at one point."""
    observed = Row("n", tuple(results.text("n", term="observed", arm=arm, **key) for arm in results.arms), 1)
    keys = [{"term": "marginal-mean", "arm": arm, **key} for arm in results.arms]
    means = [
        Row("Adjusted mean (SE)", tuple(_with_error(results, key) for key in keys), 1),
        Row(f"{results.confidence} CI", tuple(results.interval(**key) for key in keys), 1),
    ]
    return [observed, *means] if any(observed.cells) else means


def _differences(results: Results, key: dict[str, str]) -> list[Row]:
    """Give the differences to one comparator after the other, below the arm that is compared."""
    return [row for against in dict.fromkeys(pair[1] for pair in results.comparisons)
            for row in _difference(results, key, against)]  # fmt: skip


def _difference(results: Results, key: dict[str, str], against: str) -> list[Row]:
    """Give difference, interval, test and standardised effect against one comparator."""
    keys = [{"term": "difference", "arm": arm, "comparator": against, **key} for arm in results.arms]
    cells = {
        f"Difference from {against} (SE)": [_with_error(results, key) for key in keys],
        f"{results.confidence} CI": [results.interval(**key) for key in keys],
        "t (degrees of freedom)": [_with_df(results, key) for key in keys],
        "p": [results.text("p_value", **key) for key in keys],
        "Standardised effect": [results.text("std_effect", **key) for key in keys],
    }
    rows = [Row(name, tuple(texts), 1 if name.startswith("Difference") else 2) for name, texts in cells.items()]
    return [row for row in rows if any(row.cells)]


def _with_df(results: Results, key: dict[str, str]) -> str:
    """Give a test statistic with its degrees of freedom."""
    return formats.with_bracket(results.text("statistic", **key), results.text("df", **key))


def _with_error(results: Results, key: dict[str, str]) -> str:
    """Give an estimate with its standard error."""
    return formats.with_bracket(results.text("estimate", **key), results.text("std_error", **key))
