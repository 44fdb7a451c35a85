"""What a linear mixed model says of its groups and residuals, and what it refuses."""

import numpy as np
import pandas as pd
import pytest

from postinfusion import fit_lmm
from postinfusion.errors import ModelError


def trial(n=12, m=5, seed=1):
    """Give participants at three sites with whole times and two phases."""
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({"id": np.repeat(np.arange(n), m), "time": np.tile(np.arange(m), n)})
    level = generator.normal(size=n)[frame["id"]]
    frame = frame.assign(site=frame["id"] % 3, phase=np.where(frame["time"] % 2, "b", "a"))
    return frame.assign(y=level + generator.normal(size=n * m) * (1 + (frame["phase"] == "b")), one=1.0, day="x")


FRAME = trial()


def lmm(frame=FRAME, random="1", subject="id", **options):
    return fit_lmm(frame, "y", "time", random, subject, **{"df": "satterthwaite", **options})


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"residual": "expo", "time": "time"}, "Did you mean exp"),
        ({"residual": "ar1"}, "need time="),
        ({"time": "time"}, 'residual="iid" takes none'),
        ({"residual": "exp", "time": "day"}, "is not numeric"),
        ({"residual": "exp", "time": "one"}, "no group has two|repeat a time"),
        ({"residual_group": "phase", "scale": "time"}, "not both"),
        ({"scale": "0 + time"}, "needs its intercept"),
        ({"scale": "one"}, "does not vary"),
        ({"scale": "time + `time`:one"}, "collinear"),
        ({"residual_group": "day"}, "1 level"),
        ({"residual_group": "phases"}, "Did you mean phase"),
        ({"df": "kenward-rogers"}, "Did you mean kenward-roger"),
        ({"subject": ["site", "id"], "df": "between-within"}, "one level of grouping"),
        ({"subject": ["site", "id"], "random": ["1", "1", "1"]}, "3 formulas of random effects for 2 levels"),
        ({"subject": ["id", "id"]}, "each column once"),
        ({"subject": []}, "0 levels"),
        ({"subject": ["id", "site"]}, "cannot tell the two levels apart"),
        ({"subject": ["one", "id"]}, "cannot tell the two levels apart"),
        ({"random": "1 + poly(time, 4)"}, "cannot tell 5 random effects"),
        ({"random": "0 + zero"}, "zero or not finite"),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_the_reason(options, reason):
    with pytest.raises(ModelError, match=reason):
        lmm(FRAME.assign(zero=0.0), **options)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"random": None}, "random is None; give a formula"),
        ({"random": 1}, "random is 1; give a formula"),
        ({"random": [None]}, "A formula is text"),
        ({"subject": None}, "subject is None; give the column"),
        ({"subject": ["id", None]}, "A column of the model is given as None"),
        ({"residual": None}, 'residual "None" is not available'),
        ({"residual": "exp", "time": "phase"}, "is not numeric"),
        ({"method": None}, 'method "None" is not available'),
        ({"df": ["satterthwaite"]}, "is not available"),
        ({"information": 1}, 'information "1" is not available'),
        ({"scale": 3}, "A formula is text"),
        ({"residual_group": 3}, "no column 3"),
        ({"correlated": "no"}, "correlated is 'no'; give True or False"),
        ({"correlated": 1}, "correlated is 1; give True or False"),
        ({"correlated": None}, "correlated is None; give True or False"),
    ],
)
def test_options_of_another_kind_are_refused_by_name(options, reason):
    with pytest.raises(ModelError, match=reason):
        lmm(**options)


def test_a_covariance_between_effects_that_no_subject_has_both_of_is_refused():
    frame = trial(n=60)
    with pytest.raises(ModelError, match="do not determine all variances"):
        lmm(frame.assign(arm=np.where(frame["id"] % 2, "a", "b")), random="1 + arm")


