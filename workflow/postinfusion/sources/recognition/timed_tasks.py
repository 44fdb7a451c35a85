"""Tasks that are timed in seconds and broken off at a limit: many values are equal to the largest one."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pandas as pd

from postinfusion.sources.recognition.names import plain
from postinfusion.sources.recognition.values import are_numbers, numbers, without_codes

_SECONDS = re.compile(r"\b(s|secs?|seconds?|sek|sekunden?)\b")
_FEWEST_DIFFERENT, _FEWEST_AT_THE_CAP, _SHARE_AT_THE_CAP = 8, 4, 0.05
_LONGEST = 7_200.0


def cap(name: str, text: pd.Series, decimal: str = ".") -> float:
    """Give the seconds at which a task is broken off; 0 where the name says no seconds or few values are the largest.

    Parameters
    ----------
    name
        What the values are called.
    text
        The cells.
    decimal
        The decimal mark of the numbers.
    """
    if not _SECONDS.search(plain(name)) or not are_numbers(text, decimal):
        return 0.0
    seconds = without_codes(numbers(text, decimal), 0, _LONGEST)
    if len(np.unique(seconds)) < _FEWEST_DIFFERENT or seconds.min() <= 0 or seconds.max() > _LONGEST:
        return 0.0
    at_the_cap = np.count_nonzero(seconds == seconds.max())
    is_broken_off = at_the_cap >= max(_FEWEST_AT_THE_CAP, _SHARE_AT_THE_CAP * len(seconds))
    return float(seconds.max()) if is_broken_off else 0.0


def columns_of_tasks(frame: pd.DataFrame, taken: Collection[str], decimal: str = ".") -> dict[str, str]:
    """Give task → the column of its seconds, for columns that nothing else reads.

    Parameters
    ----------
    frame
        Cells as text.
    taken
        The columns that are read already.
    decimal
        The decimal mark of the numbers.
    """
    free = [str(name) for name in frame.columns if name not in taken]
    return {called(name): name for name in free if cap(name, frame[name], decimal)}


def called(name: str) -> str:
    """Give the name of a task without the word for seconds.

    >>> called("Regelwechsel_Sek"), called("stroop (s)")
    ('Regelwechsel', 'stroop')
    """
    words = [word for word in re.split(r"[\W_]+", name) if word and not _SECONDS.fullmatch(plain(word))]
    return " ".join(words) or name
