"""The grouping of adverse events of its own stands in only where no class is supplied at all."""

import pandas as pd
import pytest

from postinfusion.analyses.event_groups import UNCLASSIFIED, classified, own_group

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
