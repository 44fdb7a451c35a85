"""The rules between a plan and the scales it names: which version, which items, which scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from postinfusion.errors import Problem, listed, nearest
from postinfusion.instruments import catalogue
from postinfusion.instruments.catalogue import Found
from postinfusion.instruments.model import Rule
from postinfusion.plan.named import Names, names_in
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan
from postinfusion.plan.source import ITEM, Source, table_of

_WITH_ITEMS = "assessments"
ItemColumn = tuple[str, str | None, str, int]
"""Measure, visit or None, their column, number of the item."""


def check(plan: Plan) -> Iterator[Problem]:
    """Give everything in which a plan and the scales it names do not fit each other."""
    yield from _endpoints(plan)
    for name, source in plan.sources.items():
        yield from _items(plan, name, source)
    for name in plan.scoring.aligned:
        if catalogue.find(name, plan.instruments) is None:
            yield plan.places.problem(("scoring", "aligned"), catalogue.unknown(name, plan.instruments))


def item_columns(plan: Plan, source: Source) -> Iterator[ItemColumn]:
    """Give each column of single items that a source names, with what it holds."""
    for measure, written in source.items.items():
        found = catalogue.find(measure, plan.instruments)
        if found is not None:
            for visit, columns in by_visit(written):
                yield from ((measure, visit, column, item) for item, column in _by_item(found, columns))


def by_visit(written: str | Mapping[str, str | dict[str, str]]) -> Iterator[tuple[str | None, str | Mapping[str, str]]]:
    """Give the columns of a measure by visit; None stands for a file that has a row for each visit."""
    if isinstance(written, str) or all(key.isdecimal() for key in written):
        yield None, written  # type: ignore[misc]
        return
    yield from written.items()


def analysed_visits(plan: Plan) -> dict[str, frozenset[str]]:
    """Give the visits after baseline at which each endpoint is analysed, by its key."""
    after = plan.visit_names[1:]
    found: dict[str, set[str]] = {key: set() for key in plan.endpoints}
    for estimand in plan.estimands.values():
        found.get(estimand.variable.endpoint, set()).add(estimand.variable.visit)
    for analysis in plan.analyses.values():
        named = [name for _, kind, names in names_in(analysis) if kind is Names.LATER_VISIT for name in names]
        visits = named or (after if getattr(analysis, "endpoint", "") else ())
        found.get(getattr(analysis, "endpoint", ""), set()).update(visits)
    return {key: frozenset(visits) for key, visits in found.items()}


def _by_item(found: Found, columns: str | Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Give item → their column, where a pattern stands for all items that some score needs."""
    if isinstance(columns, str):
        yield from ((item, columns.replace(ITEM, str(item))) for item in found.instrument.scored_items)
    else:
        yield from ((int(item), column) for item, column in columns.items() if item.isdecimal())


def _endpoints(plan: Plan) -> Iterator[Problem]:
    """Check that an endpoint says which scale it is, and that its score is a quantity."""
    for key, endpoint in plan.endpoints.items():
        found = catalogue.find_score(endpoint.measure, endpoint.score, plan.instruments)
        if found is not None and found.is_ambiguous:
            remedy = "Where the data use the short name, map it under values: {measure: {…: …}}."
            yield plan.places.problem(("endpoints", key, "measure"), f"{found.which_version} {remedy}")
        elif found is not None and found.description and found.description.rule is Rule.PROFILE:
            text = f"{found.label} is a name and not a quantity, so it cannot be analysed. Choose another score."
            yield plan.places.problem(("endpoints", key, "score"), text)


def _items(plan: Plan, name: str, source: Source) -> Iterator[Problem]:
    """Check the columns of single items that a source names."""
    if source.items and table_of(name) != _WITH_ITEMS:
        yield plan.places.problem(("sources", name, "items"), "only assessments have items. Move them there.")
    for measure, written in source.items.items():
        way: Path = ("sources", name, "items", measure)
        found = catalogue.find(measure, plan.instruments)
        if found is None:
            text = f"{catalogue.unknown(measure, plan.instruments)} Or describe it under instruments."
            yield plan.places.problem(way, text)
        elif found.instrument.versions:
            yield plan.places.problem(way, found.which_version)
        elif not found.instrument.scored_items:
            yield plan.places.problem(way, _no_key(found))
        else:
            yield from _columns(plan, way, found, written)


def _columns(
    plan: Plan, way: Path, found: Found, written: str | Mapping[str, str | dict[str, str]]
) -> Iterator[Problem]:
    """Check the columns of the items of one scale."""
    for visit, columns in by_visit(written):
        here = way if visit is None else (*way, visit)
        known = visit is None or visit in plan.visit_names or visit in plan.left_out or plan.left_out.holds("schedule")
        if not known:
            remedy = nearest(str(visit), plan.visit_names) or f"There are: {listed(plan.visit_names)}."
            yield plan.places.problem(here, f"this is neither an item's number nor a visit of the schedule. {remedy}")
        if isinstance(columns, str) and ITEM not in columns:
            text = f'"{columns}" needs {ITEM} where the number of the item stands, as in phq9_{ITEM}.'
            yield plan.places.problem(here, text)
        for item in [] if isinstance(columns, str) else columns:
            if not item.isdecimal() or int(item) not in found.instrument.item_numbers:
                numbers = found.instrument.item_numbers
                text = f'{found.name} has no item "{item}"; its items are {numbers[0]} to {numbers[-1]}.'
                yield plan.places.problem((*here, item), text)


def _no_key(found: Found) -> str:
    """Say that no key of a scale is there to score its items."""
    licence = found.instrument.licence
    why = f" ({licence.terms})" if licence and not licence.items_shipped else ""
    scores = ", ".join(found.instrument.scores)
    return (
        f"there is no key for the items of {found.name}{why}. Deliver its scores ({scores}), or describe the scale "
        "with its items under instruments."
    )
