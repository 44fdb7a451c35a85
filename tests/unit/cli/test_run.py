"""The command run: what it says after the workflow has ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from postinfusion.cli import main, run


@pytest.mark.parametrize(("words", "is_told"), [([], True), (["mytrial"], False)])
def test_the_way_to_own_data_is_told_only_to_who_names_no_trial(
    words: list[str],
    is_told: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(run, "_snakemake", lambda _: (0, ""))
    assert main(["run", *words, "--directory", str(tmp_path)]) == 0
    assert (run.OWN_DATA in capsys.readouterr().out) == is_told
