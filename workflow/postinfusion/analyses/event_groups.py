"""A small grouping of adverse events of its own, for trials that supply no class: not MedDRA, and labelled so."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from postinfusion.ard.build import Row, rows

UNCLASSIFIED = "not classified"
_WORDS = {
    "suicidality": r"suicid\w*|self[- ]?harm\w*|self[- ]?injur\w*",
    "injection site": r"(?:injection|infusion|cannula|puncture) site.*",
    "urinary": r"urin\w*|bladder|cystitis|dysuria|micturition|ha?ematuria|pollakiuria|nocturia",
    "weight and nutrition": r"weight|appetite|refeeding|hypophosphat?a?emia|hypokala?emia|dehydration",
    "psychiatric and perceptual": (
        r"dissociat\w*|dereali[sz]ation|depersonali[sz]ation|hallucinat\w*|anxi\w*|panic|dysphori\w*|euphori\w*|psycho\w*"
        r"|delusion\w*|paranoi\w*|mania|hypomania|agitat\w*|irritab\w*|restless\w*|insomnia|nightmares?"
        r"|abnormal dreams?|depress\w*|crying|confusion\w*|craving|drug abuse|feeling drunk|perceptual\w*"
    ),
    "nervous system": (
        r"headaches?|migraine|dizz\w*|sedat\w*|somnolence|drows\w*|vertigo|ataxia|dysarthria|tremor|para?esthesia"
        r"|hypoa?esthesia|numb\w*|syncope|seizures?|convulsions?|loss of consciousness|memory|amnesia"
        r"|lethargy|dysgeusia"
    ),
    "eye and ear": r"vision|visual|diplopia|blurred|nystagmus|eyes?|tinnitus|hearing|ears?|hyperacusis",
    "gastrointestinal": (
        r"nausea|vomit\w*|retching|diarrho?ea|constipation|abdominal|stomach|dyspepsia|reflux|bloating|dry mouth"
        r"|flatulence"
    ),
    "cardiovascular": (
        r"blood pressure|hypertens\w*|hypotens\w*|tachycardia|bradycardia|palpitations?|heart|qtc?|arrhythmia"
        r"|chest pain|flushing|oedema|edema"
    ),
    "respiratory": r"oxygen|desaturation|hypoxia|dyspno?ea|respirat\w*|cough|apno?ea|breath\w*|laryngospasm|throat",
    "infection": r"infect\w*|nasopharyngitis|influenza|common cold|bronchitis|sinusitis|covid\S*|pharyngitis",
    "skin": r"rash|prurit\w*|itch\w*|urticaria|sweat\w*|hyperhidrosis|acne|eczema",
    "muscles and joints": r"back pain|myalgia|arthralgia|muscle\w*|joint|neck pain|cramps?",
    "laboratory": r"transaminases?|alanine|aspartate|bilirubin|liver enzymes?|creatinine|potassium|phosphate",
    "general": r"fatigue|tired\w*|asthenia|malaise|fever|pyrexia|chills|pain|feeling (?:hot|cold|abnormal)|weakness",
}
OWN_GROUPS = {name: re.compile(rf"\b(?:{words})(?!\w)", re.IGNORECASE) for name, words in _WORDS.items()}
"""Groups by words of the term; of several the first counts, as suicidal ideation before what is psychiatric."""


def own_group(term: str) -> str:
    """Give the group of a term, or say that it has none.

    >>> own_group("Blood pressure increased"), own_group("wedding")
    ('cardiovascular', 'not classified')
    """
    return next((name for name, words in OWN_GROUPS.items() if words.search(term)), UNCLASSIFIED)


def classified(events: pd.DataFrame, every: pd.DataFrame) -> pd.DataFrame:
    """Give the events of an analysis, each with a class: the supplied one, else a group of its own or none.

    Parameters
    ----------
    events
        The events that are counted.
    every
        All events of the trial. Where any of them has a class, the others are not classified, so that no table mixes
        supplied classes with groups.
    """
    if is_grouped(every):
        return events.assign(AEBODSYS=events["AEDECOD"].map(own_group).astype("str"))
    return events.assign(AEBODSYS=events["AEBODSYS"].where(events["AEBODSYS"] != "", UNCLASSIFIED))


def is_grouped(every: pd.DataFrame) -> bool:
    """Say whether no event of the trial was supplied with a class, so that the grouping of its own is used."""
    return not (every["AEBODSYS"] != "").any()


def grouping_rows(events: pd.DataFrame, every: pd.DataFrame) -> Iterator[Row]:
    """Give the row that says that classes are groups of its own, with the events that have one.

    Parameters
    ----------
    events
        The events with the class of :func:`classified`.
    every
        All events of the trial.
    """
    if is_grouped(every):
        yield from rows({"n_events": int((events["AEBODSYS"] != UNCLASSIFIED).sum())}, variable="grouping", level="own")
