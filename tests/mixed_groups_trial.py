"""A trial with a known effect that differs between groups, and the analyses that ask for whom it is."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from postinfusion.analyses.run import Outcome, analyse
from postinfusion.derive.datasets import derive
from postinfusion.plan.plan import Plan
from postinfusion.present.results import Results, results_of
from small_trial import START, assessments, infusions, plan

N = 48
FACTORS = [
    {"by": "diagnosis", "prespecified": True},
    {"by": "age", "cuts": [30], "prespecified": False},
    {"by": "co_treatment", "containing": "psychotherapy", "prespecified": True},
    {"by": "subtype", "prespecified": True},
    {"by": "sex", "prespecified": False},
    {"by": "illness_years", "prespecified": False},
]
ANALYSES = {
    "groups": {"method": "subgroups", "endpoint": "madrs", "visit": "24 h", "visits": ["24 h", "Day 4"],
               "factors": FACTORS},
    "bmi-groups": {"method": "subgroups", "endpoint": "bmi", "visit": "24 h", "visits": ["24 h", "Day 4"],
                   "factors": FACTORS[:2]},
    "by-age": {"method": "moderator", "endpoint": "madrs", "visit": "24 h", "visits": ["24 h"], "moderator": "age"},
    "by-age-curved": {"method": "moderator", "endpoint": "madrs", "visit": "24 h", "visits": ["24 h", "Day 4"],
                      "moderator": "age", "shape": "spline", "prespecified": False},
    "by-baseline": {"method": "moderator", "endpoint": "madrs", "visit": "24 h", "visits": ["24 h", "Day 4"],
                    "moderator": "madrs"},
    "by-sex": {"method": "moderator", "endpoint": "madrs", "visit": "24 h", "moderator": "sex"},
    "bmi-by-age": {"method": "moderator", "endpoint": "bmi", "visit": "24 h", "moderator": "age"},
    "spread": {"method": "variance-ratio", "endpoint": "madrs", "visit": "24 h"},
    "bmi-spread": {"method": "variance-ratio", "endpoint": "bmi", "visit": "24 h"},
}  # fmt: skip
CLAIMS = {
    "treatment": "ketamine",
    "judged": {
        "E18": {"decides": [{"analysis": "groups", "visit": "24 h", "subgroup": "co_treatment",
                             "subgroup_level": "with psychotherapy"}]},
        "E19": {"decides": [{"analysis": "groups", "visit": "24 h", "subgroup": "age", "subgroup_level": "≥ 30"}]},
        "E20": {"decides": [{"analysis": "groups", "visit": "24 h"},
                            *({"analysis": "groups", "visit": "24 h", "subgroup": "diagnosis", "subgroup_level": level}
                              for level in ("AN", "BN"))]},
    },
}  # fmt: skip


def wanted(**changes: Any) -> Plan:
    """Give the plan."""
    endpoints = {
        "madrs": {"measure": "MADRS", "label": "MADRS", "better": "lower", "family": "mood", "important_difference": 3,
                  "threshold_source": "plan", "recall": "1 h", "recall_source": "plan"},
        "bmi": {"measure": "BMI", "label": "BMI", "unit": "kg/m²", "better": "none"},
    }  # fmt: skip
    return plan(**{"analyses": ANALYSES, "endpoints": endpoints, "claims": CLAIMS, **changes})


@cache
def adam() -> dict[str, pd.DataFrame]:
    """Give the datasets: a larger effect in BN and in older participants; two men; everyone has psychotherapy."""
    rng = np.random.default_rng(8)
    ids = [f"P{place:02d}" for place in range(N)]
    arm = np.array(["Ketamine", "Midazolam"] * (N // 2))
    diagnosis = np.array(["AN", "AN", "BN", "BN"] * (N // 4))
    age = rng.integers(18, 50, N).astype(float)
    base = rng.normal(31, 5, N).round()
    effect = np.where(arm == "Ketamine", -9.0 - 6.0 * (diagnosis == "BN") - 0.2 * (age - 34), 0.0)
    person = rng.normal(0, 2, N)
    scores = [(who, -1.0, base[place]) for place, who in enumerate(ids)]
    for hours in (24.0, 96.0):
        values = (base - 6 + effect + person + rng.normal(0, 2, N)).round()
        scores += [(who, hours, values[place]) for place, who in enumerate(ids)]
    weights = [(who, hours, 50.0 + place % 7 + rng.normal() * (hours > 0)) for place, who in enumerate(ids)
               for hours in (-1.0, 24.0, 96.0)]  # fmt: skip
    people = {"id": ids, "arm": arm, "diagnosis": diagnosis, "age": age, "co_treatment": "Psychotherapy and diet",
              "subtype": np.where(arm == "Ketamine", "one", "other"), "height_cm": 165.0,
              "sex": ["male", "male", *["female"] * (N - 2)], "illness_years": np.nan}  # fmt: skip
    frame = pd.DataFrame(weights, columns=["id", "taken", "weight_kg"])
    tables = {
        "participants": pd.DataFrame(people),
        "infusions": infusions([(who, 1, 0.0) for who in ids]),
        "assessments": assessments(scores),
        "weights": frame.assign(taken=frame["taken"] + START, taken_date_only=False),
    }
    return derive(wanted(), "small", tables)


@cache
def outcome(key: str) -> Outcome:
    """Give what an analysis gives."""
    return analyse(wanted(), "small", key, adam())


def found(key: str) -> Results:
    """Give the results of an analysis, as displays read them."""
    return results_of(wanted(), outcome(key).results, key, outcome(key).individual)
