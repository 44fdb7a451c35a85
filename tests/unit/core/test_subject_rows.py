"""Rows kept subject by subject give the same sums as cross-products accumulated by missingness pattern."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from postinfusion.core.patterns import cross_products, row_positions, subject_rows


def test_rows_are_counted_within_each_subject_in_the_order_in_which_they_come():
    assert row_positions(np.array([1, 0, 1, 1, 0])).tolist() == [0, 0, 1, 2, 1]


def test_rows_and_cross_products_give_the_same_weighted_sums_and_contractions():
    rng = np.random.default_rng(3)
    subject, visit = np.repeat(np.arange(7), 3), np.tile(np.arange(3), 7)
    Z = rng.normal(size=(21, 4))
    rows, cross = subject_rows(Z, subject), cross_products(Z, subject, visit, 3)
    half = rng.normal(size=(2, 3, 3))
    weights, K = half + half.swapaxes(1, 2), np.cov(Z.T)
    per_subject = np.broadcast_to(weights[:, None], (2, 7, 3, 3))
    assert_allclose(rows.weighted(per_subject), cross.weighted(weights[:, None]), rtol=1e-12)
    assert_allclose(rows.contracted(K).sum(axis=0), cross.contracted(K).sum(axis=0), rtol=1e-12)
    assert rows.n_observations == cross.n_observations
