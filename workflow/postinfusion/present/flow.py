"""The flow of participants as steps, each with its counts, in the order in which participants pass them."""

from __future__ import annotations

from dataclasses import dataclass

from postinfusion.present import formats
from postinfusion.present.primary import primary_analysis
from postinfusion.present.results import Results

_ENDS = (("completed", "Completed"), ("ongoing", "Ongoing"), ("discontinued", "Discontinued"), ("died", "Died"))


@dataclass(frozen=True)
class Line:
    """One count of the flow; an indented one is a part of the count above it."""

    text: str
    n: float
    indent: int = 0

    def __str__(self) -> str:
        """Give the line as it is printed."""
        return f"{self.text} {formats.count_in_brackets(formats.statistic('n', self.n))}"


@dataclass(frozen=True)
class Step:
    """One step of the flow.

    Attributes
    ----------
    heading
        What happens at this step; the same in all arms.
    lines
        Its counts.
    arm
        The arm; empty before randomisation.
    is_aside
        These participants left the flow.
    """

    heading: str
    lines: tuple[Line, ...]
    arm: str = ""
    is_aside: bool = False


def first_steps(results: Results) -> list[Step]:
    """Give the steps of all participants, up to randomisation; those that the data do not hold are left out."""
    is_randomised = results.plan.design.reference is not None
    found = [
        _step(results, "Assessed for eligibility", "screened"),
        _step(results, "Excluded", "excluded", is_aside=True),
        _step(results, "Randomised" if is_randomised else "Enrolled", "randomised"),
    ]
    return [step for step in found if step.lines]


def arm_steps(results: Results, arm: str) -> list[Step]:
    """Give the steps of one arm, from allocation to the analysis; those that the data do not hold are left out."""
    allocated = _counts(results, f"Allocated to {arm}" if results.plan.design.reference else arm, "randomised", arm)
    treated = _counts(results, "Treated", "treated", arm)
    ends = tuple(line for level, name in _ENDS for line in _counts(results, name, level, arm))
    found = [
        Step("Allocated", (*allocated, *treated), arm),
        Step("Infusions", _infusions(results, arm), arm),
        Step("End", ends, arm),
        Step("Analysed", _analysed(results, arm), arm),
    ]
    return [step for step in found if step.lines]


def _step(results: Results, heading: str, level: str, *, is_aside: bool = False) -> Step:
    """Give one step of all participants."""
    return Step(heading, _counts(results, heading, level, ""), is_aside=is_aside)


def _counts(results: Results, text: str, level: str, arm: str) -> tuple[Line, ...]:
    """Give a count with its reasons; zeros are kept."""
    key = {"variable": "flow", "level": level, "arm": arm}
    total = results.value("n", **key)
    if total is None:
        return ()
    reasons = [term for term in results.values_of("term", stat_name="n", **key) if term]
    parts = tuple(Line(reason, results.value("n", term=reason, **key) or 0.0, 1) for reason in reasons)
    return (Line(text, total), *parts)


def _infusions(results: Results, arm: str) -> tuple[Line, ...]:
    """Give how many participants of an arm received each infusion."""
    numbers = results.values_of("level", variable="infusion", stat_name="n", arm=arm)
    counts = ((number, results.value("n", variable="infusion", level=number, arm=arm)) for number in numbers)
    lines = tuple(Line(f"Infusion {number}", count, 1) for number, count in counts if count is not None)
    return (Line("Received infusion 1", lines[0].n), *lines[1:]) if lines else ()


def _analysed(results: Results, arm: str) -> tuple[Line, ...]:
    """Give how many participants of an arm are in the primary model."""
    primary = primary_analysis(results.plan)
    n = results.of(primary).value("n_participants", term="fit", arm=arm) if primary else None
    return () if n is None else (Line("In the primary analysis", n),)
