"""How the infusions were given: monitoring, check before going home, setting, screening (method conduct).

What was not recorded is told as such, with the reason; it never counts as done, nor as left undone.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from postinfusion.analyses.clustered_shares import clustered_rows, share_rows, unknown_row
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.infusion_readings import around
from postinfusion.analyses.populations import Members, denominators
from postinfusion.ard.build import Row, rows
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Conduct
from postinfusion.vocabulary import NOT_RECORDED

VARIABLE = "conduct"
SETS, COMPLETE, GAP = "sets of vital signs", "complete infusions", "longest gap"
OF_INFUSIONS = {
    "driving advice": ("DRVADVFL", "advice not to drive (no value in driving_advice)"),
    "discharge criteria": ("DCCRITFL", "criteria of discharge (no value in criteria_met)"),
    "escort": ("ESCORTFL", "who accompanied the participant home (no value in escort)"),
    "setting": ("EXSETFL", "where and by whom infusions were given (needs setting and controlled_settings)"),
    "stopped early": ("EXSTOPFL", "stopping early (no value in stopped_early)"),
}
"""Level → column of ADEX that is ``Y`` where it was so, and what is missing where nobody has one."""
_MINUTES_PER_HOUR = 60.0
_UNIT = ["USUBJID", "INFNUM"]


def conduct(analysis: Conduct, adam: Adam, population: Members) -> list[Row]:
    """Give the shares of infusions and participants for whom each part of the conduct was recorded.

    Parameters
    ----------
    analysis
        The vital signs of a set and the minutes at which it was planned.
    adam
        The datasets; ADEX holds the infusions, ADVS the signs, ADDV the deviations.
    population
        Who is counted.

    Raises
    ------
    ModelError
        The data hold no infusions.
    """
    if "ADEX" not in adam:
        raise ModelError("the data hold no infusions, so that their conduct cannot be told. Add the source infusions")
    found = adam["ADEX"][adam["ADEX"]["USUBJID"].isin(population.frame["USUBJID"])]
    infusions = found.assign(ARM=population.arm_of(found)).reset_index(drop=True)
    result = denominators(population)
    for arm in population.arms:
        of_arm = infusions[infusions["ARM"] == arm]
        if len(of_arm):
            result += _monitoring(analysis, adam, of_arm, arm)
            result += _checks(analysis, infusions, of_arm, arm)
    return [*result, *_deviations(analysis, adam, population)]


def _monitoring(analysis: Conduct, adam: Adam, infusions: pd.DataFrame, arm: str) -> Iterator[Row]:
    """Give the planned sets of vital signs that are there, the infusions with all of them, and the longest gap."""
    if not analysis.signs:
        return
    lacking = _signs_without_values(analysis, adam)
    if lacking:
        reason = f"{NOT_RECORDED}: {', '.join(lacking)} around infusions"
        for level in (SETS, COMPLETE, GAP):
            yield unknown_row(reason, variable=VARIABLE, level=level, arm=arm)
        return
    there, at = _sets(analysis, adam["ADVS"], infusions)
    key = {"variable": VARIABLE, "arm": arm}
    subject = there.index.get_level_values("USUBJID").to_numpy()
    every = pd.Series(there.to_numpy().ravel())
    of_each = pd.Series(np.repeat(subject, there.shape[1]))
    yield from clustered_rows(every, of_each, analysis.confidence, **key, level=SETS)
    complete = pd.Series(there.to_numpy().all(axis=1))
    yield from clustered_rows(complete, pd.Series(subject), analysis.confidence, **key, level=COMPLETE)
    gaps = _longest_gaps(at)
    numbers = {name: float(np.quantile(gaps, part)) for name, part in (("median", 0.5), ("q1", 0.25), ("q3", 0.75))}
    numbers = {"n": len(gaps), **numbers, "max": float(gaps.max())}
    yield from (row | {"unit": "min"} for row in rows(numbers, **key, level=GAP))


def _signs_without_values(analysis: Conduct, adam: Adam) -> list[str]:
    """Name the signs of a set of which the data hold no value at all: then no set could be complete."""
    held = set(adam["ADVS"].loc[adam["ADVS"]["AVAL"].notna(), "PARAMCD"]) if "ADVS" in adam else set()
    return [sign for sign in analysis.signs if sign not in held]


def _sets(analysis: Conduct, signs: pd.DataFrame, infusions: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Say for each infusion (row) and planned minute (column) whether all signs were taken then, and when they were.

    A set that is complete but was taken at another time than planned is not there, but has a time: the minute, since
    the start of the infusion, at which its last sign was taken.
    """
    taken = _taken(analysis, signs, infusions)
    found = taken.groupby([*_UNIT, "OF"]).agg(
        SIGNS=("PARAMCD", "size"), AT=("ACTUAL", "max"), IN_TIME=("MINUTE", "count")
    )
    found = found[found["SIGNS"] == len(analysis.signs)]
    every = pd.MultiIndex.from_frame(infusions[_UNIT].astype({"INFNUM": "int64"}))
    minutes = [float(minute) for minute in analysis.minutes]
    in_time, at = (
        found[name].unstack().reindex(index=every, columns=minutes).astype("float64") for name in ("IN_TIME", "AT")
    )
    return in_time == len(analysis.signs), at.round(6)


