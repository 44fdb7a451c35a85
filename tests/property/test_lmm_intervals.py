"""Profile-likelihood intervals against the criterion written out, minimised by another optimiser."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from postinfusion import fit_lmm

# Half the 95 % quantile of chi-square with one degree of freedom: what the criterion may rise.
RISE = 1.9207294103470494
# Nelder-Mead and BFGS stop within this of a minimum; it is flat to second order.
FLAT = 1e-6
NAMES = ["sd0", "sd1", "correlation", "sigma"]


def trial(seed):
    """Give participants with a level and a slope of their own and five irregular times each."""
    generator = np.random.default_rng(seed)
    n, m = 25, 5
    time = generator.uniform(0, 2, (n, m))
    b = generator.multivariate_normal([0, 0], [[1.0, 0.3], [0.3, 0.6]], n)
    y = 2 + b[:, :1] + (1 + b[:, 1:]) * time + generator.normal(0, 0.7, (n, m))
    return pd.DataFrame({"id": np.repeat(np.arange(n), m), "time": time.ravel(), "y": y.ravel()})


def dense(parameters, frame, method):
    """Give minus the log-likelihood at standard deviations, correlation and residual standard deviation."""
    sd0, sd1, rho, sigma = parameters
    n = frame["id"].nunique()
    y = frame["y"].to_numpy().reshape(n, -1)
    time = frame["time"].to_numpy().reshape(n, -1)
    X = np.stack([np.ones_like(time), time], axis=-1)
    G = np.array([[sd0**2, rho * sd0 * sd1], [rho * sd0 * sd1, sd1**2]])
    V = X @ G @ X.transpose(0, 2, 1) + sigma**2 * np.eye(y.shape[1])
    weighted = np.linalg.solve(V, np.concatenate([X, y[..., None]], axis=-1))
    products = np.einsum("nij,nik->jk", np.concatenate([X, y[..., None]], axis=-1), weighted)
    W, v = products[:2, :2], products[:2, 2]
    value = np.linalg.slogdet(V)[1].sum() + products[2, 2] - v @ np.linalg.solve(W, v) + y.size * np.log(2 * np.pi)
    if method == "reml":
        value += np.linalg.slogdet(W)[1] - 2 * np.log(2 * np.pi)
    return value / 2


def least_with(place, value, frame, method, start):
    """Give the least criterion with one parameter held."""
    free = [i for i in range(4) if i != place]
    unbounded = np.array([np.log(start[0]), np.log(start[1]), np.arctanh(start[2]), np.log(start[3])])

    def criterion(x):
        full = unbounded.copy()
        full[free] = x
        parameters = np.array([np.exp(full[0]), np.exp(full[1]), np.tanh(full[2]), np.exp(full[3])])
        parameters[place] = value
        return dense(parameters, frame, method)

    rough = minimize(criterion, unbounded[free], method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-10})
    return min(rough.fun, minimize(criterion, rough.x, method="BFGS", options={"gtol": 1e-7}).fun)


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_the_criterion_at_each_limit_is_the_quantile_above_its_minimum(method):
    frame = trial(8)
    fit = fit_lmm(frame, "y", "time", "1 + time", "id", method=method, df="asymptotic")
    table = fit.variance_components()
    start = table["estimate"].to_numpy()
    assert dense(start, frame, method) == pytest.approx(-fit.log_likelihood, abs=FLAT)
    for place in range(len(NAMES)):
        for column in ("conf_low", "conf_high"):
            rise = least_with(place, table[column].iloc[place], frame, method, start) + fit.log_likelihood
            assert rise == pytest.approx(RISE, abs=FLAT), (NAMES[place], column)


def test_a_limit_at_the_end_of_the_range_is_one_that_the_quantile_does_not_reach():
    frame = trial(3)
    fit = fit_lmm(frame, "y", "time", "1 + time", "id", df="asymptotic")
    table = fit.variance_components()
    assert table["conf_high"].iloc[2] == 1.0
    assert 0 < least_with(2, 1.0, frame, "reml", table["estimate"].to_numpy()) + fit.log_likelihood < RISE


@pytest.mark.parametrize(
    ("options", "scale"),
    [
        ({"residual": "exp", "time": "time"}, "range"),
        ({"scale": "time"}, "log-sd"),
        ({"residual_group": "arm"}, "sd"),
    ],
)
def test_residual_components_hold_their_estimate_and_widen_with_the_confidence(options, scale):
    frame = trial(5).assign(arm=lambda f: np.where(f["id"] % 2, "A", "B"))
    fit = fit_lmm(frame, "y", "time", "1", "id", df="asymptotic", **options)
    table, wider = fit.variance_components(confidence=0.8), fit.variance_components(confidence=0.9)
    assert scale in set(table.loc[table["level"] == "residual", "scale"])
    assert (table["error"] == "").all()
    assert (table["conf_low"] < table["estimate"]).all()
    assert (table["estimate"] < table["conf_high"]).all()
    assert (wider["conf_low"] <= table["conf_low"]).all()
    assert (wider["conf_high"] >= table["conf_high"]).all()


def test_a_variance_of_zero_has_a_lower_limit_of_zero_and_an_upper_one_above():
    frame = trial(4)
    noise = np.random.default_rng(5).normal(size=(25, 5))
    frame = frame.assign(y=(noise - noise.mean(axis=1, keepdims=True)).ravel())
    fit = fit_lmm(frame, "y", "1", "1", "id", df="asymptotic")
    row = fit.variance_components().iloc[0]
    assert fit.optimum.boundary
    assert row["estimate"] == pytest.approx(0, abs=1e-6)
    assert row["conf_low"] == 0
    assert 0 < row["conf_high"] < 1


def rank_one(seed=3):
    """Give a slope of each participant that is its level times a number: the correlation is estimated as one."""
    generator = np.random.default_rng(seed)
    n, m = 14, 5
    time, b = generator.uniform(0, 4, (n, m)), generator.normal(size=(n, 1))
    y = b * (1 + 0.4 * time) + 0.3 * time + generator.normal(size=(n, m))
    return pd.DataFrame({"id": np.repeat(np.arange(n), m), "time": time.ravel(), "y": y.ravel()})


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_limits_on_the_boundary_are_where_the_criterion_is_the_quantile_above_its_minimum(method):
    frame = rank_one()
    fit = fit_lmm(frame, "y", "time", "1 + time", "id", method=method, df="asymptotic")
    table = fit.variance_components()
    assert fit.optimum.boundary
    assert table["boundary"].tolist() == [False, False, True, False]
    assert table["conf_high"].iloc[2] == 1.0
    start = table["estimate"].clip(upper=0.95).to_numpy()
    limits = [
        (place, column)
        for place in range(4)
        for column in ("conf_low", "conf_high")
        if (place, column) != (2, "conf_high")
    ]
    for place, column in limits:
        value = table[column].iloc[place]
        rise = least_with(place, value, frame, method, start) + fit.log_likelihood
        # Held low, the other optimiser creeps towards a correlation of one.
        assert rise == pytest.approx(RISE, abs=20 * FLAT), (NAMES[place], column)


def test_a_correlation_with_a_vanished_effect_may_be_any():
    frame = trial(4).assign(y=np.random.default_rng(5).normal(size=125))
    for _, rows in frame.groupby("id"):
        line = np.polynomial.Polynomial.fit(rows["time"], rows["y"], 1)
        frame.loc[rows.index, "y"] -= 0.9 * line(rows["time"])
    rows = fit_lmm(frame, "y", "1", "1 + time", "id", df="asymptotic").variance_components()
    undefined = rows.loc[rows["scale"] == "correlation"].iloc[0]
    assert np.isnan(undefined["estimate"])
    assert undefined["boundary"]
    assert (undefined["conf_low"], undefined["conf_high"]) == (-1.0, 1.0)
    assert (rows["conf_low"].iloc[:2] == 0).all()
    assert (rows["conf_high"].iloc[:2] > 0).all()
    assert (rows["error"] == "").all()


def test_a_correlation_is_any_where_a_standard_deviation_may_be_zero():
    """What has no slope has no correlation: the criterion at any correlation is at most that at no slope."""
    frame = trial(2)
    fit = fit_lmm(frame.assign(y=frame["y"] - frame["time"]), "y", "time", "1 + time", "id", df="asymptotic")
    table = fit.variance_components(confidence=0.999999)
    assert table["conf_low"].iloc[1] == 0
    assert table[["conf_low", "conf_high"]].iloc[2].tolist() == [-1.0, 1.0]


def test_a_change_of_unit_changes_the_unit_of_the_limits():
    frame = trial(6)
    fit = fit_lmm(frame, "y", "time", "1 + time", "id", df="asymptotic")
    other = fit_lmm(
        frame.assign(y=frame["y"] * 1e3, time=frame["time"] * 60), "y", "time", "1 + time", "id", df="asymptotic"
    )
    limits, scaled = (f.variance_components()[["conf_low", "conf_high"]].to_numpy() for f in (fit, other))
    np.testing.assert_allclose(scaled / np.array([[1e3], [1e3 / 60], [1.0], [1e3]]), limits, rtol=1e-6)
