"""Crossover models give the closed forms, say what is aliased, and stop where there is too little."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from postinfusion.analyses.crossover_checks import carry_over_rows, permutation_rows, sign_flip_rows
from postinfusion.analyses.crossover_data import CrossoverData, has_sequence, terms_of, with_parts
from postinfusion.analyses.crossover_fit import fit_with_carry_over, fit_within
from postinfusion.analyses.model_data import ModelData
from postinfusion.plan.analyses import CrossoverModel
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import Method

KR = "kenward-roger-linear"
ANALYSIS = CrossoverModel(method=Method.CROSSOVER, endpoint="madrs")
AT = {"visit": "24 h"}


def two_by_two(n: int = 7, seed: int = 3) -> pd.DataFrame:
    """Give values of a trial with the sequences AB (n participants) and BA (n + 1), without baselines."""
    draw = np.random.default_rng(seed)
    rows = []
    for person in range(2 * n + 1):
        order = "AB" if person < n else "BA"
        level = draw.normal(30, 6)
        for period in (1, 2):
            arm = order[period - 1]
            value = level + (arm == "A") * 2.0 - period + draw.normal(0, 2)
            previous = order[0] if period == 2 else ""
            rows.append((f"P{person}", period, order, previous, arm, value))
    frame = pd.DataFrame(rows, columns=["USUBJID", "APERIOD", "TRTSEQP", "TRTPREV", "ARM", "AVAL"])
    return frame.assign(ARM=pd.Categorical(frame["ARM"], ["B", "A"]), BASE=0.0, ABLFL="", AVISIT="24 h")


def crossover(frame: pd.DataFrame) -> CrossoverData:
    """Give the data of the models, without baselines."""
    parted = with_parts(frame, ("B", "A"))
    return CrossoverData(ModelData(parted, "AVAL", has_baseline=False, covariates=(), arms=("B", "A")), parted)


def wide(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the values by participant and period, with the sequence."""
    values = frame.pivot_table(index=["USUBJID", "TRTSEQP"], columns="APERIOD", values="AVAL").reset_index("TRTSEQP")
    return values.rename(columns={1: "first", 2: "second"})


def test_the_two_by_two_design_gives_the_t_test_of_period_differences():
    frame = two_by_two()
    found = crossover(frame)
    fit = fit_within(found, found.data.frame, terms_of(found, found.data.frame), KR)
    record = fit.contrasts("ARM", reference="B").iloc[0]
    values = wide(frame)
    half = (values["first"] - values["second"]) / 2
    expected = stats.ttest_ind(half[values["TRTSEQP"] == "AB"], half[values["TRTSEQP"] == "BA"])
    estimate = half[values["TRTSEQP"] == "AB"].mean() - half[values["TRTSEQP"] == "BA"].mean()
    assert record["estimate"] == pytest.approx(estimate, rel=1e-8)
    assert record["statistic"] == pytest.approx(expected.statistic, rel=1e-6)
    assert record["df"] == pytest.approx(len(values) - 2, rel=1e-6)


def test_carry_over_of_the_two_by_two_design_is_the_t_test_of_participants_totals():
    frame = two_by_two()
    found = crossover(frame)
    carry = fit_with_carry_over(found, found.data.frame, KR)
    assert carry.is_aliased
    rows = {row["stat_name"]: row for row in carry_over_rows(found, carry, ANALYSIS, AT) if row["term"] == "carry-over"}
    values = wide(frame)
    total = values["first"] + values["second"]
    expected = stats.ttest_ind(total[values["TRTSEQP"] == "AB"], total[values["TRTSEQP"] == "BA"])
    assert rows["estimate"]["level"] == "aliased with sequence"
    assert rows["p_value"]["stat"] == pytest.approx(expected.pvalue, rel=1e-4)
    terms = {row["term"] for row in carry_over_rows(found, carry, ANALYSIS, AT)}
    assert "difference-with-carry-over" not in terms  # those are the first period's, which stand apart


def test_a_level_of_the_participant_leaves_the_difference_alone():
    frame = two_by_two()
    shifted = frame.assign(AVAL=frame["AVAL"] + frame["USUBJID"].str[1:].astype(float) * 3)
    estimates = []
    for values in (frame, shifted):
        found = crossover(values)
        fit = fit_within(found, found.data.frame, terms_of(found, found.data.frame), KR)
        estimates.append(fit.contrasts("ARM", reference="B")["estimate"].iloc[0])
    assert estimates[0] == pytest.approx(estimates[1], rel=1e-7)


