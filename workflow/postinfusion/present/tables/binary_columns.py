"""The cells of tables of binary statuses: shares by arm, risk differences, odds ratios, numbers needed to treat."""

from __future__ import annotations

import math
from collections.abc import Sequence

from postinfusion.present import formats
from postinfusion.present.display import Row
from postinfusion.present.results import Results
from postinfusion.vocabulary import ESTIMATOR_NAMES

INFINITE = "∞"
_RATIO_DECIMALS = 1
NOTE_OF_SHARES = "Shares are n/N (%). Exact: their exact intervals in per cent, and the conditional odds ratio."
NOTE_OF_ESTIMATORS = (
    "Missing as failure: participants without a value count as not having it. Observed cases: they are left out. The "
    "declared estimator stands first."
)
NOTE_OF_NEEDED = (
    "Number needed to treat: for one more benefit (NNTB) or one more harm (NNTH); an interval of the risk difference "
    "that holds zero gives one over infinity (Altman 1998)."
)


def binary_headings(results: Results) -> tuple[str, ...]:
    """Give the headings after the first: the arms, then those of each comparison, named where there are several."""
    pairs, level = results.comparisons, results.confidence
    named = [(f", {arm} − {against}", f", {arm} against {against}") if len(pairs) > 1 else ("", "")
             for arm, against in pairs]  # fmt: skip
    of_pair = (
        (f"Risk difference{difference} ({level} CI)", "p", f"Odds ratio{against} ({level} CI)",
         f"Number needed to treat{against} ({level} CI)")
        for difference, against in named
    )  # fmt: skip
    arms = tuple(results.with_total(arm) for arm in results.arms)
    return (*arms, *(heading for headings in of_pair for heading in headings))


def binary_rows(results: Results, label: str, key: dict[str, str]) -> list[Row]:
    """Give the rows of one status at one time: two below its heading for each estimator, the declared one first.

    The second one has the exact intervals of the shares and the exact conditional odds ratio.
    """
    found = results.values_of("level", term="proportion", **key)
    names = [name for name in estimators_in_order(results) if name in found]
    rows = [Row(label)]
    for name in names:
        keys = {**key, "level": name}
        rows += [Row(name.capitalize(), _cells(results, keys), 1), Row("exact", _exact_cells(results, keys), 2)]
    return rows


def estimators_in_order(results: Results) -> tuple[str, ...]:
    """Give the names of the estimators, the declared one first."""
    declared = ESTIMATOR_NAMES.get(getattr(results.analysis, "missing", "failure"), "")
    return tuple(sorted(ESTIMATOR_NAMES.values(), key=lambda name: name != declared))


def binary_notes(results: Results) -> tuple[str, ...]:
    """Give the footnotes of the columns."""
    pairs = "; ".join(f"{arm} − {against}" for arm, against in results.comparisons)
    differences = (f"Risk differences in percentage points: {pairs}.", NOTE_OF_NEEDED) if pairs else ()
    both = (NOTE_OF_ESTIMATORS,) if len(results.values_of("level", term="proportion")) > 1 else ()
    return (NOTE_OF_SHARES, *both, *differences)


def _cells(results: Results, key: dict[str, str]) -> tuple[str, ...]:
    """Give the shares of the arms and the columns of each comparison."""
    shares = tuple(share(results, {**key, "arm": arm}) for arm in results.arms)
    pairs = ({**key, "arm": arm, "comparator": against} for arm, against in results.comparisons)
    return (*shares, *(cell for pair in pairs for cell in _comparison(results, pair)))


def _exact_cells(results: Results, key: dict[str, str]) -> tuple[str, ...]:
    """Give the exact intervals of the shares, and the exact odds ratio of each comparison under the other one."""
    intervals = tuple(share_interval(results, {**key, "arm": arm}) for arm in results.arms)
    cells: list[str] = []
    for arm, against in results.comparisons:
        pair = {**key, "arm": arm, "comparator": against, "term": "exact-odds-ratio"}
        cells += ["", "", ratio(results, pair), ""]
    return (*intervals, *cells)


def _comparison(results: Results, key: dict[str, str]) -> tuple[str, ...]:
    """Give the cells of one comparison."""
    difference = {**key, "term": "risk-difference"}
    return (
        in_percentage_points(results, difference),
        results.text("p_value", **difference),
        ratio(results, {**key, "term": "odds-ratio"}),
        number_needed(results, {**key, "term": "number-needed-to-treat"}),
    )


def share(results: Results, key: dict[str, str]) -> str:
    """Give ``25/48 (52.1 %)``."""
    key = {**key, "term": "proportion"}
    n, total = results.text("n", **key), results.text("n_total", **key)
    if not n or n in formats.WITHOUT_VALUE:
        return n
    return formats.count_with_percent(f"{n}/{total}", formats.percentage_points(results.value("estimate", **key)))


def share_interval(results: Results, key: dict[str, str]) -> str:
    """Give the exact interval of a share in per cent."""
    key = {**key, "term": "proportion"}
    if sign := results.sign("n", **key):
        return sign
    return formats.interval(*(formats.percentage_points(results.value(name, **key)) for name in _ENDS[1:]))


def in_percentage_points(results: Results, key: dict[str, str]) -> str:
    """Give a risk difference with its interval in percentage points."""
    if sign := results.sign("estimate", **key):
        return sign
    estimate, low, high = (formats.percentage_points(results.value(name, **key)) for name in _ENDS)
    return formats.with_bracket(estimate, formats.interval(low, high))


def ratio(results: Results, key: dict[str, str]) -> str:
    """Give a ratio with its interval, with two decimals; infinite ones as such."""
    estimate, low, high = (_ratio_text(results, name, key) for name in _ENDS)
    limits = "no interval" if formats.NOT_ESTIMABLE in {low, high} else formats.interval(low, high)
    return formats.with_bracket(estimate, limits)


def number_needed(results: Results, key: dict[str, str]) -> str:
    """Give a number needed to treat with its interval as Altman writes it."""
    if sign := results.sign("conf_low", **key):
        return sign
    found = [results.value(name, **key) for name in _ENDS]
    if any(value is None for value in found):
        return ""
    estimate, low, high = (float(value) for value in found if value is not None)
    own = "NNTB" if estimate > 0 else "NNTH"
    return f"{own} {_size(estimate)} ({_altman(low, high, is_benefit=estimate > 0)})"


def _altman(low: float, high: float, *, is_benefit: bool) -> str:
    """Give the interval: on one side, or from one side over infinity to the other."""
    if low > 0 > high:
        sides = (f"NNTB {_size(low)}", f"NNTH {_size(high)}")
        return f" to {INFINITE} to ".join(sides if is_benefit else reversed(sides))
    return formats.interval(_size(low if low > 0 else high), _size(high if low > 0 else low))


def _size(value: float) -> str:
    """Give the size of a number needed to treat with one decimal."""
    return formats.number(abs(value), 1) if math.isfinite(value) else INFINITE


def _ratio_text(results: Results, name: str, key: dict[str, str]) -> str:
    """Give one statistic of a ratio."""
    value = results.value(name, **key)
    is_infinite = value is not None and math.isinf(value)
    return INFINITE if is_infinite else results.printed(name, _RATIO_DECIMALS, **key)


_ENDS: Sequence[str] = ("estimate", "conf_low", "conf_high")
