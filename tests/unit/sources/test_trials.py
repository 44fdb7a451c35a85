"""The data of the trials satisfy their plans, and hold what is published about them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from postinfusion.io import read
from postinfusion.sources.export import EXPORTS, exported
from postinfusion.sources.read import Canonical, canonical_tables

REPOSITORY = Path(__file__).resolve().parents[3]
TRIALS = REPOSITORY / "config" / "trials"


@cache
def trial(name: str) -> Canonical:
    """Give the canonical tables of a trial; the real ones come from the packages that ship them."""
    plan = read.plan(TRIALS / f"{name}.yaml")
    if name not in EXPORTS:
        return canonical_tables(plan, REPOSITORY / "data" / name)
    with TemporaryDirectory() as folder:
        for file, content in exported(name).items():
            (Path(folder) / file).write_bytes(content)
        return canonical_tables(plan, Path(folder))


PARTICIPANTS = {
    "anorexia": 72,
    "arthritis": 302,
    "beat_the_blues": 100,
    "cdisc_pilot": 254,
    "crossover_an": 24,
    "epilepsy": 59,
    "ketamine_ed": 96,
    "liver": 312,
    "open_label_bn": 12,
    "respiratory": 111,
    "two_stage_bed": 96,
}


@pytest.mark.parametrize(("name", "participants"), PARTICIPANTS.items())
def test_the_data_satisfy_the_plan_without_a_warning(name: str, participants: int):
    assert trial(name).tables["participants"].shape[0] == participants
    assert trial(name).problems == ()


def test_every_real_trial_has_a_plan():
    assert (
        {*EXPORTS} | {"crossover_an", "ketamine_ed", "open_label_bn", "two_stage_bed"}
        == {*PARTICIPANTS}
        == {path.stem for path in TRIALS.glob("*.yaml")}
    )


def test_pounds_become_kilograms_and_nothing_is_said_of_body_mass():
    weights = trial("anorexia").tables["weights"]
    assert len(weights) == 144
    before = weights.loc[weights["visit"] == "Before", "weight_kg"]
    assert before.iloc[0] == pytest.approx(80.7 * 0.45359237)
    assert before.mean() == pytest.approx(82.40833 * 0.45359237, rel=1e-6)


def test_counts_levels_and_states_are_those_of_the_sources():
    seizures = trial("epilepsy").tables["assessments"].groupby("measure")["value"].sum()
    assert seizures.to_dict() == {"Seizures": 1948, "Seizures in eight weeks": 1842}
    levels = trial("arthritis").tables["assessments"]
    assert levels.groupby("visit")["value"].count().to_dict() == {"1": 299, "3": 296, "5": 293, "Before": 302}
    status = trial("respiratory").tables["assessments"]
    assert status.groupby("visit")["value"].sum().to_dict() == {"0": 50, "1": 65, "2": 60, "3": 65, "4": 59}


def test_irregular_days_stay_as_they_are():
    albumin = trial("liver").tables["assessments"].query("measure == 'Albumin'")
    assert len(albumin) == 1945
    assert albumin["taken"].max() == 5152 * 24


def test_the_ketamine_trial_delivers_every_canonical_table_of_its_plan():
    assert len(trial("ketamine_ed").tables) == 14


def test_beat_the_blues_has_its_380_values():
    assert len(trial("beat_the_blues").tables["assessments"]) == 380
    assert trial("beat_the_blues").deliveries["assessments"].empty_cells == 120


def test_the_cdisc_pilot_has_the_published_numbers():
    tables = trial("cdisc_pilot").tables
    exposure = tables["participants"].groupby("arm")["exposure_days"].sum()
    assert exposure.to_dict() == {"Placebo": 12820, "Xanomeline Low Dose": 8318, "Xanomeline High Dose": 8349}
    events = tables["adverse_events"]
    assert int(events["emergent"].sum()) == 1126
    assert int(events["onset"].isna().sum()) == 11
    at_week_24 = tables["assessments"].merge(tables["participants"][["id", "flag:efficacy"]], on="id")
    at_week_24 = at_week_24[(at_week_24["visit"] == "Week 24") & at_week_24["analysed"] & at_week_24["flag:efficacy"]]
    assert len(at_week_24) == 234
