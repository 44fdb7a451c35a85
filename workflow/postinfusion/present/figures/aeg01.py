"""AEG01: the most frequent adverse events, the risk by arm, participants and events, and risk differences.

A dot plot as recommended for binary harms, in a wide form and in one for narrow screens.

References
----------
Phillips R, Cro S, Wheeler G, et al. Visualising harms in publications of randomised controlled trials: consensus and
recommendations. BMJ 2022;377:e068983.
Amit O, Heiberger RM, Lane PW. Graphical approaches to the analysis of safety data from clinical trials. Pharm Stat
2008;7(1):20-35.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from postinfusion.ard.privacy import SUPPRESSED
from postinfusion.errors import DataError
from postinfusion.plan.analyses import AdverseEvents
from postinfusion.present import formats
from postinfusion.present.display import Drawing, label_of
from postinfusion.present.event_collection import collection_notes, way_of_term
from postinfusion.present.figures import dot_plot
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import count

MOST_TERMS = 20
_EVERY_TERM = "AET02"
_BY_DIFFERENCE = "risk-difference"


def draw(results: Results) -> Drawing:
    """Draw a row per term, in the order that the plan declares.

    Raises
    ------
    DataError
        No adverse event was recorded.
    """
    terms = _in_order(results, frequent_terms(results))
    if not terms:
        raise DataError(results.failure or _without_terms(results))
    values = _values(results, terms)
    notes = collection_notes(results)
    label = label_of(results, "AEG01", _subtitle(results, len(terms)), notes[:1], signs=_signs(results, values))
    wide, narrow = dot_plot.wide(results, values, label), dot_plot.narrow(results, values, label)
    return Drawing(label, wide, values, _in_words(results, values), narrow)


def frequent_terms(results: Results) -> Sequence[tuple[str, str]]:
    """Give class and term of the events that most participants had, at most twenty, the most frequent first."""
    return _by_frequency(results)[:MOST_TERMS]


def _by_frequency(results: Results) -> list[tuple[str, str]]:
    """Give class and term of every event that somebody had and that may be shown, the most frequent first."""
    overall = _overall(results)
    ordered = overall[overall["stat"] > 0].sort_values(["stat", "term"], ascending=[False, True], kind="stable")
    return list(zip(ordered["level"], ordered["term"], strict=True))


def _in_order(results: Results, terms: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """Put the terms, which are by frequency, into the order that the plan declares."""
    return sorted(terms, key=lambda term: -_first_difference(results, *term)) if _by_difference(results) else terms


def _by_difference(results: Results) -> bool:
    """Say whether terms are ordered by their risk difference: as declared, where arms are compared."""
    analysis = results.analysis
    return isinstance(analysis, AdverseEvents) and analysis.order == _BY_DIFFERENCE and bool(results.comparisons)


def _first_difference(results: Results, level: str, term: str) -> float:
    """Give the risk difference of the first comparison; terms whose difference is suppressed come last."""
    arm, against = results.comparisons[0]
    key = {"variable": "class-term", "level": level, "term": term, "arm": arm, "comparator": against}
    found = results.value("risk_difference", **key)
    return -2.0 if found is None or pd.isna(found) else found


def _subtitle(results: Results, shown: int) -> str:
    """Say which terms are shown, in which order, and what each panel holds."""
    panels = "participants with the event and [events] by arm"
    if not results.comparisons:
        return f"{_which(results, shown)}.{_order(results, shown)} {panels[0].upper()}{panels[1:]}"
    panels = f"Left: {panels}; right: risk difference with {results.confidence} confidence interval"
    return f"{_which(results, shown)}.{_order(results, shown)} {panels}"


def _which(results: Results, shown: int) -> str:
    """Say which terms are shown, and which are not: how many, and how frequent the most frequent of them is."""
    overall = _overall(results)
    counts = overall.loc[overall["stat"] > 0, "stat"].sort_values(ascending=False)
    total, hidden = len(counts), int((overall["error"] == SUPPRESSED).sum())
    known = f"{total} terms that may be shown" if hidden else f"{total} terms"
    which = f"The {shown} most frequent of {known}" if total > shown else f"All {known}"
    which = "The only term" if total == 1 and not hidden else which
    if total > shown:
        rest = f"the other {total - shown}, of at most {counts.iloc[shown]:.0f} participants each"
        which += f" in all arms together; {rest}, {_where(results)}"
    return which + (f"; {hidden} more {'is' if hidden == 1 else 'are'} suppressed" if hidden else "")


def _where(results: Results) -> str:
    """Say where the terms are that the figure leaves out."""
    return "are not shown" if _EVERY_TERM in results.plan.outputs.drop else f"are in {_EVERY_TERM}"


def _order(results: Results, shown: int) -> str:
    """Say in which order the terms stand; nothing of a single one."""
    if shown < 2:
        return ""
    if not _by_difference(results):
        return " Ordered by frequency."
    arm, against = results.comparisons[0]
    return f" Ordered by the risk difference of {arm} − {against}."


def _overall(results: Results) -> pd.DataFrame:
    """Give the rows that count the participants of all arms with each term."""
    rows = results.rows
    of_terms = (rows["variable"] == "class-term") & (rows["term"] != "") & (rows["stat_name"] == "n")
    return rows[of_terms & (rows["arm"] == "") & (rows["subgroup"] == "")]


def _without_terms(results: Results) -> str:
    """Say why there is no term to draw."""
    is_suppressed = (_overall(results)["error"] == SUPPRESSED).any()
    return formats.SUPPRESSED_REASON if is_suppressed else "no adverse event was recorded"


def _values(results: Results, terms: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Give what is plotted: per term a row for each arm and each comparison, proportions in percent."""
    names = ("n", "n_events", "proportion", "risk_difference", "conf_low", "conf_high")
    keys = [*((arm, "") for arm in results.arms), *results.comparisons]
    records = []
    for place, (level, term) in enumerate(terms):
        for arm, against in keys:
            key = {"variable": "class-term", "level": level, "term": term, "arm": arm, "comparator": against}
            sign = results.sign("risk_difference" if against else "proportion", **key)
            way = way_of_term(results, level, term)
            record = {
                "class": level,
                "term": term,
                "collected": way,
                "row": place,
                "arm": arm,
                "comparator": against,
                "sign": sign,
            }
            counted = "" if against else _counted(results, key)
            records.append(record | {name: results.value(name, **key) for name in names} | {"counted": counted})
    return pd.DataFrame(records).astype(dict.fromkeys(names, "float64"))


