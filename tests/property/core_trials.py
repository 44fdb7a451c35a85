"""Small random trials for the properties of the models."""

import numpy as np
import pandas as pd

VISITS = ["Week 1", "Week 2", "Week 4", "Week 8"]


def trial(seed, *, n=40, visits=4, complete=False):
    """Give a long frame of a trial with dropout and a gap here and there."""
    generator = np.random.default_rng(seed)
    deviation = np.linspace(8.0, 11.0, visits)
    lag = np.abs(np.subtract.outer(np.arange(visits), np.arange(visits)))
    errors = generator.multivariate_normal(np.zeros(visits), 0.6**lag * np.outer(deviation, deviation), n)
    arm, base = np.arange(n) % 2, generator.normal(60, 10, n)
    outcome = 60 + 0.5 * (base - 60)[:, None] - np.outer(1 + arm, np.arange(visits)) + errors
    seen = np.arange(visits) < np.where(generator.random(n) < 0.2, generator.integers(1, visits, n), visits)[:, None]
    seen &= generator.random((n, visits)) > 0.05
    frame = pd.DataFrame(
        {
            "USUBJID": np.repeat([f"S{i:03d}" for i in range(n)], visits),
            "AVISIT": pd.Categorical(np.tile(VISITS[:visits], n), VISITS[:visits]),
            "TIME": np.tile([24.0, 168.0, 336.0, 672.0][:visits], n),
            "TRTP": pd.Categorical(np.repeat(np.where(arm == 1, "Active", "Placebo"), visits), ["Placebo", "Active"]),
            "BASE": np.repeat(base, visits),
            "AVAL": outcome.ravel(),
        }
    )
    return frame if complete else frame[seen.ravel()].reset_index(drop=True)
