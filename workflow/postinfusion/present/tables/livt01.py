"""LIVT01: peaks of liver tests as multiples of the upper limit of normal, and potential cases of Hy's law."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Liver
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.share_cells import difference_headings, risk_differences, share

_HIGHER = "aminotransferase"


def table(results: Results) -> Table:
    """Give the participants by the peaks of their liver tests after time zero.

    Raises
    ------
    ModelError
        The results hold no aminotransferase that can be compared with an upper limit of normal.
    """
    analysis = results.analysis
    if not isinstance(analysis, Liver) or not results.values_of("term", variable="liver"):
        raise ModelError(results.failure or "the results hold no liver tests")
    heads = ("", *(results.with_total(arm) for arm in results.arms), *difference_headings(results))
    peaks = Part(heads, tuple(_peaks(results, analysis)), "Highest multiple of the upper limit of normal (ULN)")
    quadrants = Part(heads, tuple(_quadrants(results, analysis)), "Highest multiples of both, at any times")
    label = label_of(results, "LIVT01", "Participants with a result after time zero", _notes(results, analysis))
    return Table(label, (peaks, quadrants))


def _peaks(results: Results, analysis: Liver) -> list[Row]:
    """Give median and limits of each test."""
    names = {test.measure: test.name for test in analysis.tests}
    names[_HIGHER] = " or ".join(test.name for test in analysis.aminotransferases)
    rows: list[Row] = []
    for term in results.values_of("term", variable="liver"):
        key = {"variable": "liver", "term": term}
        medians = tuple(_median(results, term, arm) for arm in results.arms)
        rows.append(Row(f"{names[term]}: median (quartiles), × ULN", (*medians, *("" for _ in results.comparisons))))
        rows += [_row(results, f"{level} × ULN", {**key, "level": level}, 1)
                 for level in results.values_of("level", **key)]  # fmt: skip
    before = {"variable": "liver-before", "term": _HIGHER, "level": f"≥ {analysis.aminotransferase_from:g}"}
    return [*rows, _row(results, f"{names[_HIGHER]} {before['level']} × ULN before time zero already", before, 0)]


def _quadrants(results: Results, analysis: Liver) -> list[Row]:
    """Give the participants of each quadrant, those without both, and the potential cases that came together."""
    enzyme, bile = f"{analysis.aminotransferase_from:g} × ULN", f"{analysis.bilirubin_from:g} × ULN"
    names = {
        "both below": f"Aminotransferase < {enzyme}, bilirubin < {bile}",
        "aminotransferase only": f"Aminotransferase ≥ {enzyme}, bilirubin < {bile}",
        "bilirubin only": f"Aminotransferase < {enzyme}, bilirubin ≥ {bile}",
        "potential Hy's law": f"Potential Hy's law: aminotransferase ≥ {enzyme}, bilirubin ≥ {bile}",
    }
    rows = [_row(results, name, {"variable": "liver-quadrant", "level": level}, 0) for level, name in names.items()]
    together = {
        "bilirubin within the time": f"of these, such a bilirubin within {hours_as_text(analysis.within)} after",
        "and alkaline phosphatase not raised": f"and alkaline phosphatase < {bile} throughout, of those with a value",
    }
    found = [
        _row(results, name, {"variable": "liver-potential", "level": level}, 1) for level, name in together.items()
    ]
    unknown = {"variable": "liver-potential", "level": "alkaline phosphatase not measured"}
    found.append(_count(results, "and alkaline phosphatase not measured", unknown, 1))
    rows += [row for row in found if any(row.cells)]
    without = {"variable": "liver-quadrant", "level": "not both measured after"}
    return [*rows, _count(results, "Not both measured after time zero", without, 0)]


def _count(results: Results, name: str, key: dict[str, str], level: int) -> Row:
    """Give a row of numbers of participants by arm."""
    cells = tuple(results.text("n", **key, arm=arm) for arm in results.arms)
    return Row(name, (*cells, *("" for _ in results.comparisons)), level)


def _row(results: Results, name: str, key: dict[str, str], level: int) -> Row:
    """Give a row of shares by arm with their differences."""
    cells = tuple(share(results, **key, arm=arm) for arm in results.arms)
    return Row(name, (*cells, *risk_differences(results, **key)), level)


def _median(results: Results, term: str, arm: str) -> str:
    """Give the median with quartiles; of a test that nobody of the arm has, that it was not recorded."""
    key = {"variable": "liver-peak", "term": term, "arm": arm}
    if results.value("n", **key) == 0:
        return formats.NO_RECORD
    median, low, high = (results.printed(name, 1, **key) for name in ("median", "q1", "q3"))
    return formats.with_bracket(median, formats.interval(low, high))


def _notes(results: Results, analysis: Liver) -> tuple[str, ...]:
    """Say where the limits come from, and what a potential case is."""
    limits = (
        f"Limits: {analysis.source}. They are no medical advice. Shares are of those with a result after time zero "
        f"(n of N, % and {results.confidence} CI); whoever has none is neither normal nor abnormal."
    )
    potential = (
        "A potential case of Hy's law becomes one only when no other reason is found (cholestasis, hepatitis, another "
        "medicine): that takes the records of the participant. Low muscle mass, refeeding and Gilbert's syndrome move "
        "these tests too."
    )
    return (limits, potential, *(f"{text}." for text in results.warnings()))
