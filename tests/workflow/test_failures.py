"""Bad input gets one clear message, on this run and on the next, and earlier results stay."""

from __future__ import annotations

from workflow.tiny_trial import Repository

PLAN = "config/trials/tiny.yaml"


def test_bad_data_stop_each_run_with_the_same_message(repository: Repository) -> None:
    earlier = repository.results()
    repository.edit("data/tiny/assessments.csv", "P01,MADRS,total,", "P01,MADRS,total,x")
    first, second = repository.snakemake("--keep-going"), repository.snakemake("--keep-going")
    assert (first.returncode, second.returncode) == (1, 1)
    assert first.stdout == second.stdout
    assert "assessments.csv" in first.stdout
    assert "3 errors, 0 warnings." in first.stdout
    of_check = ("results/tiny/check.json", "results/tiny/check.html")
    later = {name: content for name, content in repository.results().items() if name not in of_check}
    assert later == {name: content for name, content in earlier.items() if name not in of_check}
    assert "results/tiny/check.json" not in repository.results()


def test_a_missing_file_is_named(repository: Repository) -> None:
    (repository.home / "data" / "tiny" / "assessments.csv").unlink()
    told = repository.postinfusion("run", "tiny")
    assert told.returncode == 1
    assert "assessments.csv" in told.stdout
    assert "Traceback" not in told.stdout + told.stderr
    assert "Snakemake" not in told.stdout + told.stderr
    assert "tiny            stopped at check" in told.stdout


def test_all_mistakes_of_a_plan_are_told_alone(repository: Repository) -> None:
    repository.edit(PLAN, "seed: 1", "seed: No")
    repository.edit(PLAN, "visit: Week 1}\n", "visit: Week 7}\n")
    told = repository.snakemake()
    assert told.returncode == 1
    lines = (told.stdout + told.stderr).splitlines()
    assert lines[0] == PLAN
    assert [line.split()[:2] for line in lines[1:-1]] == [["line", "4"], ["line", "31"]]
    assert lines[-1] == "2 errors, 0 warnings. Nothing was run; earlier results are untouched."


def test_a_mistake_of_a_plan_hides_none_of_its_data(repository: Repository) -> None:
    earlier = repository.results()
    repository.edit(PLAN, "seed: 1", "seed: No")
    repository.edit("data/tiny/assessments.csv", "P01,MADRS,total,", "P01,MADRS,total,x")
    (repository.home / "data" / "tiny" / "participants.csv").unlink()
    told = repository.postinfusion("run", "tiny")
    assert told.returncode == 1
    for part in (f"{PLAN}\n  line 4  seed", "data/tiny/participants.csv\n  there is no such file", "assessments.csv\n"):
        assert part in told.stderr
    assert told.stderr.endswith("5 errors, 0 warnings. Nothing was run; earlier results are untouched.\n")
    assert repository.results() == earlier


def test_results_that_another_run_is_making_are_left_to_it(repository: Repository) -> None:
    repository.edit("workflow/postinfusion/report/page.py", "import annotations\n", "import annotations\n\nADDED = 1\n")
    lock = repository.home / ".snakemake" / "locks" / "0.output.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text("results/tiny/report/report.html\n", encoding="utf-8")
    told = repository.postinfusion("run", "tiny")
    assert told.returncode == 1
    assert told.stderr.startswith("Another run is making results of these trials")
    assert len(told.stderr.splitlines()) == 1
    assert repository.snakemake("--unlock").returncode == 0
    assert repository.postinfusion("run", "tiny").returncode == 0


def test_an_unknown_trial_is_told_with_the_nearest_one(finished: Repository) -> None:
    told = finished.postinfusion("run", "tinny")
    assert told.returncode == 1
    assert "Did you mean tiny?" in told.stderr
