"""Invented participants with infusions and adverse events: rows and individual data as the analysis gives them."""

from functools import cache

import pandas as pd

from displays import trials
from postinfusion.analyses.run import Outcome, analyse
from postinfusion.plan.plan import Plan
from postinfusion.present.results import Results, results_of

ANALYSES = {
    "harms": {"method": "adverse-events"},
    "rates": {"method": "event-rates", "groups": {"nausea": ["nausea"]}, "report_at": ["7 d", "28 d"]},
}
PLANS = {"two": trials.infused, "three": trials.three_arms, "one": trials.single_arm}
EVENT = {
    "AEBODSYS": "any", "INFNUM": 1, "ASTTMF": "", "AENTMF": "", "AESEV": "mild", "AESER": "N", "AEREL": "", "AEACN": "",
    "AETRT": "", "AEOUT": "", "AESOLFL": "", "TRTEMFL": "Y", "AEDECOD": "nausea",
}  # fmt: skip


def plan(name: str = "two", **changes: object) -> Plan:
    """A trial with both analyses of harms and no question."""
    return PLANS[name](**{"analyses": ANALYSES, "estimands": {}, **changes})


def datasets(of: Plan, *events: dict[str, object], size: int = 6, end: float = 700.0) -> dict[str, pd.DataFrame]:
    """Participants 1, 2, … of each arm with two infusions; an event names its participant by arm and number."""
    arms = of.design.arm_names
    names = {(arm, number): f"P{place}{number:02d}" for place, arm in enumerate(arms) for number in range(1, size + 1)}
    people = [{"USUBJID": name, "TRTP": arm, "TRTA": arm, "SAFFL": "Y", "EOSHR": end, "DTHFL": "", "NINF": 2,
               "EOSSTT": "completed"} for (arm, _), name in names.items()]  # fmt: skip
    given = [{"USUBJID": name, "TRTP": arm, "TRTA": arm, "INFNUM": number, "AHRFIRST": start, "EXENHR": start + 0.7}
             for (arm, _), name in names.items() for number, start in ((1, 0.0), (2, 96.0))]  # fmt: skip
    found = []
    for one in events:
        arm = arms[one["arm"] % len(arms)]
        fixed = {"USUBJID": names[arm, one["who"]], "TRTP": arm, "TRTA": arm, "ASTHR": one["at"], "AENHR": one["until"]}
        found.append(EVENT | fixed | one["more"])
    return {"ADSL": pd.DataFrame(people), "ADEX": pd.DataFrame(given), "ADAE": pd.DataFrame(found)}


def event(arm: int, who: int, at: float, until: float, **more: object) -> dict[str, object]:
    """One event of participant ``who`` of an arm by its place."""
    return {"arm": arm, "who": who, "at": at, "until": until, "more": more}


MIXED = (
    event(0, 1, 0.5, 2.0), event(0, 1, 97.0, 99.0), event(0, 2, 1.0, 30.0, AESEV="severe", AEDECOD="dizziness"),
    event(0, 3, 0.7, 1.0), event(0, 4, 24.0, 48.0, AEDECOD="headache"), event(-1, 1, 300.0, 310.0, AEDECOD="headache"),
)  # fmt: skip


@cache
def outcome(name: str, analysis_id: str) -> Outcome:
    """What an analysis gives of the mixed events."""
    of = plan(name)
    return analyse(of, "invented", analysis_id, datasets(of, *MIXED))


def results(name: str, analysis_id: str) -> Results:
    """The results of an analysis with its individual data."""
    found = outcome(name, analysis_id)
    return results_of(plan(name), found.results, analysis_id, found.individual)
