"""The flow of participants as steps, each with its counts, in the order in which participants pass them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from postinfusion.present import formats
from postinfusion.present.enrolment import entered, is_randomised
from postinfusion.present.primary import primary_analysis
from postinfusion.present.results import Results

_ENDS = (("completed", "Completed"), ("ongoing", "Ongoing"), ("discontinued", "Discontinued"), ("died", "Died"))


@dataclass(frozen=True)
class Line:
    """One count of the flow, as a number and as it is printed; an indented one is a part of the count above it."""

    text: str
    n: float
    shown: str
    indent: int = 0

    def __str__(self) -> str:
        """Give the line as it is printed."""
        return f"{self.text} {formats.count_in_brackets(self.shown)}"


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
    found = [
        _step(results, "Assessed for eligibility", "screened"),
        _step(results, "Excluded", "excluded", is_aside=True),
        _step(results, entered(results.plan).capitalize(), "randomised"),
    ]
    return [step for step in found if step.lines]


def arm_steps(results: Results, arm: str) -> list[Step]:
    """Give the steps of one arm, from allocation to the analysis; those that the data do not hold are left out."""
    name, heading = (f"Allocated to {arm}", "Allocated") if is_randomised(results.plan) else (arm, "Enrolled")
    if not arm:
        name, heading = "Allocated to a sequence", "Allocated"
    allocated = _counts(results, name, "randomised", arm)
    treated = _counts(results, "Treated", "treated", arm)
    ends = tuple(line for level, name in _ENDS for line in _counts(results, name, level, arm))
    found = [
        Step(heading, (*allocated, *treated), arm),
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
    total = _line(results, text, "n", 0, **key)
    if total is None:
        return ()
    reasons = [term for term in results.values_of("term", stat_name="n", **key) if term]
    parts = (_line(results, reason, "n", 1, **{**key, "term": reason}) for reason in reasons)
    return (total, *(part for part in parts if part))


def _line(results: Results, text: str, stat_name: str, indent: int, **key: str) -> Line | None:
    """Give one count; a suppressed one is printed as such; None without such a row."""
    n = results.value(stat_name, **key)
    return None if n is None else Line(text, n, results.text(stat_name, **key), indent)


def _infusions(results: Results, arm: str) -> tuple[Line, ...]:
    """Give how many participants of an arm received each infusion."""
    numbers = results.values_of("level", variable="infusion", stat_name="n", arm=arm)
    key = {"variable": "infusion", "arm": arm}
    found = (_line(results, f"Infusion {number}", "n", 1, **key, level=number) for number in numbers)
    lines = tuple(line for line in found if line)
    return (replace(lines[0], text="Received infusion 1", indent=0), *lines[1:]) if lines else ()


def _analysed(results: Results, arm: str) -> tuple[Line, ...]:
    """Give how many participants of an arm are in the primary model."""
    primary = primary_analysis(results.plan)
    if primary is None:
        return ()
    found = _line(results.of(primary), "In the primary analysis", "n_participants", 0, term="fit", arm=arm)
    return (found,) if found else ()
