"""Parallel trials of one or two participants in an arm go the whole way: described, no model, no test."""

from __future__ import annotations

from pathlib import Path

import pytest

from postinfusion.ard.query import select
from spec.test_degenerate_data import ALL, written
from spec.whole_way import whole_way
from workflow.tiny_trial import PLAN

FURTHER = (
    "  madrs-mmrm: {method: mmrm, endpoint: madrs, visits: [Week 1, Week 2], covariance: [us, cs]}\n"
    "  madrs-course: {method: trajectory, endpoint: madrs, report_at: [7 d, 14 d]}\n"
    "  madrs-test: {method: randomisation-test, of: madrs-week-2, visit: Week 2}\n"
)


@pytest.mark.parametrize("per_arm", [1, 2])
def test_they_are_described_and_nothing_is_fitted(per_arm: int, tmp_path: Path):
    plan, data = written(tmp_path, PLAN + FURTHER, [row for row in ALL if row[0] <= 2 * per_arm])
    found = whole_way(plan, data, with_report=per_arm == 1).results
    for analysis in ("madrs-week-2", "madrs-mmrm", "madrs-course", "madrs-test"):
        rows = select(found, analysis_id=analysis)
        assert "described only" in select(rows, stat_name="error")["error"].iloc[0], analysis
        assert not len(select(rows, stat_name=("estimate", "p_value"))), analysis
    assert len(select(found, analysis_id="madrs-by-visit", stat_name="mean"))


def test_three_in_each_arm_are_tested_and_the_smallest_p_is_told(tmp_path: Path):
    plan, data = written(tmp_path, PLAN + FURTHER, [row for row in ALL if row[0] <= 6])
    found = whole_way(plan, data, with_report=False).results
    smallest = select(found, analysis_id="madrs-test", stat_name="smallest_p")["stat"].iloc[0]
    assert smallest >= 0.05
