"""The grouping of adverse events of its own stands in only where no class is supplied at all."""

import pandas as pd
import pytest

from postinfusion.analyses.adverse_events import SUICIDAL
from postinfusion.analyses.event_groups import UNCLASSIFIED, classified, own_group
from postinfusion.plan.analyses.side_effects import SELF_INDUCED

GROUPS = {
    "Nausea": "gastrointestinal",
    "vomiting": "gastrointestinal",
    "Dissociation": "psychiatric and perceptual",
    "hallucination, visual": "psychiatric and perceptual",
    "suicidal ideation": "suicidality",
    "dizziness": "nervous system",
    "Sedation": "nervous system",
    "vision blurred": "eye and ear",
    "Blood pressure increased": "cardiovascular",
    "Urinary urgency": "urinary",
    "injection site bruise": "injection site",
    "oxygen saturation decreased": "respiratory",
    "hypokalaemia": "weight and nutrition",
    "hypophosphataemia": "weight and nutrition",
    "nasopharyngitis": "infection",
    "back pain": "muscles and joints",
    "pain": "general",
    "early waking": UNCLASSIFIED,
    "painting": UNCLASSIFIED,
    "": UNCLASSIFIED,
    "Übelkeit": "gastrointestinal",
    "Erbrechen": "gastrointestinal",
    "UEBELKEIT": "gastrointestinal",
    "Schwindelgefühl": "nervous system",
    "Kopfschmerzen": "nervous system",
    "Dissoziatives Erleben": "psychiatric and perceptual",
    "erhöhter Suchtdruck": "psychiatric and perceptual",
    "Bluthochdruck": "cardiovascular",
    "Harndrang": "urinary",
    "Blasenentzündung": "urinary",
    "Suizidgedanken": "suicidality",
    "Selbstverletzung": "suicidality",
    "Gleichgewichtsstörung": UNCLASSIFIED,
    "Gewichtsabnahme": "weight and nutrition",
    "Müdigkeit": "general",
    "Blasenbildung": UNCLASSIFIED,
}


def events(*classes: str) -> pd.DataFrame:
    return pd.DataFrame({"AEDECOD": ["nausea", "wedding"], "AEBODSYS": [*classes]})


@pytest.mark.parametrize(("term", "group"), GROUPS.items())
def test_a_term_is_grouped_by_its_words(term, group):
    assert own_group(term) == group


def test_without_any_class_terms_are_grouped():
    assert classified(events("", ""), events("", ""))["AEBODSYS"].tolist() == ["gastrointestinal", UNCLASSIFIED]


def test_supplied_classes_are_never_overwritten_nor_mixed_with_groups():
    every = events("", "Family")
    assert classified(every, every)["AEBODSYS"].tolist() == [UNCLASSIFIED, "Family"]


@pytest.mark.parametrize("term", [
    "Suicidal ideation", "Suizidgedanken", "SUIZIDVERSUCH", "Selbstverletzung", "self-harm", "Selbstschädigung",
    "Selbstschaedigung", "Selbstmordversuch", "Selbsttötung",
])  # fmt: skip
def test_suicidal_behaviour_is_known_in_english_and_german(term):
    assert SUICIDAL.search(term)
    assert own_group(term) == "suicidality"


@pytest.mark.parametrize("term", ["selbstinduziertes Erbrechen", "Selbst herbeigeführtes Erbrechen", "Purging"])
def test_what_participants_do_to_themselves_is_known_in_german_too(term):
    assert SELF_INDUCED.search(term)
    assert not SELF_INDUCED.search("Erbrechen")
