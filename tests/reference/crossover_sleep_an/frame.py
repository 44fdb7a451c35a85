"""Make ``assessments.csv`` of this case: ``python frame.py ../../../data/crossover_an .``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

SEQUENCES = {"1": "KL KH M", "2": "KH M KL", "3": "M KL KH", "4": "M KH KL", "5": "KL M KH", "6": "KH KL M"}


def frame(folder: Path) -> pd.DataFrame:
    """Give the changes of the MADRS at 24 h with the columns of the models, written without the package."""
    scores = pd.read_csv(folder / "assessments.csv").query("scale == 'MADRS'")
    given = pd.read_csv(folder / "infusions.csv")[["participant", "period", "treatment", "started"]]
    order = pd.read_csv(folder / "participants.csv", dtype=str).set_index("participant")["order"]
    joined = scores.merge(given, on="participant")
    since = joined["assessed"] - joined["started"]
    base = joined[(since > -24) & (since <= 0)].set_index(["participant", "period"])["value"]
    day = joined[(since >= 12) & (since < 48)]
    key = pd.MultiIndex.from_frame(day[["participant", "period"]])
    baseline = base.reindex(key).to_numpy(dtype=float)
    mean = base.groupby("participant").mean().reindex(day["participant"]).to_numpy()
    sequence = day["participant"].map(order)
    pairs = zip(sequence, day["period"], strict=True)
    before = np.array([SEQUENCES[code].split()[period - 2] if period > 1 else "" for code, period in pairs])
    return pd.DataFrame(
        {
            "USUBJID": day["participant"], "ARM": day["treatment"], "PERIOD": day["period"], "SEQUENCE": sequence,
            "CHG": day["value"] - baseline, "BASE_MEAN": mean, "BASE_DEVIATION": baseline - mean,
            "CARRY1": (before == "KL").astype(int), "CARRY2": (before == "KH").astype(int),
        }
    ).sort_values(["USUBJID", "PERIOD"])  # fmt: skip


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    frame(source).to_csv(target / "assessments.csv", index=False, lineterminator="\n")
