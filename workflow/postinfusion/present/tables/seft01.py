"""SEFT01: side effects after an infusion: how often, how soon, how long, what passed by itself; zeros are printed."""

from __future__ import annotations

from postinfusion.ard.schema import canonical_hours
from postinfusion.errors import ModelError, listed
from postinfusion.plan.analyses import SideEffects
from postinfusion.plan.quantities import hours_as_text
from postinfusion.present import formats
from postinfusion.present.claims import ShownClaim, claims_of
from postinfusion.present.display import Part, Row, Table, label_of
from postinfusion.present.event_collection import NOT_COMPARABLE, NOT_RECORDED, WAYS, is_recorded
from postinfusion.present.results import Results
from postinfusion.present.tables.divided_parts import divided_parts
from postinfusion.present.tables.habituation_parts import (
    divided_habituation,
    habituation_notes,
    habituation_parts,
)
from postinfusion.present.tables.share_cells import difference_headings, risk_differences, share

FIRST, ALL, UNKNOWN = "first event", "all events", "time unknown"
_APART = {
    "later": "later than the infusion",
    "perhaps later": "perhaps later, and counted",
    "of no infusion": "of no infusion",
}
_DECIMALS = {"h": 2, "d": 1}
_MANY = 2  # lines without anybody, from which one line stands for them
_HOURS_OF_DAYS, _HOURS_PER_DAY = 72.0, 24.0
_NOTHING = f"0{formats.NO_BREAK}of{formats.NO_BREAK}0"
BY_DAY = "ended, day known"
_LEFT_OUT = {"followed for less": "not followed for so long", "not known": "state then not known"}
_EXPLANATION = (
    "Onset, duration and what has passed are of the first event of each participant, so that nobody counts twice; an "
    "event that has not ended is followed to the end of participation. Limits of infusions and of all events respect "
    "that a participant may have several."
)


def table(results: Results) -> Table:
    """Give a block for each side effect of the plan.

    Raises
    ------
    ModelError
        The results hold no side effects.
    """
    analysis = results.analysis
    if not isinstance(analysis, SideEffects) or not results.values_of("term", variable="incidence"):
        raise ModelError(results.failure or "the results hold no side effects")
    lines = {
        _capital(name): {"variable": "incidence", "level": "participants", "term": name} for name in analysis.groups
    }
    parts = (
        *(_group(results, analysis, name) for name in analysis.groups),
        *habituation_parts(results, analysis.groups),
        *divided_parts(results, "Participants with an event", lines),
        *divided_habituation(results, analysis.groups),
        *_verdicts(results),
    )
    return Table(label_of(results, "SEFT01", _subtitle(analysis), _notes(results)), parts)


def _group(results: Results, analysis: SideEffects, name: str) -> Part:
    """Give the block of one side effect."""
    level, of = results.confidence, {"variable": "incidence", "term": name}
    rows = [
        _shares(results, f"Participants, n of N (%; {level} CI)", **of, level="participants"),
        _events(results, name),
        *_apart(results, name),
        _shares(results, f"Infusions, n of N (%; {level} CI)", **of, level="infusions"),
        _times(results, "Onset after the start of the infusion: median (quartiles)", ("q1", "q3"), "onset", name),
        _times(results, f"Duration: median ({level} CI)", ("conf_low", "conf_high"), "duration", name),
        _counts(results, "Ended, of those followed", {"variable": "duration", "level": FIRST, "term": name}),
        *_passing(results, analysis, name),
        *(_medicines(results, analysis, name) if name in analysis.medicines else ()),
    ]
    heads = ("", *(results.with_total(arm) for arm in results.arms), *difference_headings(results))
    held = _together([row for row in rows if any(row.cells)])
    unknown = _unknown(results, name)
    return Part(heads, (*held, *((unknown,) if any(unknown.cells) else ())), _caption(name, analysis.groups[name]))


def _apart(results: Results, name: str) -> list[Row]:
    """Give the participants with events of each way of collection, also where nobody had any."""
    rows = []
    for way in WAYS:
        key = {"variable": f"incidence-{way}", "level": "participants", "term": name}
        row = _shares(results, f"{way.capitalize()}: participants [events]", **key)
        events = [results.text("n_events", **key, arm=arm) for arm in results.arms]
        cells = (f"{cell} [{n}]" if n and cell not in formats.WITHOUT_VALUE else cell
                 for cell, n in zip(row.cells, events, strict=False))  # fmt: skip
        rows.append(Row(row.label, (*cells, *row.cells[len(events) :]), 1))
    return rows


