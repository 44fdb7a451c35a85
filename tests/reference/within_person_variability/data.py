"""Make ``data.csv``: ``python data.py``. Thirty-six persons in two arms, five to nine values each, standard deviations
that differ between persons, and fewer of them in the second arm.
"""

from pathlib import Path

import numpy as np
import pandas as pd

rng = np.random.default_rng(20_261_122)
persons = np.arange(36)
number = rng.integers(5, 10, len(persons))
person = np.repeat(persons, number)
day = np.concatenate([np.sort(rng.choice(21, n, replace=False)) + rng.integers(8, 20) / 24 for n in number])
arm = person % 2
spread = np.exp(np.log(8) - 0.2 * (persons % 2) + 0.35 * rng.normal(size=len(persons)))
level = 40 + 9 * rng.normal(size=len(persons))
slope = 0.3 + 0.6 * rng.normal(size=len(persons))
value = level[person] + 3 * arm + slope[person] * (day - 10) + spread[person] * rng.normal(size=len(person))
frame = pd.DataFrame({"id": [f"P{who:02d}" for who in person], "arm": np.array(["A", "B"])[arm],
                      "hours": np.round(24 * day, 1), "value": np.round(value, 1)})  # fmt: skip
frame.to_csv(Path(__file__).parent / "data.csv", index=False, lineterminator="\n")
