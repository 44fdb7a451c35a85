"""A small trial for tests: a plan, and canonical tables whose analysis datasets can be worked out by hand."""

from typing import Any

import pandas as pd

from postinfusion.plan.plan import Plan

SOURCES = (
    "participants",
    "infusions",
    "assessments",
    "weights",
    "disposition",
    "adverse_events",
    "intercurrent_events",
)
DAY = 24.0
START = 1_000 * DAY + 10.0  # the first infusion of everyone begins at 10 o'clock on day 1000 of the clock


def plan(**changes: Any) -> Plan:
    """Give a plan of a parallel trial with two infusions; top-level keys can be replaced."""
    content = {
        "plan": 1,
        "title": "A small trial",
        "data": "synthetic",
        "seed": 1,
        "sources": {name: {"file": f"{name}.csv"} for name in SOURCES},
        "privacy": {"ids": "keep"},
        "design": {
            "kind": "parallel",
            "time_zero": "first-infusion",
            "arms": [{"name": "Ketamine", "role": "experimental"}, {"name": "Midazolam", "role": "reference"}],
            "infusions": ["0 h", "4 d"],
        },
        "schedule": [
            {"visit": "Baseline", "at": "0 h", "from": "-14 d", "until": "0 h"},
            {"visit": "24 h", "at": "24 h", "from": "12 h", "until": "48 h"},
            {"visit": "Day 4", "at": "4 d", "from": "48 h", "until": "6 d"},
            {"visit": "Week 4", "at": "28 d", "from": "6 d", "until": "40 d"},
        ],
        "populations": {"randomised": {"rule": "allocated"}, "safety": {"rule": "treated", "arm": "as-treated"}},
        "endpoints": {"madrs": {"measure": "MADRS", "label": "MADRS", "better": "lower"}},
        "analyses": {"flow": {"method": "disposition"}},
    }
    return Plan.model_validate(content | changes)


def participants(arms: list[str]) -> pd.DataFrame:
    """Give the participants A, B, C, … in the given arms."""
    return pd.DataFrame({"id": [chr(ord("A") + place) for place in range(len(arms))], "arm": arms})


def infusions(starts: list[tuple[str, int, float]], *, mg_per_kg: float = 0.5) -> pd.DataFrame:
    """Give infusions from id, number and hours since ``START``."""
    frame = pd.DataFrame(starts, columns=["id", "number", "start"])
    frame["start"] += START
    return frame.assign(start_date_only=False, dose_mg_per_kg=mg_per_kg)


def assessments(values: list[tuple[str, float, float]], *, measure: str = "MADRS", **columns: Any) -> pd.DataFrame:
    """Give scores from id, hours since ``START`` and value."""
    frame = pd.DataFrame(values, columns=["id", "taken", "value"])
    frame["taken"] += START
    return frame.assign(measure=measure, taken_date_only=False, **columns)
