"""The shipped single-arm trial is what the command makes, small, and follows its own rules."""

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from postinfusion.cli.simulate import add_arguments, run
from postinfusion.errors import DataError
from postinfusion.simulate.export import csv_text, json_text
from postinfusion.simulate.scenarios import DEFAULT_SEED
from postinfusion.simulate.single_arm import simulate_single_arm
from postinfusion.simulate.single_arm_truth import ENTRY, INFUSION_DAYS, truth_of_single_arm

FOLDER = Path(__file__).parents[3] / "data" / "open_label_bn"


@pytest.fixture(scope="module")
def tables():
    return simulate_single_arm(np.random.SeedSequence(DEFAULT_SEED))


def test_every_file_is_made_byte_for_byte_from_its_seed(tables):
    assert {path.stem for path in FOLDER.glob("*.csv")} == set(tables)
    for name, table in tables.items():
        assert (FOLDER / f"{name}.csv").read_bytes() == csv_text(table).encode(), name
    truth = truth_of_single_arm(DEFAULT_SEED, "at-random", has_effects=True)
    assert (FOLDER / "truth.json").read_text() == json_text(truth)


def test_it_is_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 200_000


def test_whoever_takes_part_had_a_value_that_let_them_in(tables):
    madrs = tables["assessments"][tables["assessments"]["scale"] == "MADRS"]
    first = tables["infusions"].groupby("participant")["started"].min()
    before = madrs[madrs["assessed"] < madrs["participant"].map(first)].groupby("participant")["value"]
    assert (before.last() >= ENTRY).all()
    assert (before.size() >= 3).all()


def test_nobody_is_infused_or_assessed_after_leaving(tables):
    left = tables["disposition"].set_index("participant")["left"]
    for name, time in (("infusions", "started"), ("assessments", "assessed"), ("adverse_events", "began")):
        rows = tables[name]
        slack = np.timedelta64(1, "h")  # the last assessment takes a while
        assert (rows[time] <= rows["participant"].map(left) + slack).all()
    assert tables["infusions"]["number"].max() == len(INFUSION_DAYS)


def test_without_effects_the_same_people_come(tables):
    null = simulate_single_arm(np.random.SeedSequence(DEFAULT_SEED), has_effects=False)
    assert null["participants"].equals(tables["participants"])
    same = null["assessments"]["value"] == tables["assessments"]["value"]
    assert 0.3 < same.mean() < 0.8


def test_the_command_makes_both_scenarios_and_refuses_that_of_another_trial(tmp_path):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    arguments = ["open_label_bn", "--out", str(tmp_path), "--scenario"]
    assert run(parser.parse_args([*arguments, "null"])) == 0
    assert json.loads((tmp_path / "truth.json").read_text())["has_effects"] is False
    for other in ("not-at-random", "harmful"):
        with pytest.raises(DataError, match=f"open_label_bn has no scenario {other}"):
            run(parser.parse_args([*arguments, other]))
