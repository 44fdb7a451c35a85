"""What stands beside the result of a crossover trial: carry-over, baselines, first period, sign-flip test, washout."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from postinfusion.analyses.ancova import fit_ancova
from postinfusion.analyses.crossover_data import PERIOD, CrossoverData
from postinfusion.analyses.crossover_fit import CarryOverFit, fit_within
from postinfusion.analyses.lmm import LmmFit
from postinfusion.analyses.model_data import ARM, FEWEST_PARTICIPANTS
from postinfusion.analyses.model_rows import TEST, estimate_rows
from postinfusion.ard.build import Row, rows, warning_row
from postinfusion.core.contrasts import estimates
from postinfusion.core.randomisation_tests import randomisation_test, studentised_difference
from postinfusion.core.sign_flip import sign_flip_test
from postinfusion.datasets.adam import participant_column
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import CrossoverModel
from postinfusion.plan.plan import Plan
from postinfusion.plan.quantities import hours_as_text

Key = dict[str, str]
ALIASED = "aliased with sequence"
WITHIN = "within participants"
MOST = 20_000
"""Allocations of the order that are all looked at; beyond it some are drawn."""


def carry_over_rows(found: CrossoverData, carry: CarryOverFit, analysis: CrossoverModel, at: Key) -> list[Row]:
    """Give first-order carry-over of each arm relative to the reference, and the differences that allow for it.

    Where carry-over is aliased with sequence the differences that allow for it are those of the first period, which
    stand there in any case, and are not repeated.
    """
    result = _carried(
        found, carry.fit, analysis, "carry-over", {"level": ALIASED if carry.is_aliased else WITHIN, **at}
    )
    if carry.is_aliased:
        return result
    table = carry.fit.contrasts(ARM, reference=found.reference, confidence=analysis.confidence)
    for record in table.to_dict("records"):
        key = {"term": "difference-with-carry-over", "arm": str(record[ARM]), "comparator": found.reference, **at}
        result += estimate_rows(record, TEST, **key)
    return result


def _carried(found: CrossoverData, fit: LmmFit, analysis: CrossoverModel, term: str, key: Key) -> list[Row]:
    """Give the coefficients of the carry-over columns of a fit."""
    names = [str(name) for name in fit.coefficients["term"]]
    result: list[Row] = []
    for arm, column in found.carried.items():
        combination = np.array([[float(name == column) for name in names]])
        record = fit.linear(combination, confidence=analysis.confidence).to_dict("records")[0]
        result += estimate_rows(record, TEST, term=term, arm=arm, comparator=found.reference, **key)
    return result


def baseline_rows(found: CrossoverData, analysis: CrossoverModel) -> list[Row]:
    """Describe the baseline of each period: mean, difference from the first period, and what was carried over to it."""
    frame = found.baselines
    result: list[Row] = []
    for period, values in frame.groupby(PERIOD, observed=True)["AVAL"]:
        statistics = {"n": len(values), "mean": float(values.mean()), "sd": float(values.std())}
        result += rows(statistics, term="period-baseline", level=str(period))
    try:
        moved = fit_within(found, frame, [PERIOD], analysis.df.value, "AVAL")
        for record in moved.contrasts(PERIOD, reference="1", confidence=analysis.confidence).to_dict("records"):
            result += estimate_rows(record, TEST, term="baseline-return", level=str(record[PERIOD]))
        fit = fit_within(found, frame, [PERIOD, *found.carried.values()], analysis.df.value, "AVAL")
        result += _carried(found, fit, analysis, "baseline-carry-over", {})
    except ModelError as error:
        result.append(warning_row(f"period baselines were not modelled: {error}"))
    return result


def first_period_rows(found: CrossoverData, frame: pd.DataFrame, analysis: CrossoverModel, at: Key) -> list[Row]:
    """Give the differences of the first period alone, between participants, adjusted for its baseline."""
    first = frame[frame[PERIOD] == "1"]
    first = first.assign(ARM=first[ARM].cat.remove_unused_categories())
    counts = first[ARM].value_counts()
    few = [arm for arm in found.data.arms if counts.get(arm, 0) < FEWEST_PARTICIPANTS]
    result = [
        row
        for arm in found.data.arms
        for row in rows({"n": int(counts.get(arm, 0))}, term="first-period", arm=arm, **at)
    ]
    if few:
        reason = f"fewer than {FEWEST_PARTICIPANTS} participants in the first period with {', '.join(few)}"
        return [*result, warning_row(f"no analysis of the first period alone: {reason}", **at)]
    covariates = [*(["BASE"] if found.data.has_baseline else []), *(f"`{name}`" for name in found.data.covariates)]
    try:
        fit = fit_ancova(first, found.data.response, " + ".join([ARM, *covariates]))
    except ModelError as error:
        return [*result, warning_row(f"no analysis of the first period alone: {error}", **at)]
    for record in fit.contrasts(ARM, reference=found.reference, confidence=analysis.confidence).to_dict("records"):
        key = {"term": "first-period-difference", "arm": str(record[ARM]), "comparator": found.reference, **at}
        result += estimate_rows(record, TEST, **key)
    return result


def sign_flip_rows(plan: Plan, analysis: CrossoverModel, values: NDArray[np.float64], key: Key) -> list[Row]:
    """Give mean and interval of the differences within participants, and the sign-flip test, unadjusted for period.

    Parameters
    ----------
    plan, analysis
        The plan, whose seed the draws come from, and the analysis.
    values
        Differences of the participants who have both treatments.
    key
        Visit, time, arm and comparator.
    """
    if len(values) < FEWEST_PARTICIPANTS:
        text = f"fewer than {FEWEST_PARTICIPANTS} participants have both {key['arm']} and {key['comparator']}"
        return [warning_row(f"{key['visit']}: {text}: no sign-flip test", **key)]
    error = float(np.std(values, ddof=1) / np.sqrt(len(values)))
    mean = estimates([float(np.mean(values))], [error], [len(values) - 1.0], confidence=analysis.confidence)
    summary = {"n": len(values), "estimate": float(mean.estimate[0]), "std_error": error, "df": len(values) - 1.0,
               "conf_low": float(mean.conf_low[0]), "conf_high": float(mean.conf_high[0])}  # fmt: skip
    test = sign_flip_test(values, _generator(plan, analysis, key))
    tested = {"n": test.n, "p_value": test.p_value, "smallest_p": test.smallest_p,
              "how": "exact" if test.is_exact else "drawn"}  # fmt: skip
    return [*rows(summary, term="paired-difference", **key), *rows(tested, term="sign-flip", **key)]


def permutation_rows(
    plan: Plan, analysis: CrossoverModel, found: CrossoverData, key: Key, *, of_model: float
) -> list[Row]:
    """Give the test that deals out again which of two treatments came first, within strata: adjusted for period.

    Of each participant who has both, the value of the earlier of the two periods minus that of the later one is
    compared between those who had the arm first and those who had the reference first, among participants with the same
    pair of periods and stratum. What the periods change is the same in both groups and cancels.
    """
    pairs = _period_differences(found, key)
    key = {**key, "variable": found.data.response}
    if len(pairs) < FEWEST_PARTICIPANTS:
        return []
    strata = pairs.groupby(["PAIR", *_strata(plan, pairs)], observed=True, sort=True).ngroup()
    codes = pd.get_dummies(strata, drop_first=True).to_numpy(dtype=float)
    try:
        statistic = studentised_difference(pairs["DIFFERENCE"].to_numpy(dtype=float) / 2, codes)
        came_first, places = pairs["FIRST"].to_numpy(dtype=bool), np.asarray(strata, dtype=np.intp)
        draws = _generator(plan, analysis, key)
        test = randomisation_test(statistic, came_first, places, draws, exact_up_to=MOST)
    except ModelError as error:
        return [warning_row(f"{key['visit']}, {key['arm']}: no test by re-randomised order: {error}", **key)]
    tested = {"n": len(pairs), "statistic": test.statistic, "p_value": test.p_value, "smallest_p": test.smallest_p,
              "n_allocations": test.n_used, "how": "exact" if test.is_exact else "drawn"}  # fmt: skip
    result = rows(tested, term="sequence-permutation", **key)
    level = 1 - analysis.confidence
    if np.isfinite(of_model) and (of_model < level) != (test.p_value < level):
        result.append(warning_row(_disagreement(key, of_model, test.p_value), **key))
    return result


def _period_differences(found: CrossoverData, key: Key) -> pd.DataFrame:
    """Give, for each participant with both treatments, earlier minus later value, which came first, and the periods."""
    arm, frame = key["arm"], found.data.frame[found.data.frame["AVISIT"] == key["visit"]]
    chosen = (
        frame[frame[ARM].isin([arm, key["comparator"]])]
        .drop_duplicates(["USUBJID", ARM])
        .sort_values(["USUBJID", PERIOD])
    )
    by_person = chosen.groupby("USUBJID")
    both = chosen[by_person[found.data.response].transform("size") == 2].groupby("USUBJID")
    first, last = both.first(), both.last()
    pair = first[PERIOD].astype("str") + last[PERIOD].astype("str")
    difference = first[found.data.response] - last[found.data.response]
    return first.assign(DIFFERENCE=difference, FIRST=first[ARM] == arm, PAIR=pair).reset_index()


def _strata(plan: Plan, pairs: pd.DataFrame) -> list[str]:
    """Name the columns of the strata of the randomisation."""
    return [name for name in map(participant_column, plan.design.strata) if name in pairs]


def _disagreement(key: Key, of_model: float, p_value: float) -> str:
    """Say that model and sign-flip test disagree."""
    comparison = f"{key['visit']}, {key['arm']} − {key['comparator']}"
    return f"{comparison}: model (p = {of_model:.4f}) and test by re-randomised order (p = {p_value:.4f}) disagree"


def _generator(plan: Plan, analysis: CrossoverModel, key: Key) -> np.random.Generator:
    """Give the stream of random numbers of one test: from the plan's seed, the analysis' name, visit and arm."""
    name = next((known for known, candidate in plan.analyses.items() if candidate is analysis), "")
    own = int.from_bytes(sha256(f"{name}\0{key['visit']}\0{key['arm']}".encode()).digest()[:8], "big")
    return np.random.default_rng(np.random.SeedSequence([plan.seed, own]))


def washout_warning(plan: Plan) -> list[Row]:
    """Warn where the washout is shorter than effects are expected to last."""
    periods = plan.design.crossover
    if periods is None or periods.expected_duration is None or periods.washout >= periods.expected_duration:
        return []
    washout, duration = hours_as_text(periods.washout), hours_as_text(periods.expected_duration)
    text = f"the washout of {washout} is shorter than effects are expected to last ({duration}; "
    return [warning_row(f"{text}{periods.duration_source}): treatments may still act in the next period")]
