"""Guesses of the treatment are checked where they are read, not only when datasets are derived."""

from pathlib import Path

from postinfusion.plan.parse import parse
from postinfusion.sources.read import readable_tables
from spec.small_trial import SmallTrial

SOURCE = "{file: scores.csv, columns: {id: who, measure: scale, value: points, taken: when}}"
GUESSES = f"{SOURCE}\n  guesses: {{file: guesses.csv, columns: {{id: who, guess: said}}}}"


def problems(folder: Path, second: str) -> list[str]:
    """Give what is told of guesses, the first of which is an arm."""
    trial = SmallTrial().with_plan(SOURCE, GUESSES)
    trial = trial.with_text("guesses.csv", f"who,said\nA1,Ketamine\nA2,{second}\n")
    plan = parse(trial.write(folder).read_text(), "small.yaml")
    found = readable_tables(plan, folder / "data" / "small").problems
    return [str(problem) for problem in found if "guess" in str(problem)]


def test_a_guess_of_no_arm_is_told_with_its_row(tmp_path: Path):
    (told,) = problems(tmp_path, "Placebo")
    assert "guesses.csv" in told
    assert "neither an arm of the plan" in told


def test_an_arm_and_not_knowing_are_guesses(tmp_path: Path):
    assert problems(tmp_path, "don't know") == []
