"""Screening of adverse events: Fisher's exact test of each term, and the false discovery rate over all of them.

Many terms are looked at and none was a hypothesis: what stands out here is looked at more closely, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, fisher_exact

from postinfusion.analyses.event_breakdowns import Line
from postinfusion.analyses.model_data import FEWEST_PARTICIPANTS
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row, rows

SCREENED = "class-term"


def screening_rows(lines: Sequence[Line], counts: pd.DataFrame, population: Members) -> Iterator[Row]:
    """Give the p-value of each term that anybody of two arms had, raw and adjusted; none for few participants.

    Parameters
    ----------
    lines
        The lines of the tables of events; those of terms are looked at.
    counts
        Participants with the events of each line, a column per arm.
    population
        Who is counted, and which arms are compared with the reference arm.

    Notes
    -----
    The p-value is two-sided: the sum of the probabilities of all tables that are at most as probable as the one seen.
    The adjusted one is Benjamini and Hochberg's, over the terms that anybody of the two arms had: what nobody had could
    not have differed.

    References
    ----------
    Fisher (1935), J. Royal Statistical Society 98, 39-82. Benjamini & Hochberg (1995), J. Royal Statistical Society B
    57, 289-300.
    """
    places = [place for place, line in enumerate(lines) if line.key["variable"] == SCREENED and "term" in line.key]
    totals, reference = population.n_by_arm, population.reference or ""
    for arm in population.compared:
        if min(totals[arm], totals[reference]) < FEWEST_PARTICIPANTS:
            continue
        pairs = {place: (int(counts[arm].iloc[place]), int(counts[reference].iloc[place])) for place in places}
        seen = {place: pair for place, pair in pairs.items() if sum(pair)}
        p = [fisher(a, totals[arm], b, totals[reference]) for a, b in seen.values()]
        adjusted = false_discovery_control(p) if p else np.array([])
        for place, raw, of_all in zip(seen, p, adjusted, strict=True):
            values = {"p_value": raw, "p_adjusted": float(of_all)}
            yield from rows(values, arm=arm, comparator=reference, **lines[place].key)


@lru_cache(maxsize=4096)
def fisher(with_event: int, total: int, with_event_of_other: int, total_of_other: int) -> float:
    """Give the two-sided p-value of Fisher's exact test of two proportions."""
    without = (total - with_event, total_of_other - with_event_of_other)
    return float(fisher_exact(np.array([(with_event, with_event_of_other), without])).pvalue)