def _taken(analysis: Conduct, signs: pd.DataFrame, infusions: pd.DataFrame) -> pd.DataFrame:
    """Give each sign around an infusion once for the planned minute that it is nearest to, or that was recorded.

    ``OF`` is that minute, ``MINUTE`` the same where the sign was taken within the tolerance of it.
    """
    planned = np.array(analysis.minutes, dtype=float)
    kept = signs[signs["PARAMCD"].isin(analysis.signs) & signs["AVAL"].notna() & (signs["DTYPE"] == "")]
    kept = kept.reindex(columns=["USUBJID", "PARAMCD", "AHRFIRST", "ATPTN", "INFNUM", "ATMF"])
    kept = kept.astype({"AHRFIRST": "float64", "ATPTN": "float64", "INFNUM": "float64"})
    near = around(kept, infusions, planned, _MINUTES_PER_HOUR * analysis.tolerance)
    nearest = planned[np.abs(near["ACTUAL"].to_numpy()[:, None] - planned).argmin(axis=1)]
    of = near["ATPTN"].where(near["ATPTN"].isin(planned), nearest)
    near = near.drop(columns="INFNUM").rename(columns={"INFNUM_OF": "INFNUM"}).astype({"INFNUM": "int64"})
    near = near.assign(OF=of, OFF=(near["ACTUAL"] - of).abs()).sort_values("OFF", kind="stable")
    return near.drop_duplicates([*_UNIT, "OF", "PARAMCD"])


def _longest_gaps(at: pd.DataFrame) -> np.ndarray:
    """Give for each infusion the longest time without a set between the first and the last planned minute."""
    first, last = float(at.columns[0]), float(at.columns[-1])
    found = np.sort(np.clip(at.to_numpy(dtype=float), first, last), axis=1)
    edges = [np.concatenate([[first], row[~np.isnan(row)], [last]]) for row in found]
    return np.array([float(np.diff(of_infusion).max()) for of_infusion in edges])


def _checks(analysis: Conduct, infusions: pd.DataFrame, of_arm: pd.DataFrame, arm: str) -> Iterator[Row]:
    """Give the infusions with each check; an infusion without a record of it counts as one without."""
    for level, (column, missing) in OF_INFUSIONS.items():
        key = {"variable": VARIABLE, "level": level, "arm": arm}
        if column not in infusions or not (infusions[column] != "").any():
            yield unknown_row(f"{NOT_RECORDED}: {missing}", **key)
            continue
        yield from clustered_rows(of_arm[column] == "Y", of_arm["USUBJID"], analysis.confidence, **key)
        yield from rows({"n_missing": int((of_arm[column] == "").sum())}, **key)


def _deviations(analysis: Conduct, adam: Adam, population: Members) -> Iterator[Row]:
    """Give the participants with a major deviation."""
    for arm, size in population.n_by_arm.items():
        key = {"variable": VARIABLE, "level": "major deviation", "arm": arm}
        if arm and "ADDV" not in adam:
            yield unknown_row(f"{NOT_RECORDED}: deviations from the protocol", **key)
        elif arm and size:
            major = set(adam["ADDV"].loc[adam["ADDV"]["DVMAJFL"] == "Y", "USUBJID"])
            n = int(population.of(arm)["USUBJID"].isin(major).sum())
            yield from share_rows((n, size), analysis.confidence, **key)


def screening(analysis: Conduct, adam: Adam) -> Iterator[Row]:
    """Give the screened and the enrolled whose contraindications were all checked, and who entered against the rules.

    Whoever was screened has no arm yet, nor is a participant: these rows are of all together.

    Parameters
    ----------
    analysis
        The level of the intervals.
    adam
        The datasets; ADSCR holds the screening.
    """
    screened = adam.get("ADSCR", pd.DataFrame({"CHKFL": [], "ENRLFL": [], "ELIGFL": []}))
    enrolled = screened[screened["ENRLFL"] == "Y"]
    for level, group in (("checklist", screened), ("checklist of the enrolled", enrolled)):
        if (screened["CHKFL"] == "Y").any() and len(group):
            n = int((group["CHKFL"] == "Y").sum())
            yield from share_rows((n, len(group)), analysis.confidence, variable=VARIABLE, level=level)
        else:
            reason = f"{NOT_RECORDED}: the check of contraindications (no value in checklist_complete)"
            yield unknown_row(reason, variable=VARIABLE, level=level)
    if len(enrolled):
        n = int((enrolled["ELIGFL"] != "Y").sum())
        yield from share_rows((n, len(enrolled)), analysis.confidence, variable=VARIABLE, level="not eligible")
    else:
        reason = f"{NOT_RECORDED}: eligibility at screening"
        yield unknown_row(reason, variable=VARIABLE, level="not eligible")
