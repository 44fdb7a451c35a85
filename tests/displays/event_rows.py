"""Invented participants, timed to an event: the rows and curves of the analysis itself."""

import numpy as np
import pandas as pd

from postinfusion.analyses.populations import members
from postinfusion.analyses.time_to_event import steps_of_curves, time_to_event
from postinfusion.plan.plan import Plan


def datasets(plan: Plan, *, size: int = 20) -> dict[str, pd.DataFrame]:
    """Participants whose MADRS falls, the sooner the earlier their arm stands in the plan, and some who leave."""
    random = np.random.default_rng(3)
    people, values = [], []
    last = plan.nominal_hours[plan.visit_names[-1]]
    for place, arm in enumerate(plan.design.arm_names):
        for number in range(size):
            who = f"{place}-{number}"
            left = random.random() < 0.25
            end = random.uniform(1, last) if left else last
            status = "discontinued" if left else "completed"
            people.append(
                {"USUBJID": who, "TRTP": arm, "TRTA": arm, "ITTFL": "Y", "SAFFL": "Y", "EOSHR": end, "EOSSTT": status,
                 "DIAG": "AN" if number % 2 else "BN"}
            )  # fmt: skip
            for visit, hours in plan.nominal_hours.items():
                if hours <= end:
                    value = 31 + random.normal(0, 5) - (hours > 0) * (11 - 4 * place)
                    values.append({"USUBJID": who, "AVISIT": visit, "AVISITN": hours, "AHRFIRST": hours, "AVAL": value})
    frame = pd.DataFrame(values).assign(PARAMCD="MADRS", ANL01FL="Y", DTYPE="")
    frame["ABLFL"] = np.where(frame["AVISIT"] == plan.baseline_visit, "Y", "")
    frame["BASE"] = frame["USUBJID"].map(frame[frame["ABLFL"] == "Y"].set_index("USUBJID")["AVAL"])
    return {"ADSL": pd.DataFrame(people), "ADQS": frame}


def rows_of(plan: Plan, analysis, *, size: int = 20):
    """The rows of the analysis, without the denominators."""
    adam = datasets(plan, size=size)
    found = time_to_event(plan, analysis, adam, members(plan, adam["ADSL"], "randomised"))
    return [row for row in found if row.get("variable") != "denominator"]


def steps(plan: Plan, analysis, *, size: int = 20) -> pd.DataFrame:
    """The steps of its curves."""
    adam = datasets(plan, size=size)
    return steps_of_curves(plan, analysis, adam, members(plan, adam["ADSL"], "randomised"))