@pytest.mark.parametrize(
    ("columns", "options", "reason"),
    [
        ({"y": lambda f: f["y"] + 1j}, {}, "complex numbers"),
        ({"y": lambda f: f["y"] > 0}, {}, "true and false"),
        ({"y": lambda f: f["y"].astype(object)}, {}, "numbers as objects"),
        ({"y": lambda f: f["y"].mask(f.index == 3, np.inf)}, {}, "infinite values"),
        ({"time": lambda f: f["time"].mask(f.index == 3, np.inf)}, {}, "time holds infinite values"),
        ({"id": lambda f: [[1]] * len(f)}, {}, "cannot name a group"),
        ({"site": lambda f: [[1]] * len(f)}, {"subject": ["id", "site"]}, "cannot name a group"),
        ({"phase": "a"}, {"random": "1 + phase"}, "1 level"),
        ({"when": lambda f: f["time"] + 1j}, {"residual": "exp", "time": "when"}, "complex numbers"),
        ({"when": lambda f: f["time"] > 1}, {"residual": "exp", "time": "when"}, "true and false"),
        (
            {"when": lambda f: f["time"].mask(f.index == 3, np.inf)},
            {"residual": "exp", "time": "when"},
            "time when holds infinite",
        ),
    ],
)
def test_columns_that_no_model_can_take_are_refused_by_name(columns, options, reason):
    with pytest.raises(ModelError, match=reason):
        lmm(FRAME.assign(**columns), **options)


@pytest.mark.parametrize("name", ["y", "time", "id", "site"])
def test_two_columns_of_one_name_are_refused_where_the_model_needs_them(name):
    with pytest.raises(ModelError, match=rf"several columns of one name: {name} \(2 times\)"):
        lmm(pd.concat([FRAME, FRAME[[name]]], axis=1), subject=["site", "id"])
    lmm(pd.concat([FRAME, FRAME[["day"]]], axis=1))


def test_a_coverage_or_a_model_that_is_none_is_refused():
    fit = lmm()
    for confidence in (2, 0.0, "95%"):
        with pytest.raises(ModelError, match="a share between 0 and 1"):
            fit.variance_components(confidence=confidence)
        with pytest.raises(ModelError, match="a share between 0 and 1"):
            fit.predict(FRAME, confidence=confidence)
    with pytest.raises(ModelError, match="smaller model is a int"):
        fit.boundary_test(3)
    with pytest.raises(ModelError, match='kind "None" is not available'):
        fit.residuals(None)


def test_two_rows_at_one_time_are_refused_with_a_correlation():
    with pytest.raises(ModelError, match="1 rows repeat a time"):
        lmm(pd.concat([FRAME, FRAME.iloc[:1]]), residual="exp", time="time")


def test_too_few_rows_for_intercept_and_correlation_are_refused():
    with pytest.raises(ModelError, match="cannot tell"):
        lmm(FRAME[FRAME["time"] < 2], residual="exp", time="time")


def test_one_group_is_refused():
    with pytest.raises(ModelError, match="1 subjects"):
        lmm(FRAME[FRAME["id"] == 0])


def test_effects_of_nested_groups_are_labelled_by_level_and_group():
    fit = lmm(subject=["site", "id"])
    assert fit.random_effects.index.names == ["site", "id"]
    assert list(fit.random_effects.columns) == [("site", "(Intercept)"), ("id", "(Intercept)")]
    assert fit.random_covariance.loc[("site", "(Intercept)"), ("id", "(Intercept)")] == 0
    assert fit.n_subjects == 12
    assert fit.random_effects["site"].groupby(level="site").nunique().to_numpy().max() == 1


def test_inner_groups_with_the_same_name_in_two_outer_ones_are_two():
    """Participants numbered anew at each site are other participants."""
    numbered = FRAME.assign(id=FRAME["id"] // 3)
    one, other = lmm(subject=["site", "id"]), lmm(numbered, subject=["site", "id"])
    assert other.n_subjects == 12
    np.testing.assert_allclose(other.coefficients["std_error"], one.coefficients["std_error"], rtol=1e-9)


def test_variances_by_group_start_with_the_residual_variance():
    fit = lmm(residual_group="phase")
    assert list(fit.residual_variances.index) == ["a", "b"]
    assert fit.residual_variances["a"] == pytest.approx(fit.residual_variance)
    ratio = np.exp(2 * fit.scale_coefficients["estimate"].iloc[0])
    assert fit.residual_variances["b"] == pytest.approx(fit.residual_variance * ratio)
    by_formula = lmm(scale="phase")
    assert by_formula.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-9)
    assert by_formula.residual_variances.empty