def _together(rows: list[Row]) -> list[Row]:
    """Give the rows with those that count nobody in any arm as one, which says how many and which these are."""
    empty = [row for row in rows if {cell for cell in row.cells if cell} == {_NOTHING}]
    kept = [row for row in rows if row not in empty]
    if len(empty) < _MANY:
        return rows
    said = f"{_NOTHING} in each arm: {len(empty)} lines, from “{empty[0].label}” to “{empty[-1].label}”"
    return [*kept, Row(said, ("",) * len(empty[0].cells))]


def _verdicts(results: Results) -> tuple[Part, ...]:
    """Give the verdict on each claim that rests on these results; nothing where none does."""
    judged = results.plan.claims.judged
    found = [
        claim
        for claim in claims_of(results.plan, results.ard)
        if claim.id in judged and any(point.analysis == results.analysis_id for point in judged[claim.id].decides)
    ]
    rows = tuple(
        Row(f"{claim.id} {claim.words}", (_verdict(claim), "; ".join(one.with_interval for one in claim.evidence)))
        for claim in found
    )
    heads = ("Claim", "Verdict", "What decides it (95 % CI)")
    return (Part(heads, rows, "Against the words of the claims", is_text=True),) if rows else ()


def _verdict(claim: ShownClaim) -> str:
    """Give a verdict with its reason."""
    return claim.with_reason if claim.is_testable else f"{claim.verdict.value}: {claim.reason}"


def _caption(name: str, terms: tuple[str, ...]) -> str:
    """Name a side effect, with the events that are one where these are not just its name."""
    head = _capital(name)
    return head if terms == (name,) else f"{head}: {', '.join(terms)}"


def _capital(name: str) -> str:
    """Give a name that begins with a capital."""
    return f"{name[:1].upper()}{name[1:]}"


def _passing(results: Results, analysis: SideEffects, name: str) -> list[Row]:
    """Give what had passed by each limit: of first events, without a treatment, and of all events."""
    blocks = (
        ("Passed by {}", {"variable": "resolved", "level": FIRST}),
        ("Passed by {} without a treatment", {"variable": "resolved-untreated", "level": FIRST}),
        ("All events passed by {} (sensitivity)", {"variable": "resolved", "level": ALL}),
    )
    rows = []
    for words, of in blocks:
        key = {**of, "term": name}
        timed = [
            _shares(results, words.format(_hours(limit)), **key, time=canonical_hours(limit))
            for limit in analysis.resolved_by
        ]
        if key["variable"] == "resolved-untreated":
            timed.append(_shares(results, "Passed without a treatment, whenever", **key))
        rows += [Row(row.label, row.cells, 1) for row in timed]
    return [*rows, *_left_out(results, analysis, name)]


def _left_out(results: Results, analysis: SideEffects, name: str) -> list[Row]:
    """Give the first events left out of what had passed, and those with an end of unknown hour, where there are any."""
    limits = [canonical_hours(limit) for limit in analysis.resolved_by]
    by = listed([_hours(limit) for limit in analysis.resolved_by])
    at_limits = [{"variable": "resolved", "time": at} for at in limits]
    found = [
        *(
            (f"First events left out, by {by}: {words}", [{**at, "level": level} for at in at_limits])
            for level, words in _LEFT_OUT.items()
        ),
        ("First events that ended on a known day, not in the median", [{"variable": "duration", "level": BY_DAY}]),
    ]
    rows = []
    for label, keys in found:
        cells = tuple("; ".join(results.text("n", **key, term=name, arm=arm) for key in keys) for arm in results.arms)
        if any(set(cell) - set("0; ") for cell in cells):
            rows.append(Row(label, (*cells, *_blank(results)), 1))
    return rows


