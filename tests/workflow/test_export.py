"""The real trials come from packages of the environment, as the files that their plans name."""

from __future__ import annotations

from io import BytesIO

import pandas as pd
import pytest

from postinfusion.errors import DataError
from postinfusion.sources.export import EXPORTS, exported


@pytest.mark.parametrize("trial", EXPORTS)
def test_the_files_are_the_declared_ones(trial: str) -> None:
    assert tuple(exported(trial)) == EXPORTS[trial]


def test_beat_the_blues_has_a_hundred_participants() -> None:
    table = pd.read_csv(BytesIO(exported("beat_the_blues")["BtheB.csv"]))
    assert len(table) == table["rownames"].nunique() == 100


def test_the_cdisc_pilot_has_254_participants() -> None:
    table = pd.read_parquet(BytesIO(exported("cdisc_pilot")["adsl.parquet"]))
    assert len(table) == table["USUBJID"].nunique() == 254


def test_an_unknown_trial_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(DataError, match=r"Did you mean cdisc_pilot\?"):
        exported("cdisc_pilt")
