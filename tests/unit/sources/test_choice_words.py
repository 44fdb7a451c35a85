"""The words of choices: which are known, which are guesses, and what is told of the others."""

import pandas as pd
import pytest

from postinfusion.datasets.canonical import ACTIONS, RELATIONS
from postinfusion.datasets.columns import Column
from postinfusion.sources.cells import typed
from postinfusion.sources.choice_words import meaning
from postinfusion.sources.recognition.evidence import Part, Sample
from postinfusion.sources.recognition.terms import doubt, terms

GRADES = {"1": "Mild", "2": "Moderate", "3": "Severe"}


def part(values: list[str], labels: dict[str, str] | None = None) -> Part:
    frame = pd.DataFrame({"ae": values})
    return Part(Sample("ae.csv", frame, len(frame), {"ae": labels} if labels else {}), frame)


@pytest.mark.parametrize(
    ("role", "word", "ours"),
    [
        ("related", "wahrscheinlich", "probable"), ("related", "möglich", "possible"),
        ("related", "unwahrscheinlich", "unlikely"), ("related", "kein Zusammenhang", "none"),
        ("outcome", "abgeklungen", "resolved"), ("outcome", "nicht abgeklungen", "not resolved"),
        ("outcome", "genesen", "resolved"), ("outcome", "RECOVERED/RESOLVED", "resolved"),
        ("action", "keine", "none"), ("action", "DOSE NOT CHANGED", "none"), ("action", "abgesetzt", "withdrawn"),
        ("outcome", "RECOVERED/RESOLVED WITH SEQUELAE", "sequelae"), ("related", "REMOTE", "unlikely"),
        ("severity", "mäßig", "moderate"), ("severity", "LIFE-THREATENING", "life-threatening"),
    ],
)  # fmt: skip
def test_words_of_both_languages_are_known(role: str, word: str, ours: str):
    assert meaning(role, word) == ours


def test_the_codes_of_a_dictionary_are_drafted_and_no_others_and_are_no_guess():
    some = part(["1", "3"], GRADES)
    known = terms(some, "severity", "ae")
    assert known == {"1": "mild", "2": "moderate", "3": "severe"}
    assert doubt(some, "severity", "ae", known) == ""


def test_codes_that_nothing_explains_are_a_guess():
    some = part(["1", "3"])
    known = terms(some, "severity", "ae")
    assert known["5"] == "fatal"
    assert doubt(some, "severity", "ae", known) == "what the codes mean"


def test_an_action_in_another_language_is_told_with_the_line_that_maps_it():
    column = Column("action", "choice", "what was done", allowed=ACTIONS)
    (told,) = typed(column, pd.Series(["keine", "none"], dtype="str")).findings
    assert told.text.endswith("Write values: {action: {keine: none}}.")


def test_a_relation_without_grades_is_a_guess():
    some = part(["related", "not related"])
    known = terms(some, "related", "ae")
    assert known == {"related": "definite", "not related": "none"}
    assert doubt(some, "related", "ae", known) == '"related" names no grade, taken for definite'
    graded = part(["probable", "Unrelated"])
    assert doubt(graded, "related", "ae", terms(graded, "related", "ae")) == ""


def test_an_unknown_word_is_told_with_the_line_that_maps_it():
    column = Column("related", "choice", "relation", allowed=RELATIONS)
    (told,) = typed(column, pd.Series(["wahrscheinlich", "none"], dtype="str")).findings
    assert told.text == (
        '"wahrscheinlich" is unknown. Allowed: none, unlikely, possible, probable, definite. '
        "Write values: {related: {wahrscheinlich: probable}}."
    )
    (strange,) = typed(column, pd.Series(["xyz"], dtype="str")).findings
    assert "Write values" not in strange.text
