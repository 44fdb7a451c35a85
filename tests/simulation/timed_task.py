"""Bias and coverage of the model of timed tasks over simulated trials.

``PYTHONPATH=tests python -m simulation.timed_task 1000`` prints the table of ``workflow/docs/methods/timed_tasks.md``.
Trial i draws from the seed with the key (i,). Seconds are log-normal with an intercept of the person; each test is
quicker than the one before by the same factor, the test is stopped at 300 s, and slow participants leave more often, as
seen at their last test.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.analyses.populations import members
from postinfusion.analyses.timed_task import timed_task
from postinfusion.ard.build import table
from postinfusion.plan.plan import Plan
from small_trial import plan

SEED, CAP = 20_261_123, 300.0
VISITS = ("Day 7", "Day 28", "Day 84")
DAYS = (7, 28, 84)
RATIO, PRACTICE = 0.85, -0.10
MEAN, BETWEEN, WITHIN = 5.1, 0.36, 0.27
ENDPOINT = {"measure": "TMT-B", "label": "Trail Making B", "better": "lower", "kind": "timed-task", "unit": "s"}


@dataclass(frozen=True)
class Setting:
    """One kind of trial: participants per arm, whether stopped times are told as such, and whether baselines are."""

    per_arm: int
    flagged: bool = True
    stops_baseline: bool = True

    @property
    def name(self) -> str:
        """Name the setting in the table."""
        baseline = "" if self.stops_baseline else ", baseline without limit"
        return f"{self.per_arm} per arm{baseline}" + ("" if self.flagged else ", limits taken as times")


SETTINGS = (
    Setting(48),
    Setting(12),
    Setting(48, stops_baseline=False),
    Setting(12, stops_baseline=False),
    Setting(48, flagged=False),
)


def task_plan() -> Plan:
    """Give the plan of the trials."""
    schedule = [{"visit": "Baseline", "at": "0 h", "from": "-14 d"}]
    schedule += [{"visit": visit, "at": f"{day} d", "from": f"{day - 2} d", "until": f"{day + 2} d"}
                 for visit, day in zip(VISITS, DAYS, strict=True)]  # fmt: skip
    analyses = {"task": {"method": "timed-task", "endpoint": "task"}}
    return plan(schedule=schedule, endpoints={"task": ENDPOINT}, analyses=analyses)


def trial(setting: Setting, number: int) -> dict[str, pd.DataFrame]:
    """Simulate the analysis datasets of one trial."""
    generator = np.random.default_rng(np.random.SeedSequence(SEED, spawn_key=(number,)))
    n, tests = 2 * setting.per_arm, len(VISITS) + 1
    arm = np.arange(n) % 2
    logs = (
        MEAN
        + PRACTICE * np.arange(tests)
        + generator.normal(0, BETWEEN, (n, 1))
        + generator.normal(0, WITHIN, (n, tests))
    )
    logs[:, 1:] += np.log(RATIO) * arm[:, None]
    leaves = generator.random((n, tests - 1)) < 0.04 + 0.08 * (logs[:, :-1] > MEAN)
    seen = np.column_stack([np.ones(n, dtype=bool), ~np.maximum.accumulate(leaves, axis=1)])
    values = np.minimum(np.exp(logs), [CAP if setting.stops_baseline else np.inf, *[CAP] * len(VISITS)])
    person, test = np.nonzero(seen)
    has_limit = setting.flagged & ((test > 0) | setting.stops_baseline)
    stopped = np.where((values[person, test] >= CAP) & has_limit, "Y", "")
    records = pd.DataFrame({
        "USUBJID": [f"P{i:03d}" for i in person], "PARAMCD": "TMT-B", "AVISIT": np.array(["Baseline", *VISITS])[test],
        "AHRFIRST": np.array([-24.0, *(24.0 * day for day in DAYS)])[test], "AVAL": values[person, test],
        "BASE": values[person, 0], "CHG": 0.0, "ABLFL": np.where(test == 0, "Y", ""), "ANL01FL": "Y", "DTYPE": "",
        "CENSFL": stopped,
    })  # fmt: skip
    people = pd.DataFrame({"USUBJID": [f"P{i:03d}" for i in range(n)],
                           "TRTP": np.where(arm == 1, "Ketamine", "Midazolam"), "ITTFL": "Y"})  # fmt: skip
    return {"ADSL": people, "ADQS": records}


TRUTHS = {
    ("ratio", "", "Day 28"): np.log(RATIO),
    ("ratio", "", "average"): np.log(RATIO),
    ("practice", "since baseline", "Day 84"): 3 * PRACTICE,
    ("practice", "since the test before", "Day 28"): PRACTICE,
    ("practice", "per test", "average"): PRACTICE,
}


def collect(setting: Setting, count: int) -> pd.DataFrame:
    """Analyse the trials: one row for each and each quantity, with estimate, error and limits on the log scale."""
    asked = task_plan()
    found = []
    for number in range(count):
        adam = trial(setting, number)
        ard = table(timed_task(asked, asked.analyses["task"], adam, members(asked, adam["ADSL"], "randomised")))
        wide = ard[ard["term"].isin(["ratio", "practice"])].pivot_table(
            index=["term", "level", "visit"], columns="stat_name", values="stat")  # fmt: skip
        stopped = ard.loc[ard["stat_name"] == "n_stopped", "stat"]
        for key in TRUTHS:
            row = wide.loc[key] if key in wide.index else pd.Series(dtype=float)
            logs = {name: np.log(row.get(name, np.nan)) for name in ("estimate", "conf_low", "conf_high")}
            found.append({"key": key, **logs, "std_error": row.get("std_error", np.nan), "stopped": stopped.sum()})
    return pd.DataFrame(found)


def lines(setting: Setting, found: pd.DataFrame) -> Iterator[str]:
    """Give the rows of the table for one setting."""
    for key, of_key in found.groupby("key", sort=False):
        if "since baseline" in key and setting.flagged and setting.stops_baseline:
            continue
        here, truth = of_key.dropna(), TRUTHS[key]
        error = here["estimate"].std() / np.sqrt(len(here))
        covered = 100 * ((here["conf_low"] <= truth) & (truth <= here["conf_high"])).mean()
        what = " ".join(part for part in key if part)
        bias = f"{here['estimate'].mean() - truth:+.4f} ({error:.4f})"
        spread = f"{here['estimate'].std():.4f} | {here['std_error'].mean():.4f}"
        yield f"| {setting.name} | {what} | {np.exp(truth):.3f} | {bias} | {spread} | {covered:.1f} | {len(here)} |"


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1])
    sys.stdout.write(
        "| trials | quantity | truth | bias of the log (MC error) | SD of the log | mean error | coverage % |"
        " fitted |\n"
    )
    sys.stdout.write("|---|---|---:|---:|---:|---:|---:|---:|\n")
    for setting in SETTINGS:
        found = collect(setting, count if setting.flagged else count // 10)
        sys.stdout.writelines(f"{line}\n" for line in lines(setting, found))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
