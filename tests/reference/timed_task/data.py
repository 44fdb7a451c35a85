"""Make tests.csv: part B of a trail-making task, stopped at 120 s, of 36 simulated people at three tests.

Run as: python data.py > tests.csv
"""

import sys

import numpy as np
import pandas as pd

generator = np.random.default_rng(20261123)
person = np.repeat(np.arange(1, 37), 3)
test, arm = np.tile([1, 2, 3], 36), person % 2
baseline = np.exp(generator.normal(4.2, 0.35, 36)).clip(max=115).round(1)[person - 1]
mean = 1.7 + 0.65 * np.log(baseline) - 0.08 * test - 0.10 * arm
noise = generator.normal(0, 0.3, 36)[person - 1] + generator.normal(0, 0.2, 108)
seconds = np.exp(mean + noise).round(1)
frame = pd.DataFrame({"person": person, "arm": arm, "test": test, "baseline": baseline,
                      "seconds": seconds.clip(max=120), "stopped": (seconds >= 120).astype(int)})  # fmt: skip
lost = generator.random(108) < 0.06
frame[~lost].to_csv(sys.stdout, index=False, lineterminator="\n")
