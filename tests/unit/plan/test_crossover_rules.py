"""A crossover plan says its periods, and analyses that take a participant for a member of one arm are refused."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from postinfusion.errors import PlanError
from postinfusion.plan import rules
from postinfusion.plan.parse import parse

PLAN = Path(__file__).resolve().parents[3] / "config" / "trials" / "crossover_an.yaml"


@cache
def text() -> str:
    """Give the text of the shipped plan."""
    return PLAN.read_text("utf-8")


def problems(*changes: tuple[str, str]) -> str:
    """Give what is told of the plan with some text replaced."""
    changed = text()
    for before, after in changes:
        assert before in changed
        changed = changed.replace(before, after)
    try:
        return "\n".join(problem.text for problem in rules.check(parse(changed, "crossover_an.yaml")))
    except PlanError as error:
        return str(error)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("{method: summary, endpoint: madrs}", "{method: mmrm, endpoint: madrs}", "mmrm takes each participant for a"),
        ("{method: summary, endpoint: madrs}", "{method: ancova, endpoint: madrs, visit: 24 h}", "several treatments"),
        ("  kind: crossover", "  kind: parallel", "only kind: crossover has periods"),
        ("from: -1 d", "from: -10 d", "less than the washout"),
        ("at: 24 h,", "at: 24 h, after: first infusion,", "counts from the start of its period"),
        ("    periods: 3 ", "    periods: 2 ", "must name 2 arms"),
        (
            "    expected_duration: 18 d\n",
            "    expected_duration: 18 d\n    first_infusions: [1, 2]\n",
            "need 3 starts",
        ),
        ("duration_source: ", "# ", "duration_source"),
        ('"1": [Ketamine 0.375 mg/kg,', '"1": [Ketamine 0.4 mg/kg,', "is not an arm"),
    ],
)
def test_what_does_not_fit_a_crossover_trial_is_refused(before: str, after: str, told: str):
    assert told in problems((before, after))


def test_a_crossover_trial_needs_its_periods():
    lines = text().splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if line.startswith("  crossover:"))
    last = next(number for number, line in enumerate(lines) if line.startswith("schedule:"))
    without = "".join([*lines[:first], *lines[last:]])
    with pytest.raises(PlanError, match="needs the key crossover"):
        parse(without, "crossover_an.yaml")
