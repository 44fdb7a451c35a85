"""Blocks of apparent habituation: odds ratios per infusion of all, of completers, and in groups of participants."""

from __future__ import annotations

from collections.abc import Iterable

from postinfusion.present import formats
from postinfusion.present.display import Part, Row
from postinfusion.present.results import Results
from postinfusion.present.tables.divided_parts import in_words
from postinfusion.present.tables.rate_cells import rate

HABITUATION = "habituation"
_LEVELS = {"all": "All infusions", "completers": "Completers of all planned infusions"}
_CAPTION = "Apparent habituation"
_DECIMALS = 1
_NOTE = (
    "Apparent habituation: odds ratio of an event after an infusion for each further one, with the infusions with an "
    "event, of infusions, in square brackets. Below 1 they become rarer. Who reacts badly may stop, so that those who "
    "went on are not those who began; completers are chosen by what happened to them later."
)

_GROUPS = (
    "Groups of participants are described: their odds are not compared, and no interval is adjusted for their number."
)


def habituation_parts(results: Results, groups: Iterable[str]) -> tuple[Part, ...]:
    """Give the block with a line for all and for completers of each side effect; nothing without such rows.

    Parameters
    ----------
    results
        The results.
    groups
        Names of the side effects.
    """
    arms = _arms(results)
    if not arms:
        return ()
    rows: list[Row] = []
    for name in groups:
        rows.append(Row(_capital(name)))
        rows += [Row(words, _line(results, arms, level, name), 1) for level, words in _LEVELS.items()]
    return (Part(_headings(results, arms), tuple(rows), f"{_CAPTION} over the number of the infusion"),)


def divided_habituation(results: Results, groups: Iterable[str]) -> tuple[Part, ...]:
    """Give a block for each factor of the plan: below all and completers of each side effect its groups.

    Parameters
    ----------
    results
        The results.
    groups
        Names of the side effects.
    """
    arms = _arms(results)
    found = [name for name in results.values_of("subgroup", variable=HABITUATION) if name]
    return tuple(_of_factor(results, arms, factor, list(groups)) for factor in found)


def _of_factor(results: Results, arms: list[str], factor: str, groups: list[str]) -> Part:
    """Give the block of one factor."""
    rows: list[Row] = []
    for name in groups:
        for level, words in _LEVELS.items():
            rows.append(Row(f"{_capital(name)}, {words[0].lower()}{words[1:]}"))
            for group in results.values_of("subgroup_level", variable=HABITUATION, subgroup=factor):
                of = {"subgroup": factor, "subgroup_level": group}
                rows.append(Row(group, _line(results, arms, level, name, **of), 1))
    return Part(_headings(results, arms), tuple(rows), f"{_CAPTION} by {in_words(factor)}")


def _arms(results: Results) -> list[str]:
    """Give the arms with odds over the number of the infusion."""
    found = results.values_of("arm", variable=HABITUATION)
    return [arm for arm in results.arms if arm in found]


def _headings(results: Results, arms: list[str]) -> tuple[str, ...]:
    """Give the headings of the columns."""
    heads = [text for arm in arms for text in (f"{arm}: odds ratio per infusion ({results.confidence} CI)", "p")]
    return ("", *heads)


def _line(results: Results, arms: list[str], level: str, name: str, **of: str) -> tuple[str, ...]:
    """Give the cells of all or of completers in each arm."""
    key = {"variable": HABITUATION, "level": level, "term": name, **of}
    return tuple(text for arm in arms for text in _cells(results, {**key, "arm": arm}))


def _capital(name: str) -> str:
    """Give the name of a side effect as the label of a row."""
    return f"{name[:1].upper()}{name[1:]}"


def habituation_notes(results: Results) -> tuple[str, ...]:
    """Say what the blocks tell; nothing without them."""
    if not results.values_of("arm", variable=HABITUATION):
        return ()
    in_groups = any(results.values_of("subgroup", variable=HABITUATION))
    return (f"{_NOTE} {_GROUPS}",) if in_groups else (_NOTE,)


def _cells(results: Results, key: dict[str, str]) -> tuple[str, str]:
    """Give the odds ratio with what it rests on, and its p."""
    ratio = rate(results, _DECIMALS, **key)
    counted = [results.text(name, **key) for name in ("n_events", "n_infusions")]
    if all(text and text not in formats.WITHOUT_VALUE for text in counted):
        ratio = f"{ratio} [{counted[0]}{formats.NO_BREAK}of{formats.NO_BREAK}{counted[1]}]"
    return ratio, results.text("p_value", **key) if not results.sign("estimate", **key) else ""
