"""What tells who somebody is stops the trial, and no message, page or file ever shows it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from identifiers import BY_NAME, BY_VALUE
from postinfusion.cli import main
from postinfusion.errors import DataError
from postinfusion.plan.parse import parse
from postinfusion.sources.gate.identifying_names import Identifier
from postinfusion.sources.read import canonical_tables, readable_tables
from spec.small_trial import FILES, SmallTrial

pytestmark = pytest.mark.usefixtures("sound_files_are_read_once")
TRIAL = SmallTrial()
PLANTED = [(kind, name, value) for kind, columns in BY_NAME.items() for name, value in list(columns.items())[:2]]
PLANTED += [(kind, "x1", value) for kind, values in BY_VALUE.items() for value in values]
COLUMNS = {(name, column) for name, text in FILES.items() for column in text.splitlines()[0].split(",")}
READ_OTHERWISE = {Identifier.DATE}  # in columns of times dates belong, in others they have a message of their own
STORY = "She felt sick after dinner at home and was driven to Quuxham hospital by her husband that night."


def with_column(name: str, value: str, file: str = "people.csv", trial: SmallTrial = TRIAL) -> SmallTrial:
    """Give the trial with one more column at the end of a file, filled in its last row only."""
    header, *rows = trial.files[file].splitlines()
    lines = [f"{header},{name}", *(f"{row}," for row in rows[:-1]), f'{rows[-1]},"{value}"']
    return trial.with_text(file, "\n".join(lines) + "\n")


def with_cell(file: str, column: str, value: str) -> SmallTrial:
    """Give the trial with the last cell of a column replaced."""
    header, *rows = TRIAL.files[file].splitlines()
    cells = rows[-1].split(",")
    cells[header.split(",").index(column)] = f'"{value}"'
    return TRIAL.with_text(file, "\n".join([header, *rows[:-1], ",".join(cells)]) + "\n")


def everything_written(folder: Path) -> str:
    """Give the text of all files below a folder but for the data and the plan."""
    written = (path for path in folder.rglob("*") if path.is_file() and "data" not in path.parts)
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in written)


@pytest.mark.parametrize(("kind", "name", "value"), PLANTED)
def test_a_planted_identifier_stops_the_run_and_is_shown_nowhere(
    kind: Identifier, name: str, value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    plan = with_column(name, value).write(tmp_path)
    assert main(["check", str(plan), "--out", str(tmp_path / "results" / "check.json")]) == 1
    told = capsys.readouterr()
    assert f'column 4  ("{name}") looks like {kind.value}' in told.err
    assert value not in told.err + told.out + everything_written(tmp_path)
    assert not (tmp_path / "results" / "check.json").exists()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    place=st.sampled_from(sorted(COLUMNS)),
    found=st.sampled_from(
        [(kind, value) for kind, values in BY_VALUE.items() if kind not in READ_OTHERWISE for value in values]
    ),
)
def test_an_identifier_in_any_cell_is_found_and_never_quoted(
    place: tuple[str, str], found: tuple[Identifier, str], tmp_path: Path
):
    (file, column), (kind, value) = place, found
    is_id = column == "who" and value.replace(" ", "").isdigit()  # digits alone may be the number of a participant
    trial = with_cell(file, column, value)
    trial.write(tmp_path)
    with pytest.raises(DataError) as refused:
        canonical_tables(parse(trial.plan, "small.yaml"), tmp_path / "data" / "small")
    assert value not in str(refused.value)
    assert is_id or kind.value in str(refused.value)


def test_a_declared_column_passes_and_the_check_tells_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial = with_column("name", "MADRS").with_plan(
        "design:\n", "privacy: {not_identifying: {people.csv: [name]}}\ndesign:\n"
    )
    out = tmp_path / "check.json"
    assert main(["check", str(trial.write(tmp_path)), "--out", str(out)]) == 0, capsys.readouterr().err
    assert json.loads(out.read_text(encoding="utf-8"))["not_identifying"] == {"people.csv": ["name"]}


def test_the_check_tells_how_exposed_the_participants_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "check.json"
    plan = str(TRIAL.write(tmp_path))
    assert main(["check", plan, "--out", str(out)]) == 0
    found = json.loads(out.read_text(encoding="utf-8"))["anonymity"]
    assert found["all"] == {"attributes": ["site"], "smallest": 1, "unique": 2, "share": 1.0}
    assert "north" not in json.dumps(found)
    capsys.readouterr()
    assert main(["check", plan]) == 0
    assert "k-anonymity: smallest group 1; 2 of 2 participants unique on site." in capsys.readouterr().out


def test_a_dictionary_stops_the_columns_that_it_marks(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    dictionary = "Variable / Field Name,Form Name,Identifier?\nwho,f,y\ncentre,f,\nzq,f,y\n"
    trial = with_column("zq", "abc").with_text("dictionary.csv", dictionary)
    trial = trial.with_plan("{file: people.csv,", "{file: people.csv, dictionary: dictionary.csv,")
    assert main(["check", str(trial.write(tmp_path))]) == 1
    told = capsys.readouterr().err
    assert 'people.csv\n  column 4  ("zq") is marked as identifying in dictionary.csv. Remove it from the file.' in told
    assert told.count("is marked") == 1  # ids are re-keyed


def test_ids_that_are_names_are_refused_whether_they_are_kept_or_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    files = {name: text.replace("A1", "Zelda Quux").replace("A2", "Li Wei") for name, text in FILES.items()}
    for rule in ("keep", "rekey"):
        plan = SmallTrial(TRIAL.plan.replace("design:\n", f"privacy: {{ids: {rule}}}\ndesign:\n"), files)
        assert main(["check", str(plan.write(tmp_path))]) == 1
        told = capsys.readouterr()
        assert "Quux" not in told.err + told.out
        assert "a person's name" in told.err


def test_a_story_in_an_optional_column_is_not_read_and_one_in_the_term_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["check", str(with_column("treatment", STORY, "events.csv").write(tmp_path))]) == 0
    told = capsys.readouterr().err
    assert "(warning) treatment: holds free text (not shown), so the column is not read. Code it as terms." in told
    trial = TRIAL.with_file("events.csv", "A1,nausea", f'A1,"{STORY}"')
    assert main(["check", str(trial.write(tmp_path))]) == 1
    told += capsys.readouterr().err
    assert "event: holds free text (not shown). Write a coded term of a few words." in told
    assert "Quuxham" not in told


def test_a_file_that_cannot_be_read_to_its_end_tells_its_identifiers_in_the_same_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    trial = with_column("x1", "zelda@quux.example")
    trial = trial.with_text("people.csv", trial.files["people.csv"] + "A9,one,cell,too,many,here\n")
    assert main(["check", str(trial.write(tmp_path))]) == 1
    told = capsys.readouterr().err
    assert 'column 4  ("x1") looks like an e-mail address' in told
    assert "row 4     the header has 4 columns, but here are 6" in told
    assert "zelda@" not in told


BIRTHS = {"A1": "1987-03-04", "A2": "1990-11-30"}


def test_a_date_of_birth_that_is_read_as_the_time_of_scores_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    rows = [f"{who},MADRS,30,{born}T09:00" for who, born in BIRTHS.items()]
    trial = TRIAL.with_text("scores.csv", "\n".join(["who,scale,points,when", *rows]) + "\n")
    check_birth_refused(trial, tmp_path, capsys)


def test_a_date_of_birth_that_is_read_as_consent_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    people = f"who,group,centre,since\nA1,K,north,{BIRTHS['A1']}\nA2,M,south,{BIRTHS['A2']}\n"
    trial = TRIAL.with_text("people.csv", people).with_plan("site: centre}", "site: centre, consented: since}")
    check_birth_refused(trial, tmp_path, capsys)


def test_old_weights_of_a_participant_are_no_dates_of_birth(tmp_path: Path):
    old = "".join(f"{who},MADRS,20,{year}-02-03T09:00\n" for who in BIRTHS for year in (2015, 2016))
    trial = TRIAL.with_text("scores.csv", FILES["scores.csv"] + old)
    trial.write(tmp_path)
    found = readable_tables(parse(trial.plan, "small.yaml"), tmp_path / "data" / "small")
    assert not any("date of birth" in problem.text for problem in found.problems)


def check_birth_refused(trial: SmallTrial, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Check that the trial is refused for a date of birth, none of which is shown."""
    assert main(["check", str(trial.write(folder)), "--out", str(folder / "results" / "check.json")]) == 1
    told = capsys.readouterr()
    assert "looks like a date of birth" in told.err
    shown = told.err + told.out + everything_written(folder)
    assert not any(date in shown for date in BIRTHS.values())
