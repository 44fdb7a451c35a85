"""A small grouping of adverse events of its own, for trials that supply no class: not MedDRA, and labelled so.

The words are English and German; of German ones mostly stems, since nouns are joined there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from postinfusion.ard.build import Row, rows

UNCLASSIFIED = "not classified"
_WORDS = {
    "suicidality": (
        r"suicid\w*|self[- ]?harm\w*|self[- ]?injur\w*"
        r"|suizid\w*|selbst(?:verletz|sch(?:ä|ae)d|mord|m(?:ö|oe)rd|t(?:ö|oe)tung)\w*"
    ),
    "injection site": (
        r"(?:injection|infusion|cannula|puncture) site.*"
        r"|(?:injektions|infusions|einstich|punktions)(?:stelle|ort).*"
    ),
    "urinary": (
        r"urin\w*|bladder|cystitis|dysuria|micturition|ha?ematuria|pollakiuria|nocturia"
        r"|harn\w*|(?:harn|reiz)?blase(?!nbildung)\w*|drang(?:inkontinenz|symptom\w*|gef(?:ü|ue)hl)|imperativer drang"
        r"|wasserlassen|miktion\w*|zystitis|dysurie|h(?:ä|ae)maturie|pollakis?urie|nykturie"
    ),
    "weight and nutrition": (
        r"weight|appetite|refeeding|hypophosphat?a?emia|hypokala?emia|dehydration"
        r"|(?:k(?:ö|oe)rper|unter|(?:ü|ue)ber)?gewicht\w*|appetit\w*|hypophosphat(?:ä|ae)mie|hypokali(?:ä|ae)mie"
        r"|dehydrat\w*|exsikkose"
    ),
    "psychiatric and perceptual": (
        r"dissociat\w*|dereali[sz]ation|depersonali[sz]ation|hallucinat\w*|anxi\w*|panic|dysphori\w*|euphori\w*|psycho\w*"
        r"|delusion\w*|paranoi\w*|mania|hypomania|agitat\w*|irritab\w*|restless\w*|insomnia|nightmares?"
        r"|abnormal dreams?|depress\w*|crying|confusion\w*|craving|drug abuse|feeling drunk|perceptual\w*"
        r"|dissozi\w*|dereali\w*|depersonali\w*|halluzin\w*|angst\w*|(?:ä|ae)ngst\w*|panik\w*|wahn(?:haft\w*|ideen?)?"
        r"|paranoid\w*|manie|manisch\w*|hypomanie|unruhe|unruhig|reizbar\w*|schlaflos\w*|schlafst(?:ö|oe)r\w*|al[bp]tr(?:a|ä|ae)um\w*"
        r"|verwirr\w*|weinen|weinerlich\w*|suchtdruck\w*|trunkenheit\w*|wahrnehmung\w*"
    ),
    "nervous system": (
        r"headaches?|migraine|dizz\w*|sedat\w*|somnolence|drows\w*|vertigo|ataxia|dysarthria|tremor|para?esthesia"
        r"|hypoa?esthesia|numb\w*|syncope|seizures?|convulsions?|loss of consciousness|memory|amnesia"
        r"|lethargy|dysgeusia"
        r"|kopfschmerz\w*|kopfweh|migr(?:ä|ae)ne\w*|schwindel\w*|schwindlig|benommen\w*|sedier\w*|schl(?:ä|ae)frig\w*"
        r"|gangunsicher\w*|zittern|kribbel\w*|taubheit\w*|par(?:ä|ae)sthesi\w*|hyp(?:ä|ae)sthesi\w*|synkopen?|ohnmacht\w*"
        r"|bewusstlos\w*|krampfanf(?:a|ä|ae)ll\w*|ged(?:ä|ae)chtnis\w*|amnesie|geschmacksst\w*"
    ),
    "eye and ear": (
        r"vision|visual|diplopia|blurred|nystagmus|eyes?|tinnitus|hearing|ears?|hyperacusis"
        r"|sehst(?:ö|oe)r\w*|verschwommen\w*|doppelbild\w*|doppeltsehen|augen?\w*|h(?:ö|oe)r(?:st|sturz|minder|verlust)\w*"
        r"|ohren\w*"
    ),
    "gastrointestinal": (
        r"nausea|vomit\w*|retching|diarrho?ea|constipation|abdominal|stomach|dyspepsia|reflux|bloating|dry mouth"
        r"|flatulence"
        r"|(?:ü|ue)belkeit|erbrech\w*|w(?:ü|ue)rge\w*|brechreiz|durchfall\w*|diarrh(?:ö|oe)\w*|verstopfung|obstipation"
        r"|bauch\w*|magen(?!ta)\w*|sodbrennen|bl(?:ä|ae)hung\w*|mundtrocken\w*|trockener mund"
    ),
    "cardiovascular": (
        r"blood pressure|hypertens\w*|hypotens\w*|tachycardia|bradycardia|palpitations?|heart|qtc?|arrhythmia"
        r"|chest pain|flushing|oedema|edema"
        r"|blut(?:hoch)?druck\w*|hypertoni\w*|hypotoni\w*|tachykardie|bradykardie|palpitationen|herz\w*|brustschmerz\w*"
        r"|(?:ö|oe)dem\w*|hitzewallung\w*"
    ),
    "respiratory": (
        r"oxygen|desaturation|hypoxia|dyspno?ea|respirat\w*|cough|apno?ea|breath\w*|laryngospasm|throat"
        r"|sauerstoff\w*|hypoxie|dyspnoe|apnoe|atem\w*|atmung\w*|luftnot|husten\w*|laryngospasmus|halsschmerz\w*"
    ),
    "infection": (
        r"infect\w*|nasopharyngitis|influenza|common cold|bronchitis|sinusitis|covid\S*|pharyngitis"
        r"|infekt\w*|erk(?:ä|ae)ltung\w*|grippe\w*|schnupfen"
    ),
    "skin": (
        r"rash|prurit\w*|itch\w*|urticaria|sweat\w*|hyperhidrosis|acne|eczema"
        r"|(?:haut)?ausschlag\w*|juckreiz|nesselsucht|urtikaria|schwitz\w*|schwei(?:ß|ss)\w*|akne|ekzem\w*"
    ),
    "muscles and joints": (
        r"back pain|myalgia|arthralgia|muscle\w*|joint|neck pain|cramps?"
        r"|r(?:ü|ue)ckenschmerz\w*|nackenschmerz\w*|myalgie\w*|arthralgie\w*|muskel\w*|gelenk\w*|kr(?:a|ä|ae)mpfe?"
    ),
    "laboratory": (
        r"transaminases?|alanine|aspartate|bilirubin|liver enzymes?|creatinine|potassium|phosphate"
        r"|transaminasen\w*|leberwert\w*|leberenzym\w*|kreatinin\w*|kalium\w*"
    ),
    "general": (
        r"fatigue|tired\w*|asthenia|malaise|fever|pyrexia|chills|pain|feeling (?:hot|cold|abnormal)|weakness"
        r"|m(?:ü|ue)digkeit|m(?:ü|ue)de|fatigue|ersch(?:ö|oe)pf\w*|fieber\w*|sch(?:ü|ue)ttelfrost|schmerz\w*|schw(?:ä|ae)che\w*"
        r"|unwohlsein"
    ),
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
