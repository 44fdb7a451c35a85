"""The data of the three trials satisfy their plans, and hold what is published about them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from postinfusion.io import read
from postinfusion.sources.export import EXPORTS, exported
from postinfusion.sources.read import Canonical, canonical_tables

REPOSITORY = Path(__file__).resolve().parents[3]


@cache
def trial(name: str) -> Canonical:
    """Give the canonical tables of a trial; the real ones come from the packages that ship them."""
    plan = read.plan(REPOSITORY / "config" / "trials" / f"{name}.yaml")
    if name not in EXPORTS:
        return canonical_tables(plan, REPOSITORY / "data" / name)
    with TemporaryDirectory() as folder:
        for file, content in exported(name).items():
            (Path(folder) / file).write_bytes(content)
        return canonical_tables(plan, Path(folder))


@pytest.mark.parametrize(("name", "participants"), [("ketamine_ed", 96), ("beat_the_blues", 100), ("cdisc_pilot", 254)])
def test_the_data_satisfy_the_plan_without_a_warning(name: str, participants: int):
    assert trial(name).tables["participants"].shape[0] == participants
    assert trial(name).problems == ()


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
