"""The displays of a crossover trial print and draw what the results hold."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from postinfusion.analyses.run import Outcome, analyse
from postinfusion.derive.datasets import derive
from postinfusion.io import read
from postinfusion.plan.plan import Plan
from postinfusion.present.figures.registry import draw
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import Results, results_of
from postinfusion.present.tables import xovt01
from postinfusion.sources.read import canonical_tables

REPOSITORY = Path(__file__).resolve().parents[2]
ANALYSIS, VISIT = "madrs-crossover", "24 h"


@cache
def plan() -> Plan:
    """Give the plan of the shipped crossover trial, with one visit in its model."""
    found = read.plan(REPOSITORY / "config" / "trials" / "crossover_an.yaml")
    model = found.analyses[ANALYSIS].model_copy(update={"visits": (VISIT,)})
    return found.model_copy(update={"analyses": {**found.analyses, ANALYSIS: model}})


@cache
def outcome() -> Outcome:
    """Give the results of the model."""
    tables = canonical_tables(plan(), REPOSITORY / "data" / "crossover_an").tables
    return analyse(plan(), "crossover_an", ANALYSIS, derive(plan(), "crossover_an", tables))


def results() -> Results:
    """Give the results with the individual differences."""
    return results_of(plan(), outcome().results, ANALYSIS, outcome().individual)


def test_every_block_of_the_table_is_there():
    captions = [part.caption for part in xovt01.table(results()).parts]
    for words in (
        "Adjusted means",
        "other suppositions",
        "Carry-over (first order)",
        "re-randomisation",
        "Baselines",
        "Washout",
    ):
        assert any(words in caption for caption in captions)


def test_the_difference_is_printed_as_the_results_hold_it():
    key = {"term": "difference", "visit": VISIT, "arm": "Ketamine 0.75 mg/kg", "comparator": "Midazolam"}
    cells = [cell for part in xovt01.table(results()).parts for row in part.rows for cell in row.cells]
    assert results().interval(**key) in cells
    assert any(cell.startswith(f"{results().text('estimate', **key)} (") for cell in cells)


def test_a_washout_shorter_than_effects_last_is_said():
    notes = xovt01.table(results()).label.footnotes
    assert any("washout of 7 d is shorter than effects are expected to last (18 d" in note for note in notes)


def test_the_smallest_p_is_never_printed_as_zero():
    part = next(part for part in xovt01.table(results()).parts if "re-randomisation" in part.caption)
    assert all(row.cells[-1] == "<0.0001" for row in part.rows)


def test_the_figure_draws_each_participant_and_the_model_beside_a_line_at_zero():
    drawing = draw("XOVG01", results())
    panels = drawing.figure.axes
    assert len(panels) == 2
    for axes, arm in zip(panels, ("Ketamine 0.375 mg/kg", "Ketamine 0.75 mg/kg"), strict=True):
        individual = outcome().individual.query("ARM == @arm")["DIFFERENCE"]
        zero, dots, model = axes.lines
        assert list(zero.get_ydata()) == [0, 0]
        assert sorted(dots.get_ydata()) == sorted(individual)
        key = {"term": "difference", "visit": VISIT, "arm": arm, "comparator": "Midazolam"}
        assert model.get_ydata()[0] == pytest.approx(results().value("estimate", **key))


def test_the_individual_differences_carry_no_participant():
    assert list(outcome().individual.columns) == ["AVISIT", "ARM", "DIFFERENCE"]
    assert not outcome().results.astype(str).apply(lambda column: column.str.fullmatch(r"[RX]\d+")).any().any()


def test_the_methods_say_that_no_test_chooses_the_model():
    said = methods_text(results())
    assert "no test of it chooses the model" in said
    assert "sign-flip tests" in said
