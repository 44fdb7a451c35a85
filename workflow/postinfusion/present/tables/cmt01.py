"""CMT01: medicines beside the trial treatment, before and during the trial; what acts on the mind stands apart."""

from __future__ import annotations

from postinfusion.errors import DataError
from postinfusion.plan.analyses import Medication
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.results import Results
from postinfusion.present.tables.columns import count, groups_of, headings

_GROUPS = {"psychotropic": "Psychotropic medicines", "other medication": "Other medicines"}
_LEVELS = {
    "before": "Before the trial treatment", "during": "During the trial", "begun": "Begun during the trial"
}  # fmt: skip
_NOTES = (
    "Participants, n (%). Before: begun before time zero. During: not known to have ended before time zero.",
    "Begun: begun at or after time zero by a participant who had not had the same before.",
    "Medicines taken during the trial may follow from what happened in it: arms are described and not compared.",
)


def table(results: Results) -> Table:
    """Give a block for each time: any medicine, then each by group.

    Raises
    ------
    DataError
        The data hold no medicines.
    """
    analysis = results.analysis
    if not isinstance(analysis, Medication) or not results.values_of("level", variable="medication"):
        raise DataError(results.failure or "the data hold no medicines")
    unnamed = () if analysis.psychotropic else ("The plan names no psychotropic medicines: none stands apart.",)
    notes = (*_NOTES, *unnamed, *(f"{text}." for text in results.warnings()))
    parts = tuple(
        Part(("Medicine", *headings(results)), tuple(_rows(results, level)), words) for level, words in _LEVELS.items()
    )
    return Table(label_of(results, "CMT01", footnotes=notes), parts)


def _rows(results: Results, level: str) -> list[Row]:
    """Give the rows of one time: any medicine, any of each group, and each."""
    found = [_row(results, "Any medicine", {"variable": "medication", "level": level})]
    for variable, words in _GROUPS.items():
        key = {"variable": variable, "level": level}
        terms = [term for term in results.values_of("term", **key) if term]
        if terms:
            found.append(_row(results, f"{words}: any", key))
            found += [_row(results, _capital(term), {**key, "term": term}, 1) for term in terms]
    return found


def _row(results: Results, label: str, key: dict[str, str], indent: int = 0) -> Row:
    """Give one row of participants."""
    return Row(label, tuple(count(results, **key, arm=arm) for arm in groups_of(results)), indent)


def _capital(name: str) -> str:
    """Give a name that begins with a capital."""
    return f"{name[:1].upper()}{name[1:]}"
