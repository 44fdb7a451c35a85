"""The origin of time is a matter of the calendar: correlated random effects are one model wherever it lies."""

import numpy as np
import pytest

from postinfusion import fit_lmm
from postinfusion.errors import ModelError
from property.test_lmm_models import trial

# Times are multiples of 1/64, so that shifted ones are exact; a basis of columns of size 1e6 keeps ten digits.
SHIFTED = 1e-8
SHIFTS = [-40.0, 2e3, 1e6]
MODELS = {
    "subject": {"subject": "id"},
    "nested": {"subject": ["site", "id"]},
    "exp": {"subject": "id", "residual": "exp", "time": "time"},
    "by group": {"subject": "id", "residual_group": "phase"},
}


def on_the_grid(shift=0.0):
    frame = trial(1)
    time = np.round(frame["time"] * 64) / 64 + (frame.index % 6) / 64
    return frame.assign(time=time + shift)


def lmm(name, shift=0.0, random="1 + time", **options):
    chosen = {"df": "satterthwaite", **MODELS[name], **options}
    return fit_lmm(on_the_grid(shift), "y", "time * arm", random, **chosen)


def contrasts(fit, shift=0.0):
    table = fit.contrasts("arm", at={"time": [0.5 + shift, 4.0 + shift]})
    return table[["estimate", "std_error", "df"]].to_numpy()


@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize("name", MODELS)
def test_a_shift_of_time_leaves_contrasts_fit_and_predictions_alone(name, shift):
    plain, shifted = lmm(name), lmm(name, shift)
    np.testing.assert_allclose(contrasts(shifted, shift), contrasts(plain), rtol=SHIFTED)
    assert shifted.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-8)
    assert shifted.optimum.boundary == plain.optimum.boundary
    for by_subject in (False, True):
        found = shifted.predict(on_the_grid(shift), by_subject=by_subject)[["estimate", "std_error"]]
        expected = plain.predict(on_the_grid(), by_subject=by_subject)[["estimate", "std_error"]]
        np.testing.assert_allclose(found, expected, rtol=SHIFTED, atol=SHIFTED)
    for kind in ("raw", "standardised", "cholesky"):
        np.testing.assert_allclose(shifted.residuals(kind), plain.residuals(kind), rtol=SHIFTED, atol=SHIFTED)


@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize("df", ["kenward-roger-linear", "satterthwaite"])
@pytest.mark.parametrize("information", ["observed", "expected"])
def test_a_shift_of_time_leaves_every_kind_of_inference_alone(information, df, shift):
    plain, shifted = (lmm("subject", s, df=df, information=information) for s in (0.0, shift))
    np.testing.assert_allclose(contrasts(shifted, shift), contrasts(plain), rtol=SHIFTED)


@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize("name", MODELS)
def test_the_covariance_of_random_effects_moves_with_the_origin(name, shift):
    """y has b_0 + b_1 t = (b_0 - b_1 s) + b_1 (t + s): G becomes M G M' with M = [[1, -s], [0, 1]]."""
    plain, shifted = lmm(name), lmm(name, shift)
    G = plain.random_covariance.to_numpy()
    M = np.kron(np.eye(len(G) // 2), np.array([[1.0, -shift], [0.0, 1.0]]))
    np.testing.assert_allclose(shifted.random_covariance, M @ G @ M.T, rtol=1e-6, atol=1e-12)
    slopes = np.diag(G)[1::2]
    np.testing.assert_allclose(np.diag(shifted.random_covariance)[1::2], slopes, rtol=SHIFTED)
    effects = plain.random_effects.to_numpy() @ M.T
    np.testing.assert_allclose(shifted.random_effects, effects, rtol=1e-6, atol=1e-8 * abs(shift))
    for table in ("random_effects_std_error", "random_effects_prediction_error"):
        found, expected = (getattr(fit, table).to_numpy()[:, 1::2] for fit in (shifted, plain))
        np.testing.assert_allclose(found, expected, rtol=SHIFTED)


@pytest.mark.parametrize("shift", [-40.0, 2e3, 1e5])
def test_intervals_of_the_slope_and_of_the_residual_do_not_move_with_the_origin(shift):
    plain, shifted = (lmm("subject", s, df="asymptotic").variance_components() for s in (0.0, shift))
    limits = ["estimate", "conf_low", "conf_high"]
    np.testing.assert_allclose(shifted[limits].iloc[[1, 3]], plain[limits].iloc[[1, 3]], rtol=1e-6)
    assert (shifted["error"] == "").all()
    between = shifted["estimate"].between(shifted["conf_low"], shifted["conf_high"])
    assert between.all()


def test_polynomials_of_a_distant_time_are_those_of_a_near_one():
    """Raw powers of a year near 2000 lose too many digits for anybody; orthogonal ones do not."""
    random = "1 + poly(time, 2)"
    plain, shifted = lmm("subject", random=random), lmm("subject", 2e3, random=random)
    np.testing.assert_allclose(contrasts(shifted, 2e3), contrasts(plain), rtol=1e-7)
    np.testing.assert_allclose(shifted.random_covariance, plain.random_covariance, rtol=1e-6, atol=1e-8)


def test_uncorrelated_effects_keep_their_columns():
    """Without a correlation the origin is part of the model: far from it the level and the slope are one effect."""
    near, far = (lmm("subject", s, correlated=False, df="asymptotic").log_likelihood for s in (0.0, 1e3))
    frame = on_the_grid(1e3)
    by_level = fit_lmm(frame, "y", "time * arm", "1", "id", df="asymptotic").log_likelihood
    assert by_level <= far < near - 1


@pytest.mark.parametrize("correlated", [True, False])
def test_columns_that_are_combinations_of_others_are_refused(correlated):
    frame = on_the_grid().assign(later=lambda f: f["time"] + 1, whole=1.0)
    for random in ("1 + time + later", "1 + whole"):
        with pytest.raises(ModelError, match="combinations of the others"):
            fit_lmm(frame, "y", "time * arm", random, "id", correlated=correlated, df="asymptotic")
