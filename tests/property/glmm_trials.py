"""Small random trials with counts, proportions and ordered categories."""

import numpy as np
import pandas as pd

VISITS = 4


def counts(seed, *, n=40, k=4.0, deviation=0.6, zeros=0.0):
    """Give a long frame of a trial with overdispersed counts over a varying exposure."""
    generator = np.random.default_rng(seed)
    frame = _frame(generator, n)
    eta = _predictor(generator, frame, deviation) + 1.0 + np.log(frame["DAYS"] / 7)
    mean = np.exp(eta) * (generator.gamma(k, 1 / k, len(frame)) if np.isfinite(k) else 1.0)
    inflated = generator.random(len(frame)) < zeros
    return frame.assign(AVAL=np.where(inflated, 0, generator.poisson(mean)).astype(float))


def responses(seed, *, n=60, deviation=1.2):
    """Give a long frame of a trial with a response or none at each visit."""
    generator = np.random.default_rng(seed)
    frame = _frame(generator, n)
    eta = _predictor(generator, frame, deviation)
    return frame.assign(AVAL=(generator.random(len(frame)) < 1 / (1 + np.exp(-eta))).astype(float))


def grades(seed, *, n=60, deviation=1.0):
    """Give a long frame of a trial with grades 1 to 4."""
    generator = np.random.default_rng(seed)
    frame = _frame(generator, n)
    latent = _predictor(generator, frame, deviation) + generator.logistic(size=len(frame))
    return frame.assign(AVAL=1.0 + np.searchsorted([-1.0, 0.3, 1.5], latent))


def _frame(generator, n):
    seen = (generator.random((n, VISITS)) > 0.1).ravel()
    frame = pd.DataFrame(
        {
            "USUBJID": np.repeat([f"S{i:03d}" for i in range(n)], VISITS),
            "TRTP": pd.Categorical(np.repeat(np.where(np.arange(n) % 2, "Active", "Placebo"), VISITS)).set_categories(
                ["Placebo", "Active"]
            ),
            "TIME": np.tile(np.arange(VISITS, dtype=float), n),
            "BASE": np.repeat(generator.normal(60, 10, n), VISITS),
            "DAYS": generator.integers(5, 10, n * VISITS).astype(float),
        }
    )
    return frame[seen].reset_index(drop=True)


def _predictor(generator, frame, deviation):
    """Give the linear predictor with a random intercept."""
    codes, subjects = pd.factorize(frame["USUBJID"])
    active = (frame["TRTP"] == "Active").to_numpy()
    eta = 0.03 * (frame["BASE"] - 60) - 0.2 * frame["TIME"] * active
    return eta.to_numpy() + deviation * generator.normal(size=len(subjects))[codes]
