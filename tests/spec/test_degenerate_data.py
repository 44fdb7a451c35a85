"""Data from which nothing can be estimated go the whole way: they are described, nothing is fitted, nothing fails."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from postinfusion.cli import main
from workflow.tiny_trial import PLAN, SCORES

VISITS = ("Baseline", "Week 1", "Week 2")
ARMS = "    - {name: Active, role: experimental}\n    - {name: Control, role: reference}\n"
SINGLE = (
    PLAN.replace("kind: parallel", "kind: single-arm")
    .replace(ARMS, "    - {name: Active, role: experimental}\n")
    .replace("treatment: {arm: Active, against: Control}", "treatment: {arm: Active}")
)
SINGLE = "".join(line for line in SINGLE.splitlines(keepends=True) if "method: ancova" not in line)
Rows = list[tuple[int, str, str, str]]
ALL: Rows = [
    (person, "Active" if person % 2 else "Control", visit, str(SCORES[person % len(SCORES)][place]))
    for person in range(1, 13)
    for place, visit in enumerate(VISITS)
]
MADRS = "  madrs-mmrm: {method: mmrm, endpoint: madrs, visits: [Week 1, Week 2]}\n"
CASES: dict[str, tuple[str, Rows]] = {
    "one arm": (SINGLE, [(person, "Active", *rest) for person, _, *rest in ALL]),  # type: ignore[misc]
    "one participant": (SINGLE, [row for row in ALL if row[0] == 1]),
    "one participant in each arm": (PLAN + MADRS, [row for row in ALL if row[0] <= 2]),
    "a constant outcome": (PLAN + MADRS, [(*row[:3], "20") for row in ALL]),
    "every value missing": (PLAN + MADRS, [(*row[:3], "") for row in ALL]),
    "no value after baseline": (PLAN + MADRS, [(*row[:3], row[3] if row[2] == "Baseline" else "") for row in ALL]),
}


def written(folder: Path, plan: str, rows: Rows) -> tuple[Path, Path]:
    """Write plan and data; give the plan and the folder of the data."""
    data, path = folder / "data" / "tiny", folder / "config" / "trials" / "tiny.yaml"
    for one in (data, path.parent):
        one.mkdir(parents=True)
    path.write_text(plan, encoding="utf-8")
    people = dict.fromkeys(f"P{person:02},{arm}" for person, arm, _, _ in rows)
    (data / "participants.csv").write_text("\n".join(["id,arm", *people, ""]), encoding="utf-8")
    scores = [f"P{person:02},MADRS,total,{value},{visit}" for person, _, visit, value in rows]
    (data / "assessments.csv").write_text("\n".join(["id,measure,score,value,visit", *scores, ""]), encoding="utf-8")
    return path, data


@pytest.mark.parametrize("case", CASES)
def test_the_whole_way_is_gone_and_no_model_is_fitted(case: str, tmp_path: Path):
    plan, data = written(tmp_path, *CASES[case])
    adam = tmp_path / "adam"
    assert main(["check", str(plan)]) == 0
    assert main(["derive", str(plan), "--data", str(data), "--out", str(adam)]) == 0
    keys = [line.split(":")[0].strip() for line in CASES[case][0].partition("analyses:\n")[2].splitlines()]
    outcomes = {}
    for key in keys:
        out = tmp_path / f"{key}.parquet"
        assert main(["analyse", str(plan), key, "--adam", str(adam), "--out", str(out)]) == 0, key
        outcomes[key] = pd.read_parquet(out)
    assert len(outcomes["madrs-by-visit"])
    for key in {"madrs-week-1", "madrs-week-2", "madrs-mmrm"} & {*outcomes}:
        found = outcomes[key]
        modelled = found[found["variable"] != "baseline"]
        assert {*modelled["stat_name"]} <= {"error", "warning", "n", "n_total", "outcome"}, "something was estimated"
        assert (found["error"].fillna("") != "").any(), "nothing says why"
