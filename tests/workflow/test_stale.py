"""A result is made again exactly when its code, its data or its part of the plan has changed."""

from __future__ import annotations

import pytest

from workflow.tiny_trial import Repository

SHOWS = {"ard": 1, "synthesise": 1, "display": 4, "provenance": 1, "report": 1}
"""What shows an analysis."""
PLAN = "config/trials/tiny.yaml"


def test_a_second_run_does_nothing(finished: Repository) -> None:
    assert finished.jobs() == {}


def test_results_stay_up_to_date_when_the_folder_moves(repository: Repository) -> None:
    assert repository.jobs() == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("visit: Week 1}", "visit: Week 1, confidence: 90 %}"),
        ("{method: summary, endpoint: madrs}", "{method: summary, endpoint: madrs, prespecified: false}"),
    ],
    ids=["model", "description"],
)
def test_an_edited_analysis_runs_again_with_what_shows_it(repository: Repository, old: str, new: str) -> None:
    repository.edit(PLAN, old, new)
    # the flow of participants shows the primary analysis, and this is not it
    assert repository.jobs() == {"analyse": 1, **SHOWS, "display": 3}


def test_a_word_for_readers_runs_no_analysis_again(repository: Repository) -> None:
    repository.edit(PLAN, "title: A tiny trial", "title: A very small trial")
    assert repository.jobs() == {name: SHOWS[name] for name in ("display", "provenance", "report")}


def test_a_comment_in_the_plan_runs_nothing_again(repository: Repository) -> None:
    repository.edit(PLAN, "seed: 1", "# any number\nseed: 1  # the only one")
    assert repository.jobs() == {}


def test_new_data_run_everything_again(repository: Repository) -> None:
    repository.edit("data/tiny/assessments.csv", "P01,MADRS,total,", "P01,MADRS,total,1")
    assert repository.jobs() == {"check": 1, "derive": 1, "analyse": 4, **SHOWS}


@pytest.mark.parametrize(
    ("module", "jobs"),
    [
        ("report/page.py", {"report": 1}),
        ("present/theme.py", {"display": 4, "report": 1}),
        ("core/linalg.py", {"analyse": 4, **SHOWS}),
        ("simulate/trial.py", {}),
    ],
)
def test_an_edited_module_runs_again_what_imports_it(repository: Repository, module: str, jobs: dict[str, int]) -> None:
    repository.edit(f"workflow/postinfusion/{module}", "\nfrom __future__", "\nADDED = 1\nfrom __future__")
    found = repository.jobs()
    assert {name: count for name, count in found.items() if name in jobs} == jobs
    assert set(found) - set(jobs) <= ({"provenance"} if jobs else set())


def test_a_docstring_runs_nothing_again(repository: Repository) -> None:
    repository.edit("workflow/postinfusion/core/linalg.py", '"""Linear algebra', '"""Some linear algebra')
    assert repository.jobs() == {}