def test_rho_and_range_are_one_correlation():
    fit = lmm(residual="ar1", time="time")
    if fit.residual_range > 0:
        assert fit.residual_correlation == pytest.approx(np.exp(-1 / fit.residual_range))
    assert np.isnan(lmm().residual_correlation)
    assert np.isnan(lmm().residual_range)


def test_numeric_codes_of_a_residual_group_are_levels():
    assert list(
        lmm(FRAME.assign(code=np.where(FRAME["time"] % 2, 20, 10)), residual_group="code").residual_variances.index
    ) == [10, 20]


def test_rows_with_a_missing_value_of_the_residuals_are_left_out():
    frame = FRAME.assign(phase=FRAME["phase"].where(FRAME.index != 3))
    assert lmm(frame, residual_group="phase").n_observations == len(FRAME) - 1
    assert lmm(frame).n_observations == len(FRAME)


def spread(first, growth, seed=3):
    """Give rows whose residual standard deviation grows, or falls, from year to year."""
    frame, generator = trial(n=30, seed=seed), np.random.default_rng(seed)
    residual = generator.normal(size=len(frame)) * np.exp(growth * frame["time"])
    level = generator.normal(size=30)[frame["id"]]
    return frame.assign(year=first + frame["time"], y=level + frame["time"] + residual)


@pytest.mark.parametrize("growth", [-0.2, 0.2])
@pytest.mark.parametrize("options", [{}, {"random_scale": True, "method": "ml", "df": "asymptotic"}])
def test_a_scale_far_from_its_zero_is_refused_with_the_remedy(growth, options):
    with pytest.raises(ModelError, match="subtract a constant near their mean"):
        lmm(spread(2015, growth), scale="year", **options)


@pytest.mark.parametrize("growth", [-0.2, 0.2])
def test_the_zero_and_the_unit_of_the_scale_change_its_coefficients_only(growth):
    near, hours = spread(0, growth), spread(0, growth).assign(year=lambda f: 1e4 * f["year"])
    fits = [lmm(frame, scale="year") for frame in (near, hours, near.assign(year=near["year"] + 50))]
    slopes = [fit.scale_coefficients["estimate"].item() for fit in fits]
    np.testing.assert_allclose(slopes, [slopes[0], slopes[0] / 1e4, slopes[0]], rtol=1e-6)
    variances = [fits[0].residual_variance * factor for factor in (1, 1, np.exp(-100 * slopes[0]))]
    np.testing.assert_allclose([fit.residual_variance for fit in fits], variances, rtol=1e-5)
    for fit in fits[1:]:
        assert fit.log_likelihood == pytest.approx(fits[0].log_likelihood, abs=1e-8)
        np.testing.assert_allclose(fit.coefficients["estimate"], fits[0].coefficients["estimate"], rtol=1e-7)


@pytest.mark.parametrize("options", [{}, {"residual_group": "phase"}, {"subject": ["site", "id"]}])
def test_both_kenward_roger_methods_are_one_where_the_covariance_is_linear(options):
    full, linear = (lmm(df=method, **options) for method in ("kenward-roger", "kenward-roger-linear"))
    pd.testing.assert_frame_equal(full.coefficients, linear.coefficients)
    assert (full.df, linear.df) == ("kenward-roger", "kenward-roger-linear")


@pytest.mark.parametrize("options", [{"residual": "ar1", "time": "time"}, {"scale": "time"}])
def test_second_derivatives_of_other_residuals_are_not_given(options):
    with pytest.raises(ModelError, match="choose kenward-roger-linear"):
        lmm(df="kenward-roger", **options)
