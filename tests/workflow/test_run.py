"""The workflow runs as it stands: from a path with spaces, into another folder, with Snakemake's own options."""

from __future__ import annotations

import re
from pathlib import Path

from workflow.tiny_trial import Repository

STEPS = {"check", "derive", "analyse", "ard", "synthesise", "display", "report"}


def test_a_run_leaves_every_result(finished: Repository) -> None:
    made = finished.results()
    for name in (
        "check.json",
        "provenance.json",
        "ard/ard.parquet",
        "ard/ard.csv",
        "ard/claims.parquet",
        "report/report.html",
    ):
        assert made[f"results/tiny/{name}"]
    assert all((finished.home / "results" / "tiny" / "logs" / f"{name}.log").is_file() for name in ("check", "report"))


def test_a_report_holds_no_path_of_this_machine(made: Repository) -> None:
    assert not [name for name, content in made.results().items() if str(made.home).encode() in content]


def test_the_run_command_gives_the_result_and_its_link(finished: Repository) -> None:
    told = finished.postinfusion("run", "tiny")
    assert told.returncode == 0, told.stderr
    headline, link = told.stdout.splitlines()
    assert re.match(r"tiny {12}MADRS at Week \d, Active - Control: -?\d", headline)
    assert link.strip() == (finished.home / "results" / "tiny" / "report" / "report.html").as_uri()


def test_results_go_to_another_folder(finished: Repository, tmp_path: Path) -> None:
    told = finished.snakemake("--directory", str(tmp_path / "else where"), "results/tiny/check.json")
    assert told.returncode == 0, told.stderr
    assert re.match(r"tiny +check +2 files, 12 participants", told.stdout)
    assert (tmp_path / "else where" / "results" / "tiny" / "check.json").is_file()


def test_every_step_has_a_benchmark(finished: Repository) -> None:
    files = (finished.home / "results" / "tiny" / "benchmarks").rglob("*.tsv")
    home = finished.home / "results" / "tiny" / "benchmarks"
    assert {file.relative_to(home).parts[0].removesuffix(".tsv") for file in files} == {*STEPS, "provenance"}


def test_the_graph_can_be_drawn(finished: Repository) -> None:
    told = finished.snakemake("--dag")
    assert told.returncode == 0
    assert told.stdout.startswith("digraph")


def test_snakemakes_own_report_can_be_made(finished: Repository, tmp_path: Path) -> None:
    told = finished.snakemake("--report", str(tmp_path / "report.html"))
    assert told.returncode == 0, told.stderr
    assert (tmp_path / "report.html").stat().st_size > 100_000


def test_the_linter_wishes_only_for_environments(finished: Repository) -> None:
    told = finished.snakemake("--lint")
    wishes = re.findall(r"^ {4}\* (.*)", told.stdout + told.stderr, re.MULTILINE)
    assert set(wishes) == {"Specify a conda environment or container for each rule.:"}
