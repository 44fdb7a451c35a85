"""Searches that go on together evaluate, and end, as each would alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from postinfusion.core.batched_fit import TOGETHER, fit_replicates
from postinfusion.core.batched_search import StackedCriterion, find_optima, is_stackable
from postinfusion.core.covariance import STRUCTURES, covariance_model, starting_values
from postinfusion.core.covariance_search import residual_covariance
from postinfusion.core.fit import falls_enough, report
from postinfusion.core.repeated_measures import Asked, RepeatedMeasures, fit_repeated_measures, prepare_checked
from postinfusion.core.stacked_products import stacked
from postinfusion.errors import ModelError

T = 4
VISITS = tuple(f"V{number + 1}" for number in range(T))
# Sums in another order, on matrices of condition up to some hundred.
ROUNDING = 1e-10
# Newton's method ends quadratically: what is left of the way is below this share of an estimate's error.
SAME_OPTIMUM = 1e-8


def replicate(seed: int, n: int = 24, visits: int = T, missing: float = 0.15) -> RepeatedMeasures:
    rng = np.random.default_rng(seed)
    arm, base = np.arange(n) % 2, rng.normal(size=n)
    values = base[:, None] + rng.normal(size=(n, 1)) + rng.normal(size=(n, visits)) * (1 + 0.2 * np.arange(visits))
    seen = rng.uniform(size=(n, visits)) > missing
    seen[:, 0] = True
    subject, visit = np.nonzero(seen)
    at_visit = np.eye(visits)[visit]
    X = np.column_stack([at_visit, at_visit[:, 1:] * arm[subject, None], base[subject]])
    return RepeatedMeasures(X, values[seen], subject, visit, tuple(f"V{number + 1}" for number in range(visits)))


def singular_replicate(seed: int) -> RepeatedMeasures:
    """Give data with two visits all but the same: the correlation tends to one."""
    data = replicate(seed, missing=0.0)
    y = data.y.reshape(-1, T).copy()
    y[:, 1] = y[:, 0]
    return replace(data, y=y.ravel())


def stack(name: str, method: str):
    """Give the criteria of three replicates with patterns of their own, alone and together, and a theta of each."""
    searches = [prepare_checked(replicate(seed), name, method).search for seed in (1, 2, 3)]
    model = covariance_model(name, T)
    theta = np.stack([starting_values(model, residual_covariance(search.blocks, 0)) for search in searches])
    together = StackedCriterion(stacked([search.blocks.products for search in searches]), model, method)
    return [search.criterion() for search in searches], together, theta


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("name", STRUCTURES)
def test_the_criteria_of_a_stack_are_those_of_each_replicate(name, method):
    alone, together, theta = stack(name, method)
    at = together.at(theta)
    slopes = together.slopes(at)
    for r, criterion in enumerate(alone):
        own = criterion.at(theta[r])
        assert at.value[r] == pytest.approx(own.value, rel=ROUNDING)
        assert_allclose(at.Phi[r], own.Phi, rtol=ROUNDING, atol=ROUNDING)
        for quantity in ("gradient", "hessian", "information", "P"):
            expected = getattr(criterion.slopes(own), quantity)
            found = getattr(slopes, quantity)[r]
            assert_allclose(found, expected, rtol=ROUNDING, atol=ROUNDING * np.abs(expected).max(), err_msg=quantity)


def test_who_has_not_a_pattern_of_the_others_keeps_his_own_in_order():
    products = [prepare_checked(replicate(seed), "us", "reml").blocks.products for seed in (1, 2, 3)]
    together = stacked(products)
    assert len(together.observed) > max(len(own.observed) for own in products)
    for r, own in enumerate(products):
        places = together.own_patterns(r)
        np.testing.assert_array_equal(together.observed[places], own.observed)
        np.testing.assert_array_equal(together.n[r, places], own.n)
    np.testing.assert_array_equal(together.n_observations, [own.n_observations for own in products])


def test_only_the_replicate_that_cannot_be_evaluated_does_not_fall():
    _, together, theta = stack("us", "reml")
    value = together.at(theta).value
    theta[1, 0] = -1.0
    assert together.at(theta) is None
    np.testing.assert_array_equal(together.falls(theta, value, np.zeros(3)), [True, False, True])


def test_falling_enough_counts_the_share_of_the_promise():
    np.testing.assert_array_equal(falls_enough([0.0, 1.0, 0.99995], 1.0, [1.0, 1.0, 1.0]), [True, False, False])


@pytest.mark.parametrize("name", STRUCTURES)
def test_each_optimum_and_its_dossier_are_those_of_the_search_alone(name):
    data = [replicate(seed) for seed in range(6)]
    for own, found in zip(data, fit_replicates(data, name), strict=True):
        alone = fit_repeated_measures(own, name)
        assert not found.alone
        assert found.fit.log_likelihood == pytest.approx(alone.log_likelihood, abs=1e-9)
        assert_allclose(found.fit.theta, alone.theta, rtol=0, atol=SAME_OPTIMUM)
        assert_allclose(found.fit.inference.V, alone.inference.V, rtol=SAME_OPTIMUM, atol=SAME_OPTIMUM)
        assert found.fit.optimum.parametrisation == alone.optimum.parametrisation
        assert found.fit.optimum.positive_definite
        assert found.fit.optimum.max_gradient < 1e-7
        assert found.fit.optimum.condition == pytest.approx(alone.optimum.condition, rel=1e-6)


def test_a_singular_replicate_is_left_to_the_search_alone_and_disturbs_no_other():
    data = [replicate(1), singular_replicate(2), replicate(3)]
    first, singular, last = fit_replicates(data)
    assert (first.alone, singular.alone, last.alone) == (False, True, False)
    with pytest.raises(ModelError) as refused:
        fit_repeated_measures(data[1])
    assert (singular.fit, singular.reason) == (None, str(refused.value))
    for own, found in ((data[0], first), (data[2], last)):
        assert_allclose(found.fit.theta, fit_repeated_measures(own).theta, rtol=0, atol=SAME_OPTIMUM)


def test_a_singular_replicate_alone_has_no_optimum_together():
    search = prepare_checked(singular_replicate(2), "us", "reml").search
    assert is_stackable(search)
    assert find_optima([search]) == [None]


def test_replicates_with_other_columns_than_the_rest_are_fitted_too():
    data = [replicate(seed) for seed in range(4)]
    data[2] = replace(data[2], X=np.column_stack([data[2].X[:, :-1], data[2].X[:, 0]]))  # an aliased column
    for own, found in zip(data, fit_replicates(data), strict=True):
        assert_allclose(found.fit.theta, fit_repeated_measures(own).theta, rtol=0, atol=SAME_OPTIMUM)


def test_data_kept_as_rows_are_searched_alone():
    data = [replicate(seed, n=12, visits=12, missing=0.4) for seed in (1, 2)]
    asked = Asked(df_method="satterthwaite")
    for own, found in zip(data, fit_replicates(data, "cs", asked=asked), strict=True):
        assert found.alone
        assert_allclose(found.fit.theta, fit_repeated_measures(own, "cs", df_method="satterthwaite").theta, rtol=1e-12)


def test_a_replicate_does_not_depend_on_its_company():
    data = [replicate(seed) for seed in range(TOGETHER + 3)]
    many = [found.fit.theta for found in fit_replicates(data)]
    few = [found.fit.theta for found in fit_replicates(data[-5:])]
    assert len(many) == len(data)
    assert_allclose(np.stack(many[-5:]), np.stack(few), rtol=0, atol=SAME_OPTIMUM)


def test_a_search_that_leaves_the_range_of_doubles_is_a_refusal():
    found = next(fit_replicates([replicate(44, n=9, missing=0.35)]))
    assert found.alone
    assert found.fit is None
    assert "subjects" in found.reason or "singular" in found.reason


@pytest.mark.parametrize("boundary", [True, False])
def test_a_hessian_that_is_no_number_is_not_positive_definite(boundary):
    search = prepare_checked(replicate(1), "us", "reml").search
    optimum, _ = find_optima([search])[0]
    slopes = replace(optimum.slopes, hessian=np.full_like(optimum.slopes.hessian, np.nan))
    dossier = report(replace(optimum, slopes=slopes), boundary=boundary, parametrisation="")
    assert not dossier.positive_definite
    assert dossier.condition == np.inf
