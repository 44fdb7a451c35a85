"""The evidence behind claims that counts decide: shares of participants, and risk differences of harms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from postinfusion.analyses.claim_evidence import CONFIDENCE, NAN
from postinfusion.analyses.event_unknowns import UNKNOWN
from postinfusion.analyses.side_effects import FIRST, SHORT
from postinfusion.analyses.verdicts import Share
from postinfusion.ard.query import select
from postinfusion.ard.schema import canonical_hours
from postinfusion.core.proportions import clopper_pearson, miettinen_nurminen
from postinfusion.errors import nearest
from postinfusion.plan.claims import Point
from postinfusion.plan.design import ArmRole
from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import Method

_A_SLIP = 0.85
_PASSED = ("resolved", "resolved-untreated")
_SOON, _AT_UNKNOWN_HOUR = "serious within", "serious at an unknown hour"
SERIOUS_KINDS = ("serious", "severe", "stopped")


@dataclass(frozen=True)
class Counted:
    """A share with its exact interval, or why there is none.

    Attributes
    ----------
    key
        Key columns of its rows.
    share, proportion, total
        Events with exact 95 % limits, their share, and of how many.
    absent
        Why there is no share; empty where there is one.
    prespecified
        The analysis was laid down before the data were seen.
    counts
        By arm, the empty one for all of them: the numbers that the share stands among, by name.
    participants
        Of how many participants the share tells: one number, or none where the results do not say.
    worst
        As ``share``, if whoever is not known is taken for the worst: had the harm, or still had it at the limit; None
        where all is known.
    """

    key: dict[str, str]
    share: Share = field(default_factory=lambda: Share(NAN, NAN, NAN))
    proportion: float | None = None
    total: float = NAN
    absent: str = ""
    prespecified: bool = True
    participants: tuple[float, ...] = ()
    counts: Mapping[str, dict[str, float]] = field(default_factory=dict)
    worst: Share | None = None


@dataclass(frozen=True)
class Safety:
    """Risk differences of harms, or why there are none.

    Attributes
    ----------
    limits, estimates
        Kind of event → limits, and estimate, of the risk difference: experimental minus reference.
    participants
        Size of the arms.
    key
        The arms, as key columns.
    absent
        Why they are not there; empty where they are.
    counts
        Kind of event → arm, the empty one for all of them → how many had one, and of how many, by name.
    prespecified
        The analysis was laid down before the data were seen.
    has_events
        An event of any kind was recorded.
    worst
        As ``limits``, if of the experimental arm every participant of whom it is not known had an event of the kind,
        and of the reference arm none.
    """

    key: dict[str, str]
    limits: dict[str, tuple[float, float]] = field(default_factory=dict)
    estimates: dict[str, float] = field(default_factory=dict)
    participants: tuple[float, ...] = ()
    absent: str = ""
    prespecified: bool = True
    has_events: bool = True
    counts: Mapping[str, Mapping[str, dict[str, float]]] = field(default_factory=dict)
    worst: dict[str, tuple[float, float]] = field(default_factory=dict)


def share_of(plan: Plan, ard: pd.DataFrame, point: Point) -> Counted:
    """Give the share that a claim names: ``n`` of the arm, out of ``n_total`` of the same key or of the arm.

    Limits that stand beside the count are used: they respect that a participant may count several times. Otherwise each
    counts once, and the limits are those of Clopper and Pearson.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial.
    point
        Which result; without an arm the first experimental one.
    """
    rows = select(ard, analysis_id=point.analysis)
    key = _key(plan, point)
    failed = select(rows, stat_name="error")["error"]
    rows = select(rows, subgroup=point.subgroup, subgroup_level=point.subgroup_level)
    found = select(rows, **key, comparator="", stat_name="n")
    if found.empty and not point.arm:  # what came before the allocation is of all arms together
        of_all = select(rows, **{**key, "arm": ""}, comparator="", stat_name="n")
        key, found = ({**key, "arm": ""}, of_all) if len(of_all) else (key, found)
    if found.empty and len(failed):
        return Counted(key, absent=str(failed.iloc[0]))
    if found.empty and point.term:
        meant = _meant(rows, point.term)
        if meant:
            return Counted(key, absent=f'no event is called "{point.term}". {meant}')
        found = _never_happened(rows, key)
    if len(found) != 1 or not found["stat"].notna().all():
        said = next((str(text) for text in found["error"] if text), "")
        return Counted(key, absent=said or "the results hold no such count")
    row = found.iloc[0]
    cell = {name: str(row[name]) for name in ("variable", "level", "term", "visit", "time")}
    total = _total(rows, cell, key["arm"])
    if not total >= 1:
        nobody = "nobody had it, or not at a known time: there is nothing to judge"
        return Counted(key, absent=nobody if total == 0 else "the results do not tell of how many")
    own = _own_limits(plan, point, select(rows, **cell, arm=key["arm"], comparator=""))
    if isinstance(own, str):
        return Counted(key, absent=own)
    interval = clopper_pearson(row["stat"], total)
    low, high = own or (float(interval.conf_low), float(interval.conf_high))
    share = Share(float(row["stat"]), low, high)
    of = select(rows, **cell, arm=key["arm"], comparator="", stat_name="n_participants")["stat"].dropna()
    participants = (float(of.iloc[0]) if len(of) else total,)
    is_prespecified = bool(row["prespecified"])
    group = {name: str(row[name]) for name in ("subgroup", "subgroup_level")}
    return Counted(
        key, share, float(interval.estimate), total, prespecified=is_prespecified, participants=participants,
        counts=_by_arm(rows, ("n", "n_participants"), **cell, **group),
        worst=_worst_share(rows, cell, key["arm"], share.events, total),
    )  # fmt: skip


def _worst_share(rows: pd.DataFrame, cell: Mapping[str, str], arm: str, n: float, total: float) -> Share | None:
    """Give the share with all taken for the worst of whom it is not known; None where all is known.

    Of first events that is not to have passed: those whose participants were followed to the limit, but whose state is
    not known there. Of a line of the overview of events it is to have had such an event.
    """
    lost = 0.0
    if cell["variable"] in _PASSED and cell["level"] == FIRST and cell["time"]:
        of = {"variable": _PASSED[0], "term": cell["term"], "time": cell["time"], "arm": arm}
        had = _n(rows, variable="incidence", level="participants", term=cell["term"], arm=arm)
        lost = max(had - _n(rows, **of, level=SHORT) - total, 0.0)
        total += lost
    elif cell["variable"] == "overview":
        is_soon = cell["level"].startswith(_SOON)
        lost = _n(rows, variable=UNKNOWN, level="serious" if is_soon else cell["level"], arm=arm)
        lost += _n(rows, variable="overview", level=_AT_UNKNOWN_HOUR, arm=arm) if is_soon else 0.0
        lost = min(lost, total - n)
        n += lost
    found = clopper_pearson(n, total)
    return Share(n, float(found.conf_low), float(found.conf_high)) if lost else None


def _n(rows: pd.DataFrame, **key: str) -> float:
    """Give a count of one arm; zero where there is none."""
    found = select(rows, **key, comparator="", stat_name="n")["stat"].dropna()
    return float(found.iloc[0]) if len(found) else 0.0


def _own_limits(plan: Plan, point: Point, cell: pd.DataFrame) -> tuple[float, float] | str | None:
    """Give the limits that stand beside a count, None where there are none, or why they cannot be used."""
    limits = cell.set_index("stat_name")["stat"]
    if not {"proportion", "conf_low", "conf_high"} <= {*limits.dropna().index}:
        return None
    if getattr(plan.analyses[point.analysis], "confidence", CONFIDENCE) != CONFIDENCE:
        return "the interval of the share is not the one of 95 % that a verdict needs"
    return float(limits["conf_low"]), float(limits["conf_high"])


def safety_of(plan: Plan, ard: pd.DataFrame, point: Point) -> Safety:
    """Give the risk differences of serious and severe events and of stopping for an event.

    Parameters
    ----------
    plan
        The plan of the trial.
    ard
        All results of the trial.
    point
        An analysis of adverse events.
    """
    rows = select(ard, analysis_id=point.analysis, subgroup="")
    key = {"arm": _arm(plan, point), "comparator": point.against or plan.design.reference or ""}
    if not key["comparator"]:
        return Safety(key, absent="no arms are compared")
    if getattr(plan.analyses[point.analysis], "confidence", CONFIDENCE) != CONFIDENCE:
        return Safety(key, absent="the intervals of the risk differences are not those of 95 % that a verdict needs")
    totals = select(rows, variable="denominator", stat_name="n_total", arm=list(key.values()))
    if lacking := [arm for arm in key.values() if not (totals["arm"] == arm).any()]:
        return Safety(key, absent=f"nobody of {lacking[0]} is in the analysis")
    limits, estimates, counts = {}, {}, {}
    of = _by_arm(rows, ("n_total",), variable="denominator", subgroup="")
    for kind in SERIOUS_KINDS:
        found = select(rows, variable="overview", level=kind, **key).set_index("stat_name")["stat"]
        if not {"risk_difference", "conf_low", "conf_high"} <= {*found.dropna().index}:
            return Safety(key, absent=f"the data do not tell of {_IN_WORDS[kind]}")
        limits[kind] = (float(found["conf_low"]), float(found["conf_high"]))
        estimates[kind] = float(found["risk_difference"])
        of_kind = _by_arm(rows, ("n",), variable="overview", level=kind)
        counts[kind] = {arm: found | of.get(arm, {}) for arm, found in of_kind.items()}
    worst = {kind: _worst(rows, kind, counts[kind], key) or limits[kind] for kind in limits}
    recorded = select(rows, variable="overview", level="any", comparator="", stat_name="n")["stat"]
    is_prespecified = bool(rows["prespecified"].all())
    return Safety(
        key, limits, estimates, tuple(map(float, totals["stat"])), prespecified=is_prespecified,
        has_events=recorded.empty or bool(recorded.sum() > 0), counts=counts, worst=worst,
    )  # fmt: skip


def _worst(
    rows: pd.DataFrame, kind: str, counts: Mapping[str, dict[str, float]], key: Mapping[str, str]
) -> tuple[float, float] | None:
    """Give the limits with all of the experimental arm counted of whom a kind is not known; None without any."""
    arm = key["arm"]
    unknown = _by_arm(rows, ("n",), variable=UNKNOWN, level=kind).get(arm, {}).get("n", 0.0)
    if not unknown:
        return None
    of, against = counts[arm], counts[key["comparator"]]
    found = miettinen_nurminen(
        of["n"] + unknown, of["n_total"], against["n"], against["n_total"], confidence=CONFIDENCE
    )
    return float(found.conf_low), float(found.conf_high)


def _by_arm(rows: pd.DataFrame, names: tuple[str, ...], **key: str) -> dict[str, dict[str, float]]:
    """Give the statistics of these names of one cell by arm, the empty one for all of them."""
    found = select(rows, **key, comparator="", stat_name=list(names)).dropna(subset=["stat"])
    return {
        str(arm): dict(zip(of_arm["stat_name"], of_arm["stat"].astype("float64"), strict=True))
        for arm, of_arm in found.groupby("arm", sort=False)
    }


_IN_WORDS = {"serious": "serious events", "severe": "severe events", "stopped": "stopping for an event"}


def _key(plan: Plan, point: Point) -> dict[str, str]:
    """Give the key columns that a point names."""
    names = ("visit", "variable", "level", "term", "subgroup", "subgroup_level")
    key = {"arm": _arm(plan, point)} | {name: getattr(point, name) for name in names if getattr(point, name)}
    if plan.analyses[point.analysis].method is Method.ADVERSE_EVENTS:
        key = {"variable": "class-term" if point.term else "overview", **key}
    return key | ({"time": canonical_hours(point.time)} if point.time is not None else {})


def _arm(plan: Plan, point: Point) -> str:
    """Give the arm of interest: that of the point, else the first experimental one."""
    return point.arm or next(arm.name for arm in plan.design.arms if arm.role is ArmRole.EXPERIMENTAL)


def _meant(rows: pd.DataFrame, term: str) -> str:
    """Say which recorded event has nearly the name of a claim, so that a slip is not taken for zero; else nothing."""
    return nearest(term, [name for name in rows["term"].unique() if name and name != term], cutoff=_A_SLIP)


def _never_happened(rows: pd.DataFrame, key: dict[str, str]) -> pd.DataFrame:
    """Give a count of zero for an adverse event that nobody had: then no row of the results names it."""
    recorded = select(rows, variable="overview", level="any", arm=key["arm"], comparator="", stat_name="n")
    return recorded.assign(stat=0.0, variable="class-term", term=key["term"], level="")


def _total(rows: pd.DataFrame, key: dict[str, str], arm: str) -> float:
    """Give of how many a count is: of its own key, else of the arm."""
    own = select(rows, **key, arm=arm, stat_name="n_total")["stat"]
    found = own if len(own) else select(rows, variable="denominator", arm=arm, stat_name="n_total")["stat"]
    return float(found.iloc[0]) if len(found) else NAN
