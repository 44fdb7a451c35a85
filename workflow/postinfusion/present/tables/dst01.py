"""DST01: how the trial went and ended for the participants, by arm."""

from __future__ import annotations

from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.enrolment import entered, is_randomised
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import count, count_row, groups_of, headings, is_empty

_LEVELS = {
    "screened": "Assessed for eligibility",
    "excluded": "Excluded",
    "randomised": "Randomised",
    "treated": "Treated",
    "completed": "Completed",
    "ongoing": "Ongoing",
    "discontinued": "Discontinued",
    "died": "Died",
}


def table(results: Results) -> Table:
    """Give the numbers at each step; a step that the data do not hold has no row."""
    rows = [row for level, name in _LEVELS.items() for row in _step(results, level, name)]
    label = label_of(results, "DST01", footnotes=(_share_of(results),))
    parts = [Part(("", *headings(results)), tuple(rows), "Disposition" if _infusions(results) else "")]
    if _infusions(results):
        columns = ("Infusion", *headings(results))
        parts.append(Part(columns, tuple(_infusions(results)), "Infusions received, percentages of the treated"))
    return Table(label, tuple(parts))


def _share_of(results: Results) -> str:
    """Say what the percentages are of."""
    who = "randomised participants" if is_randomised(results.plan) else "participants"
    return f"Percentages are of the {who} unless a heading says otherwise."


def _step(results: Results, level: str, name: str) -> list[Row]:
    """Give a step with its reasons; before randomisation only all participants together have a number."""
    key = {"variable": "flow", "level": level}
    if level == "randomised" and not is_randomised(results.plan):
        name = entered(results.plan).capitalize()
    if results.value("n", arm="", **key) is not None and len(results.arms) == 1:
        return _single(results, name, key)
    total = count_row(results, name, key)
    reasons = [term for term in results.values_of("term", stat_name="n", **key) if term]
    return [] if is_empty(total) else [total, *(count_row(results, term, {**key, "term": term}, 1) for term in reasons)]


def _single(results: Results, name: str, key: dict[str, str]) -> list[Row]:
    """Give the step of a trial with one arm, whose early steps stand without an arm."""
    reasons = ["", *(term for term in results.values_of("term", stat_name="n", **key) if term)]
    return [Row(term or name, (count(results, term=term, arm="", **key),), int(bool(term))) for term in reasons]


def _infusions(results: Results) -> list[Row]:
    """Give how many participants received each infusion."""
    numbers = results.values_of("level", variable="infusion", stat_name="n", arm=groups_of(results)[0])
    return [count_row(results, number, {"variable": "infusion", "level": number}) for number in numbers]
