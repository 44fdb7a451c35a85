"""TTET01: time to an event, with what can come instead of it."""

from __future__ import annotations

from postinfusion.errors import ModelError
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.among_words import left_out_note
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.event_words import asked, definition, event_in_words, note_on_visits, since_in_words
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import count_row, headings

_LEVELS = {
    "event": "With the event",
    "competing": "Competing event instead",
    "censored": "Observation ended without it",
    "excluded": "Not timed",
}
_QUANTILES = {"25 %": "Time by which 25 % had the event", "50 %": "Median time", "75 %": "Time by which 75 % had it"}
_DAYS = 0  # decimals of a single day; estimates print one more
_RATIO = 1
_COMPETES = (
    "Probabilities allow for competing events; hazard ratio and log-rank test compare rates among those with neither."
)


def table(results: Results) -> Table:
    """Give how observation ended, probabilities at chosen times, quantiles, mean times, and what compares arms.

    Raises
    ------
    ModelError
        Nobody could be timed.
    """
    if not results.values_of("level", variable="outcome"):
        raise ModelError(results.failure or "nobody could be timed")
    parts = (_outcomes(results), _probabilities(results), _times(results), _comparisons(results))
    subtitle = ", ".join(part for part in (definition(results), f"time since {since_in_words(results)}") if part)
    label = label_of(
        results,
        "TTET01",
        f"{subtitle[0].upper()}{subtitle[1:]}",
        note_on_visits(results) + _notes(results),
        title=f"Time to {event_in_words(results)}",
    )
    return Table(label, tuple(part for part in parts if part.rows))


def percent(results: Results, name: str, **key: str) -> str:
    """Give a probability, or a limit of one, in per cent; the sign for a missing one."""
    return results.sign(name, **key) or formats.percentage_points(results.value(name, **key))


def percent_interval(results: Results, **key: str) -> str:
    """Give the interval of a probability in per cent."""
    return formats.interval(percent(results, "conf_low", **key), percent(results, "conf_high", **key))


def _outcomes(results: Results) -> Part:
    """Give how observation ended, with kinds of competing events and reasons not to be timed."""
    rows: list[Row] = []
    for level, name in _LEVELS.items():
        key = {"variable": "outcome", "level": level}
        terms = results.values_of("term", stat_name="n", **key)
        names = {term: formats.event_in_words(term) if term else name for term in terms}
        rows += [count_row(results, names[term], {**key, "term": term}, int(bool(term))) for term in terms]
    unseen = {"variable": "follow-up", "level": "no assessment after hour 0"}
    rows.append(count_row(results, "No assessment after hour 0", unseen))
    return Part(("", *headings(results)), tuple(rows), "How observation ended")


def _probabilities(results: Results) -> Part:
    """Give numbers at risk, events so far and the probability of the event, a block of rows per time."""
    rows: list[Row] = []
    for time in results.values_of("time", term="cumulative-incidence"):
        rows.append(Row(hours_as_text(float(time))))
        keys = [{"term": "cumulative-incidence", "time": time, "arm": arm} for arm in results.arms]
        rows.append(
            Row("At risk", tuple(results.text("n", term="at-risk", time=time, arm=arm) for arm in results.arms), 1)
        )
        rows.append(Row("With the event so far", tuple(results.text("n", **key) for key in keys), 1))
        rows.append(Row("Probability of the event (%)", tuple(percent(results, "estimate", **key) for key in keys), 1))
        rows.append(Row(f"{results.confidence} CI", tuple(percent_interval(results, **key) for key in keys), 1))
        rows += _differences(results, time)
    return Part(("Time", *(results.with_total(arm) for arm in results.arms)), tuple(rows), "Probability of the event")


def _differences(results: Results, time: str) -> list[Row]:
    """Give the differences of probabilities, below the arm that is compared."""
    found: list[Row] = []
    for against in dict.fromkeys(pair[1] for pair in results.comparisons):
        key = {"term": "risk-difference", "time": time, "comparator": against}
        cells = [percent(results, "estimate", arm=arm, **key) for arm in results.arms]
        if not any(cells):
            continue
        found.append(Row(f"Difference from {against} (percentage points)", tuple(cells), 1))
        intervals = tuple(percent_interval(results, arm=arm, **key) for arm in results.arms)
        found.append(Row(f"{results.confidence} CI", intervals, 2))
        found.append(Row("p", tuple(results.text("p_value", arm=arm, **key) for arm in results.arms), 2))
    return found


