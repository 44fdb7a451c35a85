"""Peaks of liver tests as multiples of the upper limit of normal, and potential cases of Hy's law (method liver)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from postinfusion.analyses.clustered_shares import risk_differences, share_rows, unknown_row
from postinfusion.analyses.describe import describe_number
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.populations import Members, denominators
from postinfusion.ard.build import Row, rows, warning_row
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import Liver, LiverTest
from postinfusion.vocabulary import NOT_RECORDED

AMINOTRANSFERASE = "aminotransferase"
NORMAL, HEPATOCELLULAR, CHOLESTASIS, POTENTIAL = (
    "both below", "aminotransferase only", "bilirubin only", "potential Hy's law",
)  # fmt: skip
QUADRANTS = (NORMAL, HEPATOCELLULAR, CHOLESTASIS, POTENTIAL)
NOT_BOTH = "not both measured after"
SAME_INJURY, NOT_CHOLESTATIC = "bilirubin within the time", "and alkaline phosphatase not raised"
NO_PHOSPHATASE = "alkaline phosphatase not measured"
HIGHER = (5.0, 10.0, 20.0)
_COLUMNS = ["USUBJID", "PARAMCD", "AVAL", "AHRFIRST", "DTYPE", "AVALU", "ANRHI"]


def liver(analysis: Liver, adam: Adam, population: Members) -> list[Row]:
    """Count participants by the peaks of their liver tests after time zero.

    Parameters
    ----------
    analysis
        The tests, their upper limits of normal, and the multiples that count.
    adam
        The datasets; ADLB holds the results.
    population
        Who is counted.

    Raises
    ------
    ModelError
        The data hold no aminotransferase, or no upper limit of one is known.

    Notes
    -----
    Shares of a test are of the participants with a result of it after time zero, quadrants of those with both kinds.
    """
    values = _multiples(analysis, adam, population)
    peaks = _peaks(analysis, values)
    result = [*denominators(population), *_not_compared(analysis, adam, population)]
    for kind, name, limits in _kinds(analysis):
        result += _test(analysis, values[values[kind] == name], name, limits, population)
    result += _before(analysis, values, population)
    return [*result, *_quadrants(analysis, peaks, population), *_injuries(analysis, values, peaks, population)]


def liver_peaks(analysis: Liver, adam: Adam, population: Members) -> pd.DataFrame:
    """Give the peaks of each participant. Internal only: not results.

    Returns
    -------
    pandas.DataFrame
        ``USUBJID``, ``TRTP`` (arm), ``AMINOTRANSFERASE`` and ``BILIRUBIN``, highest multiples after time zero; only of
        participants with both.
    """
    peaks = _peaks(analysis, _multiples(analysis, adam, population)).dropna(subset=["AMINOTRANSFERASE", "BILIRUBIN"])
    found = peaks.reset_index().rename(columns={"ARM": "TRTP"}).astype({"TRTP": "str"})
    return found[["USUBJID", "TRTP", "AMINOTRANSFERASE", "BILIRUBIN"]]


def _kinds(analysis: Liver) -> Iterator[tuple[str, str, tuple[float, ...]]]:
    """Give by which column rows are of a test or of the higher aminotransferase, its name, and its multiples."""
    first = analysis.aminotransferase_from
    several = (first, *(limit for limit in HIGHER if limit > first))
    for test in analysis.aminotransferases:
        yield "PARAMCD", test.measure, several
    if len(analysis.aminotransferases) > 1:
        yield "KIND", AMINOTRANSFERASE, several
    for test in analysis.tests[len(analysis.aminotransferases) :]:
        yield "PARAMCD", test.measure, (analysis.bilirubin_from,)


def _multiples(analysis: Liver, adam: Adam, population: Members) -> pd.DataFrame:
    """Give all results that can be compared with an upper limit, as multiples of it.

    Raises
    ------
    ModelError
        There is none of an aminotransferase.
    """
    results = _results(analysis, adam, population)
    parts = [_of_test(results, test) for test in analysis.tests]
    found = pd.concat([part for part in parts if part is not None])
    found = found[found["MULTIPLE"].notna()]
    names = [test.measure for test in analysis.aminotransferases]
    kind = np.where(found["PARAMCD"].isin(names), AMINOTRANSFERASE, found["PARAMCD"])
    if not (kind == AMINOTRANSFERASE).any():
        held = results["PARAMCD"].isin(names).any()
        missing = "no upper limit of normal for" if held else "no values of"
        raise ModelError(f"the data hold {missing} {' or '.join(names)}: the liver tests cannot be told")
    return found.assign(KIND=kind, AFTER=found["AHRFIRST"].astype("float64") > 0)


def _results(analysis: Liver, adam: Adam, population: Members) -> pd.DataFrame:
    """Give the results of the tests in the population."""
    if "ADLB" not in adam:
        raise ModelError("the data hold no laboratory results. Add the source laboratory")
    found = adam["ADLB"][adam["ADLB"]["USUBJID"].isin(population.frame["USUBJID"])]
    found = found[found["PARAMCD"].isin([test.measure for test in analysis.tests]) & found["AVAL"].notna()]
    kept = found.assign(ARM=population.arm_of(found)).reindex(columns=[*_COLUMNS, "ARM"])
    return kept[(kept["DTYPE"] == "") & kept["ARM"].notna()]


def _of_test(results: pd.DataFrame, test: LiverTest) -> pd.DataFrame:
    """Give the results of one test with their multiples; none for one in another unit, or without a limit."""
    own = results[results["PARAMCD"] == test.measure]
    if test.upper_normal is None:
        return own.assign(MULTIPLE=own["AVAL"].astype("float64") / own["ANRHI"].astype("float64"))
    limit = np.where(_in_unit(own, test), test.upper_normal, np.nan)
    return own.assign(MULTIPLE=own["AVAL"].astype("float64") / limit)


def _in_unit(results: pd.DataFrame, test: LiverTest) -> pd.Series:
    """Say which results are in the unit of the limit; all where the plan names none or the data have none."""
    unit = results["AVALU"].fillna("").astype("str").str.strip().str.casefold()
    if not test.unit or (unit == "").all():
        return pd.Series(data=True, index=results.index)
    return unit == test.unit.casefold()


def _not_compared(analysis: Liver, adam: Adam, population: Members) -> Iterator[Row]:
    """Warn of results without a limit that they can be compared with."""
    results = _results(analysis, adam, population)
    for test in analysis.tests:
        lost = int(_of_test(results, test)["MULTIPLE"].isna().sum())
        if lost:
            text = f"{lost} results of {test.name} are in another unit, or have no upper limit of normal: not compared"
            yield warning_row(text, variable="liver", term=test.measure)


def _peaks(analysis: Liver, values: pd.DataFrame) -> pd.DataFrame:
    """Give the highest multiples after time zero by participant: ARM, AMINOTRANSFERASE, BILIRUBIN, PHOSPHATASE."""
    after = values[values["AFTER"]]
    highest = after.groupby(["USUBJID", "KIND"])["MULTIPLE"].max().unstack()
    names = [test.measure if test else "" for test in (analysis.bilirubin, analysis.alkaline_phosphatase)]
    found = highest.reindex(columns=[AMINOTRANSFERASE, *names])
    found.columns = pd.Index(["AMINOTRANSFERASE", "BILIRUBIN", "PHOSPHATASE"])
    return found.assign(ARM=after.drop_duplicates("USUBJID").set_index("USUBJID")["ARM"])


def _test(
    analysis: Liver, values: pd.DataFrame, name: str, limits: tuple[float, ...], population: Members
) -> Iterator[Row]:
    """Give the highest multiples of one test after time zero, and how many reached each limit."""
    after = values[values["AFTER"]]
    peak = after.groupby("USUBJID")["MULTIPLE"].max()
    arm_of = after.drop_duplicates("USUBJID").set_index("USUBJID")["ARM"]
    for arm in population.arms:
        numbers = describe_number(peak[arm_of == arm])
        yield from rows(numbers, variable="liver-peak", term=name, arm=arm)
    for limit in limits:
        key = {"variable": "liver", "term": name, "level": f"≥ {limit:g}"}
        yield from _shares(analysis, peak >= limit, arm_of, population, key)


def _shares(
    analysis: Liver, has: pd.Series, arm_of: pd.Series, population: Members, key: dict[str, str]
) -> Iterator[Row]:
    """Give the participants who have something among those who were assessed, by arm, and the differences."""
    counts: dict[str, tuple[int, int]] = {}
    for arm in population.arms:
        counts[arm] = (int(has[arm_of == arm].sum()), int((arm_of == arm).sum()))
        if counts[arm][1]:
            yield from share_rows(counts[arm], analysis.confidence, **key, arm=arm)
        else:
            yield unknown_row(f"{NOT_RECORDED}: no result after time zero", **key, arm=arm)
    yield from risk_differences(counts, population, analysis.confidence, **key)


def _before(analysis: Liver, values: pd.DataFrame, population: Members) -> Iterator[Row]:
    """Give those whose aminotransferase was that high before time zero already."""
    before = values[~values["AFTER"] & (values["KIND"] == AMINOTRANSFERASE)]
    peak = before.groupby("USUBJID")["MULTIPLE"].max()
    arm_of = before.drop_duplicates("USUBJID").set_index("USUBJID")["ARM"]
    key = {"variable": "liver-before", "term": AMINOTRANSFERASE, "level": f"≥ {analysis.aminotransferase_from:g}"}
    for arm in population.arms:
        counted = (int((peak[arm_of == arm] >= analysis.aminotransferase_from).sum()), int((arm_of == arm).sum()))
        if counted[1]:
            yield from share_rows(counted, analysis.confidence, **key, arm=arm)


def _quadrants(analysis: Liver, peaks: pd.DataFrame, population: Members) -> Iterator[Row]:
    """Give the participants in each quadrant, and those without both kinds of peak."""
    both = peaks.dropna(subset=["AMINOTRANSFERASE", "BILIRUBIN"])
    high = both["AMINOTRANSFERASE"] >= analysis.aminotransferase_from
    yellow = both["BILIRUBIN"] >= analysis.bilirubin_from
    of_quadrant = dict(zip(QUADRANTS, (~high & ~yellow, high & ~yellow, ~high & yellow, high & yellow), strict=True))
    for level, has in of_quadrant.items():
        key = {"variable": "liver-quadrant", "level": level}
        if both.empty:
            reason = "bilirubin is not named in the plan" if analysis.bilirubin is None else "bilirubin"
            yield from (unknown_row(f"{NOT_RECORDED}: {reason}", **key, arm=arm) for arm in population.arms)
        else:
            yield from _shares(analysis, has, both["ARM"], population, key)
    for arm in population.arms:
        n = population.n_by_arm[arm] - int((both["ARM"] == arm).sum())
        yield from rows({"n": n}, variable="liver-quadrant", level=NOT_BOTH, arm=arm)


def _injuries(analysis: Liver, values: pd.DataFrame, peaks: pd.DataFrame, population: Members) -> Iterator[Row]:
    """Give the potential cases whose bilirubin came with the aminotransferase or soon after it.

    Whose alkaline phosphatase was not raised is told of those who have a value of it: where it was not measured, nobody
    knows whether it was raised, which is counted.
    """
    both = peaks.dropna(subset=["AMINOTRANSFERASE", "BILIRUBIN"])
    if both.empty or analysis.bilirubin is None:
        return
    after = values[values["AFTER"]]
    high = after[(after["KIND"] == AMINOTRANSFERASE) & (after["MULTIPLE"] >= analysis.aminotransferase_from)]
    yellow = after[(after["PARAMCD"] == analysis.bilirubin.measure) & (after["MULTIPLE"] >= analysis.bilirubin_from)]
    pairs = high[["USUBJID", "AHRFIRST"]].merge(yellow[["USUBJID", "AHRFIRST"]], on="USUBJID", suffixes=("", "_LATER"))
    soon = pairs[(pairs["AHRFIRST_LATER"] - pairs["AHRFIRST"]).between(0, analysis.within)]
    has = pd.Series(both.index.isin(soon["USUBJID"]), index=both.index)
    key = {"variable": "liver-potential", "level": SAME_INJURY}
    yield from _shares(analysis, has, both["ARM"], population, key)
    if analysis.alkaline_phosphatase is not None:
        known = both[both["PHOSPHATASE"].notna()]
        is_low = has[known.index] & (known["PHOSPHATASE"] < analysis.bilirubin_from)
        yield from _shares(analysis, is_low, known["ARM"], population, {**key, "level": NOT_CHOLESTATIC})
        unknown = both.loc[has & both["PHOSPHATASE"].isna(), "ARM"]
        for arm in population.arms:
            yield from rows({"n": int((unknown == arm).sum())}, **{**key, "level": NO_PHOSPHATASE}, arm=arm)
