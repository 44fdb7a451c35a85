"""Nothing that leaves derive carries a calendar date or an original id; figures carry no name, path or date."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from PIL import Image

from postinfusion.derive.datasets import derive
from postinfusion.io import read
from postinfusion.present.display import Drawing, Label
from postinfusion.report.figure_files import png_bytes, svg_bytes
from postinfusion.sources.export import EXPORTS, exported
from postinfusion.sources.gate.identifying_names import Identifier
from postinfusion.sources.gate.identifying_values import evidence
from postinfusion.sources.read import canonical_tables
from small_trial import START, assessments, infusions, participants, plan

REPOSITORY = Path(__file__).resolve().parents[3]
LARGEST_HOURS = 24 * 366 * 20
"""Twenty years; a calendar date in hours since 1970 is more."""


def check_that_nothing_leaks(adam: dict[str, pd.DataFrame], ids: set[str]) -> None:
    """Look at every cell of the datasets for dates, clock times and original ids."""
    for name, frame in adam.items():
        for column in frame:
            cells = frame[column]
            assert not pd.api.types.is_datetime64_any_dtype(cells), (name, column)
            if pd.api.types.is_numeric_dtype(cells):
                assert not (cells.abs() > LARGEST_HOURS).any(), (name, column)
                continue
            text = cells.dropna().astype("str")
            found = evidence(text)
            assert not found.dates, (name, column)
            assert not found.kinds & set(Identifier), (name, column)
            assert not ids & set(text), (name, column)


@pytest.mark.parametrize("name", ["ketamine_ed", *EXPORTS])
def test_the_datasets_of_the_shipped_trials_tell_no_date_and_no_id(name: str, tmp_path: Path):
    rules = read.plan(REPOSITORY / "config" / "trials" / f"{name}.yaml")
    rules = rules.model_copy(update={"privacy": rules.privacy.model_copy(update={"ids": "rekey"})})
    folder = REPOSITORY / "data" / name
    if name in EXPORTS:
        folder = tmp_path
        for file, content in exported(name).items():
            (folder / file).write_bytes(content)
    tables = canonical_tables(rules, folder).tables
    ids = {one for one in tables["participants"]["id"] if len(one) > 3}  # short numbers are also scores
    check_that_nothing_leaks(derive(rules, name, tables), ids)


@settings(max_examples=8)
@given(
    arms=st.lists(st.sampled_from(["Ketamine", "Midazolam"]), min_size=2, max_size=6),
    hours=st.lists(st.floats(-200, 2000), min_size=1, max_size=8),
    days=st.integers(0, 20_000),
)
def test_the_datasets_of_any_trial_tell_no_date_and_no_id(arms: list[str], hours: list[float], days: int):
    people = participants(arms)
    people["id"] = [f"Quux-{place:04d}" for place in range(len(arms))]
    doses = infusions([(one, 1, 24.0 * days) for one in people["id"]])
    values = assessments([(one, 24.0 * days + hour, 20.0) for one in people["id"] for hour in hours])
    tables = {"participants": people, "infusions": doses, "assessments": values.drop_duplicates(["id", "taken"])}
    adam = derive(plan(privacy={"ids": "rekey"}), "small", tables)
    check_that_nothing_leaks(adam, set(people["id"]))
    assert max(frame.select_dtypes("number").abs().max().max() for frame in adam.values()) < START


def test_figures_carry_a_title_and_no_name_path_or_date():
    figure = Figure()
    figure.subplots().plot([0, 1], [0, 1])
    drawing = Drawing(Label("X01", "x", "A title"), figure, pd.DataFrame({"x": [0]}), "a line")
    info = Image.open(BytesIO(png_bytes(drawing))).info
    assert {key: value for key, value in info.items() if isinstance(value, str)} == {"Title": "A title"}
    metadata = re.search(r"<metadata>.*?</metadata>", svg_bytes(drawing).decode(), re.DOTALL)
    assert metadata is None or not re.search(r"dc:(date|creator)|/home|/root|/work|20\d\d-\d\d", metadata[0])
