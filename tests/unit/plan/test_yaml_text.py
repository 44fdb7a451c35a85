"""YAML is read as people wrote it, with the line of every key."""

from __future__ import annotations

import pytest

from postinfusion.errors import PlanError
from postinfusion.plan.yaml_text import read

TEXT = """\
# a comment
title: A trial
schedule:
  - {visit: Baseline, at: 0 h}
  - visit: 24 h
    at: 12:30
empty:
quoted: ""
flag: No
"""


def test_every_scalar_stays_the_text_that_was_written():
    tree = read(TEXT, "plan.yaml").tree
    assert isinstance(tree, dict)
    assert tree["schedule"] == [{"visit": "Baseline", "at": "0 h"}, {"visit": "24 h", "at": "12:30"}]
    assert (tree["flag"], tree["quoted"], tree["empty"]) == ("No", "", None)


def test_every_key_and_item_knows_its_line():
    lines = read(TEXT, "plan.yaml").lines
    assert lines["title",] == 2
    assert lines["schedule", 0, "at"] == 4
    assert lines["schedule", 1] == 5
    assert lines["schedule", 1, "at"] == 6


def test_repeated_keys_are_told_with_both_lines():
    document = read("a: 1\nb:\na: 2\nb: {c: 3, c: 4}\n", "plan.yaml")
    assert [(problem.place, problem.text) for problem in document.repeated.values()] == [
        ("line 3", '"a" stands already in line 1. Keep one of them.'),
        ("line 4", '"b" stands already in line 2. Keep one of them.'),
        ("line 4", '"c" stands already in line 4. Keep one of them.'),
    ]
    assert document.tree == {"a": "1", "b": None}


@pytest.mark.parametrize("text", ["", "# only a comment\n"])
def test_an_empty_file_is_refused(text: str):
    with pytest.raises(PlanError, match="the file is empty"):
        read(text, "plan.yaml")


def test_a_reference_to_another_part_is_refused():
    with pytest.raises(PlanError, match="anchors"):
        read("a: &x {b: 1}\nc: *x\n", "plan.yaml")


def test_parts_that_are_nested_without_end_are_refused():
    with pytest.raises(PlanError, match="nested too deeply"):
        read("a: " + "[" * 60 + "]" * 60, "plan.yaml")