def test_sequence_is_left_out_where_there_are_too_few_participants_for_it():
    assert has_sequence(crossover(two_by_two(n=2)).data.frame)
    assert not has_sequence(crossover(two_by_two(n=1)).data.frame)


def test_the_parts_of_the_baseline_add_up_to_it():
    frame = two_by_two()
    visits = [frame, frame.assign(AVISIT="Baseline", ABLFL="Y", AVAL=frame["AVAL"] * 2)]
    base = visits[1].set_index(["USUBJID", "APERIOD"])["AVAL"].rename("BASE")
    stacked = pd.concat(visits).drop(columns="BASE").join(base, on=["USUBJID", "APERIOD"])
    parted = with_parts(stacked, ("B", "A"))
    assert (parted["BASE_MEAN"] + parted["BASE_DEVIATION"]).to_numpy() == pytest.approx(parted["BASE"].to_numpy())
    assert (parted.groupby("USUBJID")["BASE_MEAN"].nunique() == 1).all()
    assert parted.groupby("USUBJID")["BASE_DEVIATION"].mean().abs().max() == pytest.approx(0, abs=1e-9)


def test_the_sign_flip_test_counts_all_signs(plan: Plan):
    key = {"visit": "24 h", "arm": "A", "comparator": "B"}
    values = np.array([1.0, 2.0, 3.0, 0.5])
    rows = sign_flip_rows(plan, ANALYSIS, values, key)
    numbers = {(row["term"], row["stat_name"]): row.get("stat") for row in rows if "term" in row}
    assert numbers["sign-flip", "p_value"] == numbers["sign-flip", "smallest_p"] == 0.125


def test_the_test_by_order_is_the_permutation_of_period_differences_and_ignores_the_period(plan: Plan):
    frame = two_by_two(n=3)
    key = {"visit": "24 h", "arm": "A", "comparator": "B"}
    found = []
    for shift in (0.0, 50.0):
        data = crossover(frame.assign(AVAL=frame["AVAL"] + shift * (frame["APERIOD"] == 2)))
        rows = permutation_rows(plan, ANALYSIS, data, key, of_model=np.nan)
        found.append({row["stat_name"]: row.get("stat") for row in rows})
    assert found[0]["p_value"] == found[1]["p_value"]
    assert found[0]["n_allocations"] == 35  # 7 participants, 3 of them in the first sequence
    values = wide(frame)
    half = ((values["first"] - values["second"]) / 2).to_numpy()
    seen = welch(half, (values["TRTSEQP"] == "AB").to_numpy())
    others = [welch(half, np.isin(np.arange(7), chosen)) for chosen in combinations(range(7), 3)]
    assert found[0]["p_value"] == pytest.approx(np.mean([other >= seen - 1e-9 for other in others]))


def welch(values: np.ndarray, first: np.ndarray) -> float:
    """Give the absolute difference of two means by its standard error with unequal variances, which is HC2's."""
    return abs(stats.ttest_ind(values[first], values[~first], equal_var=False).statistic)


def test_a_disagreement_of_model_and_test_by_order_is_said(plan: Plan):
    data = crossover(two_by_two(n=3))
    key = {"visit": "24 h", "arm": "A", "comparator": "B"}
    p_value = {row["stat_name"]: row.get("stat") for row in
               permutation_rows(plan, ANALYSIS, data, key, of_model=np.nan)}["p_value"]  # fmt: skip
    opposite = 0.9 if p_value < 0.05 else 0.001
    rows = permutation_rows(plan, ANALYSIS, data, key, of_model=opposite)
    assert any("disagree" in str(row.get("warning")) for row in rows)


def test_two_pairs_are_described_only(plan: Plan):
    key = {"visit": "24 h", "arm": "A", "comparator": "B"}
    (row,) = sign_flip_rows(plan, ANALYSIS, np.array([1.0, 2.0]), key)
    assert "fewer than 3" in str(row["warning"])


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Give the plan of the shipped crossover trial."""
    from pathlib import Path

    from postinfusion.io import read

    return read.plan(Path(__file__).resolve().parents[3] / "config" / "trials" / "crossover_an.yaml")
