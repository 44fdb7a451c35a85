"""mmrm's parameters describe the same Sigma, and their derivatives are exact."""

import numpy as np
import pytest

from postinfusion.core.covariance import STRUCTURES, covariance_model, starting_values
from postinfusion.core.mmrm_parametrisation import mmrm_parameters, mmrm_theta

T = 4
S = np.array([[1.0, 0.5, 0.4, 0.3], [0.5, 1.4, 0.6, 0.5], [0.4, 0.6, 1.2, 0.6], [0.3, 0.5, 0.6, 1.6]])
# Central differences with step 1e-5.
NUMERICAL = 1e-8


def parameters(name):
    model = covariance_model(name, T)
    theta = starting_values(model, S)
    return model, theta, mmrm_parameters(model), mmrm_theta(model, theta)


@pytest.mark.parametrize("name", STRUCTURES)
def test_both_parametrisations_give_the_same_sigma(name):
    model, theta, theirs, x = parameters(name)
    assert len(x) == len(theta)
    np.testing.assert_allclose(theirs.derivatives(x).Sigma, model.derivatives(theta).Sigma, rtol=1e-12)


@pytest.mark.parametrize("name", STRUCTURES)
def test_derivatives_equal_numerical_ones(name):
    _, _, theirs, x = parameters(name)
    found, step = theirs.derivatives(x), 1e-5
    ahead = [theirs.derivatives(x + step * e) for e in np.eye(len(x))]
    behind = [theirs.derivatives(x - step * e) for e in np.eye(len(x))]
    D = [(a.Sigma[0] - b.Sigma[0]) / (2 * step) for a, b in zip(ahead, behind, strict=True)]
    DD = [(a.D[0] - b.D[0]) / (2 * step) for a, b in zip(ahead, behind, strict=True)]
    np.testing.assert_allclose(found.D[0], D, atol=NUMERICAL)
    np.testing.assert_allclose(found.DD[0], DD, atol=NUMERICAL)
