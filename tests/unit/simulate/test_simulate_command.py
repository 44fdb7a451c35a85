"""The command writes the tables and the truth."""

import argparse
import json

import pytest

from postinfusion.cli import simulate
from postinfusion.datasets.canonical import TABLES


@pytest.fixture
def parser():
    parser = argparse.ArgumentParser()
    simulate.add_arguments(parser)
    return parser


def test_it_writes_every_table_and_the_truth(parser, tmp_path):
    arguments = ["ketamine_ed", "--seed", "7", "--out", str(tmp_path / "made"), "--scenario", "null", "--people", "50"]
    assert simulate.run(parser.parse_args(arguments)) == 0
    made = {f"{name}.csv" for name in TABLES if name != "growth_reference"} | {"truth.json"}
    assert {path.name for path in (tmp_path / "made").iterdir()} == made
    truth = json.loads((tmp_path / "made" / "truth.json").read_text())
    assert (truth["seed"], truth["scenario"]["name"]) == (7, "null")


@pytest.mark.parametrize(
    "wrong", [["--seed", "x"], ["--seed", "-1"], ["--people", "0"], ["--scenario", "none"]], ids=" ".join
)
def test_wrong_usage_is_refused(parser, wrong, capsys):
    with pytest.raises(SystemExit) as stopped:
        parser.parse_args(["ketamine_ed", *wrong])
    assert stopped.value.code == 2
    assert wrong[1] in capsys.readouterr().err
