"""Visits that no schedule has: unscheduled ones by their names."""

from __future__ import annotations

import re

from postinfusion.sources.recognition.names import plain
from postinfusion.sources.recognition.redcap import event_label

_UNSCHEDULED = re.compile(
    r"\b(unscheduled|unsched|unplanned|ungeplant\w*|au(ss|s)erplanm(ae|a)(ss|s)ig\w*|non scheduled)\b"
)


def is_unscheduled(label: str) -> bool:
    """Say whether the name of a visit says that it was not planned.

    >>> is_unscheduled("UNSCHEDULED 1.01"), is_unscheduled("außerplanmäßig"), is_unscheduled("WEEK 1")
    (True, True, False)
    """
    return _UNSCHEDULED.search(plain(event_label(label))) is not None
