"""Whatever a file lacks, the check refuses it or the datasets can be derived: nothing in between."""

import csv
from pathlib import Path

import pytest

from postinfusion.analyses.run import analyse
from postinfusion.derive.datasets import derive
from postinfusion.errors import DataError
from postinfusion.io import read
from postinfusion.plan.plan import Plan
from postinfusion.sources.read import canonical_tables

pytestmark = pytest.mark.usefixtures("sound_files_are_read_once")
ROOT = Path(__file__).parents[2]
DATA = ROOT / "data" / "ketamine_ed"
PLAN = read.plan(ROOT / "config" / "trials" / "ketamine_ed.yaml")
FILES = sorted(path.name for path in DATA.glob("*.csv"))
PEOPLE = {f"P{number:03d}" for number in range(1, 9)}
NEEDED = {"participants", "infusions"}


def lines_of(name: str) -> list[list[str]]:
    """Give the header of a file and the rows of the first participants."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    place = header.index("participant")
    return [header, *(row for row in rows if row[place] in PEOPLE or row[place] == "")]


LINES = {name: lines_of(name) for name in FILES}
COLUMNS = [(name, column) for name in FILES for column in LINES[name][0]]


def plan_of(name: str) -> Plan:
    """Give the plan with one file and those that all others need, which is enough to read and to derive it."""
    kept = {table: source for table, source in PLAN.sources.items() if table in NEEDED or source.file == name}
    return PLAN.model_copy(update={"sources": kept}).at(PLAN.places)


def write(folder: Path, changed: dict[str, list[list[str]]]) -> Path:
    """Write the files of the trial, some of them changed."""
    for name, lines in (LINES | changed).items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
    return folder


def refused_or_derived(name: str, folder: Path) -> None:
    """Read and derive; only an error for the user may stop it, and no descriptive analysis may crash."""
    plan = plan_of(name)
    try:
        adam = derive(plan, "trial", canonical_tables(plan, folder).tables)
    except DataError:
        return
    for analysis_id in ("flow", "demographics", "madrs-missing", "weight", "harms"):
        assert not analyse(plan, "trial", analysis_id, adam).results.empty


@pytest.mark.parametrize(("name", "column"), COLUMNS)
def test_a_file_without_one_of_its_columns(name: str, column: str, tmp_path: Path):
    place = LINES[name][0].index(column)
    without = [[cell for position, cell in enumerate(line) if position != place] for line in LINES[name]]
    refused_or_derived(name, write(tmp_path, {name: without}))


@pytest.mark.parametrize("name", FILES)
def test_a_file_with_its_header_only(name: str, tmp_path: Path):
    refused_or_derived(name, write(tmp_path, {name: LINES[name][:1]}))


def test_two_participants_are_described(tmp_path: Path):
    place = {name: lines[0].index("participant") for name, lines in LINES.items()}
    people = [line[place["participants.csv"]] for line in LINES["participants.csv"][1:]]
    arms = [line[LINES["participants.csv"][0].index("group")] for line in LINES["participants.csv"][1:]]
    kept = {people[arms.index(arm)] for arm in ("K", "M")}
    few = {
        name: [lines[0], *(line for line in lines[1:] if line[place[name]] in kept)] for name, lines in LINES.items()
    }
    adam = derive(PLAN, "trial", canonical_tables(PLAN, write(tmp_path, few)).tables)
    results = {analysis_id: analyse(PLAN, "trial", analysis_id, adam).results for analysis_id in PLAN.analyses}
    assert not [analysis_id for analysis_id, found in results.items() if found.empty]
    assert "described only" in " ".join(results["madrs-mmrm"]["error"])
