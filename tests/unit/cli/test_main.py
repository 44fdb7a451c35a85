"""The command line: help, exit codes, and errors for people without a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from postinfusion import cli
from spec.small_trial import SmallTrial


def test_the_help_has_two_groups_and_only_commands_that_exist(capsys: pytest.CaptureFixture[str]):
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.index("for people:") < shown.index("  check ") < shown.index("the steps of the workflow:")
    for name in cli.commands():
        assert (Path(cli.__file__).parent / f"{name}.py").exists()
        assert f"  {name} " in shown


@pytest.mark.parametrize("name", sorted(cli.commands()))
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]):
    assert cli.main([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"usage: postinfusion {name}")


@pytest.mark.parametrize("words", [[], ["chek"], ["check"], ["check", "--no-such-option", "x"]])
def test_wrong_usage_is_exit_code_2(words: list[str], capsys: pytest.CaptureFixture[str]):
    assert cli.main(words) == 2
    assert "usage: postinfusion" in capsys.readouterr().err


def test_an_unknown_command_is_told_with_its_nearest(capsys: pytest.CaptureFixture[str]):
    cli.main(["chekc"])
    assert "Did you mean check?" in capsys.readouterr().err


def test_an_error_for_people_has_no_traceback(tmp_path: Path):
    plan = SmallTrial().without("scores.csv").write(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "postinfusion", "check", str(plan)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "scores.csv" in done.stderr


def test_help_imports_nothing_heavy():
    code = "import sys; from postinfusion.cli import main; main(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"pandas", "numpy", "pydantic", "scipy", "matplotlib"} & {*done.stdout.split()}
