"""Flow of participants through the trial, and how it ended for them (method disposition)."""

from __future__ import annotations

import pandas as pd

from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.populations import Members, denominators
from postinfusion.ard.build import Row, rows

NOT_STATED = "reason not recorded"


def disposition(adam: Adam, population: Members) -> list[Row]:
    """Count the participants at each step, by arm and over all arms; zeros are printed."""
    result = [*denominators(population), *_screening(adam)]
    for arm in ("", *population.arms):
        result += [row | {"variable": "flow", "arm": arm} for row in _flow(population.of(arm), population.frame)]
        result += [row | {"variable": "infusion", "arm": arm} for row in _infusions(population.of(arm), adam)]
    return result


def _screening(adam: Adam) -> list[Row]:
    """Count the persons assessed for eligibility, and those who did not enter the trial by reason."""
    if "ADSCR" not in adam:
        return []
    excluded = adam["ADSCR"][adam["ADSCR"]["ENRLFL"] != "Y"]
    reasons = excluded["EXCREAS"].where(excluded["EXCREAS"] != "", NOT_STATED)
    counts = [("screened", "", len(adam["ADSCR"])), ("excluded", "", len(excluded))]
    counts += [("excluded", str(reason), int(n)) for reason, n in _by_frequency(reasons).items()]
    return [row for level, term, n in counts for row in rows({"n": n}, variable="flow", level=level, term=term)]


def _flow(arm: pd.DataFrame, everyone: pd.DataFrame) -> list[Row]:
    """Count one arm at each step that the data hold; reasons are those that occur in any arm."""
    result = rows({"n": len(arm), "proportion": 1.0 if len(arm) else float("nan")}, level="randomised")
    if "SAFFL" in arm:
        result += _share(arm["SAFFL"] == "Y", level="treated")
    if "EOSSTT" not in arm:
        return result
    for status in ("completed", "ongoing", "discontinued"):
        result += _share(arm["EOSSTT"] == status, level=status)
    left = arm["EOSSTT"] == "discontinued"
    for reason in _reasons(everyone):
        result += _share(left & (_reason(arm) == reason), level="discontinued", term=reason)
    return result + (_share(arm["DTHFL"] == "Y", level="died") if "DTHFL" in arm else [])


def _reasons(everyone: pd.DataFrame) -> list[str]:
    """Give the reasons for leaving that occur in any arm, the most frequent first."""
    return list(_by_frequency(_reason(everyone[everyone["EOSSTT"] == "discontinued"])).index)


def _by_frequency(reasons: pd.Series) -> pd.Series:
    """Count each reason, the most frequent first, equally frequent ones by name."""
    return reasons.value_counts().sort_index().sort_values(ascending=False, kind="stable")


def _reason(frame: pd.DataFrame) -> pd.Series:
    """Give each participant's reason for leaving."""
    if "DCSREAS" not in frame:
        return pd.Series(NOT_STATED, index=frame.index)
    return frame["DCSREAS"].where(frame["DCSREAS"] != "", NOT_STATED)


def _infusions(arm: pd.DataFrame, adam: Adam) -> list[Row]:
    """Count who received each infusion, as a share of the treated."""
    if "ADEX" not in adam:
        return []
    exposure = adam["ADEX"]
    received = exposure[exposure["USUBJID"].isin(arm["USUBJID"])].groupby("INFNUM")["USUBJID"].nunique()
    treated = int((arm["NINF"] > 0).sum())
    result = []
    for number in range(1, int(exposure["INFNUM"].max()) + 1):
        n = int(received.get(number, 0))
        result += rows({"n": n, "proportion": n / treated if treated else float("nan")}, level=str(number))
    return result


def _share(which: pd.Series, **key: str) -> list[Row]:
    """Count participants, with their share of the arm."""
    proportion = float(which.mean()) if len(which) else float("nan")
    return rows({"n": int(which.sum()), "proportion": proportion}, **key)
