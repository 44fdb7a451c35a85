"""The catalogue as a page: every scale with its scores, ranges, rules and thresholds, each with its source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from postinfusion.instruments import catalogue
from postinfusion.instruments.constructs import words
from postinfusion.instruments.model import RULE_NAMES, Instrument, ItemRange, MissingRule, Rule, Score, Sourced

INTRODUCTION = """\
# The catalogue of scales

Generated from `workflow/postinfusion/instruments/catalogue/` by `python -m postinfusion schema`. A plan writes a name,
or another spelling of it, under `measure` and the score under `score` (left out: total). "read" means that the source
was read; what is "not verified" must be confirmed in the plan before anything is decided on it. There is no wording of
items here, no value set and no key that an owner keeps: of such scales totals and subscales are taken, and who has a
licence describes the key in the plan under `instruments`, in the same words. [methods/scoring.md](methods/scoring.md)
says how scores are computed and checked.
"""
_RULES = {
    MissingRule.ALL: "all",
    MissingRule.MORE_THAN_HALF: "more than half",
    MissingRule.ANY: "one is enough",
}


def page() -> str:
    """Give the page as Markdown."""
    names = sorted(catalogue.names(), key=str.casefold)
    sections = "\n".join(_section(name, catalogue.instrument(name)) for name in names)
    return f"{INTRODUCTION}\n{sections}"


def _section(name: str, scale: Instrument) -> str:
    """Give one scale."""
    lines = [f"## {name}", "", f"{scale.title}.", ""]
    lines += [f"- {line}" for line in _facts(scale)]
    if scale.scores:
        lines += ["", "| score | from | items needed | range | better | source |", "|---|---|---|---|---|---|"]
        lines += [_row(score_name, score, scale) for score_name, score in scale.scores.items()]
    thresholds = [line for score_name, score in scale.scores.items() for line in _thresholds(score_name, score)]
    if thresholds:
        lines += ["", *thresholds]
    return "\n".join(lines) + "\n"


def _facts(scale: Instrument) -> Iterator[str]:
    """Give what holds for a whole scale."""
    if scale.versions:
        shared = "single items need" if scale.scores else "a plan names"
        yield f"Several scales are called so; {shared} one of: {', '.join(scale.versions)}."
    if scale.aliases:
        yield f"Also: {', '.join(scale.aliases)}."
    if scale.columns:
        yield f"Columns begin with: {', '.join(f'`{name}`' for name in scale.columns)}."
    yield from _measures(scale)
    for part in scale.items:
        yield f"Items {_numbers(part.items)}: {_answers(part)} ({_source(part)})."
    for what, items in (
        ("Reversed", scale.reversed),
        ("About appetite or weight", scale.appetite_weight_items),
        ("About suicidality", scale.suicidality_items),
    ):
        if items:
            yield f"{what}: {_numbers(items)}."
    if scale.recall:
        looks_back = f"{scale.recall.days:g} days" if scale.recall.days else "the present"
        yield f"Answers are about: {looks_back} ({_source(scale.recall)})."
    yield f"Composition: {_source(scale.composition)}."
    if scale.licence:
        yield f"Licence: {scale.licence.terms} ({_source(scale.licence)})."
    if scale.notes:
        yield " ".join(scale.notes.split())


def _measures(scale: Instrument) -> Iterator[str]:
    """Say what a scale measures, and which of its scores measure something else."""
    apart: dict[str, list[str]] = {}
    for name, score in scale.scores.items():
        if score.constructs and score.constructs != scale.constructs:
            apart.setdefault(words(score.constructs), []).append(f"`{name}`")
    own = [f"{', '.join(names)}: {what}" for what, names in apart.items()]
    if scale.constructs:
        yield f"Measures: {'; '.join([words(scale.constructs), *own])}."


def _row(name: str, score: Score, scale: Instrument) -> str:
    """Give one score as a row of the table."""
    better = score.better or scale.better
    cells = (f"`{name}`", _composition(score), _needed(score), _range(score), better, _source(score))
    return f"| {' | '.join(cells)} |"


def _composition(score: Score) -> str:
    """Say what a score is computed from."""
    rule = RULE_NAMES[score.rule]
    if score.rule is Rule.SUPPLIED:
        return rule
    if score.rule is Rule.NUMBER:
        return f"number of items {_numbers(score.items)} at {score.threshold:g} or more"
    if score.groups:
        return f"{rule} of the largest in each of {', '.join(_group(group) for group in score.groups)}"
    if score.of:
        return f"{rule} of {', '.join(score.of)}"
    single = len(score.items) == 1
    return f"item {score.items[0]}" if single else f"{rule} of items {_numbers(score.items)}"


def _needed(score: Score) -> str:
    """Say how many items must be answered, with where the rule comes from."""
    if score.rule is Rule.SUPPLIED or (score.n_parts == 1 and not score.missing.source):
        return ""
    rule = score.missing
    what = f"{rule.at_least} of {score.n_parts}" if rule.rule is MissingRule.AT_LEAST else _RULES[rule.rule]
    without = f"; item {_numbers(rule.may_lack)} may not apply" if rule.may_lack else ""
    return f"{what}{without}" + (f" ({_source(rule)})" if rule.source else "")


def _range(score: Score) -> str:
    """Give the range of a score with its unit."""
    low, high = ("" if limit is None else f"{limit:g}" for limit in (score.minimum, score.maximum))
    limits = f"{low} to {high}" if low and high else (f"from {low}" if low else "any")
    unit = "" if score.unit == "points" else f" {score.unit}"
    cap = f"; stopped at {score.cap:g}" if score.cap is not None else ""
    return f"{limits}{unit}{cap}"


def _thresholds(name: str, score: Score) -> Iterator[str]:
    """Give the cut-offs and the thresholds of change of a score."""
    for cut in score.cut_offs:
        where = f"from {cut.at_least:g}" if cut.at_least is not None else f"up to {cut.at_most:g}"
        yield f"- `{name}` {where}: {cut.name} ({_source(cut)})"
    for change in score.changes:
        per_cent = " %" if change.kind == "per-cent" else ""
        note = f", {change.note}" if change.note else ""
        yield f"- `{name}` change of {change.value:g}{per_cent} ({change.kind}{note}; {_source(change)})"
    if score.reliable_change:
        known = score.reliable_change
        mean = f"mean {known.mean:g}, " if known.mean is not None else ""
        reliability = f"r {known.reliability:g}" if known.reliability is not None else "r not known"
        yield f"- `{name}` reliable change: {mean}SD {known.sd:g}, {reliability} ({_source(known)})"


def _answers(part: ItemRange) -> str:
    """Give what the answers to items can be."""
    limits = f"{part.minimum:g} to {part.maximum:g}" if part.maximum is not None else f"from {part.minimum:g}"
    codes = f"; {', '.join(f'{code:g}' for code in part.missing_codes)} means missing" if part.missing_codes else ""
    codes += f"; {', '.join(f'{code:g}' for code in part.not_scored)} is not scored" if part.not_scored else ""
    cap = f"; stopped at {part.cap:g}" if part.cap is not None else ""
    return f"{limits}{codes}{cap}"


def _source(fact: Sourced) -> str:
    """Give where a fact comes from, and whether that was read."""
    return f"{fact.source}, {'read' if fact.verified else 'not verified'}".lstrip(", ")


def _group(items: Sequence[int]) -> str:
    """Give a group of items."""
    return str(items[0]) if len(items) == 1 else f"({_numbers(items)})"


def _numbers(items: Sequence[int]) -> str:
    """Give numbers of items with ranges, as in ``1-5, 7``."""
    runs: list[list[int]] = [[items[0]]]
    for before, number in pairwise(items):
        if number == before + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)
