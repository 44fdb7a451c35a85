"""Crossover trials of few participants: below three they are described, without a model or a test."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from postinfusion.analyses.run import analyse
from postinfusion.ard.query import select
from postinfusion.derive.datasets import derive
from postinfusion.io import read
from postinfusion.sources.read import canonical_tables
from postinfusion.vocabulary import Verdict
from spec.whole_way import whole_way

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "config" / "trials" / "crossover_an.yaml"


def first(people: int, folder: Path) -> Path:
    """Write the files of the first participants of the shipped trial."""
    for file in (ROOT / "data" / "crossover_an").glob("*.csv"):
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        kept = table[table["participant"].isin([f"X{number:02d}" for number in range(1, people + 1)])]
        kept.to_csv(folder / file.name, index=False)
    return folder


def test_one_participant_is_described_and_nothing_is_fitted(tmp_path: Path):
    way = whole_way(PLAN, first(1, tmp_path), with_report=False)
    for analysis in ("madrs-crossover", "anxiety-crossover"):
        assert "described only" in select(way.results, analysis_id=analysis, stat_name="error")["error"].iloc[0]
    assert not len(select(way.results, stat_name=("std_error", "p_value")))
    assert len(select(way.results, analysis_id="madrs-by-visit", stat_name="mean"))
    verdicts = select(way.results, analysis_id="claims", term="claim", stat_name="verdict")["stat_text"]
    assert set(verdicts) == {Verdict.NOT_TESTABLE}


@pytest.mark.parametrize("people", [2, 3])
def test_two_are_not_tested_and_three_are_told_the_smallest_p_that_was_possible(people: int, tmp_path: Path):
    plan = read.plan(PLAN)
    adam = derive(plan, "crossover_an", canonical_tables(plan, first(people, tmp_path)).tables)
    found = analyse(plan, "crossover_an", "madrs-crossover", adam).results
    smallest = select(found, term="sign-flip", stat_name="smallest_p")["stat"]
    assert bool(len(smallest)) is (people == 3)
    assert (smallest >= 0.25).all()
    assert bool(len(select(found, stat_name="p_value"))) is (people == 3)
