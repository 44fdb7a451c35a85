"""The block of apparent habituation: odds ratios of side effects per infusion, of all and of completers."""

from __future__ import annotations

from collections.abc import Iterable

from postinfusion.present import formats
from postinfusion.present.display import Part, Row
from postinfusion.present.results import Results
from postinfusion.present.tables.rate_cells import rate

HABITUATION = "habituation"
_LEVELS = {"all": "All infusions", "completers": "Completers of all planned infusions"}
_DECIMALS = 1
_NOTE = (
    "Apparent habituation: odds ratio of an event after an infusion for each further one, with the infusions with an "
    "event, of infusions, in square brackets. Below 1 they become rarer. Who reacts badly may stop, so that those who "
    "went on are not those who began; completers are chosen by what happened to them later."
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
    found = results.values_of("arm", variable=HABITUATION)
    arms = [arm for arm in results.arms if arm in found]
    if not arms:
        return ()
    rows: list[Row] = []
    for name in groups:
        rows.append(Row(f"{name[:1].upper()}{name[1:]}"))
        for level, words in _LEVELS.items():
            key = {"variable": HABITUATION, "level": level, "term": name}
            cells = [text for arm in arms for text in _cells(results, {**key, "arm": arm})]
            rows.append(Row(words, tuple(cells), 1))
    heads = [text for arm in arms for text in (f"{arm}: odds ratio per infusion ({results.confidence} CI)", "p")]
    return (Part(("", *heads), tuple(rows), "Apparent habituation over the number of the infusion"),)


def habituation_notes(results: Results) -> tuple[str, ...]:
    """Say what the block tells; nothing without it."""
    return (_NOTE,) if results.values_of("arm", variable=HABITUATION) else ()


def _cells(results: Results, key: dict[str, str]) -> tuple[str, str]:
    """Give the odds ratio with what it rests on, and its p."""
    ratio = rate(results, _DECIMALS, **key)
    counted = [results.text(name, **key) for name in ("n_events", "n_infusions")]
    if all(text and text not in formats.WITHOUT_VALUE for text in counted):
        ratio = f"{ratio} [{counted[0]}{formats.NO_BREAK}of{formats.NO_BREAK}{counted[1]}]"
    return ratio, results.text("p_value", **key) if not results.sign("estimate", **key) else ""
