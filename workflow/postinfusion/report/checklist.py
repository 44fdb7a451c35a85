"""A checklist as a table of the page: every item with its answer, its status and links to the places that tell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import groupby

from markupsafe import Markup

from postinfusion.present.checklists.item import Answer, Item
from postinfusion.present.display import Label, Part, Row, Table
from postinfusion.vocabulary import OUTPUTS

_COLUMNS = ("Topic (item of CONSORT 2010)", "What is asked", "Status", "What was found", "Where")
_NOWHERE = "nowhere in this report"


class Status(StrEnum):
    """Whether an item is answered."""

    REPORTED = "reported"
    IN_PART = "in part"
    NOT_SHOWN = "not shown"
    NOT_IN_DATA = "not in the data"
    FOR_AUTHOR = "for the author"


def status(item: Item, answer: Answer, links: Sequence[Markup]) -> Status:
    """Say whether an item is answered: by what was found, and whether a place of this report shows it.

    Parameters
    ----------
    item, answer
        The item, and what plan and results say to it.
    links
        The places of this report that tell it.
    """
    if answer.found and not links:
        return Status.NOT_SHOWN
    if answer.found:
        return Status.IN_PART if answer.missing or item.author else Status.REPORTED
    return Status.FOR_AUTHOR if item.author and not answer.missing else Status.NOT_IN_DATA


def checklist_table(
    output_id: str,
    answers: Sequence[tuple[Item, Answer]],
    places: Mapping[str, Sequence[tuple[str, str]]],
    notes: tuple[str, ...],
) -> Table:
    """Give a checklist as a table, section by section.

    Parameters
    ----------
    output_id
        Which checklist it is.
    answers
        The items with what plan and results say to each.
    places
        ID of an output, or part of the page as ``#plan`` → the names of its places on the page, each with what a link
        to it says.
    notes
        What the table needs to be understood.
    """
    linked = [(item, answer, _links(answer, places)) for item, answer in answers]
    rows: list[Row] = []
    for section, group in groupby(linked, key=lambda one: one[0].section):
        rows += [Row(section), *(_row(*one) for one in group)]
    counted = Counter(status(*one) for one in linked)
    subtitle = ", ".join(f"{kind.value}: {counted[kind]}" for kind in Status if counted[kind])
    label = Label(output_id, "all", OUTPUTS[output_id].title, f"Of {len(linked)} topics {subtitle}.", footnotes=notes)
    return Table(label, (Part(_COLUMNS, tuple(rows), is_text=True),))


def _links(answer: Answer, places: Mapping[str, Sequence[tuple[str, str]]]) -> list[Markup]:
    """Give a link to each place of this report that tells the answer; none to a place that is not there."""
    if not answer.found:
        return []
    known = [one for place in answer.places for one in places.get(place, ())]
    return [Markup('<a href="#{}">{}</a>').format(anchor, words) for anchor, words in known]


def _row(item: Item, answer: Answer, links: Sequence[Markup]) -> Row:
    """Give one item."""
    kind = status(item, answer, links)
    where = Markup(", ").join(links) if links else _NOWHERE if kind is Status.NOT_SHOWN else ""
    return Row(f"{item.topic} ({item.number})", (item.asks, kind.value, _words(item, answer), where), 1)


def _words(item: Item, answer: Answer) -> str:
    """Give what was found, what is missing and what is left to the author, as sentences."""
    found = [f"{answer.found[0].upper()}{answer.found[1:]}."] if answer.found else []
    left = {"Not in the data": answer.missing, "For the author": item.author}
    return " ".join([*found, *(f"{name}: {text}." for name, text in left.items() if text)])
