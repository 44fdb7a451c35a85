"""Results that may leave the trial's team: small counts and what gives them away are taken out.

A count from 1 to below the limit is suppressed (primary suppression), and with it every statistic of the same cell.
Counts add up over arms, where all of them together are a column too, and over levels where these divide the
participants or the part above them; where a single suppressed count of such a line could be found by subtraction, the
smallest other count of the line goes too (secondary suppression), until no line has exactly one gap, nor gaps that
together are below the limit where levels divide all participants. The total over arms goes as well where the
suppressed counts of the arms are together below twice the limit: two small counts are nearly known by their sum.

A count with a total of its own goes also where only a small rest of that total is left.

How many participants have a value, and how many have none, is not suppressed: a missing value says nothing of health.
Why it is missing is. Shares of events and of infusions go where the participants behind them are a gap, since their
intervals and sums tell how many those are.

Shares, odds ratios and the like of a status go with any gap among its counts in that arm, and so do all its other
counts: the number of those with a value is printed, so that one count gives the other away. So do all cells of a shift
table. Minimum and maximum are values of single persons and always go; so do numbers of events in a table with any gap,
since they add up too. Numbers analysed by guess of the treatment go with any gap among the guesses: where no
value is missing they are the same numbers. So do those of all groups of a factor with any gap, where arms are compared
within subgroups, and what harms are repeated in groups of a factor: where any group, or all of them, has a gap in it.
Rates, monitoring, medicines, liver tests, shifts and parts of the events of a term go from all groups with any gap.
Rates of events per person-days, and their mean numbers by time, go with the number of events that they would give back.
Counts of the same participants in several analyses of harms go together: :mod:`postinfusion.ard.privacy_of_harms`; so
do counts that hold each other, where their difference is small: :mod:`postinfusion.ard.privacy_of_limits`. Few in
no group of a factor: :mod:`postinfusion.ard.privacy_of_groups`. Few who stopped early, by completers:
:mod:`postinfusion.ard.privacy_of_habituation`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.ard.privacy_of_groups import few_in_no_group
from postinfusion.ard.privacy_of_habituation import is_of_completers, of_few_who_stopped
from postinfusion.ard.privacy_of_harms import (
    is_in,
    of_few_who_left,
    of_hidden_groups,
    of_same_participants,
    without_end,
)
from postinfusion.ard.privacy_of_limits import of_alerts, of_nested_counts
from postinfusion.ard.schema import KEY
from postinfusion.vocabulary import NOT_RECORDED

Record = dict[Hashable, Any]

COUNT = "n"
EVENTS = "n_events"
INDIVIDUAL = ("min", "max")
SUPPRESSED = "suppressed"
_OF_EVENTS = frozenset({EVENTS, "per_100_infusions", "per_100_infusions_low", "per_100_infusions_high"})
_BROKEN_DOWN = frozenset(
    {"worst-severity", "related", "fatal", "solicited", "spontaneous", "not known how reported", "by-infusion",
     "since-infusion", "non-serious", "serious-terms", "serious-related", "serious-fatal", "serious-fatal-related",
     "seriousness", "worst-grade", "worst-grade-of-class", "overview-unknown", "incidence-solicited",
     "incidence-spontaneous", "incidence-not known how reported", "first-event-by-collection",
     "event-rate-by-collection"}
)  # fmt: skip
"""Parts of the events of a term, which together with the whole of it would give a small count away."""
_ADJUSTED, _OF_TERMS = "p_adjusted", "class-term"
"""An adjusted p-value is made of the p-values of all terms of a table: it goes with any gap in it."""
_DENOMINATOR = "denominator"
_GUESS = "guess"
_BY_GUESS = frozenset({"observed", "difference-by-guess"})
_PERIOD = "period"
"""Counts by period of a crossover trial add up to the same totals as those by treatment: they go with any gap there."""
OF_COUNTS = frozenset(
    {"proportion", "risk-difference", "crude-risk-difference", "odds-ratio", "exact-odds-ratio",
     "number-needed-to-treat", "probability", "bang-index", "james-index"}
)  # fmt: skip
"""Terms of what is computed from the counts of the same variable, visit and arm."""
_SUBGROUPS = "subgroups"
_IN_GROUPS = {"side-effects": ["term"], "alerts": ["term"], "adverse-events": ["variable", "level", "term"]}
"""Method whose rows of all participants are repeated in groups of them → what tells one thing counted from another."""
_TOGETHER_IN_GROUPS = frozenset(
    {"event-rates", "conduct", "medication", "vital-signs", "infusion-vitals", "infusion-ratings", "liver", "shift"}
)
"""Methods of which the rows in groups go all together: their counts can be told from each other."""
_NOT_GROUPS = frozenset({"infusion", "period"})
"""What rows are divided by that are no groups of participants."""
_EVENT_RATE, _MEAN_EVENTS = "event-rate", "mean-cumulative"
_RATES = frozenset({"estimate", "std_error", "conf_low", "conf_high", "n_draws"})
_OF_CLASS = "worst-grade-of-class"
_INTEREST = "special-interest"
"""Groups of events, and with a suffix the parts of them: a gap in any of their terms could be told from the group."""
_OF_GROUPS = frozenset({"n", "n_total", "n_participants", "n_observations", "mean"})
_TWO_WAY = frozenset({"shift", "stability-by-index"})
_DIVIDES_THE_OBSERVED = frozenset({"category"})
_DIVIDES_THE_MISSING = frozenset({"assessment"})
_OBSERVED, _LEFT_OUT = "observed", "left-out"
_NOT_ASSESSED = frozenset({"not assessed after", "assessed after, and not before"})
_OF_UNITS = frozenset({"infusions", "all events"})
"""Levels whose shares are of units of which a participant may have several."""
_PARTICIPANTS, _INCIDENCE = "participants", "incidence"
_CELL = [name for name in KEY if name not in ("stat_name", "comparator")]
_ARMS_OF = [name for name in _CELL if name not in ("arm", "level", "term")]
_OF_TOTALS = ["analysis_id", "subgroup", "subgroup_level"]
_TABLE = [*_ARMS_OF, "parent"]


def public(ard: pd.DataFrame, *, small_cell: int) -> pd.DataFrame:
    """Give the results without what could tell of a single participant.

    Parameters
    ----------
    ard
        Results of the schema.
    small_cell
        Counts from 1 to below this number are suppressed.

    Returns
    -------
    pandas.DataFrame
        The same rows; a suppressed one has NaN and ``suppressed`` in ``error``. So has one of a suppressed group that
        had no value before, since the reason may tell of a count.
    """
    remainders = _small_remainders(ard, small_cell)
    gaps = _all_gaps(ard, small_cell, remainders)
    hidden = _in_cells(ard, gaps, "arm") | _in_cells(ard, gaps, "comparator") | ard["stat_name"].isin(INDIVIDUAL)
    hidden |= ard["term"].isin(OF_COUNTS) & (_in_arms(ard, gaps, "arm") | _in_arms(ard, gaps, "comparator"))
    hidden |= ard["term"].isin(_BY_GUESS) & ard["analysis_id"].isin(gaps.loc[gaps["variable"] == _GUESS, "analysis_id"])
    hidden |= _of_few_events(ard, small_cell)
    hidden |= _of_few_participants(ard, gaps, small_cell)
    hidden |= _of_divided(ard, small_cell)
    hidden |= of_few_who_stopped(ard, gaps, small_cell)
    hidden |= (ard["subgroup"] == _PERIOD) & is_in(ard, gaps, ["analysis_id", "parameter", "visit"])
    hidden |= ard["stat_name"].isin(_OF_EVENTS) & (ard["stat"] > 0) & _in_tables(ard, gaps)
    hidden |= (ard["stat_name"] == _ADJUSTED) & (ard["variable"] == _OF_TERMS) & _in_tables(ard, gaps)
    hidden |= of_hidden_groups(ard, gaps, remainders, small_cell)
    hidden |= of_few_who_left(ard, small_cell)
    hidden |= _of_event_rates(ard, hidden)
    hidden |= _of_broken_down(ard, gaps)
    hidden |= _of_interest(ard, hidden)
    in_groups = _of_groups(ard, hidden, small_cell)
    reasons = in_groups & ard["stat"].isna() & (ard["error"] != "") & ~ard["error"].str.startswith(NOT_RECORDED)
    hidden = (hidden | in_groups) & ard["stat"].notna() & ~_of_missing(ard)
    return ard.assign(stat=ard["stat"].mask(hidden), error=ard["error"].mask(hidden | reasons, SUPPRESSED))


def _of_broken_down(ard: pd.DataFrame, gaps: pd.DataFrame) -> pd.Series:
    """Say which rows are of a part of the events of a term that has a gap in any count; those of nobody are shown."""
    is_part = ard["variable"].isin(_BROKEN_DOWN)
    of_term = ard.assign(term=ard["term"].where(ard["variable"] != _OF_CLASS, ""))
    with_gap = is_in(of_term, gaps[gaps["subgroup"] == ""], ["analysis_id", "term"])
    return is_part & ~_of_nobody(ard, is_part) & with_gap


def _of_event_rates(ard: pd.DataFrame, hidden: pd.Series) -> pd.Series:
    """Say which rates and mean numbers of events would give hidden events: their product with the days printed."""
    is_rate = ard["variable"] == _EVENT_RATE
    events = ard[is_rate & hidden & (ard["stat_name"] == EVENTS) & (ard["stat"] > 0)]
    of_rates = (is_rate & ard["stat_name"].isin(_RATES)) | (ard["variable"] == _MEAN_EVENTS)
    return of_rates & is_in(ard, events, [*_OF_TOTALS, "term", "arm"])


def _of_interest(ard: pd.DataFrame, hidden: pd.Series) -> pd.Series:
    """Say which rows are of a group of events with a gap in any of its terms or parts, or of all groups together."""
    is_interest = ard["variable"].str.startswith(_INTEREST)
    if not is_interest.any():
        return is_interest
    terms = ard[hidden & (ard["term"] != "") & (ard["subgroup"] == "")]
    elsewhere = is_interest & (ard["term"] != "") & is_in(ard, terms, ["analysis_id", "term"])
    with_gap = ard[is_interest & (hidden | elsewhere)]
    of_all = is_interest & (ard["level"] == "any") & ard["analysis_id"].isin(with_gap["analysis_id"])
    return (of_all | (is_interest & is_in(ard, with_gap, ["analysis_id", "level"]))) & ~_of_nobody(ard, is_interest)


def _of_nobody(ard: pd.DataFrame, chosen: pd.Series) -> pd.Series:
    """Say which of the chosen rows, but for comparisons, are of cells in which nobody is."""
    nobody = ard.loc[chosen & (ard["stat_name"] == COUNT) & (ard["stat"] == 0), _CELL]
    return _in_cells(ard, nobody, "arm") & (ard["comparator"] == "")


def _of_missing(ard: pd.DataFrame) -> pd.Series:
    """Say which rows count who has a value or has none, whatever the reason: these are no gaps and are never hidden."""
    is_observed = ard["variable"].isin(_DIVIDES_THE_MISSING) & (ard["level"] == _OBSERVED)
    return is_observed | ard["level"].isin(_NOT_ASSESSED) | (ard["term"] == _LEFT_OUT)


def _of_few_participants(ard: pd.DataFrame, gaps: pd.DataFrame, small_cell: int) -> pd.Series:
    """Say which rows describe events or infusions of too few participants, or of a suppressed number of them."""
    few = ard.loc[(ard["stat_name"] == "n_participants") & ard["stat"].between(1, small_cell - 1), _CELL]
    affected = gaps[(gaps["variable"] == _INCIDENCE) & (gaps["level"] == _PARTICIPANTS)]
    of_units = ard["level"].isin(_OF_UNITS) & is_in(ard, affected, [*_OF_TOTALS, "term", "arm"])
    return _in_cells(ard, few, "arm") | of_units


def _small_remainders(ard: pd.DataFrame, small_cell: int) -> pd.DataFrame:
    """Give the cells whose count leaves few of its own total: those without the feature are told by subtraction."""
    counts = ard.loc[(ard["stat_name"] == COUNT) & (ard["comparator"] == ""), [*_CELL, "stat"]]
    totals = ard.loc[(ard["stat_name"] == "n_total") & (ard["comparator"] == ""), [*_CELL, "stat"]]
    both = counts.merge(totals, on=_CELL, suffixes=("", "_total"))
    return both.loc[(both["stat_total"] - both["stat"]).between(1, small_cell - 1), _CELL]


def _of_divided(ard: pd.DataFrame, small_cell: int) -> pd.Series:
    """Say which rows count the groups of a factor of which any is small: the groups add up to all participants."""
    counts = (ard["method"] == _SUBGROUPS) & (ard["subgroup"] != "") & ard["stat_name"].isin(_OF_GROUPS)
    factors = pd.MultiIndex.from_frame(ard[["analysis_id", "subgroup"]])
    small = counts & (ard["stat_name"] != "mean") & ard["stat"].between(1, small_cell - 1)
    return counts & factors.isin(factors[small])


def _of_groups(ard: pd.DataFrame, hidden: pd.Series, small_cell: int) -> pd.Series:
    """Say which rows repeat in groups what has a gap in any of them, or in all: the groups add up to all.

    So do all rows of a factor with a small group, and of one whose groups leave out few participants, by arm; and what
    few of those in no group have, or do not have. Parts of the events of a term, rates, monitoring, medicines, liver
    tests and shifts go with any gap of the analysis; completers of all infusions go with one of completers alone, which
    tells nothing of others.
    """
    repeated = ard["method"].isin(_IN_GROUPS) | ard["method"].isin(_TOGETHER_IN_GROUPS)
    in_group = repeated & (ard["subgroup"] != "") & ~ard["subgroup"].isin(_NOT_GROUPS)
    if not in_group.any():
        return in_group
    with_gap = ard[hidden & ~ard["stat_name"].isin(INDIVIDUAL)]
    sizes = ard[(ard["variable"] == _DENOMINATOR) & (ard["stat_name"] == "n_total")]
    of_groups = sizes[(sizes["subgroup"] != "") & in_group[sizes.index]]
    together = of_groups.groupby(["analysis_id", "subgroup", "arm"])["stat"].sum().rename("known").reset_index()
    everyone = sizes.loc[sizes["subgroup"] == "", ["analysis_id", "arm", "stat"]]
    rest = together.merge(everyone, on=["analysis_id", "arm"])
    few = [of_groups[of_groups["stat"].between(1, small_cell - 1)],
           rest[(rest["stat"] - rest["known"]).between(1, small_cell - 1)]]  # fmt: skip
    of_factor = ["analysis_id", "subgroup"]
    is_small = is_in(ard, pd.concat([one[of_factor] for one in few]), of_factor)
    of_same = pd.Series(data=False, index=ard.index)
    of_counts = with_gap[~with_gap["stat_name"].isin(_OF_EVENTS)]
    in_none = few_in_no_group(ard[~_of_missing(ard) & ~without_end(ard)], repeated, small_cell)
    apart = is_of_completers(of_counts)
    for method, names in _IN_GROUPS.items():
        told = is_in(ard, of_counts[~apart], ["analysis_id", *names]) | is_in(ard, in_none, [*of_factor, *names])
        of_same |= (ard["method"] == method) & told
    of_same |= is_of_completers(ard) & is_in(ard, of_counts[apart], ["analysis_id", "term"])
    is_part = ard["variable"].isin(_BROKEN_DOWN) | ard["variable"].str.startswith(_INTEREST)
    told = is_in(ard, of_counts, ["analysis_id"]) | is_in(ard, in_none, of_factor)
    of_same |= (ard["method"].isin(_TOGETHER_IN_GROUPS) | is_part) & told
    in_part = pd.concat([with_gap[with_gap["subgroup"] != ""], in_none])
    events = ard["stat_name"].isin(_OF_EVENTS) & (ard["stat"] > 0) & is_in(ard, in_part, [*of_factor, "variable"])
    return in_group & (is_small | of_same | events)


def _of_few_events(ard: pd.DataFrame, small_cell: int) -> pd.Series:
    """Say which rows describe counts of events that are too few, but for the number of those who have a count."""
    few = ard.loc[(ard["stat_name"] == EVENTS) & ard["stat"].between(1, small_cell - 1), _CELL]
    return _in_cells(ard, few, "arm") & (ard["stat_name"] != COUNT)


def _all_gaps(ard: pd.DataFrame, small_cell: int, remainders: pd.DataFrame) -> pd.DataFrame:
    """Give the cells whose counts are suppressed: those of nested counts and of the same participants among them."""
    gaps, known = pd.concat([_gaps(ard, small_cell, remainders[:0]), remainders]), 0
    same = of_nested_counts(ard, gaps, small_cell)[_CELL]
    while True:
        every = pd.concat([gaps, same])
        more = [of_same_participants(ard, every, remainders, small_cell)[_CELL], of_alerts(ard, every)[_CELL]]
        same = pd.concat([same, *more]).drop_duplicates()
        if len(same) == known:
            return gaps
        known = len(same)
        gaps = pd.concat([_gaps(ard, small_cell, same), remainders, same]).drop_duplicates()


def _gaps(ard: pd.DataFrame, small_cell: int, also: pd.DataFrame) -> pd.DataFrame:
    """Give the cells whose counts are suppressed, primarily, secondarily or also; most tables have none."""
    is_count = (ard["stat_name"] == COUNT) & (ard["comparator"] == "") & ~ard["term"].isin(OF_COUNTS)
    is_count &= ~_of_missing(ard) & ~without_end(ard)
    counts = ard[is_count & (ard["variable"] != _DENOMINATOR)]
    totals = ard[(ard["variable"] == _DENOMINATOR) & (ard["stat_name"] == "n_total")]
    has_parent = (counts["term"] != "") & is_in(counts, counts[counts["term"] == ""], [*_ARMS_OF, "level"])
    counts = counts.assign(parent=counts["level"].where(has_parent, ""))
    number = counts.groupby(_TABLE, sort=False).ngroup()
    counts = counts.assign(is_gap=counts["stat"].between(1, small_cell - 1) | is_in(counts, also, _CELL))
    with_gaps = counts[number.isin(number[counts["is_gap"]])]
    of_one_status = is_in(counts, ard[ard["term"].isin(OF_COUNTS)], _ARMS_OF) | counts["variable"].isin(_TWO_WAY)
    with_gaps = with_gaps.assign(is_whole=of_one_status)
    of_group = {key: dict(zip(found["arm"], found["stat"], strict=True)) for key, found in totals.groupby(_OF_TOTALS)}
    records, tables = with_gaps.to_dict("records"), with_gaps.groupby(_TABLE, sort=False).indices.values()
    found = [cell for rows in tables for cell in _gaps_of_table([records[row] for row in rows], of_group, small_cell)]
    return pd.DataFrame(found, columns=_CELL).astype(counts[_CELL].dtypes)


def _gaps_of_table(
    records: list[Record], of_group: Mapping[tuple[Hashable, ...], dict[str, float]], small_cell: int
) -> list[Record]:
    """Give the suppressed cells of one table of levels, or of the terms of one level, by arms."""
    counted = [record for record in records if not np.isnan(record["stat"])]
    lines = {key: place for place, key in enumerate(dict.fromkeys(map(_line, counted)))}
    arms = {key: place for place, key in enumerate(dict.fromkeys(record["arm"] for record in counted))}
    values = np.full((len(lines), len(arms)), np.nan)
    gap = np.zeros(values.shape, dtype=bool)
    for record in reversed(counted):  # of two alike the first one counts
        place = lines[_line(record)], arms[record["arm"]]
        values[place], gap[place] = record["stat"], record["is_gap"]
    first = records[0]
    if first["is_whole"]:
        gap |= gap.any(axis=0) & ~np.isnan(values)
    totals = of_group.get(tuple(first[name] for name in _OF_TOTALS))
    divides = _divides(values, arms, totals) or first["variable"] in _DIVIDES_THE_MISSING
    is_known = divides or first["variable"] in _DIVIDES_THE_OBSERVED
    of_table = _Lines(divides=divides, is_total=np.array([*arms]) == "", least=small_cell if is_known else 0)
    names, keys = [*arms], [*lines]
    hidden = zip(*np.nonzero(_secondary(values, gap, of_table, 2 * small_cell)), strict=True)
    return [first | {"level": keys[line][0], "term": keys[line][1], "arm": names[arm]} for line, arm in hidden]


def _line(record: Record) -> tuple[str, str]:
    return record["level"], record["term"]


def _divides(values: np.ndarray, arms: Iterable[str], totals: Mapping[str, float] | None) -> bool:
    """Say whether the levels divide the participants of each arm: then they add up to a number that is printed."""
    return totals is not None and [*np.nansum(values, axis=0)] == [totals.get(arm) for arm in arms]


@dataclass(frozen=True)
class _Lines:
    """What is known of a table: levels divide all participants, which column holds all arms, least gap of an arm."""

    divides: bool
    is_total: np.ndarray
    least: int


def _secondary(values: np.ndarray, gap: np.ndarray, lines: _Lines, of_arms: int) -> np.ndarray:
    """Add gaps until no line that adds up to a printed number has exactly one, or gaps too small together.

    A zero is hidden only where the levels divide the participants and nothing else of the line is left. The total over
    arms goes where the gaps of the arms are together below ``of_arms``.
    """
    gap = gap.copy()
    for _ in range(gap.size):
        before = gap.sum()
        over_arms = [(*pair, 0) for pair in zip(values, gap, strict=True)] if lines.is_total.any() else []
        over_levels = [(*pair, lines.least) for pair in zip(values.T, gap.T, strict=True)]
        for line, gaps, least in [*over_arms, *over_levels]:
            _hide_another(line, gaps, least, zeros=lines.divides)
        known = np.where(gap & ~lines.is_total, values, 0).sum(axis=1)
        gap |= ((known > 0) & (known < of_arms))[:, None] & lines.is_total
        if gap.sum() == before:
            break
    return gap


def _hide_another(line: np.ndarray, gaps: np.ndarray, least: int, *, zeros: bool) -> None:
    """Add the smallest other count of a line with exactly one gap, or with gaps below the least sum, in place."""
    if not gaps.any() or (gaps.sum() > 1 and line[gaps].sum() >= least):
        return
    positive = ~gaps & (line > 0)
    others = positive if positive.any() or not zeros else ~gaps
    if others.any():
        gaps[np.flatnonzero(others)[np.argmin(line[others])]] = True


def _in_arms(ard: pd.DataFrame, cells: pd.DataFrame, side: str) -> pd.Series:
    """Say which rows are of an arm, on the given side of a comparison, with a gap in the same variable and visit."""
    found = is_in(ard.assign(arm=ard[side]), cells, [*_ARMS_OF, "arm"])
    return found & (ard["comparator"] != "") if side == "comparator" else found


def _in_tables(ard: pd.DataFrame, cells: pd.DataFrame) -> pd.Series:
    """Say which rows belong to a table that has any gap."""
    keys = pd.MultiIndex.from_frame(ard[_ARMS_OF])
    return pd.Series(keys.isin(pd.MultiIndex.from_frame(cells[_ARMS_OF]) if len(cells) else keys[:0]), index=ard.index)


def _in_cells(ard: pd.DataFrame, cells: pd.DataFrame, side: str) -> pd.Series:
    """Say which rows belong to one of the cells, with the arm of the cell on the given side of a comparison."""
    names = [side if name == "arm" else name for name in _CELL]
    keys = pd.MultiIndex.from_frame(ard[names])
    wanted = pd.MultiIndex.from_frame(cells.set_axis(names, axis=1)) if len(cells) else keys[:0]
    found = pd.Series(keys.isin(wanted), index=ard.index)
    return found & (ard["comparator"] != "") if side == "comparator" else found
