"""The quantile of max|t|: where theory knows it, how it is ordered, and that a seed decides it."""

import numpy as np
import pytest
from scipy.stats import t as student

from postinfusion.core.simultaneous import max_t_quantile, simultaneous_band
from postinfusion.errors import ModelError

# The direction is drawn, the radius is not: with 20,000 directions a quantile moves by a few thousandths.
MONTE_CARLO = 0.01


def rng(seed=1):
    return np.random.default_rng(seed)


def autoregressive(m, rho):
    return rho ** np.abs(np.subtract.outer(np.arange(m), np.arange(m)))


def test_perfectly_correlated_estimates_have_the_pointwise_quantile():
    assert max_t_quantile(np.ones((6, 6)), 12.0, rng()) == pytest.approx(student.ppf(0.975, 12), rel=1e-12)


@pytest.mark.parametrize("m", [2, 5, 10])
def test_independent_normal_estimates_have_sidaks_quantile(m):
    sidak = student.ppf((1 + 0.95 ** (1 / m)) / 2, 1e9)
    assert max_t_quantile(np.eye(m), np.inf, rng()) == pytest.approx(sidak, abs=MONTE_CARLO)


def test_the_quantile_lies_between_the_pointwise_one_and_bonferronis():
    m, df = 8, 15.0
    c = max_t_quantile(autoregressive(m, 0.7), df, rng())
    assert student.ppf(0.975, df) < c < student.ppf(1 - 0.025 / m, df)


def test_more_correlation_needs_a_smaller_quantile():
    found = [max_t_quantile(autoregressive(10, rho), 30.0, rng()) for rho in (0.2, 0.6, 0.9, 0.99)]
    assert found == sorted(found, reverse=True)


def test_a_band_of_grid_points_in_few_dimensions_hardly_widens_with_a_finer_grid():
    def c(points):
        columns = np.column_stack([np.ones(points), np.linspace(-1, 1, points)])
        return max_t_quantile(np.corrcoef(columns @ rng().standard_normal((2, 4000))), 40.0, rng())

    assert c(400) == pytest.approx(c(40), abs=MONTE_CARLO)


def test_the_seed_decides_the_quantile():
    correlation = autoregressive(6, 0.5)
    assert max_t_quantile(correlation, 9.0, rng(3)) == max_t_quantile(correlation, 9.0, rng(3))


def test_the_band_does_not_depend_on_the_unit_of_the_estimates():
    covariance = 4.0 * autoregressive(5, 0.6)
    one, thousand = (simultaneous_band(np.zeros(5), s * covariance, 20.0, rng()) for s in (1.0, 1e6))
    np.testing.assert_allclose(thousand.conf_high, 1e3 * one.conf_high, rtol=1e-12)


def test_the_band_holds_all_quantities_at_once_as_often_as_it_says():
    covariance, df, n = autoregressive(6, 0.5), 8.0, 40_000
    band = simultaneous_band(np.zeros(6), covariance, df, rng())
    normal = rng(7).multivariate_normal(np.zeros(6), covariance, n)
    drawn = normal / np.sqrt(rng(8).chisquare(df, n) / df)[:, None]
    inside = (np.abs(drawn) <= band.critical_value).all(axis=1).mean()
    assert inside == pytest.approx(0.95, abs=3.29 * np.sqrt(0.95 * 0.05 / n) + 0.001)


def test_a_point_without_a_standard_error_is_refused():
    with pytest.raises(ModelError, match="standard errors at every point"):
        simultaneous_band(np.zeros(2), np.diag([1.0, 0.0]), 5.0, rng())