def _times(results: Results) -> Part:
    """Give quantiles and mean times in days."""
    rows: list[Row] = []
    for level, name in _QUANTILES.items():
        rows += _days(results, name, term="quantile", level=level)
    for term, name in (("restricted-mean", "Mean time without the event"), ("time-lost", "Mean time after the event")):
        for time in results.values_of("time", term=term):
            rows += _days(results, f"{name} within {hours_as_text(float(time))}", term=term, time=time)
            rows += _differences_of_means(results, term, time)
    return Part(("In days", *(results.with_total(arm) for arm in results.arms)), tuple(rows), "Times")


def _days(results: Results, name: str, **key: str) -> list[Row]:
    """Give a time by arm with its interval."""
    cells = [results.printed("estimate", _DAYS, arm=arm, **key) for arm in results.arms]
    intervals = [_days_interval(results, arm=arm, **key) for arm in results.arms]
    return [Row(name, tuple(cells)), Row(f"{results.confidence} CI", tuple(intervals), 1)] if any(cells) else []


def _days_interval(results: Results, **key: str) -> str:
    """Give the interval of a time; one of which only the upper limit is missing as without end."""
    low, high = (results.printed(name, _DAYS, **key) for name in ("conf_low", "conf_high"))
    has_low = bool(low) and low not in formats.WITHOUT_VALUE
    return f"{low} or more" if high == formats.NOT_ESTIMABLE and has_low else formats.interval(low, high)


def _differences_of_means(results: Results, level: str, time: str) -> list[Row]:
    """Give the differences of mean times, below the arm that is compared."""
    found: list[Row] = []
    for against in dict.fromkeys(pair[1] for pair in results.comparisons):
        key = {"term": "difference", "level": level, "time": time, "comparator": against}
        cells = [results.printed("estimate", _DAYS, arm=arm, **key) for arm in results.arms]
        if any(cells):
            limits = [[results.printed(name, _DAYS, arm=arm, **key) for name in ("conf_low", "conf_high")]
                      for arm in results.arms]  # fmt: skip
            found.append(Row(f"Difference from {against}", tuple(cells), 1))
            found.append(Row(f"{results.confidence} CI", tuple(formats.interval(*pair) for pair in limits), 2))
            found.append(Row("p", tuple(results.text("p_value", arm=arm, **key) for arm in results.arms), 2))
    return found


def _comparisons(results: Results) -> Part:
    """Give hazard ratio and tests, a column for each comparison."""
    pairs = [{"arm": arm, "comparator": against} for arm, against in results.comparisons]
    ratio = {"term": "ratio", "level": "hazard"}
    rows = (
        Row("Hazard ratio", tuple(results.printed("estimate", _RATIO, **ratio, **pair) for pair in pairs)),
        Row(f"{results.confidence} CI", tuple(_ratio_interval(results, **ratio, **pair) for pair in pairs), 1),
        Row("p (likelihood ratio)", tuple(results.text("p_value", **ratio, **pair) for pair in pairs), 1),
        Row("Log-rank test, p", tuple(results.text("p_value", term="log-rank", **pair) for pair in pairs)),
        Row("Log-rank under re-randomisation, p", tuple(_permutation(results, "", pair) for pair in pairs)),
        Row("Smallest p that it could give", tuple(_permutation(results, "smallest", pair) for pair in pairs), 1),
    )
    columns = ("", *(f"{pair['arm']} against {pair['comparator']}" for pair in pairs))
    return Part(columns, tuple(row for row in rows if any(row.cells)), "Comparison of arms over the whole time")


def _ratio_interval(results: Results, **key: str) -> str:
    """Give the interval of a hazard ratio."""
    return formats.interval(*(results.printed(name, _RATIO, **key) for name in ("conf_low", "conf_high")))


def _permutation(results: Results, level: str, pair: dict[str, str]) -> str:
    """Give a p-value of the re-randomisation test."""
    return results.text("p_value", term="permutation", level=level, **pair)


def _notes(results: Results) -> tuple[str, ...]:
    """Say what competing events do to the numbers, and what the analysis warns of."""
    competes = (_COMPETES,) if asked(results).competing else ()
    return left_out_note(results) + competes + tuple(formats.as_sentence(text) for text in results.warnings())