def _medicines(results: Results, analysis: SideEffects, name: str) -> list[Row]:
    """Give who had a medicine for it beforehand or for an event, and what followed."""
    what, of = listed(analysis.medicines[name]), {"term": name}
    head = f"{what[:1].upper()}{what[1:]}"
    rows = [
        _shares(results, f"{head} beforehand (prophylaxis)", variable="prophylaxis", level="given", **of),
        _shares(results, "Of those with an infusion under it, with an event under it",
                variable="prophylaxis", level="event among given", **of),
        _shares(results, f"Events with {what} within 24 h of them (rescue)", variable="rescue", level=ALL, **of),
        _shares(results, "Had passed before the dose, of doses of known hour", variable="rescue", level="passed", **of),
        *(
            _shares(results, f"Passed within {_hours(limit)} of the first rescue dose",
                    variable="resolved-after-rescue", level="treated event", time=canonical_hours(limit), **of)
            for limit in analysis.resolved_by
        ),
    ]  # fmt: skip
    return [Row(row.label, row.cells, 1) for row in rows]


def _shares(results: Results, label: str, **key: str) -> Row:
    """Give a row of shares, with risk differences where arms were compared in them."""
    cells = tuple(share(results, **key, arm=arm) for arm in results.arms)
    return Row(label, (*cells, *risk_differences(results, **key)))


def _events(results: Results, name: str) -> Row:
    """Give the numbers of events."""
    key = {"variable": "incidence", "level": "participants", "term": name}
    return Row("Events", (*(results.text("n_events", **key, arm=arm) for arm in results.arms), *_blank(results)))


def _counts(results: Results, label: str, key: dict[str, str]) -> Row:
    """Give a row of numbers out of numbers."""
    return Row(label, (*(share(results, **key, arm=arm) for arm in results.arms), *_blank(results)), 1)


def _times(results: Results, label: str, limits: tuple[str, str], variable: str, name: str) -> Row:
    """Give a row of medians with two limits, of the first event of each participant."""
    cells = []
    for arm in results.arms:
        key = {"variable": variable, "level": FIRST, "term": name, "arm": arm}
        cells.append(_time(results, limits, key))
    return Row(label, (*cells, *_blank(results)))


def _time(results: Results, limits: tuple[str, str], key: dict[str, str]) -> str:
    """Give a median with its limits in hours, or in days where it is above 72 h."""
    names = ("median", *limits)
    texts = [results.printed(at, 0, **key) for at in names]
    if not texts[0] or texts[0] in formats.WITHOUT_VALUE:
        return texts[0]
    hours = [results.value(at, **key) for at in names]
    per, unit = (_HOURS_PER_DAY, "d") if (hours[0] or 0) > _HOURS_OF_DAYS else (1.0, "h")
    median, low, high = (
        text if not text or text in formats.WITHOUT_VALUE or value is None
        else formats.number(value / per, _DECIMALS[unit])
        for text, value in zip(texts, hours, strict=True)
    )  # fmt: skip
    median = f"{median}{formats.NO_BREAK}{unit}"
    return formats.with_bracket(median, formats.interval(low, high))


def _unknown(results: Results, name: str) -> Row:
    """Give how many events have no hour of onset, no duration, or are not of an infusion, or perhaps not."""
    told = set(results.values_of("level", variable="onset"))
    words = {level: text for level, text in _APART.items() if level in told}
    cells = []
    for arm in results.arms:
        levels = (("onset", UNKNOWN), ("duration", UNKNOWN), *(("onset", level) for level in words))
        found = [results.text("n", variable=of, level=level, term=name, arm=arm) for of, level in levels]
        cells.append("; ".join(text for text in found if text))
    label = "; ".join(["Events of unknown onset", "of unknown duration", *words.values()])
    return Row(label, (*cells, *_blank(results)))


def _blank(results: Results) -> tuple[str, ...]:
    """Give empty cells for the comparisons."""
    return ("",) * len(results.comparisons)


def _hours(limit: float) -> str:
    """Give a limit in words."""
    return hours_as_text(limit)


def _subtitle(analysis: SideEffects) -> str:
    """Say which events are of an infusion."""
    within = f" and began within {_hours(analysis.within)} of it" if analysis.within is not None else ""
    return f"An event is of the last infusion that started at or before its onset{within}"


def _notes(results: Results) -> tuple[str, ...]:
    """Say what durations rest on, and what is in none of the groups."""
    found = (f"{arm} {results.text('n', variable='review', level='self-induced', arm=arm)}" for arm in results.arms)
    left = f"Self-induced vomiting is a symptom and in no group; events left out for this: {'; '.join(found)}."
    return (
        _EXPLANATION,
        *habituation_notes(results),
        left,
        NOT_COMPARABLE if is_recorded(results) else NOT_RECORDED,
        *(f"{text[:1].upper()}{text[1:]}" for text in results.warnings()),
    )
