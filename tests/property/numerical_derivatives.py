"""Exact derivatives of a criterion against differences of its values."""

import numpy as np

# Central differences with step 1e-5 of functions whose third derivatives are near 1e2.
NUMERICAL = 1e-6
STEP = 1e-5


def assert_derivatives_are_numerical(target, theta):
    """Compare gradient with differences of the criterion, and Hessian with differences of the gradient."""
    slope = target.slopes(target.at(theta))
    ahead = [target.at(theta + STEP * e) for e in np.eye(len(theta))]
    behind = [target.at(theta - STEP * e) for e in np.eye(len(theta))]
    gradient = [(a.value - b.value) / (2 * STEP) for a, b in zip(ahead, behind, strict=True)]
    hessian = [
        (target.slopes(a).gradient - target.slopes(b).gradient) / (2 * STEP) for a, b in zip(ahead, behind, strict=True)
    ]
    size = np.abs(slope.hessian).max()
    np.testing.assert_allclose(slope.gradient, gradient, atol=NUMERICAL * size)
    np.testing.assert_allclose(slope.hessian, hessian, atol=NUMERICAL * size)
