"""Design matrices: columns as R has them, and bases that can be evaluated anywhere."""

import numpy as np
import pandas as pd
import pytest
from scipy.interpolate import CubicSpline

from postinfusion.analyses.column_checks import level_values
from postinfusion.analyses.design import build_design, complete_rows
from postinfusion.errors import ModelError

FRAME = pd.DataFrame(
    {
        "arm": pd.Categorical(["P", "A", "P", "A", "P", "A"], ["P", "A"]),
        "week": ["w1", "w1", "w2", "w2", "w3", "w3"],
        "x": [1.0, 2.0, 4.0, 3.0, 6.0, 5.0],
        "flag": [True, False, True, True, False, False],
    }
)


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("arm * week", ["(Intercept)", "armA", "weekw2", "weekw3", "armA:weekw2", "armA:weekw3"]),
        ("0 + arm + week", ["armP", "armA", "weekw2", "weekw3"]),
        ("week:arm", ["(Intercept)", *(f"week{w}:arm{a}" for a in "PA" for w in ("w1", "w2", "w3"))]),
        ("week + week:arm", ["(Intercept)", "weekw2", "weekw3", "weekw1:armA", "weekw2:armA", "weekw3:armA"]),
        ("week + week:x", ["(Intercept)", "weekw2", "weekw3", "weekw1:x", "weekw2:x", "weekw3:x"]),
        ("flag + poly(x, 2)", ["(Intercept)", "flagTrue", "poly(x, 2)1", "poly(x, 2)2"]),
    ],
)  # fmt: skip
def test_columns_are_named_and_coded_as_in_r(formula, names):
    design = build_design(formula, FRAME)
    assert design.names == names
    assert design.matrix(FRAME).shape == (6, len(names))


def test_an_interaction_column_is_the_product_of_its_columns():
    design = build_design("arm * week * x", FRAME)
    matrix = dict(zip(design.names, design.matrix(FRAME).T, strict=True))
    np.testing.assert_array_equal(matrix["armA:weekw3:x"], matrix["armA"] * matrix["weekw3"] * matrix["x"])


def test_polynomials_are_those_of_r():
    """R 4.2.2: poly(c(1, 2, 4, 3, 6, 5), 2)."""
    design = build_design("poly(x, 2)", FRAME)
    columns = design.matrix(FRAME)[:, 1:]
    np.testing.assert_allclose(columns.T @ columns, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(columns[0], [-0.5976143046672, 0.5455447255900], rtol=1e-10)


def test_natural_splines_span_the_space_of_r():
    """R's ns: every natural cubic spline on the knots, up to a constant; here those that interpolate random values."""
    knots, times = [0.0, 24.0, 168.0, 672.0], np.linspace(0.0, 672.0, 57)
    design = build_design("ns(t, knots = c(24, 168))", pd.DataFrame({"t": knots}))
    matrix = design.matrix(pd.DataFrame({"t": times}))
    splines = CubicSpline(knots, np.random.default_rng(1).normal(size=(4, 5)), bc_type="natural")(times)
    fitted = matrix @ np.linalg.lstsq(matrix, splines, rcond=None)[0]
    assert matrix.shape[1] == 4
    np.testing.assert_allclose(fitted, splines, atol=1e-10)


def test_natural_splines_are_linear_beyond_the_data():
    design = build_design("ns(t, knots = c(24, 168))", pd.DataFrame({"t": [0.0, 672.0]}))
    for t in (-50.0, 800.0):
        matrix = design.matrix(pd.DataFrame({"t": [t - 10, t, t + 10]}))
        np.testing.assert_allclose(matrix[0] - 2 * matrix[1] + matrix[2], 0.0, atol=1e-10)


def test_bases_keep_their_knots_when_they_are_evaluated_elsewhere():
    frame = pd.DataFrame({"t": np.linspace(0, 10, 21)})
    design = build_design("ns(t, knots = c(3, 7)) + poly(t, 3)", frame)
    np.testing.assert_allclose(design.matrix(frame.iloc[[4]]), design.matrix(frame)[[4]], rtol=1e-12)


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("armm", "Did you mean arm"),
        ("log(week)", "needs a numeric column"),
        ("ns(x, knots = 9)", "must lie between 1 and 6"),
        ("poly(x, 6)", "different values"),
        ("one", "1 level"),
        ("mixed", "different types"),
        ("inf", "infinite"),
    ],
)
def test_what_cannot_be_a_column_is_refused(formula, reason):
    frame = FRAME.assign(one="a", mixed=[1, "a", 2, "b", 3, "c"], inf=[1, 2, 3, 4, 5, np.inf])
    with pytest.raises(ModelError, match=reason):
        build_design(formula, frame)


def test_a_logarithm_of_zero_is_refused():
    with pytest.raises(ModelError, match="is not defined"):
        build_design("log(x)", FRAME).matrix(FRAME.assign(x=0.0))


def test_a_level_that_the_model_has_not_seen_is_refused():
    with pytest.raises(ModelError, match="has not seen"):
        build_design("week", FRAME).matrix(FRAME.assign(week="w9"))


def test_levels_keep_the_order_of_a_categorical_and_drop_what_does_not_occur():
    column = pd.Series(pd.Categorical(["b", "a", None], ["c", "b", "a"]))
    assert level_values(column) == ("b", "a")
    assert level_values(pd.Series(["b", "a", "c"])) == ("a", "b", "c")


def test_rows_with_a_missing_value_are_left_out():
    frame = FRAME.assign(y=[1.0, np.nan, 3.0, 4.0, 5.0, 6.0])
    assert list(complete_rows(frame, ["y", "arm"]).index) == [0, 2, 3, 4, 5]
