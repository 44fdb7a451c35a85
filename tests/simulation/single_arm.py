"""Simulated single-arm trials, analysed without the way over files."""

from __future__ import annotations

import numpy as np
import pandas as pd

from postinfusion.analyses.before_after import before_after
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import table
from postinfusion.plan.plan import Plan
from postinfusion.simulate.single_arm import simulate_single_arm
from postinfusion.simulate.single_arm_truth import CORRELATION, POPULATION_MEAN, POPULATION_SD
from small_trial import plan

DESIGN = {
    "kind": "single-arm", "time_zero": "first-infusion", "arms": [{"name": "Ketamine"}],
    "infusions": ["0 h", "4 d", "7 d", "11 d"],
}  # fmt: skip
SCHEDULE = [
    {"visit": "Baseline", "at": "0 h", "from": "-2 d", "until": "0 h"},
    {"visit": "24 h", "at": "24 h", "from": "12 h", "until": "2 d"},
    {"visit": "Day 28", "at": "28 d", "from": "20 d", "until": "35 d"},
]
SOURCE = {
    "mean": POPULATION_MEAN, "sd": POPULATION_SD, "correlation": CORRELATION, "source": "the truth", "at_least": 27.5
}  # fmt: skip


def asked(**changes: object) -> Plan:
    """Give a plan that asks for the segmented model and for regression to the mean."""
    analysis = {
        "method": "before-after", "endpoint": "madrs", "entry_value": "leave-out", "random": ["intercept", "level"],
        "visit": "24 h", "regression_to_the_mean": SOURCE, "until": "35 d",
    } | changes  # fmt: skip
    return plan(design=DESIGN, schedule=SCHEDULE, analyses={"course": analysis})


def records(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Give the MADRS of a simulated trial as records of an analysis dataset."""
    first = tables["infusions"][tables["infusions"]["number"] == 1].set_index("participant")["started"]
    scores = tables["assessments"][tables["assessments"]["scale"] == "MADRS"].reset_index(drop=True)
    hours = (scores["assessed"] - scores["participant"].map(first)).dt.total_seconds() / 3600
    frame = pd.DataFrame(
        {"USUBJID": scores["participant"], "PARAMCD": "MADRS", "AVAL": scores["value"], "AHRFIRST": hours, "DTYPE": ""}
    )
    visit = np.select([hours.between(-48, 0), hours.between(12, 48), hours.between(480, 840)],
                      ["Baseline", "24 h", "Day 28"], "")  # fmt: skip
    base = frame["USUBJID"].map(frame[visit == "Baseline"].set_index("USUBJID")["AVAL"])
    return frame.assign(
        AVISIT=visit, ANL01FL=np.where(visit != "", "Y", ""), ABLFL=np.where(visit == "Baseline", "Y", ""),
        BASE=base, CHG=(frame["AVAL"] - base).where(hours > 0),
    )  # fmt: skip


def results(seed: int, wanted: Plan, **options: object) -> pd.DataFrame:
    """Give the results of one simulated trial."""
    found = records(simulate_single_arm(np.random.SeedSequence(seed), **options))  # type: ignore[arg-type]
    ids = found["USUBJID"].unique()
    who = pd.DataFrame({"USUBJID": ids, "ARM": pd.Categorical(["Ketamine"] * len(ids))})
    members = Members(who, ("Ketamine",), None)
    return table(before_after(wanted, wanted.analyses["course"], {"ADQS": found}, members))  # type: ignore[arg-type]
