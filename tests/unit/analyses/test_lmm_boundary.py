"""Tests of a variance on its boundary: the statistic by closed form, the mixture by Stram and Lee's cases."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from postinfusion import fit_lmm
from postinfusion.errors import ModelError

GROUPS, ROWS = 12, 5


def one_way(seed=2, spread=0.6):
    """Give a balanced one-way layout with a time and an arm that have no effect."""
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({"id": np.repeat(np.arange(GROUPS), ROWS), "time": np.tile(np.arange(ROWS), GROUPS)})
    y = generator.normal(size=GROUPS * ROWS) + spread * generator.normal(size=GROUPS)[frame["id"]]
    return frame.assign(y=y, arm=np.where(frame["id"] % 2, "A", "B"))


def lmm(frame, random="1", fixed="1", **options):
    return fit_lmm(frame, "y", fixed, random, "id", df="asymptotic", **options)


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_one_variance_has_the_statistic_of_the_one_way_layout(method):
    """Balanced one-way: the criterion is that of the mean squares between and within."""
    frame = one_way()
    y = frame["y"].to_numpy().reshape(GROUPS, ROWS)
    means = y.mean(axis=1)
    between, within = ROWS * np.sum((means - means.mean()) ** 2), np.sum((y - means[:, None]) ** 2)
    df = GROUPS - (method == "reml")
    pooled = (between + within) / (df + GROUPS * (ROWS - 1))
    statistic = (df + GROUPS * (ROWS - 1)) * np.log(pooled) - df * np.log(between / df)
    statistic -= GROUPS * (ROWS - 1) * np.log(within / (GROUPS * (ROWS - 1)))
    found = lmm(frame, method=method).boundary_test()
    assert found.statistic == pytest.approx(statistic, rel=1e-8)
    assert found.df == (0, 1)
    assert found.p_value == pytest.approx(chi2.sf(statistic, 1) / 2, rel=1e-7)
    assert found.naive_p_value == pytest.approx(2 * found.p_value)


def test_a_variance_of_zero_has_a_p_value_of_one():
    frame = one_way()
    y = frame["y"].to_numpy().reshape(GROUPS, ROWS)
    found = lmm(frame.assign(y=(y - y.mean(axis=1, keepdims=True)).ravel())).boundary_test()
    assert found.statistic == pytest.approx(0, abs=1e-9)
    assert found.p_value > 0.49


@pytest.mark.parametrize(
    ("larger", "smaller", "df"),
    [
        ({"random": "1 + time"}, {}, (1, 2)),
        ({"random": "1 + time", "correlated": False}, {}, (0, 1)),
        ({"random": "1 + time"}, {"random": "1 + time", "correlated": False}, (1,)),
        ({"residual": "ar1", "time": "time"}, {}, (0, 1)),
        ({"residual_group": "arm"}, {}, (1,)),
        ({"random": "1 + time", "residual_group": "arm"}, {}, (2, 3)),
        ({"random": "1 + poly(time, 2)"}, {"random": "1 + poly(time, 2)", "correlated": False}, (3,)),
    ],
)
def test_the_mixture_is_the_one_of_what_is_tested(larger, smaller, df):
    frame = one_way()
    found = lmm(frame, **larger).boundary_test(lmm(frame, **smaller))
    expected = np.mean([chi2.sf(found.statistic, k) if k else 0.0 for k in df])
    assert found.df == df
    assert found.p_value == pytest.approx(expected, rel=1e-9)


def test_a_nested_level_is_one_variance():
    frame = one_way().assign(site=lambda f: f["id"] % 4)
    larger = fit_lmm(frame, "y", "1", "1", ["site", "id"], df="asymptotic")
    smaller = fit_lmm(frame.assign(id=frame["id"]), "y", "1", "1", "id", df="asymptotic")
    assert larger.boundary_test(smaller).df == (0, 1)


@pytest.mark.parametrize(
    ("larger", "smaller", "reason"),
    [
        ({"random": "1 + poly(time, 2)"}, {}, "one at a time"),
        ({}, {}, "nothing is tested"),
        ({}, {"random": "1 + time"}, "not part of"),
        ({"random": "1 + time"}, {"fixed": "time"}, "fixed effects"),
        ({"random": "1 + time"}, {"method": "ml"}, "fit both alike"),
        ({"random": "1 + time"}, None, "single random effect"),
        ({"random": "1 + time"}, {"residual": "ar1", "time": "time"}, "residual correlation"),
        ({"random": "1 + time"}, {"residual_group": "arm"}, "residual scale"),
    ],
)
def test_models_that_cannot_be_compared_are_refused(larger, smaller, reason):
    frame = one_way()
    with pytest.raises(ModelError, match=reason):
        lmm(frame, **larger).boundary_test(None if smaller is None else lmm(frame, **smaller))
