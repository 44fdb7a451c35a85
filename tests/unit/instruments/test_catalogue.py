"""The catalogue describes every scale of the brief without contradiction, with a source and a licence for each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from postinfusion.cli.schema import CATALOGUE, SCALES
from postinfusion.instruments import catalogue, ranges, scoring, source_files
from postinfusion.instruments.constructs import constructs_of
from postinfusion.instruments.model import Instrument, MissingRule, Rule, Score
from postinfusion.instruments.reference import page

DESCRIBED = source_files.described()
NAMES = catalogue.names()
SCORES = [(name, score) for name in NAMES for score in catalogue.instrument(name).scores]
COMPUTED = [
    (name, score)
    for name, score in SCORES
    if (found := catalogue.instrument(name)).scores[score].used
    and all((part := found.item(item)) is not None and part.maximum is not None for item in found.scores[score].used)
]
BRIEF = (
    "EDE-Q", "EDE-Q 6.0", "EDE-Q 4.0", "EDE 17.0D", "EDI-3", "CIA", "BES", "YBC-EDS", "MADRS", "HAM-D17", "BDI-II",
    "QIDS-SR16", "QIDS-C16", "PHQ-9", "GAD-7", "HAM-A", "STAI-S", "STAI-T", "SHAPS", "C-SSRS", "CADSS-6", "CADSS-19",
    "CADSS-23", "CADSS-27", "CADSS-28", "BPRS positive", "YMRS", "MOAA/S", "WSAS", "EQ-5D-5L", "EQ-VAS", "EDQOL",
    "EDQLS", "FCQ-T", "FCQ-T-r", "FCQ-S", "WCST", "TMT", "DFlex", "MAIA-2", "SRIS", "CFI", "AAQ-II", "MOCI",
)  # fmt: skip
WITHOUT_KEY = ("EDI-3", "BDI-II", "STAI-S", "STAI-T", "WCST", "DFlex", "EDE-Q 4.0", "EDE 17.0D")


def _facts(part: object) -> Iterator[dict[str, Any]]:
    """Give every part of a description that has a source."""
    if isinstance(part, dict):
        if "source" in part:
            yield {"verified": False, **part}
        yield from (fact for inner in part.values() for fact in _facts(inner))
    elif isinstance(part, list):
        yield from (fact for inner in part for fact in _facts(inner))


def instrument(name: str) -> Instrument:
    return catalogue.instrument(name)


def score(name: str, of: str = "total") -> Score:
    return instrument(name).scores[of]


def test_every_scale_of_the_brief_is_there():
    assert not {*BRIEF} - {*NAMES}


def test_every_scale_says_what_it_measures_and_a_score_that_measures_something_else_says_so():
    assert not [name for name in NAMES if not instrument(name).constructs]
    assert constructs_of("EDE-Q 6.0", "global") == ("eating-disorder-symptoms",)
    assert constructs_of("EDE-Q 6.0", "obe_episodes") == ("eating-behaviour",)
    assert constructs_of("edeq vomiting") == ("eating-behaviour",)
    assert constructs_of("Trails", "A") == ("cognition",)
    assert constructs_of("BMI") == ("weight",)


def test_the_file_that_is_read_is_in_step_with_the_files_that_are_written():
    assert CATALOGUE.read_text("utf-8") == source_files.as_json(), "run: python -m postinfusion schema"


def test_the_page_is_in_step_with_the_catalogue():
    assert SCALES.read_text("utf-8") == page(), "run: python -m postinfusion schema"


@pytest.mark.parametrize("name", NAMES)
def test_every_scale_says_its_licence_and_where_its_composition_comes_from(name: str):
    found = instrument(name)
    assert found.title
    assert found.licence is not None
    assert found.licence.source
    assert found.composition.source


@pytest.mark.parametrize("name", NAMES)
def test_every_scale_has_scores_or_names_its_versions(name: str):
    found = instrument(name)
    assert found.scores or found.versions
    assert {*found.versions} <= {*NAMES}


@pytest.mark.parametrize(("name", "of"), SCORES)
def test_every_fact_of_a_score_has_a_source(name: str, of: str):
    found = score(name, of)
    facts = [found, *found.cut_offs, *found.changes, *([found.reliable_change] if found.reliable_change else [])]
    assert all(fact.source for fact in facts)


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_of_the_items_and_of_the_recall_has_a_source(name: str):
    found = instrument(name)
    assert all(part.source for part in found.items)
    assert found.recall is None or found.recall.source


@pytest.mark.parametrize("name", NAMES)
def test_what_is_from_memory_is_not_called_verified(name: str):
    facts = list(_facts(DESCRIBED[name]))
    assert facts
    assert not [
        fact for fact in facts if fact["verified"] and re.search("literature value|from memory", fact["source"])
    ]


@pytest.mark.parametrize(("name", "of"), COMPUTED)
def test_the_range_of_a_score_follows_from_the_ranges_of_its_items(name: str, of: str):
    found = instrument(name)
    parts = [found.item(number) for number in found.item_numbers]
    limits = np.array([[part.minimum, part.maximum] for part in parts], dtype="float64").T
    one_way = scoring.from_items(found, limits, aligned=True)[of].value
    smallest, largest = score(name, of).minimum, score(name, of).maximum
    assert (smallest, largest) == (pytest.approx(one_way.min()), pytest.approx(one_way.max()))


@pytest.mark.parametrize(("name", "of"), SCORES)
def test_cut_offs_lie_within_the_range_of_their_score(name: str, of: str):
    found = score(name, of)
    limits = [limit for cut in found.cut_offs for limit in (cut.at_least, cut.at_most) if limit is not None]
    low = -np.inf if found.minimum is None else found.minimum
    high = np.inf if found.maximum is None else found.maximum
    assert all(low <= limit <= high for limit in limits)
    rising = [cut.at_least for cut in found.cut_offs if cut.at_least is not None and "EDE-Q" not in name]
    assert all(before < after for before, after in pairwise(rising))


@pytest.mark.parametrize("name", WITHOUT_KEY)
def test_no_key_of_an_owner_is_shipped(name: str):
    found = instrument(name)
    assert not found.items
    assert not found.reversed
    assert all(not part.used for part in found.scores.values())


def test_no_spelling_means_two_scales():
    owners: dict[str, set[str]] = {}
    for name in NAMES:
        for text in (name, *instrument(name).aliases):
            owners.setdefault(catalogue.key_of(text), set()).add(name)
    assert not {text: names for text, names in owners.items() if len(names) > 1}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("phq 9", "PHQ-9"), ("PHQ9", "PHQ-9"), ("Trail Making", "TMT"), ("BPRS+", "BPRS positive"),
        ("ham_d17", "HAM-D17"), ("STAI-Y1", "STAI-S"), ("edqls", "EDQLS"), ("EDQOL", "EDQOL"),
    ],
)  # fmt: skip
def test_a_scale_is_found_under_its_other_spellings(written: str, meant: str):
    found = catalogue.find(written)
    assert found is not None
    assert found.name == meant


@pytest.mark.parametrize("name", ["CADSS", "HAM-D", "QIDS", "STAI", "SHAPS", "BPRS", "FCQ", "EQ-5D", "MAIA", "EDI"])
def test_a_name_of_several_scales_asks_for_the_version(name: str):
    found = catalogue.find_score(name)
    assert found is not None
    assert found.is_ambiguous
    assert all(version in found.which_version for version in found.instrument.versions)


def test_scores_that_all_versions_share_need_no_version():
    found = catalogue.find_score("EDE-Q", "global")
    assert found is not None
    assert not found.is_ambiguous


def test_the_name_of_a_score_may_follow_that_of_the_scale():
    found = catalogue.find_score("EDE-Q weight_concern")
    assert found is not None
    assert (found.name, found.score) == ("EDE-Q", "weight_concern")


def test_an_unknown_scale_is_told_with_the_nearest_name():
    assert catalogue.unknown("MADRX").endswith("Did you mean MADRS?")
    assert catalogue.find("Thirst VAS") is None


def test_a_scale_of_the_plan_replaces_that_of_the_catalogue():
    own = {"MADRS": Instrument(scores={"total": Score(maximum=6)})}
    found = catalogue.find_score("madrs", "total", own)
    assert found is not None
    assert found.description is not None
    assert found.description.maximum == 6


def test_facts_of_the_brief_stand_as_the_brief_tells_them():
    assert instrument("EDE-Q 6.0").scores["global"].of == (
        "restraint", "eating_concern", "shape_concern", "weight_concern",
    )  # fmt: skip
    assert score("EDE-Q 6.0", "shape_concern").missing.rule is MissingRule.MORE_THAN_HALF
    assert score("CIA").missing.at_least == 12
    assert score("C-SSRS", "ideation").rule is Rule.HIGHEST
    assert instrument("MOAA/S").better == "higher"
    assert (instrument("EDQOL").better, instrument("EDQLS").better) == ("lower", "higher")
    recall = {"EDE-Q": 28, "CIA": 28, "MADRS": 7, "PHQ-9": 14, "GAD-7": 14, "BDI-II": 14, "FCQ-S": 0}
    assert {name: instrument(name).recall.days for name in recall} == recall
    assert {name: instrument(name).appetite_weight_items for name in ("MADRS", "HAM-D17", "BDI-II", "PHQ-9")} == {
        "MADRS": (5,), "HAM-D17": (12, 16), "BDI-II": (18,), "PHQ-9": (5,),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["Mood", "Anxiety", "Craving", "Hunger", "Fullness"])
def test_a_visual_analogue_scale_has_two_lengths_and_each_names_the_other(name: str):
    long, short = (ranges.of_score(catalogue.find_score(f"{name} VAS{of}")) for of in ("", " 0-10"))
    assert (long.minimum, long.maximum) == (0, 100)
    assert (short.minimum, short.maximum) == (0, 10)
    marks = np.linspace(0.5, 9.5, 12)
    assert ranges.is_on_a_short_line(long, marks)
    assert f"name {name} VAS 0-10 where" in ranges.suggestion(long, marks)
    assert f"name {name} VAS where" in ranges.suggestion(short, 10 * marks)


def test_the_code_of_an_item_that_is_not_scored_is_no_value_out_of_range():
    weight = ranges.of_item(catalogue.find("HAM-D17"), 16)
    assert weight.outside(np.array([0.0, 2.0, 3.0, 4.0])).tolist() == [False, False, False, True]
    assert not weight.coded(np.array([3.0])).any()
    assert weight.is_rating(np.array([0.0, 3.0, np.nan])).tolist() == [True, False, False]


def test_only_items_are_said_to_count_from_another_number():
    total = ranges.of_score(catalogue.find_score("MADRS", "total"))
    assert "counts from" not in ranges.suggestion(total, np.array([20.0, 61.0]))
    items = ranges.of_item(catalogue.find("PHQ-9"), 1)
    assert "counts from 1" in ranges.suggestion(items, np.array([1.0, 4.0]))
