"""Free text is told apart from coded terms, and never passes."""

from __future__ import annotations

import pandas as pd
import pytest

from postinfusion.datasets.canonical import ADVERSE_EVENTS, DEVIATIONS
from postinfusion.sources.gate.data_dictionary import columns_of, marked
from postinfusion.sources.gate.free_text import coded
from postinfusion.sources.gate.narrative import is_narrative
from postinfusion.sources.typed import Typed

STORIES = (
    "She felt sick after dinner and went home early, then slept until the morning.",
    "Der Patient wurde nach der Infusion schwindelig und hat sich hingelegt, dann ging es besser",
    "headache since 12/03/2031",
    "fell at home on 3 March 2031",
    "her mother Zelda called",
    "spoke with Dr Quux",
    "patient lives in Quuxham",
    "fainted at 7 Quux Street",
    "x" * 111,
    "one " * 17,
)
TERMS = (
    "nausea",
    "Neoplasms benign, malignant and unspecified (incl cysts and polyps)",
    "hospital infusion unit, physician and nurse present",
    "psychotherapy and nutritional counselling",
    "infusion a day late or more",
    "blood creatine phosphokinase MM increased",
    "2031-03-12",
    "Exposure during pregnancy or via partner, paternal",
    "dizziness (rotational), mild to moderate, with and without vomiting, recurrent",
)


@pytest.mark.parametrize("text", STORIES)
def test_a_story_is_free_text(text: str):
    assert is_narrative(text)


@pytest.mark.parametrize("text", TERMS)
def test_a_term_is_none(text: str):
    assert not is_narrative(text)


def column(name: str, *cells: str | None) -> Typed:
    """Give a column of text as it is read."""
    text = pd.Series(cells, dtype="str")
    return Typed(name, {name: text}, text.isna().to_numpy() & False)


def test_an_optional_column_with_a_story_is_left_out_whole_with_a_warning():
    parts, told = coded(ADVERSE_EVENTS, [column("term", "nausea", "sedation"), column("treatment", "rest", STORIES[0])])
    assert [part.name for part in parts] == ["term"]
    assert [(finding.columns, finding.severity, finding.positions.tolist()) for finding in told] == [
        (("treatment",), "warning", [1])
    ]
    assert "not shown" in told[0].text


@pytest.mark.parametrize(("table", "name"), [(ADVERSE_EVENTS, "term"), (DEVIATIONS, "deviation")])
def test_a_column_that_the_trial_needs_is_refused_with_its_rows(table, name: str):
    parts, told = coded(table, [column(name, "nausea", STORIES[0], None, STORIES[3])])
    assert [part.name for part in parts] == [name]
    assert (told[0].severity, told[0].positions.tolist()) == ("error", [1, 3])
    assert not any(story in told[0].text for story in STORIES)


def test_a_covariate_with_a_story_is_refused():
    _, told = coded(ADVERSE_EVENTS, [column("living situation", STORIES[6])])
    assert told[0].severity == "error"


def test_ids_and_numbers_are_no_text():
    number = Typed("infusion", {"infusion": pd.Series([1, 2])}, pd.Series([False, False]).to_numpy())
    parts, told = coded(ADVERSE_EVENTS, [column("id", STORIES[0]), number])
    assert ([part.name for part in parts], told) == (["id", "infusion"], [])


def test_a_dictionary_marks_fields_and_their_checkboxes():
    names = pd.Series(["record_id", "contact", "reached", "madrs"])
    marks = pd.Series(["", "y", "Y", "n"])
    header = ["record_id", "contact", "reached___1", "reached___2", "madrs"]
    assert marked(names, marks, header) == {"contact", "reached___1", "reached___2"}


@pytest.mark.parametrize("header", [["Variable / Field Name", "Identifier?"], ["field_name", "identifier", "x"]])
def test_both_forms_of_a_dictionary_are_known(header: list[str]):
    assert columns_of(header, "dictionary.csv") == (header[0], header[1])
