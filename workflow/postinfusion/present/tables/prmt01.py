"""PRMT01: randomisation test beside the model of the same question."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import RandomisationTest
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results

TEST, MODEL = "randomisation-test", "model"
_NOTE = (
    "The test deals out the labels of the arms again, within the strata of the randomisation, and rests on nothing but "
    "the randomisation; the smallest possible p is what it could have given with these participants at best. "
    "Participants without a value are left out of it, so that it shares the model's assumption about missing values."
)


def table(results: Results) -> Table:
    """Give for each comparison the p of the model, that of the test, and the smallest that the test could have given.

    Raises
    ------
    ModelError
        There is no test.
    """
    pairs = [pair for pair in results.comparisons if _key(results, pair, TEST)]
    if not pairs:
        raise ModelError(results.failure or "the results hold no test")
    rows: list[Row] = []
    for pair in pairs:
        rows += [Row(f"{pair[0]} against {pair[1]}"), *_rows(results, pair)]
    label = label_of(results, "PRMT01", _subtitle(results), (_NOTE,), title=_title(results))
    return Table(label, (Part(("", "Value"), tuple(rows), is_text=True),))


def _key(results: Results, pair: tuple[str, str], term: str) -> dict[str, str]:
    """Give the key of the rows of one comparison; empty without such rows."""
    analysis = results.analysis
    visit = analysis.visit if isinstance(analysis, RandomisationTest) else ""
    key = {"arm": pair[0], "comparator": pair[1], "visit": visit, "term": term}
    variables = results.values_of("variable", **key)
    return {**key, "variable": variables[0]} if variables else {}


def _rows(results: Results, pair: tuple[str, str]) -> list[Row]:
    """Give the rows of one comparison."""
    test, model = _key(results, pair, TEST), _key(results, pair, MODEL)
    n = {arm: results.text("n", term="observed", arm=arm, visit=test["visit"], variable=test["variable"])
         for arm in pair}  # fmt: skip
    looked_at = f"{results.text('n_allocations', **test)} ({results.said('how', **test)})"
    cells = {
        "n": " / ".join(n.values()),
        "Difference by the model": results.text("estimate", **model),
        "p of the model": results.text("p_value", **model),
        "Studentised difference": _statistic(results, test),
        "p of the randomisation test": results.text("p_value", **test),
        "Smallest possible p of the test": results.text("smallest_p", **test),
        "Allocations looked at": looked_at,
        "Strata": "" if results.text("n_strata", **test) == "1" else results.text("n_strata", **test),
        "Together": formats.as_sentence(results.said("agreement", **test)),
    }
    return [Row(name, (text,), 1) for name, text in cells.items() if text]


def _statistic(results: Results, test: dict[str, str]) -> str:
    """Give the statistic; a difference without any variation within the arms has none."""
    text = results.text("statistic", **test)
    return "" if text in formats.WITHOUT_VALUE else text


def _title(results: Results) -> str:
    """Name the endpoint, which is that of the model."""
    analysis = results.analysis
    model = results.plan.analyses.get(analysis.of) if isinstance(analysis, RandomisationTest) else None
    endpoint = results.plan.endpoints.get(getattr(model, "endpoint", ""))
    return f"{endpoint.label}: randomisation test" if endpoint else "Randomisation test"


def _subtitle(results: Results) -> str:
    """Say at which visit, and beside which model."""
    analysis = results.analysis
    return f"At {analysis.visit}, beside {analysis.of}" if isinstance(analysis, RandomisationTest) else ""
