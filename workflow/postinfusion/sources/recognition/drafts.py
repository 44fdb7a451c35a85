"""A survey to a draft of a plan: the design, the schedule, endpoints, questions and sensible analyses."""

from __future__ import annotations

from hashlib import sha256

from postinfusion.errors import listed
from postinfusion.plan.design import LAST
from postinfusion.plan.scaffold import Draft, Flow, Node, Noted, Question
from postinfusion.sources.recognition import analysis_drafts, claim_drafts
from postinfusion.sources.recognition.facts import DraftEndpoint, Facts, facts
from postinfusion.sources.recognition.not_used import unread
from postinfusion.sources.recognition.scale_columns import ScaleColumn, answered_in_words, in_words, without_key
from postinfusion.sources.recognition.schedule import DraftVisit
from postinfusion.sources.recognition.source_drafts import dictionary, sources
from postinfusion.sources.recognition.survey import Survey
from postinfusion.sources.recognition.terms import doubt
from postinfusion.sources.recognition.values import CODES
from postinfusion.sources.recognition.visits import as_duration

_MOST_TOLD = 4
_WITHOUT_CLAIMS = (
    "No arm is called after ketamine, so no claim about it is drafted; claims in config/README.md tells how.",
)


def draft(survey: Survey, name: str) -> Draft:
    """Give the draft of a plan.

    Parameters
    ----------
    survey
        What the files deliver.
    name
        Name of the trial.
    """
    known = facts(survey)
    content: dict[str, Node] = {
        "plan": Noted(1, "version of this format"),
        "title": Noted(f"Trial {name}", "guess: write the title that the report shall have"),
        "data": Noted("real", "guess: real, synthetic or scrambled; the last two put a banner on every page"),
        "seed": int.from_bytes(sha256(name.encode()).digest()[:4], "big"),
        "sources": Noted(sources(survey, known), f"files in data/{name}/; our column: their column"),
        "missing_codes": Noted(Flow(list(known.missing)), _of_missing(known)),
        "privacy": Noted(Flow({"ids": "rekey", "small_cell": 5, "mode": "internal"})),
        "design": {**_design(known), **dictionary(survey)},
        "schedule": _schedule(known),
        "populations": _populations(known),
    }
    model = analysis_drafts.primary_model(known)
    if model:
        content["estimands"] = {"primary": _estimand(known)}
    endpoints = _endpoints(survey, known)
    content |= {"endpoints": endpoints} if endpoints else {}
    analyses = analysis_drafts.analyses(survey, known, model)
    analyses |= claim_drafts.analyses(survey, known, analyses)
    unnamed = () if claim_drafts.treatment(survey, known) else _WITHOUT_CLAIMS
    content["analyses"] = Noted(analyses, "each key names its tables, figures and results", unnamed)
    judged = claim_drafts.claims(survey, known, analyses)
    content |= {"claims": judged} if judged else {}
    remarks = tuple(_remarks(survey))
    opening = (*_opening(name), *remarks)
    guesses = [*_guesses(survey, known), *_of_claims(claim_drafts.names(judged))]
    return Draft(content, opening, tuple(_sure(survey, known)), tuple(guesses), remarks)


def _of_claims(names: list[str]) -> list[str]:
    """Say which claims are drafted."""
    return [f"what decides {listed(names)}"] if names else []


def _of_missing(known: Facts) -> str:
    """Give the comment beside the codes for missing: numbers among them are taken for that by their size."""
    coded = [one for one in known.missing if one in CODES]
    return (
        f"guess: {listed(coded)} taken for missing, outside the range" if coded else "an empty cell is always missing"
    )


def _remarks(survey: Survey) -> list[str]:
    """Give the items that no scale of the catalogue has a key for, and the columns of scales that hold words."""
    samples = () if survey.standards else survey.samples
    found = [block.remark for sample in samples for block in without_key(sample.frame, sample.decimal)]
    found += [block.words for sample in samples for block in answered_in_words(sample.frame, sample.decimal)]
    words = [_of_words(one) for sample in samples for one in in_words(sample.frame, sample.decimal)]
    return list(dict.fromkeys([*found, *words, *unread(survey)]))


def _of_words(one: ScaleColumn) -> str:
    """Say what is to be done about a column of a scale that holds words."""
    where = "items" if one.item or one.visit.isdecimal() else "wide"
    return (
        f"{one.column} is named after {one.measure} and holds words, so it is not read: name it under {where}, and the "
        "number of each word under values: {value: {word: number}}"
    )


