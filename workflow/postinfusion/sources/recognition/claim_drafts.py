"""The claims that a drafted trial can judge: which of its endpoints, at which of its visits, decides which claim."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from postinfusion.instruments import catalogue
from postinfusion.instruments.constructs import constructs_of
from postinfusion.instruments.model import Construct
from postinfusion.plan.claim_catalogue import CATALOGUE
from postinfusion.plan.scaffold import Flow, Node, Noted
from postinfusion.sources.recognition.analysis_drafts import everyone
from postinfusion.sources.recognition.delivered import deliveries, with_role
from postinfusion.sources.recognition.facts import DraftEndpoint, Facts
from postinfusion.sources.recognition.names import code, plain
from postinfusion.sources.recognition.schedule import DraftVisit
from postinfusion.sources.recognition.survey import Survey
from postinfusion.sources.recognition.values import MISSING, have_hours
from postinfusion.sources.recognition.visits import HOURS_PER_DAY, as_duration

_NAMES = {
    "esketamine": re.compile(r"esketamin|spravato", re.IGNORECASE),
    "ketamine": re.compile(r"ketamin|\bket\b", re.IGNORECASE),
}
_OF_INFUSIONS = (("participants", "first_dose"), ("infusions", "start"), ("infusions", "dose_mg"))
"""Columns whose names may tell what was infused."""
_FIRST = ("MADRS", "HAM-D17", "QIDS-C16", "QIDS-SR16", "PHQ-9", "BDI-II", "HAM-A", "GAD-7", "STAI-S")
"""Of several scales of one construct the first of these decides, else the first of the draft."""
_NOT_BY_A_MEAN = (Construct.EATING_BEHAVIOUR, Construct.SUICIDALITY)
_UNITS = ("points", "utility", "mm", "cm")
_WHOLE = ("total", "global")
_DAY = HOURS_PER_DAY
_LAST = 400 * _DAY


@dataclass(frozen=True)
class _Wanted:
    """The times in hours at which a claim is decided: the earliest, the one that is meant, the latest."""

    times: tuple[tuple[float, float, float], ...]

    def found(self, hours: Sequence[float]) -> tuple[float, ...]:
        """Give of some times those that are nearest to what is meant, without those that are lacking."""
        near = (
            min((one for one in hours if low <= one <= high), key=lambda one: abs(one - meant), default=None)
            for low, meant, high in self.times
        )
        return tuple(one for one in near if one is not None)

    def lacking(self, hours: Sequence[float]) -> tuple[float, ...]:
        """Give what is meant where none of some times is near."""
        return tuple(meant for low, meant, high in self.times if not any(low <= one <= high for one in hours))


_LASTING = _Wanted(((24 * _DAY, 28 * _DAY, 42 * _DAY), (70 * _DAY, 84 * _DAY, 112 * _DAY)))
_WANTED = {
    "E1": _Wanted(((4, 24, 36),)),
    "E2": _Wanted(((20, 24, 7.5 * _DAY),)),
    "E5": _LASTING,
    "E5b": _LASTING,
    "E6": _LASTING,
    "E7": _Wanted(((27 * _DAY, _LAST, _LAST),)),
    "E3": _Wanted(((1, 24, 7.5 * _DAY),)),
    "E4": _Wanted(((20 * _DAY, 28 * _DAY, 60 * _DAY),)),
    "E11": _Wanted(((1, 24, 28.5 * _DAY),)),
    "E9": _Wanted(((7 * _DAY, 28 * _DAY, 90 * _DAY),)),
    "E10": _Wanted(((7 * _DAY, 28 * _DAY, 180 * _DAY),)),
    "E15": _Wanted(((14 * _DAY, 28 * _DAY, 200 * _DAY),)),
}  # fmt: skip
_WAITING = ("E13",)
_STABLE = _Wanted(((14 * _DAY, 84 * _DAY, _LAST),))
_ABOVE = (
    "The result that decides each claim of the catalogue; a claim that is not named is not testable. Check each time.",
    "Write important_difference with threshold_source at an endpoint, the smallest difference between groups that",
    "matters: without it a claim is judged by its direction only, and none is found to have no important effect.",
)
_BY_THE_PRIMARY = (
    "Where a claim has the endpoint of primary, write analysis: primary and visit in place of its own and time."
)
_EFFECTS = {
    "S3": re.compile("nausea|uebelkeit"),
    "S4": re.compile("vomiting|emesis|erbrechen"),
    "S6": re.compile("sedation|drowsiness|somnolence|sleepiness|sedierung|schlaefrigkeit|benommenheit|somnolenz"),
    "S8": re.compile("dissociation|dissociative symptoms|dissoziation"),
}
_DIZZY = re.compile(
    r"(dizz\w*|vertigo|light ?headed\w*|schwindel\w*|drehschwindel|disorient\w*|desorient\w*|confusion|verwirrt\w*)"
    r"( .*)?"
)
_PASSED, _DIZZINESS = "4 h", "dizziness and disorientation"
_FEWEST_OF_A_DIAGNOSIS, _MOST_DIAGNOSES, _SOONEST = 6, 7, 4.0
_RARE = "S8: write rare: the share below which it is called so, as in 0.1 %, and rare_source, else it is not testable"
_MARGINS = "S1: write margins: {serious: …, severe: …, stopped: …} and margin_source, else it is not testable"


def treatment(survey: Survey, known: Facts) -> str:
    """Give ketamine or esketamine where an arm, a drug that was infused, or its column is called so; else nothing."""
    told = [text for arm in known.arms for text in (arm.name, arm.code)]
    told += [text for rows in deliveries(survey, "infusions") if "drug" in rows.columns for text in rows.cells("drug")]
    for table, role in _OF_INFUSIONS:
        told += [rows.columns[role] for rows in deliveries(survey, table) if role in rows.columns]
    told = [form for text in told for form in (text, plain(text))]
    return next((name for name, form in _NAMES.items() if any(form.search(text) for text in told)), "")


def analyses(survey: Survey, known: Facts, analysed: Mapping[str, Node]) -> dict[str, Node]:
    """Give the analyses that only claims ask for: the effect in each diagnosis, and how soon dizziness passes.

    Parameters
    ----------
    survey, known
        What the files deliver, and what it says of the trial.
    analysed
        The analyses that are drafted already.
    """
    found: dict[str, Node] = {}
    if not treatment(survey, known):
        return found
    if (group := _in_each_diagnosis(survey, known, analysed)) is not None:
        found[f"{group[0].key}-groups"] = _groups(*group)
    if terms := _dizziness(survey):
        found["side-effects"] = Flow(
            {
                "method": "side-effects",
                "population": "safety" if known.n_infusions else everyone(known),
                "groups": Flow({_DIZZINESS: Flow(terms)}),
                "resolved_by": Flow(["2 h", _PASSED]),
            }
        )
    return found


def _groups(one: DraftEndpoint, visit: DraftVisit) -> Node:
    """Give the analysis of an effect in each diagnosis."""
    content: dict[str, Node] = {
        "method": "subgroups",
        "endpoint": one.key,
        "visit": visit.name,
        "factors": Flow([Flow({"by": "diagnosis", "prespecified": False})]),
        "covariance": Flow(["us", "toeph", "ar1h", "cs"]),
    }
    return Noted(Flow(content), "guess: the visit; write prespecified: true where the protocol names the diagnoses")


def _dizziness(survey: Survey) -> list[str]:
    """Give the terms of dizziness and disorientation as they are spelt, where events begin and end at known hours."""
    terms: dict[str, None] = {}
    for rows in deliveries(survey, "adverse_events"):
        if {"term", "onset", "end"} <= {*rows.columns} and all(map(have_hours, map(rows.cells, ("onset", "end")))):
            terms |= dict.fromkeys(text for text in rows.cells("term") if _DIZZY.fullmatch(plain(text)))
    return list(terms)


def _diagnoses(survey: Survey) -> list[str]:
    """Give the diagnoses as the plan reads them; none where one is too rare to have a result of its own."""
    rows = with_role(survey, "participants", "diagnosis")
    if rows is None or rows.found is None:
        return []
    meant = rows.found.values.get("diagnosis", {})
    told = rows.cells("diagnosis").map(lambda cell: meant.get(code(cell), cell))
    counts = told[~told.isin(["", *MISSING])].value_counts(sort=False)
    is_enough = 1 < len(counts) <= _MOST_DIAGNOSES and counts.min() >= _FEWEST_OF_A_DIAGNOSIS
    return [str(one) for one in counts.index] if is_enough else []


def _in_each_diagnosis(
    survey: Survey, known: Facts, analysed: Mapping[str, Node]
) -> tuple[DraftEndpoint, DraftVisit] | None:
    """Give the endpoint and the first visit at which an effect in each diagnosis can be judged; None where none is."""
    one = _deciding(known, "E20", analysed) if len(known.arms) > 1 else None
    if one is None or not _diagnoses(survey):
        return None
    soonest = max(recall_hours(one), _SOONEST)
    fitting = [visit for visit in known.visits[1:] if visit.hours and visit.hours >= soonest]
    return (one, fitting[0]) if fitting else None


def _of_every_diagnosis(survey: Survey, known: Facts, analysed: Mapping[str, Node]) -> Node | None:
    """Give what decides that it works in each diagnosis: the effect in all, then that in each."""
    group = _in_each_diagnosis(survey, known, analysed)
    if group is None or f"{group[0].key}-groups" not in analysed:
        return None
    one, visit = group
    by_visit = _analysis(known, one, analysed) == "primary" and _is_by_visit(analysed)
    moment = {"visit": visit.name} if by_visit else {"time": as_duration(visit.hours or 0)}
    points = [Flow({"analysis": _analysis(known, one, analysed), **moment})]
    points += [
        Flow({"analysis": f"{one.key}-groups", "visit": visit.name, "subgroup": "diagnosis", "subgroup_level": level})
        for level in _diagnoses(survey)
    ]
    family = str(next(iter(constructs_of(one.measure, one.score))))
    return Noted({"decides": list(points), "family": family}, f"guess: {CATALOGUE['E20'].words}")


def _of_stable_weight(known: Facts, analysed: Mapping[str, Node]) -> Node | None:
    """Give how stable weight is judged, once the researcher has written its margin; None where nobody was weighed."""
    visits = [visit for visit in known.visits[1:] if visit.hours]
    at = _STABLE.found([visit.hours for visit in visits if visit.hours])
    weighed = analysed.get("weight-by-visit")
    shown = weighed.content if isinstance(weighed, Flow) else {}
    if not at or not isinstance(shown, Mapping) or "bmi" not in getattr(shown.get("endpoints"), "content", ()):
        return None
    visit = next(visit.name for visit in visits if visit.hours == at[0])
    by = ", by: diagnosis" if "by" in shown else ""
    each = " with subgroup: diagnosis and subgroup_level, one for each diagnosis" if by else ""
    how = (
        "E13: write margin, the largest difference in body mass index that counts as none, with margin_source at bmi;",
        f'then add bmi-equivalence: {{method: equivalence, endpoint: bmi, visit: "{visit}"{by}}} to the analyses and',
        f'decides: [{{analysis: bmi-equivalence, visit: "{visit}"}}]{each} here.',
    )
    return Noted(Flow({"not_testable": "no margin of the body mass index is written"}), CATALOGUE["E13"].words, how)


def claims(survey: Survey, known: Facts, analysed: Mapping[str, Node]) -> Node | None:
    """Give the claims that the drafted analyses can decide; None where ketamine is not named, or nothing decides one.

    Parameters
    ----------
    survey, known
        What the files deliver, and what it says of the trial.
    analysed
        The drafted analyses.
    """
    given = treatment(survey, known)
    judged = dict(_judged(survey, known, analysed)) if given else {}
    if not judged:
        return None
    drug = Noted(given, "guess: by the name of an arm or of what was infused")
    is_open = _is_by_visit(analysed) and len(known.endpoints) > 1
    return Noted({"treatment": drug, "judged": judged}, above=(*_ABOVE, *([_BY_THE_PRIMARY] if is_open else [])))


def recall_hours(one: DraftEndpoint) -> float:
    """Give how far the answers of an endpoint look back, in hours; 0 where the catalogue does not say."""
    found = catalogue.find(one.measure)
    return found.instrument.recall.days * _DAY if found and found.instrument.recall else 0.0


def names(node: Node | None) -> list[str]:
    """Give the claims of which a draft says what decides them, or that no visit does; not those that wait for more."""
    content = node.value if isinstance(node, Noted) else None
    return [claim for claim in content["judged"] if claim not in _WAITING] if isinstance(content, dict) else []


def _effects(survey: Survey) -> dict[str, str]:
    """Give claim → the side effect that it asks of, as it is spelt in the records where one spelling is known."""
    told = [
        text for rows in deliveries(survey, "adverse_events") if "term" in rows.columns for text in rows.cells("term")
    ]
    words = list(dict.fromkeys(told))
    spelt = {claim: [word for word in words if form.fullmatch(plain(word))] for claim, form in _EFFECTS.items()}
    return {claim: known[0] for claim, known in spelt.items() if len(known) == 1}


def _judged(survey: Survey, known: Facts, analysed: Mapping[str, Node]) -> Iterator[tuple[str, Node]]:
    """Give each claim that a drafted endpoint can decide, in the order of the catalogue."""
    effects = _effects(survey)
    own = {"E13": _of_stable_weight(known, analysed), "E20": _of_every_diagnosis(survey, known, analysed)}
    if "side-effects" in analysed:
        passed = {"variable": "resolved", "level": "first event", "term": _DIZZINESS}
        point = Flow({"analysis": "side-effects", **passed, "time": _PASSED})
        own["S5"] = Noted(Flow({"decides": Flow([point])}), f"guess: {CATALOGUE['S5'].words}")
    for claim, what in CATALOGUE.items():
        one = _deciding(known, claim, analysed)
        if claim in _WANTED and one is not None and _suits_the_course(claim, len(known.infusions)):
            yield claim, _decided(known, claim, one, analysed)
        elif claim == "S1" and "harms" in analysed and len(known.arms) > 1:
            decides = {"decides": Flow([Flow({"analysis": "harms"})])}
            yield claim, Noted(Flow(decides), what.words, (_MARGINS,))
        elif claim in effects and "harms" in analysed:
            decides = {"decides": Flow([Flow({"analysis": "harms", "term": effects[claim]})])}
            yield claim, Noted(Flow(decides), f"guess: {what.words}", (_RARE,) if claim == "S8" else ())
        elif (node := own.get(claim)) is not None:
            yield claim, node


def _suits_the_course(claim: str, infusions: int) -> bool:
    """Say whether an effect that lasts is one of a single infusion, or of a course of them."""
    return {"E5": infusions == 1, "E5b": infusions > 1}.get(claim, True)


def _deciding(known: Facts, claim: str, analysed: Mapping[str, Node]) -> DraftEndpoint | None:
    """Give the endpoint that decides a claim; None where none of its construct is a whole score."""
    wanted = {*CATALOGUE[claim].constructs} - {*_NOT_BY_A_MEAN}
    fitting = [one for one in known.endpoints if _analysis(known, one, analysed) and wanted & _measured(one)]
    if not fitting:
        return None
    rank = {measure: place for place, measure in enumerate(_FIRST)}
    best = min(fitting, key=lambda one: rank.get(one.measure, len(rank)))
    parts = [one for one in fitting if one.measure == best.measure]
    return next((one for one in parts if one.score in _WHOLE), best if len(parts) == 1 else None)


def _measured(one: DraftEndpoint) -> set[Construct]:
    """Give what the mean of an endpoint tells of; nothing of counts, categories and times."""
    found = catalogue.find_score(one.measure, one.score)
    if found is None or found.description is None or found.description.unit not in _UNITS:
        return set()
    return {*constructs_of(one.measure, one.score)}


def _analysis(known: Facts, one: DraftEndpoint, analysed: Mapping[str, Node]) -> str:
    """Give the primary analysis where it is that of an endpoint by visit, else its analysis over time; else nothing."""
    own = f"{one.key}-over-time"
    if _is_by_visit(analysed) and len(known.endpoints) == 1:
        return "primary"
    return own if own in analysed else "primary" if len(known.endpoints) == 1 and "primary" in analysed else ""


def _is_by_visit(analysed: Mapping[str, Node]) -> bool:
    """Say whether the primary analysis compares at each visit."""
    primary = analysed.get("primary")
    return isinstance(primary, Mapping) and primary.get("method") == "mmrm"


def _decided(known: Facts, claim: str, one: DraftEndpoint, analysed: Mapping[str, Node]) -> Node:
    """Give what decides a claim, or that no visit does."""
    wanted = _WANTED[claim]
    hours = [visit.hours for visit in known.visits[1:] if visit.hours]
    found, words = wanted.found(hours), CATALOGUE[claim].words
    if without := wanted.lacking(hours):
        near = [as_duration(meant) for meant in without if meant < _LAST]
        both = "both " if len(near) > 1 else ""
        lacking = f"near {both}{' and '.join(near)}" if near else "after day 27"
        return Noted(Flow({"not_testable": f"{one.measure} has no visit {lacking}"}), words)
    analysis = _analysis(known, one, analysed)
    by_visit = analysis == "primary" and _is_by_visit(analysed)
    names = {visit.hours: visit.name for visit in reversed(known.visits)}
    at = [{"visit": names[hours]} if by_visit else {"time": as_duration(hours)} for hours in found]
    points = [Flow({"analysis": analysis, **moment}) for moment in at]
    family = str(next(iter(constructs_of(one.measure, one.score))))
    return Noted(
        Flow({"decides": Flow(points), "family": family}), f"guess: {words}", _looks_back(claim, one, found[0])
    )


def _looks_back(claim: str, one: DraftEndpoint, hours: float) -> tuple[str, ...]:
    """Say that answers look back to before time zero, which no claim survives; nothing where they do not."""
    recall = recall_hours(one)
    if hours >= recall:
        return ()
    asked = f"{claim}: answers of {one.measure} look back {as_duration(recall)}, so that it is not testable unless"
    return (f"{asked} recall and", "recall_source at the endpoint say that the form asked of less.")
