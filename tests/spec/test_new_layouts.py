"""From layouts that look unlike our tables to a checked plan: infusions in columns, labels, rows of several kinds."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from postinfusion.cli import main
from postinfusion.plan import yaml_text
from postinfusion.plan.answers import MARK

NAME = "mytrial"
IDS = [f"P{number:02d}" for number in range(1, 21)]
FIRST_DAY = pd.Timestamp("2023-01-02 09:00")
GIVEN = {"the primary endpoint": "madrs", "the visit that": "Day 7"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config" / "trials").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def people() -> pd.DataFrame:
    return pd.DataFrame({"id": IDS, "arm": ["Ketamine", "Midazolam"] * 10})


def drafted(home: Path, **frames: pd.DataFrame) -> Path:
    """Draft a plan and answer what it asks."""
    for name, frame in frames.items():
        frame.to_csv(home / f"{name}.csv", index=False)
    assert main(["new", *(f"{name}.csv" for name in frames), "--name", NAME]) == 0
    plan = home / "config" / "trials" / f"{NAME}.yaml"
    text = plan.read_text(encoding="utf-8")
    for question, answer in GIVEN.items():
        text = re.sub(rf'"{MARK} {question}[^"]*"', answer, text)
    plan.write_text(text, encoding="utf-8")
    return plan


def derived(home: Path, plan: Path, dataset: str) -> pd.DataFrame:
    """Derive an analysis dataset of the trial."""
    assert main(["derive", str(plan), "--data", str(home / "data" / NAME), "--out", str(home / "adam")]) == 0
    return pd.read_parquet(home / "adam" / f"{dataset}.parquet")


def infused() -> pd.DataFrame:
    """Give participants with two columns for each of three infusions; every fourth did not have the third."""
    frame = people()
    for number in range(1, 4):
        had = [number < 3 or place % 4 > 0 for place in range(len(IDS))]
        times = [FIRST_DAY + pd.Timedelta(days=3 * place + 7 * (number - 1)) for place in range(len(IDS))]
        frame[f"inf{number}_date"] = [time if is_ else None for time, is_ in zip(times, had, strict=True)]
        frame[f"inf{number}_dose"] = [35 if is_ else None for is_ in had]
    return frame.assign(madrs_bl=30, madrs_24h=20, madrs_d7=range(20))


def test_each_infusion_in_columns_is_given_to_those_who_had_it(home: Path, capsys: pytest.CaptureFixture[str]):
    plan = drafted(home, all=infused())
    assert main(["check", NAME]) == 0, capsys.readouterr().err
    assert derived(home, plan, "adex").groupby("INFNUM").size().to_list() == [20, 20, 15]


def test_scores_and_weights_in_one_column_are_told_apart(home: Path, capsys: pytest.CaptureFixture[str]):
    values = {"MADRS": 20, "EDE-Q global": 2.5, "EDE-Q restraint": 3.5, "Weight": 52, "BMI": 17}
    rows = [(one, visit, *pair) for one in IDS for visit in ("Baseline", "Day 7") for pair in values.items()]
    scores = pd.DataFrame(rows, columns=["id", "visit", "scale", "value"])
    plan = drafted(home, people=people(), scores=scores)
    assert main(["check", NAME]) == 0, capsys.readouterr().err
    found = derived(home, plan, "adqs").groupby("PARAMCD")["AVAL"].agg(["min", "max"]).drop_duplicates()
    assert found.to_dict("index") == {
        "EDE-Q global": {"min": 2.5, "max": 2.5},
        "EDE-Q restraint": {"min": 3.5, "max": 3.5},
        "MADRS": {"min": 20, "max": 20},
    }
    assert pd.read_parquet(home / "adam" / "advs.parquet")["AVAL"].unique().tolist() == [52]


def test_what_the_draft_leaves_out_is_told_by_its_name_and_never_by_a_value(
    home: Path, capsys: pytest.CaptureFixture[str]
):
    measured = people().assign(visit="Baseline", madrs=30, shoe_size="ZEBRA-1")
    rows = pd.DataFrame({"id": IDS * 2, "scale": ["Weight"] * 20 + ["BMI"] * 20, "value": [52] * 20 + [17] * 20})
    lipids = pd.DataFrame({"id": IDS, "ldl": 99, "hdl": "QUOKKA"})
    drafted(home, people=measured, rows=rows, lipids=lipids)
    told = capsys.readouterr().out
    assert "\nNot used  people.csv: shoe_size; rows.csv: rows with other values of scale; lipids.csv\n" in told
    assert not any(value in told for value in ("ZEBRA", "QUOKKA", "BMI"))


def test_nothing_is_said_of_what_is_left_out_where_all_is_used(home: Path, capsys: pytest.CaptureFixture[str]):
    drafted(home, all=infused())
    assert "Not used" not in capsys.readouterr().out


def test_a_single_visit_with_a_lone_item_in_words_becomes_a_checked_plan(
    home: Path, capsys: pytest.CaptureFixture[str]
):
    words = ["Not at all", "Several days", "More than half the days", "Nearly every day"] * 5
    drafted(home, all=people().assign(madrs=range(20), phq9_1=words))
    told = capsys.readouterr().out
    assert "\nNot used  all.csv: phq9_1\n" in told
    assert "\nNote   phq9_1 is named after PHQ-9 and holds words, so it is not read: name it under items, and" in told
    assert main(["check", NAME]) == 0, capsys.readouterr().err
    assert "0 errors" in capsys.readouterr().out


def test_a_german_sheet_with_decimal_commas_typed_as_text_loses_nothing(home: Path, capsys: pytest.CaptureFixture[str]):
    frame = people().drop(columns="arm").rename(columns={"id": "Pat.-Nr."})
    for visit, shift in (("Baseline", 0.0), ("Woche 1", -0.5)):
        for place, score in enumerate(("Restraint", "Essensbezogene Sorgen", "Gewichtssorgen", "Figursorgen")):
            texts = [f"{3 + shift + 0.1 * place:.1f}".replace(".", ",")] * len(IDS)
            frame[f"EDE-Q {score} {visit}"] = texts
        frame[f"Gewicht (kg) {visit}"] = [
            "48,5",
            *[50.25 + shift] * (len(IDS) - 1),
        ]  # one typed as text, the rest numbers
    frame.to_excel(home / "Auswertung.xlsx", index=False)
    assert main(["new", "Auswertung.xlsx", "--name", NAME]) == 0
    told = capsys.readouterr().out
    assert "weight in kg" in told
    assert "EDE-Q weight concern" in told
    assert "Not used" not in told


def test_a_column_with_limits_holds_numbers_and_a_task_that_was_stopped_is_censored(
    home: Path, capsys: pytest.CaptureFixture[str]
):
    rows = [(one, visit, 30 - place, ">300" if place % 3 == 0 else str(100 + place))
            for place, one in enumerate(IDS) for visit in ("Baseline", "Day 7")]  # fmt: skip
    scores = pd.DataFrame(rows, columns=["id", "visit", "madrs", "tmt_b"])
    plan = drafted(home, people=people(), scores=scores)
    told = capsys.readouterr().out
    assert "TMT B" in told
    assert "holds words" not in told
    assert "qualifiers: {value: keep}" in plan.read_text(encoding="utf-8")
    assert main(["check", NAME]) == 0, capsys.readouterr().err
    trails = derived(home, plan, "adqs").query("PARAMCD == 'TMT B'")
    assert trails["AVAL"].max() == 300
    assert (trails["CENSFL"] == "Y").sum() == 14


def coded_events(**columns: object) -> pd.DataFrame:
    """Give adverse events with the term as it was written down before the coded one."""
    frame = pd.DataFrame({"id": people()["id"], "aeterm": "head ache", "aedecod": "Headache", "meddra_ver": "26.0"})
    return frame.assign(aesev="mild", aeser="no", **columns)


def test_the_coded_term_is_read_rather_than_what_was_written_down_and_the_version_is_drafted(home: Path):
    content = yaml_text.read(
        drafted(home, people=people(), adverse_events=coded_events()).read_text("utf-8"), NAME
    ).tree
    assert content["sources"]["adverse_events"]["columns"]["term"] == "aedecod"
    assert content["design"]["dictionary"] == {"name": "MedDRA", "version": "26.0"}


def test_a_coded_term_that_lacks_in_some_rows_is_not_preferred(home: Path):
    events = coded_events(aedecod=["", *["Headache"] * (len(people()) - 1)])
    content = yaml_text.read(drafted(home, people=people(), adverse_events=events).read_text("utf-8"), NAME).tree
    assert content["sources"]["adverse_events"]["columns"]["term"] == "aeterm"


def test_a_file_named_after_a_table_and_not_read_is_told_with_what_it_lacks(
    home: Path, capsys: pytest.CaptureFixture[str]
):
    drafted(home, people=people(), infusions=pd.DataFrame({"id": people()["id"], "room": 3}))
    told = capsys.readouterr().out
    assert "Note   infusions.csv is named after infusions and is not read: no column is called after start" in told