def _opening(name: str) -> tuple[str, ...]:
    """Give what stands above the first key."""
    return (
        "A draft by postinfusion new. Lines with guess: say what was taken for granted and why; correct what is wrong.",
        "Replace each text that begins with ANSWER: by your answer, then run .venv/bin/postinfusion check " + name,
        "config/README.md tells every key.",
    )


def _design(known: Facts) -> dict[str, Node]:
    """Give the design."""
    kind = "parallel" if len(known.arms) > 1 else "single-arm"
    design: dict[str, Node] = {
        "kind": Noted(kind, "" if kind == "parallel" else "no column says that there is more than one arm"),
        "time_zero": Noted(
            known.zero,
            "" if known.zero_is_known else "no dates of infusions were found, so times are those of the visits",
        ),
        "arms": [Flow({"name": arm.name, **({"code": arm.code} if arm.code else {})}) for arm in known.arms],
    }
    if len(known.arms) > 1:
        names = ", ".join(arm.name for arm in known.arms)
        asked = Question(f"the arm that the others are compared with, one of {names}", "reference arm")
        guessed = Noted(known.reference, "guess: by its name, the arm that the others are compared with")
        design["reference_arm"] = guessed if known.reference else asked
    if known.infusions:
        planned = Flow([as_duration(hours) if hours else "0 h" for hours in known.infusions])
        design["infusions"] = Noted(planned, "guess: median days of the infusions" if len(known.infusions) > 1 else "")
    return design


def _schedule(known: Facts) -> Node:
    """Give the visits; those whose time nothing says are asked for."""
    shown: list[Node] = []
    for visit in known.visits:
        entry: dict[str, Node] = {"visit": visit.name, **_counts_from(visit)}
        recorded = _recorded(known, visit.recorded_as)
        if visit.hours is None:
            asks = f"when {visit.name} is, as in 24 h, 7 d or 4 wk after {entry.get('after', 'time zero')}"
            shown.append({**entry, "at": Question(asks, f"time of {visit.name}"), **recorded})
            continue
        at = visit.offset if visit.offset is not None else visit.hours
        entry["at"] = as_duration(at) if at else "0 h"
        shown.append(Noted(Flow({**entry, **recorded}), f"guess: {visit.doubt}" if visit.doubt else ""))
    return Noted(shown, "time since time zero; windows lie midway between visits unless from and until are written")


def _counts_from(visit: DraftVisit) -> dict[str, Node]:
    """Give the infusion that a visit counts from, where that is not time zero."""
    if not visit.after:
        return {}
    return {"after": "last infusion" if visit.after == LAST else f"infusion {visit.after}"}


def _recorded(known: Facts, name: str) -> dict[str, Node]:
    """Give the name of a visit in the data, where a column holds it."""
    return {"recorded_as": name} if name and known.records_visits else {}


def _populations(known: Facts) -> Node:
    """Give who is analysed."""
    found: dict[str, Node] = {analysis_drafts.everyone(known): Flow({"rule": "allocated"})}
    if known.n_infusions:
        found["safety"] = Flow({"rule": "treated"})
    return found


def _estimand(known: Facts) -> Node:
    """Give the primary question, as far as it is known."""
    keys, visits = [one.key for one in known.endpoints], analysis_drafts.after(known)
    early = _too_early(known)
    of_endpoint = f"the primary endpoint, one of {listed(keys)}{early if len(visits) == 1 else ''}"
    endpoint = Question(of_endpoint, "primary endpoint")
    visit = Question(f"the visit that decides, one of {listed(visits)}{early}", "primary time")
    variable: dict[str, Node] = {
        "endpoint": endpoint if len(keys) > 1 else keys[0],
        "form": Noted("change", "from baseline; or value"),
        "visit": visit if len(visits) > 1 else visits[0],
    }
    return {
        "population": analysis_drafts.everyone(known),
        "variable": variable,
        "summary": Noted("difference-in-means", "of the first experimental arm against the reference")
        if len(known.arms) > 1
        else "difference-in-means",
    }


