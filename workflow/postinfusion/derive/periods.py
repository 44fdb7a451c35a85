"""Periods of a crossover trial: when each began, which treatment it had, and to which a record belongs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from postinfusion.derive.canonical_columns import number, text
from postinfusion.derive.context import Context
from postinfusion.derive.events import counted_onset
from postinfusion.derive.time_since import ONLY_THE_DAY
from postinfusion.errors import DataError
from postinfusion.plan.crossover_design import Crossover
from postinfusion.plan.windows import Window

BY = ["USUBJID", "APERIOD"]
THEN = " → "
"""Stands between the treatments of a sequence."""


def periods(context: Context, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Give the periods of each participant.

    Returns
    -------
    pandas.DataFrame
        One row for each participant and period that began or was allocated: ``USUBJID``, ``APERIOD``, ``START`` (hours
        since time zero), ``STARTDAY`` (its day in hours), ``TRTP``, ``TRTA``, ``TRTPREV`` (received in the period
        before), ``TRTSEQP``, ``TRTSEQA``.

    Raises
    ------
    DataError
        The data do not tell the periods or the treatments, or two treatments were given in one period.
    """
    crossover = context.plan.design.crossover
    assert crossover is not None  # noqa: S101 - the rules of the plan demand it
    began = _from_infusions(context, crossover, tables.get("infusions"))
    if began is None:
        began = _from_plan(context, crossover)
    allocated = _allocated(context, crossover, tables["participants"])
    both = allocated if began is None else began.merge(allocated, on=BY, how="outer")
    for column in ("TRTP", "TRTA"):
        both[column] = both[column].fillna("").astype("str") if column in both else ""
    both["TRTP"] = both["TRTP"].mask(both["TRTP"] == "", both["TRTA"])
    both["TRTA"] = both["TRTA"].mask((both["TRTA"] == "") & both["START"].notna(), both["TRTP"])
    return _with_order(both.sort_values(BY, kind="stable", ignore_index=True))


def with_periods(
    records: pd.DataFrame, begun: pd.DataFrame, windows: Sequence[Window], recorded: pd.Series
) -> pd.DataFrame:
    """Give records with ``APERIOD`` and ``APERHR``, the hours since the start of the period.

    A record belongs to the period that was recorded for it; otherwise to the last one whose baseline window began
    before it, so that a value of the hours before an infusion is the baseline of the period that follows. What came
    before is of the first period.

    Parameters
    ----------
    records
        ``USUBJID``, ``AHRFIRST``, ``ATMF``.
    begun
        As :func:`periods` gives it.
    windows
        Of the visits; the first is the baseline.
    recorded
        Number of the period, missing where the source has none.
    """
    reach = windows[0].start
    starts = begun[begun["START"].notna()].assign(OPENS=lambda frame: frame["START"] + reach)
    by_day = records["ATMF"].isin(ONLY_THE_DAY)
    starts["OPENSDAY"] = starts["STARTDAY"] + np.floor(reach / 24.0) * 24.0
    found = pd.concat(
        [_latest(records[which], starts, column) for which, column in ((~by_day, "OPENS"), (by_day, "OPENSDAY"))]
    ).reindex(records.index)
    period = recorded.set_axis(records.index).fillna(found).astype("Int64")
    joined = records.assign(APERIOD=period).join(begun.set_index(BY)[["START", "STARTDAY"]], on=BY)
    since = joined["AHRFIRST"] - joined["START"].where(~by_day, joined["STARTDAY"])
    return joined.drop(columns=["START", "STARTDAY"]).assign(APERHR=since, BASETYPE="PERIOD")


def since_period(records: pd.DataFrame) -> pd.DataFrame:
    """Give records whose time counts from the start of their period, for the windows of the visits."""
    return records.assign(AHRFIRST=records["APERHR"])


