"""Scores worked out by hand from the rules of the authors, on the whole way from a file to the analysis datasets."""

from __future__ import annotations

import pandas as pd
import pytest

from postinfusion.cli import main
from spec.small_trial import SmallTrial

LONG = "{file: scores.csv, columns: {id: who, measure: scale, value: points, taken: when}}"
WIDE = (
    "{file: scores.csv, columns: {id: who, taken: when}, items: {"
    'EDE-Q 6.0: "edeq_{item}", PHQ-9: "phq_{item}", CIA: "cia_{item}", QIDS-SR16: "qids_{item}", '
    'WSAS: "wsas_{item}", MAIA-2: "maia_{item}"}}'
)
ENDPOINT = "{measure: MADRS, label: MADRS, better: lower}"
ITEMS = {
    # Item i is the rest of i by seven: restraint 1 2 3 4 5, eating concern 0 2 5 6 0, and so on.
    "edeq": [item % 7 for item in range(1, 29)],
    "phq": [1, 2, 3, 0, 1, 2, 3, 0, 1],
    "cia": [1] * 14 + ["", ""],  # two of sixteen are missing: 14 x 16 / 14
    "qids": [1, 0, 2, 0, 1, 0, 3, 1, 0, 1, 1, 2, 0, 1, 2, 1],
    "wsas": ["", 2, 3, 4, 1],  # no work: 10 x 5 / 4
    "maia": [1, 2, 3, 4] + [1] * 6 + [2] * 27,
}
BY_HAND = {
    "EDE-Q 6.0 restraint": 15 / 5,
    "EDE-Q 6.0 eating_concern": (0 + 2 + 5 + 6 + 0) / 5,  # items 7 9 19 20 21
    "EDE-Q 6.0 shape_concern": (6 + 1 + 3 + 4 + 2 + 5 + 6 + 0) / 8,  # items 6 8 10 11 23 26 27 28
    "EDE-Q 6.0 weight_concern": (1 + 5 + 1 + 3 + 4) / 5,  # items 8 12 22 24 25
    "EDE-Q 6.0 global": (3 + 2.6 + 27 / 8 + 2.8) / 4,  # the mean of the subscales, not of the items
    "PHQ-9": 13,
    "CIA": 16,
    "QIDS-SR16": 2 + 1 + 3 + 1 + 1 + 2 + 0 + 1 + 2,  # the highest of sleep, of appetite and weight, of psychomotor
    "WSAS": 12.5,
    "MAIA-2 noticing": 2.5,
    "MAIA-2 not_distracting": 5 - 1,  # reversed
}


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> pd.Series:
    """Give the scores of one assessment, by parameter."""
    folder = tmp_path_factory.mktemp("scores")
    columns = [f"{scale}_{number}" for scale, items in ITEMS.items() for number in range(1, len(items) + 1)]
    cells = ",".join(str(cell) for items in ITEMS.values() for cell in items)
    rows = [f"A1,2031-01-06T09:00,{cells}", f"A1,2031-01-07T10:00,{cells}", f"A2,2031-01-07T09:00,{cells}"]
    trial = (
        SmallTrial()
        .with_plan(LONG, WIDE)
        .with_plan(ENDPOINT, "{measure: PHQ-9}")
        .with_text("scores.csv", "\n".join([",".join(["who", "when", *columns]), *rows]) + "\n")
    )
    plan, data = str(trial.write(folder)), str(folder / "data" / "small")
    assert main(["derive", plan, "--data", data, "--out", str(folder / "adam")]) == 0
    records = pd.read_parquet(folder / "adam" / "adqs.parquet")
    return records[records["AVISIT"] == "24 h"].set_index("PARAMCD")["AVAL"]


@pytest.mark.parametrize("parameter", BY_HAND)
def test_a_score_is_what_one_works_out_by_hand(parameter: str, scores: pd.Series):
    assert scores[parameter] == pytest.approx(BY_HAND[parameter])
