"""The shipped files are what the command makes, small, and without anything that looks like a person."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from postinfusion.simulate.export import csv_text, json_text
from postinfusion.simulate.potential import Quantity, Tally, potential_outcomes
from postinfusion.simulate.scenarios import DEFAULT_PEOPLE, DEFAULT_SEED, SCENARIOS
from postinfusion.simulate.trial import simulate_trial
from postinfusion.simulate.truth import truth_document

FOLDER = Path(__file__).parents[3] / "data" / "ketamine_ed"
FEW = 20_000
Z_999 = 3.29

LOOKS_LIKE_A_PERSON = {
    "e-mail": r"[\w.]+@[\w.]+",
    "telephone or record number": r"\b\d{7,}\b",
    "national number": r"\b\d{3}-\d{2}-\d{4}\b",
    "web address": r"https?://|www\.",
    "internet address": r"\b\d{1,3}(\.\d{1,3}){3}\b",
}
NAMES_OF_PERSONS_DATA = re.compile(r"name|birth|dob|mrn|nhs|ssn|phone|mail|address|zip|postcode|initial|hospital")


@pytest.fixture(scope="module")
def tables():
    return simulate_trial(np.random.SeedSequence(DEFAULT_SEED))


@pytest.fixture(scope="module")
def truth():
    return json.loads((FOLDER / "truth.json").read_text())


def test_every_file_is_made_byte_for_byte_from_its_seed(tables):
    assert {path.stem for path in FOLDER.glob("*.csv")} == set(tables)
    for name, table in tables.items():
        assert (FOLDER / f"{name}.csv").read_bytes() == csv_text(table).encode(), (
            f"{name}.csv is not what the code makes: run `postinfusion simulate ketamine_ed`"
        )


def test_the_truth_states_what_the_code_states(truth):
    again = json.loads(json_text(truth_document(DEFAULT_SEED, SCENARIOS["at-random"], 200)))
    for part in ("trial", "seed", "scenario", "specification", "onset_and_duration", "adverse_events_per_patient",
                 "expected_verdicts"):  # fmt: skip
        assert truth[part] == again[part], part
    assert truth["potential_outcomes"]["people"] == DEFAULT_PEOPLE


def test_fewer_people_agree_with_the_shipped_potential_outcomes_within_chance(truth):
    tallies = potential_outcomes(np.random.SeedSequence(99), SCENARIOS["at-random"], FEW)
    for row in truth["potential_outcomes"]["means"]:
        tally = tallies[Quantity(row["endpoint"], row["strategy"], row["group"], tuple(row["at"]))]
        assert _largest_standardised_difference(row, tally) < 4.5, row["endpoint"]  # among 600 comparisons


def test_files_are_small():
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert max(sizes.values()) <= 500_000
    assert sum(sizes.values()) <= 2_000_000


def test_no_value_looks_like_an_identifier_and_no_column_is_named_like_one():
    for path in FOLDER.glob("*.csv"):
        text = path.read_text()
        for what, pattern in LOOKS_LIKE_A_PERSON.items():
            assert not re.search(pattern, text), (path.name, what)
        assert not NAMES_OF_PERSONS_DATA.search(text.splitlines()[0]), path.name


def test_every_time_is_to_the_minute_and_in_an_artificial_year():
    for path in FOLDER.glob("*.csv"):
        dates = re.findall(r"\b(\d{4})-\d\d-\d\d(\S*?)(?=[,\n])", path.read_text())
        assert all(2027 <= int(year) <= 2033 and re.fullmatch(r"T\d\d:\d\d", rest) for year, rest in dates), path.name


def test_the_dictionary_names_every_file_and_column():
    dictionary = (FOLDER.parent / "README.md").read_text()
    for path in FOLDER.glob("*.csv"):
        assert f"### {path.name}" in dictionary
        section = dictionary.split(f"### {path.name}")[1].split("\n#")[0]
        for column in pd.read_csv(path, nrows=0).columns:
            assert f"| `{column}` |" in section, (path.name, column)


def _largest_standardised_difference(row: dict, tally: Tally) -> float:
    """Compare three means at all times in units of their common Monte Carlo error."""
    worst = 0.0
    for position, name in enumerate(("ketamine", "midazolam", "difference")):
        key = "monte_carlo_error" if name == "difference" else f"monte_carlo_error_{name}"
        error = np.hypot(row[key], tally.monte_carlo_error()[position]) + 1e-5  # the file's rounding
        worst = max(worst, float(np.max(np.abs(np.array(row[name]) - tally.mean()[position]) / error)))
    return worst