def with_nominal_times(records: pd.DataFrame, begun: pd.DataFrame, nominal: Mapping[str, float]) -> pd.DataFrame:
    """Give records with ``AVISITN``, since the start of the period, and ``NOMINAL``, since time zero.

    The nominal time stands in where no time was recorded.
    """
    planned = records["AVISIT"].map(nominal).astype("float64")
    start = records.join(begun.set_index(BY)["START"], on=BY)["START"]
    own = planned + start
    use = records["AHRFIRST"].isna() & own.notna()
    return records.assign(
        AVISITN=planned,
        NOMINAL=own,
        AHRFIRST=records["AHRFIRST"].fillna(own),
        APERHR=records["APERHR"].fillna(planned),
        ATMF=records["ATMF"].mask(use, "N"),
    )


def of_periods(frame: pd.DataFrame, begun: pd.DataFrame) -> pd.DataFrame:
    """Give rows of a dataset with the treatments of their period; one without a period gets that of its time."""
    if "APERIOD" not in frame:
        frame = frame.assign(APERIOD=_period_of_rows(frame, begun))
    names = ["TRTP", "TRTA", "TRTPREV", "TRTSEQP"]
    joined = frame.join(begun.set_index(BY)[names], on=BY)
    return joined.assign(**{name: joined[name].fillna("").astype("str") for name in names})


def with_sequences(adsl: pd.DataFrame, begun: pd.DataFrame) -> pd.DataFrame:
    """Give ADSL with the treatments of each period and their order, which is what a participant was allocated to."""
    by_person = begun.drop_duplicates("USUBJID").set_index("USUBJID")
    found = {name: adsl["USUBJID"].map(by_person[name]).fillna("") for name in ("TRTSEQP", "TRTSEQA")}
    for period in sorted(begun["APERIOD"].unique()):
        of_period = begun[begun["APERIOD"] == period].set_index("USUBJID")
        for kind in ("P", "A"):
            found[f"TRT0{period}{kind}"] = adsl["USUBJID"].map(of_period[f"TRT{kind}"]).fillna("").astype("str")
    return adsl.assign(**found, TRTP=found["TRTSEQP"], TRTA=found["TRTSEQA"])


def _from_infusions(context: Context, crossover: Crossover, infused: pd.DataFrame | None) -> pd.DataFrame | None:
    """Give start and treatment of each period from the infusions; None where they do not tell the periods."""
    if infused is None or context.exposure is None or crossover.starts:
        return None
    if not crossover.first_infusions and "crossover_period" not in infused:
        what = "the infusions have no column crossover_period. Map it, or write first_infusions in the design."
        raise DataError(f"crossover: {what}")
    given = pd.DataFrame({"USUBJID": context.subject(infused), "INFNUM": infused["number"].astype("int64")})
    given["TRTA"] = text(infused, "arm_given")
    if crossover.first_infusions:
        given["APERIOD"] = np.searchsorted(crossover.first_infusions, given["INFNUM"], side="right")
    else:
        given["APERIOD"] = number(infused, "crossover_period")
    times = context.exposure[["USUBJID", "INFNUM", "AHRFIRST", "DAYHR"]]
    dated = given.merge(times, on=["USUBJID", "INFNUM"]).dropna(subset="APERIOD").sort_values("AHRFIRST", kind="stable")
    several = dated.groupby(BY)["TRTA"].nunique() > 1
    if several.any():
        what = f"{int(several.sum())} periods of participants hold more than one treatment. Correct the infusions."
        raise DataError(f"crossover: {what}")
    first = dated.drop_duplicates(BY).rename(columns={"AHRFIRST": "START", "DAYHR": "STARTDAY"})
    return first.assign(APERIOD=first["APERIOD"].astype("Int64"))[[*BY, "START", "STARTDAY", "TRTA"]]


def _from_plan(context: Context, crossover: Crossover) -> pd.DataFrame | None:
    """Give the starts of the periods as the plan has them, the same for everyone; None where it has none."""
    if not crossover.starts:
        return None
    starts = np.array(crossover.starts, dtype="float64")
    people = context.keys.to_numpy()
    return pd.DataFrame(
        {
            "USUBJID": np.repeat(people, len(starts)),
            "APERIOD": pd.array(np.tile(np.arange(1, len(starts) + 1), len(people)), dtype="Int64"),
            "START": np.tile(starts, len(people)),
            "STARTDAY": np.tile(np.floor(starts / 24.0) * 24.0, len(people)),
        }
    )