def _signs(results: Results, values: pd.DataFrame) -> set[str]:
    """Give the signs for what has no value that the figure shows; a suppressed term is told in the subtitle."""
    printed = " ".join(values["counted"])
    is_hidden = (_overall(results)["error"] == SUPPRESSED).any()
    shown = {sign for sign in formats.WITHOUT_VALUE if sign in printed}
    return {*values["sign"]} | shown | ({formats.SUPPRESSED} if is_hidden else set())


def _counted(results: Results, key: dict[str, str]) -> str:
    """Give participants and events as they are printed: ``12 [20]``."""
    participants, events = results.text("n", **key), results.text("n_events", **key)
    return f"{participants} [{events}]" if events and participants not in formats.WITHOUT_VALUE else participants


def _in_words(results: Results, values: pd.DataFrame) -> str:
    """Give every term with the risk in each arm in words."""
    return " ".join(
        f"{rows['term'].iloc[0]}: {', '.join(_risk_in_words(results, rows, arm) for arm in results.arms)}."
        for _, rows in values.groupby("row", sort=False)
    )


def _risk_in_words(results: Results, values: pd.DataFrame, arm: str) -> str:
    """Give one risk in words."""
    key = {"variable": "class-term", "level": str(values["class"].iloc[0]), "term": str(values["term"].iloc[0])}
    return f"{arm} {count(results, arm=arm, **key)}"