def _too_early(known: Facts) -> str:
    """Say which visits no endpoint that looks back past time zero can be judged at; nothing where none is."""
    told: list[str] = []
    for one in known.endpoints:
        hours = claim_drafts.recall_hours(one)
        visits = [visit.name for visit in known.visits[1:] if visit.hours and visit.hours < hours]
        told += (
            [f"{one.key} looks back {as_duration(hours)} and cannot be judged at {listed(visits)}"] if visits else []
        )
    return f"; {'; '.join(told[:_MOST_TOLD])}" if told else ""


def _endpoints(survey: Survey, known: Facts) -> dict[str, Node]:
    """Give what is measured; label, direction and unit of a known scale come from the catalogue."""
    found: dict[str, Node] = {one.key: _endpoint(one) for one in known.endpoints}
    if analysis_drafts.weighs(survey):
        found["weight"] = Flow(
            {
                "measure": "WEIGHT",
                "label": "Body weight",
                "unit": "kg",
                "better": "none",
                "decimals": 1,
                "family": "weight",
            }
        )
        if analysis_drafts.has_height(survey):
            found["bmi"] = Flow(
                {"measure": "BMI", "label": "Body mass index", "unit": "kg/m²", "better": "none", "decimals": 1,
                 "family": "weight"}
            )  # fmt: skip
    return found


def _endpoint(one: DraftEndpoint) -> Node:
    """Give one endpoint."""
    content: dict[str, Node] = {"measure": one.measure}
    content |= {"score": one.score} if one.score != "total" else {}
    if not one.is_known:
        label = one.measure if one.score == "total" else f"{one.measure} {one.score}"
        content |= {"label": label[:80], "better": "lower"}
        if one.cap:
            content |= {"unit": "s", "kind": "timed-task", "cap": one.cap}
            return Noted(Flow(content), f"guess: many values are {one.cap:g}, where the task is broken off")
        return Noted(Flow(content), "guess: no known scale, so write whether lower or higher is better")
    content |= {"kind": "timed-task"} if one.is_timed else {}
    content |= {"kind": "count", "days": one.days} if one.days else {}
    return Noted(Flow(content), f"guess: {one.doubt}" if one.doubt else "")


def _sure(survey: Survey, known: Facts) -> list[str]:
    """Give what was recognised beyond doubt, in a few words each."""
    words = ["id"]
    if len(known.arms) > 1:
        words.append("arm")
    spoken = {block.measure for one in survey.samples for block in answered_in_words(one.frame, one.decimal)}
    words += [_shown(one) for one in known.endpoints if not one.doubt and one.is_known and one.measure not in spoken]
    if "weights" in survey.found:
        unit = survey.found["weights"].constants.get("weight_unit", "kg")
        weighed = survey.found["weights"].evidence.get("weight_kg")
        words += [f"weight in {unit}"] if weighed is None or weighed.confidence == "sure" else []
    words += ["weight"] if "weights" in survey.standards else []
    for table, noun in (
        ("vitals", "vital signs"),
        ("adverse_events", "adverse events"),
        ("disposition", "end of trial"),
    ):
        words += [noun] if table in survey.found or table in survey.standards else []
    return words


def _shown(one: DraftEndpoint) -> str:
    """Give an endpoint in words."""
    return f"{one.measure} {one.score.replace('_', ' ')}"


def _guesses(survey: Survey, known: Facts) -> list[str]:
    """Give what was guessed, in a few words each."""
    found: list[str] = []
    for table in survey.found.values():
        guessed = [(one.column, one.reason) for one in table.evidence.values() if one.confidence == "guess"]
        guessed += [(one.column, one.reason) for one in table.scales if one.confidence == "guess"]
        guessed += [
            (table.columns[role], why)
            for role, known in table.values.items()
            if role in table.columns and (why := doubt(table.part, role, table.columns[role], known))
        ]
        found += [f'"{column}": {reason}' for reason, column in {reason: column for column, reason in guessed}.items()]
    for order, sure in {*known.orders.values()}:
        found += [] if sure else [f"date order {order.replace('-first', '')}-month" if order == "day-first" else order]
    if known.reference:
        found.append(f"reference arm {known.reference}")
    if coded := [one for one in known.missing if one in CODES]:
        found.append(f"{listed(coded)} taken for missing")
    found += [f"{visit.name}: {visit.doubt}" for visit in known.visits if visit.doubt]
    found += ["median days of the infusions"] if len(known.infusions) > 1 else []
    return list(dict.fromkeys(found))
