"""The names of tests in CDISC datasets: items of SDTM are items of their scale, parameters of ADaM their score."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from postinfusion.derive.scores import assessed
from postinfusion.plan.parse import parse
from postinfusion.plan.plan import Plan
from postinfusion.plan.source import Standard
from postinfusion.sources import named_tests
from postinfusion.sources.read import readable_tables
from postinfusion.sources.recognition import cdisc
from postinfusion.sources.recognition.evidence import Sample

PLAN = """\
plan: 1
title: Items
data: synthetic
seed: 1
privacy: {ids: keep}
sources:
  participants: {file: dm.csv, standard: sdtm}
  assessments: {file: qs.csv, standard: sdtm, values: {score: {MADRSTOT: total}}}
missing_codes: []
design: {kind: single-arm, time_zero: first-dose, arms: [{name: Ketamine}]}
schedule: [{visit: BASELINE, at: 0 d}]
populations: {all: {rule: allocated}}
endpoints: {madrs: {measure: MADRS}}
analyses: {flow: {population: all, method: disposition}}
"""


@pytest.fixture(scope="module")
def plan() -> Plan:
    return parse(PLAN, "items.yaml")


def questionnaires(answer: int = 2, total: int = 20) -> pd.DataFrame:
    """Give the rows of QS of one participant: ten items of MADRS and the total."""
    codes = [*(f"MADRS{number:02d}" for number in range(1, 11)), "MADRSTOT"]
    labels = [*(f"MADRS01-Item {number}" for number in range(1, 11)), "MADRS Total Score"]
    return pd.DataFrame(
        {"USUBJID": "KET-1", "DOMAIN": "QS", "QSCAT": "MADRS", "QSTESTCD": codes, "QSTEST": labels,
         "QSSTRESN": [str(answer)] * 10 + [str(total)], "VISIT": "BASELINE", "QSDTC": "2024-03-01"}
    )  # fmt: skip


def read(folder: Path, plan: Plan, rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Give the canonical assessments of a folder with these rows, and what is told about them."""
    people = pd.DataFrame({"USUBJID": ["KET-1"], "DOMAIN": "DM", "ARM": "Ketamine", "RFXSTDTC": "2024-03-01"})
    people.to_csv(folder / "dm.csv", index=False)
    rows.to_csv(folder / "qs.csv", index=False)
    found = readable_tables(plan, folder)
    return found.tables["assessments"], [problem.text for problem in found.problems]


def test_items_of_sdtm_are_read_as_items_and_the_total_is_compared(tmp_path: Path, plan: Plan):
    frame, _ = read(tmp_path, plan, questionnaires(total=31))
    assert frame["item"].dropna().tolist() == list(range(1, 11))
    assert frame["score"].dropna().tolist() == ["total"]
    told = [finding.text for finding in assessed(plan, frame).findings]
    assert any("1 of 1 delivered values of MADRS differ from the computed ones, by up to 11" in text for text in told)


def test_a_total_that_is_the_sum_of_its_items_is_not_told(tmp_path: Path, plan: Plan):
    frame, _ = read(tmp_path, plan, questionnaires(total=20))
    assert not assessed(plan, frame).findings


def test_items_of_sdtm_out_of_range_are_told(tmp_path: Path, plan: Plan):
    _, told = read(tmp_path, plan, questionnaires(answer=9, total=90))
    assert any("10 of 10 values of MADRS items are out of range" in text for text in told)


def test_a_measure_that_no_endpoint_and_no_catalogue_knows_is_named(tmp_path: Path, plan: Plan):
    others = questionnaires().assign(QSCAT="SLEEP DIARY", QSTESTCD="SLEEP01", QSTEST="Hours")[:1]
    _, told = read(tmp_path, plan, pd.concat([questionnaires(), others]))
    assert [text for text in told if "SLEEP DIARY" in text and "no endpoint uses" in text]


def test_a_known_scale_that_no_endpoint_uses_is_not_told(tmp_path: Path, plan: Plan):
    others = questionnaires().assign(QSCAT="PHQ-9", QSTESTCD="PHQ9", QSTEST="PHQ-9 Total")[:1]
    _, told = read(tmp_path, plan, pd.concat([questionnaires(), others]))
    assert not [text for text in told if "no endpoint uses" in text]


@pytest.mark.parametrize(
    ("category", "code", "label", "number"),
    [
        ("PHQ-9", "PHQ0101", "PHQ01-Little Interest", 1),
        ("GAD-7", "GAD0107", "", 7),
        ("HAMD 17", "HAMD101", "", 1),
        ("HAMD 17", "HAMD118", "HAMD1-Total Score", None),
        ("HAMD 17", "HAMD17", "", None),
        ("MADRS", "MADRS10", "", 10),
        ("DEPRESSION", "MADRS03", "", 3),
        ("PHQ-9", "PHQ9", "", None),
        ("DAD", "DADITM01", "", None),
    ],
)
def test_a_code_is_an_item_by_the_prefix_of_its_scale_and_two_digits(
    category: str, code: str, label: str, number: int | None
):
    assert named_tests.item(category, code, label) == number


def test_a_draft_has_the_total_of_items_and_no_endpoint_for_each_item():
    with_total, items = questionnaires(), questionnaires()[:10]
    assert [*cdisc.scores(Sample("qs.csv", with_total, 11), Standard.SDTM)] == [("MADRS", "MADRSTOT", "MADRS", "total")]
    assert [*cdisc.scores(Sample("qs.csv", items, 10), Standard.SDTM)] == [("MADRS", "", "MADRS", "total")]


@pytest.mark.parametrize(
    ("code", "label", "measure", "score"),
    [
        ("PHQ9", "PHQ-9 Total", "PHQ-9", "total"),
        ("PHQTOT", "PHQ-9 Total", "PHQ-9", "total"),
        ("PHQTOT", "PHQ-9 Total Score", "PHQ-9", "total"),
        ("MADRSTOT", "", "MADRS", "total"),
        ("EDEQGLOB", "EDE-Q global score", "EDE-Q", "global"),
        ("ACTOT", "ADAS-Cog(11) Subscore", "ACTOT", "total"),
    ],
)
def test_a_parameter_is_known_without_hyphens_and_by_its_label(code: str, label: str, measure: str, score: str):
    frame = pd.DataFrame({"USUBJID": ["1", "2"], "PARAMCD": code, "PARAM": label, "AVAL": ["3", "4"]})
    assert [*cdisc.scores(Sample("adqs.csv", frame, 2), Standard.ADAM)] == [(code, "", measure, score)]


def test_a_single_item_among_the_parameters_is_no_endpoint():
    frame = pd.DataFrame({"USUBJID": "1", "PARAMCD": ["MADRS01", "MADRSTOT"], "AVAL": ["3", "24"]})
    assert [code for code, *_ in cdisc.scores(Sample("adqs.csv", frame, 2), Standard.ADAM)] == ["MADRSTOT"]
