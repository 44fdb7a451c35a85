"""Where nothing is known but the visits, times are those of the schedule and of the planned infusions."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from postinfusion.cli import main
from spec.small_trial import SmallTrial

INFUSIONS = "  infusions: {file: infusions.csv, columns: {id: who, start: began, end: ended}}\n"
EVENTS = "  adverse_events: {file: events.csv, columns: {id: who, term: event, onset: began, end: ended}}\n"
TRIAL = (
    SmallTrial()
    .with_plan(INFUSIONS, "")
    .with_plan(EVENTS, "")
    .with_plan("  time_zero: first-infusion\n", "  time_zero: first-infusion\n  infusions: [0 h, 7 d]\n")
    .with_plan("taken: when}", "visit: at}")
    .with_plan("safety: {rule: treated}", "safety: {rule: allocated}")
    .with_text(
        "scores.csv",
        "who,scale,points,at\nA1,MADRS,30,Baseline\nA1,MADRS,20,24 h\nA2,MADRS,31,Baseline\nA2,MADRS,22,Day 7\n",
    )
)


def test_a_trial_without_dates_is_read_by_its_visits(tmp_path: Path):
    plan = str(TRIAL.write(tmp_path))
    data = str(tmp_path / "data" / "small")
    assert main(["check", plan, "--data", data]) == 0
    assert main(["derive", plan, "--data", data, "--out", str(tmp_path / "adam")]) == 0
    records = pd.read_parquet(tmp_path / "adam" / "adqs.parquet").set_index("AVISIT")
    assert records.loc["24 h", ["AHRFIRST", "AHRLAST", "INFNUM", "CHG", "ATMF"]].to_list() == [24, 24, 1, -10, "N"]
    assert records.loc["Day 7", ["AHRFIRST", "AHRLAST", "INFNUM", "CHG", "ATMF"]].to_list() == [168, 168, 1, -9, "N"]
    assert records.loc["Baseline", "INFNUM"].to_list() == [0, 0]