def _allocated(context: Context, crossover: Crossover, participants: pd.DataFrame) -> pd.DataFrame:
    """Give the treatment allocated to each participant in each period; no rows where the plan has no sequences.

    Raises
    ------
    DataError
        A participant has a sequence that the plan does not have.
    """
    columns: dict[str, object] = {"USUBJID": [], "APERIOD": pd.array([], dtype="Int64"), "TRTP": []}
    if not crossover.sequences:
        return pd.DataFrame(columns).astype({"USUBJID": "str", "TRTP": "str"})
    codes = text(participants, "crossover_sequence")
    unknown = (codes != "") & ~codes.isin([*crossover.sequences])
    if unknown.any() or "crossover_sequence" not in participants:
        what = f"a sequence that is none of {', '.join(crossover.sequences)}. Correct the codes."
        lacking = "the participants have no column crossover_sequence. Map it, or remove sequences in the design."
        is_there = "crossover_sequence" in participants
        raise DataError(f"crossover: {f'{int(unknown.sum())} participants have {what}' if is_there else lacking}")
    people = participants.loc[codes != "", "id"].map(context.keys).astype("str")
    rows = [
        (person, period, arm)
        for person, code in zip(people, codes[codes != ""], strict=True)
        for period, arm in enumerate(crossover.sequences[code], start=1)
    ]
    frame = pd.DataFrame(rows, columns=[*BY, "TRTP"])
    return frame.astype({"USUBJID": "str", "APERIOD": "Int64", "TRTP": "str"})


def _with_order(both: pd.DataFrame) -> pd.DataFrame:
    """Add the order of the treatments of each participant, and the treatment of the period before."""
    by_person = both.groupby("USUBJID", sort=False)
    orders = {
        f"TRTSEQ{kind}": by_person[f"TRT{kind}"].agg(lambda names: THEN.join(name for name in names if name))
        for kind in ("P", "A")
    }
    before = by_person["TRTA"].shift(1).fillna("")
    named = {name: both["USUBJID"].map(order).astype("str") for name, order in orders.items()}
    return both.assign(TRTPREV=before, **named)


def _latest(records: pd.DataFrame, starts: pd.DataFrame, opens: str) -> pd.Series:
    """Give the last period that opened at or before each record; the first one for what came before all."""
    known = records[["USUBJID", "AHRFIRST"]].astype({"AHRFIRST": "float64"}).dropna()
    left = known.sort_values("AHRFIRST", kind="stable").rename_axis("row").reset_index()
    right = starts[["USUBJID", "APERIOD", opens]].sort_values(opens, kind="stable")
    found = pd.merge_asof(left, right, left_on="AHRFIRST", right_on=opens, by="USUBJID").set_index("row")["APERIOD"]
    has_any = known["USUBJID"].isin(starts["USUBJID"]).reindex(found.index)
    return found.fillna(1).where(has_any)


def _period_of_rows(frame: pd.DataFrame, begun: pd.DataFrame) -> pd.Series:
    """Give the period in which events or infusions fall; missing before the first and at an unknown time."""
    if "AEWORFL" in frame:
        counted = counted_onset(frame)
        frame = frame.assign(ASTHR=counted["AHRFIRST"], ASTTMF=counted["ATMF"])
    column = "ASTHR" if "ASTHR" in frame else "AHRFIRST"
    timed = pd.DataFrame({"USUBJID": frame["USUBJID"], "AHRFIRST": frame[column].astype("float64")})
    starts = begun[begun["START"].notna()]
    is_day = frame["ASTTMF"].isin(ONLY_THE_DAY) if "ASTTMF" in frame else pd.Series(data=False, index=frame.index)
    parts = [_latest(timed[which], starts, opens) for which, opens in ((~is_day, "START"), (is_day, "STARTDAY"))]
    found = pd.concat(parts).reindex(frame.index)
    first = frame["USUBJID"].map(starts.groupby("USUBJID")["START"].min())
    first = first.where(~is_day, np.floor(first / 24.0) * 24.0)
    period: pd.Series = found.where(timed["AHRFIRST"] >= first).astype("Int64")
    return period
