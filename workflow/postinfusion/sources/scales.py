"""Values against the ranges of their scales: what cannot be becomes missing and is counted, too much of it refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from postinfusion.errors import Problem, Severity, counted
from postinfusion.instruments import catalogue, ranges
from postinfusion.instruments.catalogue import TOTAL
from postinfusion.instruments.ranges import Array, Mask, Range
from postinfusion.plan.plan import Plan
from postinfusion.sources.records import rows_as_text
from postinfusion.sources.tables import Delivery

_KEY = ("measure", "score", "item")
_SHOWN = 5


def within_ranges(plan: Plan, delivery: Delivery) -> Delivery:
    """Give a table of measured values without those that their scale cannot have, with a problem for each kind of them.

    Parameters
    ----------
    plan
        The plan: its own scales, and the share of a measure that may be out of range.
    delivery
        A table; one without ``measure`` and ``value`` is given back as it is.
    """
    frame = delivery.frame
    if not {"measure", "value"} <= {*frame} or frame["value"].dtype.kind != "f":
        return delivery
    values = frame["value"].to_numpy(dtype="float64").copy()
    problems: list[Problem] = []
    for allowed, positions in _by_range(plan, frame):
        missing, found = _judged(plan, allowed, values[positions], frame.iloc[positions])
        values[positions[missing]] = np.nan
        problems += [_problem(delivery, positions[which], text, severity) for which, text, severity in found]
    if not problems:
        return delivery
    frame = frame.assign(value=pd.Series(values, index=frame.index))
    return replace(delivery, frame=frame, problems=(*delivery.problems, *problems))


def scores_of_items(plan: Plan, frame: pd.DataFrame) -> Iterator[str]:
    """Give the parameters that single items in a table make it possible to compute."""
    if "item" not in frame:
        return
    for measure in frame.loc[frame["item"].notna(), "measure"].dropna().unique():
        found = catalogue.find(measure, plan.instruments)
        for name, score in found.instrument.scores.items() if found else ():
            if score.n_parts:
                yield measure if name == TOTAL else f"{measure} {name}"


def scores_of_scores(plan: Plan, frame: pd.DataFrame) -> Iterator[str]:
    """Give the parameters that are computed from other scores in a table, as a global score is from subscales."""
    if "score" not in frame:
        return
    delivered = frame[["measure", "score"]].dropna().drop_duplicates()
    for measure, names in delivered.groupby("measure", sort=False)["score"]:
        found = catalogue.find(str(measure), plan.instruments)
        known = {str(name).casefold() for name in names}
        for name, score in found.instrument.scores.items() if found else ():
            if score.of and {part.casefold() for part in score.of} <= known:
                yield str(measure) if name == TOTAL else f"{measure} {name}"


def _by_range(plan: Plan, frame: pd.DataFrame) -> Iterator[tuple[Range, np.ndarray]]:
    """Give the positions of the rows that have one range in common."""
    groups = frame.groupby([name for name in _KEY if name in frame], dropna=False, sort=False).ngroup().to_numpy()
    order = np.argsort(groups, kind="stable")
    blocks = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1) if len(order) else []
    found: dict[Range, list[np.ndarray]] = {}
    for positions in blocks:
        allowed = _range(plan, frame.iloc[positions[0]])
        if allowed is not None:
            found.setdefault(allowed, []).append(positions)
    yield from ((allowed, np.sort(np.concatenate(parts))) for allowed, parts in found.items())


def _range(plan: Plan, row: pd.Series) -> Range | None:
    """Give what the value of a row can be; None where nothing is known about it."""
    if pd.isna(row["measure"]):
        return None
    if "item" in row and pd.notna(row["item"]):
        found = catalogue.find(row["measure"], plan.instruments)
        return ranges.of_item(found, int(row["item"])) if found else None
    score = row["score"] if "score" in row and pd.notna(row["score"]) else TOTAL
    found = catalogue.find_score(row["measure"], score, plan.instruments)
    return ranges.of_score(found) if found else None


def _judged(
    plan: Plan, allowed: Range, values: Array, rows: pd.DataFrame
) -> tuple[Mask, list[tuple[Mask, str, Severity]]]:
    """Give which values become missing, and what to tell about which."""
    coded = allowed.coded(values)
    known = allowed.is_rating(values)
    outside = allowed.outside(values) & known
    found: list[tuple[Mask, str, Severity]] = []
    if coded.any():
        text = f"{counted(int(coded.sum()), 'value')} of {allowed.what} hold a code of the form for missing."
        found.append((coded, f"{text} Taken as missing.", "warning"))
    if known.any():
        found += _of_known(plan, allowed, values, known, outside)
        if allowed.is_of_items and not any(severity == "error" for *_, severity in found):
            found += _of_the_lowest(plan, allowed, values, known, rows)
    return coded | outside, found


def _of_known(
    plan: Plan, allowed: Range, values: Array, known: Mask, outside: Mask
) -> Iterator[tuple[Mask, str, Severity]]:
    """Tell about the values that say something."""
    given = values[known]
    share = outside.sum() / len(given)
    observed = f"observed {given.min():g}–{given.max():g}, allowed {allowed.allowed}"
    what = f"{int(outside.sum()):,} of {len(given):,} values of {allowed.what} are out of range"
    if share > plan.scoring.out_of_range or ranges.is_shifted(allowed, given):
        yield outside, f"{what} ({share:.1%}): {observed}. {ranges.suggestion(allowed, given)}", "error"
    elif outside.any():
        shown = ", ".join(f"{value:g}" for value in np.unique(values[outside])[:_SHOWN])
        yield outside, f"{what} ({shown}; allowed {allowed.allowed}). Taken as missing.", "warning"
    elif ranges.is_on_a_short_line(allowed, given):
        yield known, f"{allowed.what}: {observed}. {ranges.suggestion(allowed, given)}", "error"


def _of_the_lowest(
    plan: Plan, allowed: Range, values: Array, known: Mask, rows: pd.DataFrame
) -> Iterator[tuple[Mask, str, Severity]]:
    """Tell that nobody gave the lowest answer: refuse it where that is impossible, in all rows or at one visit."""
    if catalogue.key_of(allowed.scale) in {catalogue.key_of(name) for name in plan.scoring.lowest_unused}:
        return
    if ranges.lowest_is_never_used(allowed, values[known]):
        yield _without_the_lowest(allowed, values, known, rows)
    elif "visit" in rows:
        at = rows["visit"].to_numpy()
        for visit in pd.unique(at[known & ~pd.isna(at)]):
            which, text, severity = _without_the_lowest(allowed, values, known & (at == visit), rows)
            if severity == "error":
                yield which, text, severity


def _without_the_lowest(allowed: Range, values: Array, which: Mask, rows: pd.DataFrame) -> tuple[Mask, str, Severity]:
    """Give what to tell of answers of which none is the lowest."""
    given, people = values[which], pd.factorize(rows["id"].to_numpy()[which])[0]
    visits = [*rows["visit"][which].dropna().unique()] if "visit" in rows else []
    at = f" at {visits[0]}" if len(visits) == 1 else ""
    text = (
        f"none of {len(given):,} values of {allowed.what}{at} is {allowed.minimum:g}: observed {given.min():g}–"
        f"{given.max():g}, allowed {allowed.allowed}."
    )
    if not ranges.lowest_must_have_been_used(allowed, given, people):
        return which, f"{text} Look whether the export counts from {given.min():g}.", "warning"
    number = int((given == allowed.minimum + 1).sum())
    text = f"{text} That {number:,} are {allowed.minimum + 1:g} and none is lower cannot be chance."
    remedy = f"Where the values are right all the same, name {allowed.scale} under scoring, lowest_unused."
    return which, f"{text} {ranges.counts_from_one_more(allowed)} {remedy}", "error"


def _problem(delivery: Delivery, positions: np.ndarray, text: str, severity: Severity) -> Problem:
    """Give a problem with its rows and, in a wide layout, its columns."""
    rows = rows_as_text(delivery.rows[positions], delivery.rows)
    columns = [] if delivery.labels is None else [str(name) for name in pd.unique(delivery.labels[positions])]
    more = f" and {len(columns) - _SHOWN} more" if len(columns) > _SHOWN else ""
    name = f"{', '.join(columns[:_SHOWN])}{more}" if columns else delivery.names.get("value", "value")
    return Problem(delivery.file, rows, f"{name}: {text}", severity)
