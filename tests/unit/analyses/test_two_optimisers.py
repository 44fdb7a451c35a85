"""The second opinion on an optimum: it agrees with a good one and says so of a spoiled one."""

from dataclasses import replace

import numpy as np
import pytest

from postinfusion import fit_glmm, fit_lmm
from postinfusion.analyses import glmm, lmm
from postinfusion.errors import ModelError
from property.glmm_trials import counts, grades, responses
from unit.analyses.test_lmm_prediction import FRAME, MODELS
from unit.analyses.test_lmm_prediction import lmm as linear

COUNTS, RESPONSES, GRADES = counts(3), responses(3), grades(3)
# Far from the optimum in units of the standard error, and near enough for every likelihood to be evaluated.
SPOILED = 0.01
GENERALISED = {
    "nbinom2": (COUNTS, {}),
    "nbinom1": (COUNTS, {"family": "nbinom1"}),
    "slope": (COUNTS, {"random": "1 + TIME", "correlated": False}),
    "hurdle": (COUNTS, {"family": "poisson", "hurdle": True}),
    "no random effects": (COUNTS, {"random": None}),
    "binomial": (RESPONSES, {"family": "binomial", "quadrature": 9}),
    "ordinal": (GRADES, {"family": "ordinal"}),
}


def generalised(name, **options):
    frame, own = GENERALISED[name]
    arguments = {"random": "1", "family": "nbinom2", **own, **options}
    return fit_glmm(frame, "AVAL", "TRTP * TIME + BASE", arguments.pop("random"), "USUBJID", **arguments)


@pytest.mark.parametrize("name", GENERALISED)
def test_two_optimisers_agree_on_a_generalised_mixed_model(name):
    fit = generalised(name, verify=True)
    assert fit.optimum.agreement.agrees, fit.optimum.agreement
    assert fit.optimum.agreement == fit.verify_optimum()
    assert fit.warnings == fit.boundary


def test_two_optimisers_agree_on_counts_at_the_poisson_limit():
    frame = COUNTS.assign(AVAL=np.where(np.arange(len(COUNTS)) % 2, 1.0, 2.0))
    fit = fit_glmm(frame, "AVAL", "TRTP", "1", "USUBJID", family="nbinom2", verify=True)
    assert fit.dispersion == np.inf
    assert fit.optimum.agreement.agrees, fit.optimum.agreement


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("name", MODELS)
def test_two_optimisers_agree_on_a_linear_mixed_model(name, method):
    fit = linear(name, method=method, verify=True)
    assert fit.optimum.agreement.agrees, fit.optimum.agreement
    assert fit.optimum.agreement == fit.verify_optimum()
    assert fit.warnings == ()


def test_two_optimisers_agree_on_a_variance_of_zero():
    noise = FRAME.assign(y=np.random.default_rng(5).normal(size=len(FRAME)))
    frame = noise.assign(y=noise["time"] + noise["y"] - noise.groupby("id")["y"].transform("mean"))
    fit = fit_lmm(frame, "y", "time", "1", "id", verify=True)
    assert fit.optimum.boundary
    assert fit.optimum.agreement.agrees, fit.optimum.agreement


@pytest.mark.parametrize("name", GENERALISED)
def test_a_spoiled_optimum_of_a_generalised_mixed_model_leaves_a_warning(name):
    fit = generalised(name)
    result = fit.result
    psi = result.psi + SPOILED
    spoiled = replace(fit, result=replace(result, psi=psi, log_likelihood=result.likelihood.at(psi).value))
    found = glmm._verified(spoiled)
    assert found.optimum.agreement.log_likelihood > 1e-6
    assert found.optimum.agreement.contrasts > 1e-4
    assert "Another optimiser ended elsewhere" in found.warnings[-1]


@pytest.mark.parametrize("name", MODELS)
def test_a_spoiled_optimum_of_a_linear_mixed_model_leaves_a_warning(name):
    fit = linear(name)
    solution = fit.core.solution
    theta = solution.theta + SPOILED
    moved = replace(solution, theta=theta, profile=fit.core.problem.criterion.at(theta))
    found = lmm._verified(replace(fit, core=replace(fit.core, solution=moved)))
    assert found.optimum.agreement.log_likelihood > 1e-6
    assert "Another optimiser ended elsewhere" in found.warnings[-1]


def test_an_optimum_is_not_verified_unless_that_is_asked():
    assert generalised("nbinom2").optimum.agreement is None
    assert linear("subject").optimum.agreement is None


def test_a_random_scale_has_no_second_optimiser_and_says_so():
    generator = np.random.default_rng(2)
    frame = FRAME.assign(id=np.arange(len(FRAME)) % 36, y=generator.normal(size=len(FRAME)))
    with pytest.raises(ModelError, match="verify_optimum is not available"):
        fit_lmm(frame, "y", "time", "1", "id", random_scale=True, method="ml", df="asymptotic", verify=True)
