"""The generated reference of plans is in step with the models."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

import pytest

from postinfusion.cli.schema import generated
from postinfusion.plan.analyses.weight import WeightStability

CONFIG = Path(__file__).resolve().parents[3] / "config"


@pytest.mark.parametrize("name", ["README.md", "plan.schema.json"])
def test_the_generated_file_is_in_step_with_the_code(name: str):
    found = (CONFIG / name).read_text(encoding="utf-8").splitlines()
    made = generated()[name].splitlines()
    difference = "\n".join(unified_diff(found, made, f"config/{name}", "what the code says", lineterm="", n=1))
    assert not difference, f"run: python -m postinfusion schema\n{difference}"


def test_every_key_has_a_meaning():
    rows = [line for line in generated()["README.md"].splitlines() if line.startswith("| `")]
    without = [row for row in rows if not row.split(" | ")[1].strip()]
    assert rows
    assert not without


def test_defaults_are_printed_as_they_would_be_written():
    keys = ("bands", "rate_over", "tolerance", "losses")
    defaults = {
        name: row.split(" | ")[-1].removesuffix(" |")
        for row in generated()["README.md"].splitlines()
        for name in keys
        if row.startswith(f"| `{name}`")
    }
    expected = {"bands": "`[3 %, 5 %]`", "rate_over": "`28 d`", "losses": "`[2 %, 5 %, 10 %]`", "tolerance": "`5 min`"}
    assert defaults == expected


def test_null_leaves_out_what_is_documented_to_be_left_out_by_it():
    analysis = WeightStability.model_validate(
        {"method": "weight-stability", "endpoint": "weight", "band_kg": "null", "rate": "null"}
    )
    assert (analysis.band_kg, analysis.rate) == (None, None)
