"""Data that no model can take are refused by each model in the same words, without a traceback or a warning."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from postinfusion import fit_gee, fit_glmm, fit_mmrm, fit_mmrm_batch, fit_mmrm_products, mmrm_products
from postinfusion.analyses.column_checks import numbers_of
from postinfusion.errors import ModelError

SUBJECTS, VISITS = 30, ("v1", "v2", "v3")
DAY = pd.Timestamp("2020-01-01")


def trial() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    n = SUBJECTS * len(VISITS)
    subject = np.repeat(np.arange(SUBJECTS), len(VISITS))
    return pd.DataFrame(
        {
            "ID": [f"s{i}" for i in subject],
            "VISIT": np.tile(VISITS, SUBJECTS),
            "ARM": np.where(subject % 2, "A", "P"),
            "BASE": rng.normal(20, 3, SUBJECTS)[subject].round(2),
            "Y": rng.poisson(4, n) + rng.poisson(3, SUBJECTS)[subject].astype(float),
            "REPLICATE": 1,
        }
    )


TRIAL = trial()


def mmrm(frame, response="Y", fixed="ARM * VISIT + BASE", subject="ID", visit="VISIT"):
    return fit_mmrm(frame, response, fixed, subject, visit)


def products(frame, response="Y", fixed="ARM * VISIT + BASE", subject="ID", visit="VISIT"):
    return fit_mmrm_products(mmrm_products(frame, response, fixed, subject, visit))


def chunks(frame, response="Y", fixed="ARM * VISIT + BASE", subject="ID", visit="VISIT"):
    halves = [frame.iloc[:45], frame.iloc[45:]]
    return fit_mmrm_products(mmrm_products(halves, response, fixed, subject, visit))


def batch(frame, response="Y", fixed="ARM * VISIT + BASE", subject="ID", visit="VISIT"):
    found = fit_mmrm_batch(frame, response, fixed, subject, visit, replicate="REPLICATE", specs="ARM", by="VISIT")
    if found["error"].any():
        raise ModelError(found["error"].iloc[0])
    return found


def glmm(frame, response="Y", fixed="ARM * VISIT + BASE", subject="ID", visit="VISIT"):
    fixed = fixed.replace("VISIT", str(visit)) if isinstance(fixed, str) else fixed
    return fit_glmm(frame, response, fixed, "1", subject, family="poisson")


def gee(frame, response="Y", fixed="ARM * VISIT + BASE", subject="ID", visit="VISIT"):
    return fit_gee(frame, response, fixed, subject, family="poisson", working="ar1", visit=visit)


MODELS = [mmrm, products, chunks, batch, glmm, gee]


def twice(name):
    return lambda frame: pd.concat([frame, frame[[name]]], axis=1)


def response(change):
    return lambda frame: frame.assign(Y=change(frame["Y"]))


def base(change):
    return lambda frame: frame.assign(BASE=change(frame["BASE"]))


def day(numbers):
    return DAY + pd.to_timedelta(numbers.round(), unit="D")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (twice("BASE"), r"several columns of one name: BASE \(2 times\)"),
        (twice("Y"), r"several columns of one name: Y \(2 times\)"),
        (twice("ID"), r"several columns of one name: ID \(2 times\)"),
        (twice("VISIT"), r"several columns of one name: VISIT \(2 times\)"),
        (response(lambda y: y.astype(complex)), "The response Y holds complex numbers"),
        (response(lambda y: y > 5), "The response Y holds true and false"),
        (response(lambda y: (y > 5).astype("boolean")), "The response Y holds true and false"),
        (response(lambda y: y.astype(object)), "The response Y is not numeric .it holds numbers as objects"),
        (response(lambda y: y.astype(str)), "The response Y is not numeric .it holds text"),
        (response(lambda y: y.astype("category")), "The response Y is not numeric .it is a Categorical"),
        (response(day), "The response Y holds dates"),
        (response(lambda y: pd.to_timedelta(y, unit="D")), "The response Y holds durations"),
        (response(lambda y: y.where(y.index != 3, np.inf)), "response.* holds infinite values"),
        (response(lambda y: y * 1e100), "The response Y is at most 1e.101 in size; allowed"),
        (response(lambda y: y * 1e-100), "The response Y is at most 1e-99 in size; allowed"),
        (response(lambda y: y * 1e300), "The response Y is at most 1e.301 in size; allowed"),
        (response(lambda y: y * np.nan), "No row has all the variables"),
        (base(lambda x: x.where(x.index != 3, -np.inf)), "BASE holds infinite values"),
        (base(lambda x: x.astype(complex)), "BASE holds complex numbers"),
        (base(lambda x: x.astype(object)), "BASE holds numbers in a column of objects"),
        (base(lambda x: x.map(lambda one: Decimal(str(one)))), "BASE holds numbers in a column of objects"),
        (base(day), "BASE holds dates; give the hours or days since a fixed time"),
        (base(lambda x: day(x).dt.date), "BASE holds dates; give the hours or days"),
        (base(lambda x: day(x).dt.tz_localize("UTC")), "BASE holds dates; give the hours or days"),
        (base(lambda x: day(x).dt.to_period("D")), "BASE holds dates; give the hours or days"),
        (base(lambda x: pd.to_timedelta(x.round(), unit="D")), "BASE holds durations"),
        (base(lambda x: x * 1e200), "BASE is at most 2e.201 in size"),
        (base(lambda x: x * 1e-200), "BASE is at most 2e-199 in size"),
        (base(lambda x: [[1]] * len(x)), "BASE holds values of different types"),
        (base(lambda x: x * np.nan), "No row has all the variables"),
        (lambda frame: frame.assign(ARM="A"), "ARM has 1 level in the analysed rows"),
        (lambda frame: frame[frame["VISIT"] == "v1"], "VISIT has 1 level in the analysed rows"),
        (lambda frame: frame.assign(ARM=pd.Categorical(["A"] * len(frame), ["A", "P"])), "ARM has 1 level"),
        (lambda frame: frame.drop(columns="VISIT"), "no column VISIT"),
        (lambda frame: frame.drop(columns="ID"), "no column ID"),
        (lambda frame: frame.assign(VISIT=np.nan), "No row has all the variables"),
        (lambda frame: frame.assign(ID=None), "No row has all the variables"),
        (lambda frame: frame.iloc[:0], "No row has all the variables"),
    ],
)  # fmt: skip
def test_data_that_no_model_can_take_are_refused_with_the_reason(model, change, reason):
    with pytest.raises(ModelError, match=reason):
        model(change(TRIAL))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"fixed": None}, "A formula is text"),
        ({"fixed": 3}, "A formula is text"),
        ({"fixed": ["ARM"]}, "A formula is text"),
        ({"fixed": ""}, "a column is missing"),
        ({"subject": None}, "given as None"),
        ({"subject": ["ID"]}, "give the name of one column"),
        ({"response": None}, "given as None"),
        ({"visit": 3}, "no column 3|a column is missing"),
    ],
)
def test_what_names_no_column_and_is_no_formula_is_refused(model, options, reason):
    with pytest.raises(ModelError, match=reason):
        model(TRIAL, **options)


@pytest.mark.parametrize("model", MODELS[:2] + MODELS[3:])
@pytest.mark.parametrize("data", [None, TRIAL["Y"], {"Y": [1.0]}])
def test_what_is_no_frame_is_refused(model, data):
    with pytest.raises(ModelError, match="DataFrame"):
        model(data)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("scale", [1e-8, 1e8, 1e-40, 1e40])
def test_covariates_on_distant_scales_leave_the_other_effects_alone(model, scale):
    found, expected = (_table(model(frame)) for frame in (base(lambda x: x * scale)(TRIAL), TRIAL))
    columns = ["estimate", "std_error", "df", "statistic"]
    of_base = expected.index.astype(str).str.contains("BASE")
    np.testing.assert_allclose(
        found.loc[~of_base, columns[1:]], expected.loc[~of_base, columns[1:]], rtol=1e-4, atol=1e-9
    )
    np.testing.assert_allclose(
        found.loc[of_base, columns[2:]], expected.loc[of_base, columns[2:]], rtol=1e-4, atol=1e-9
    )


@pytest.mark.parametrize("model", MODELS[:4])
@pytest.mark.parametrize("scale", [1e-45, 1e-8, 1e8, 1e45])
def test_responses_on_distant_scales_scale_the_estimates(model, scale):
    found, expected = (_table(model(frame)) for frame in (response(lambda y: y * scale)(TRIAL), TRIAL))
    for column in ("estimate", "std_error"):
        np.testing.assert_allclose(found[column] / scale, expected[column], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found[["df", "statistic"]], expected[["df", "statistic"]], rtol=1e-5, atol=1e-9)


def _table(fit):
    """Give coefficients by term, or the contrasts of a batch."""
    return fit if isinstance(fit, pd.DataFrame) else fit.coefficients.set_index("term")


@pytest.mark.parametrize("dtype", ["int64", "uint8", "float32", "Int64", "Float64"])
def test_numbers_of_any_width_are_the_same_numbers(dtype):
    found = numbers_of(TRIAL["Y"].astype(dtype), "Y")
    np.testing.assert_array_equal(found, TRIAL["Y"].to_numpy())


def test_a_date_that_is_a_categorical_is_a_factor():
    dates = pd.Categorical(TRIAL["VISIT"].map(dict(zip(VISITS, pd.date_range(DAY, periods=3), strict=True))))
    found, expected = mmrm(TRIAL.assign(VISIT=dates)), mmrm(TRIAL)
    np.testing.assert_allclose(found.coefficients["estimate"], expected.coefficients["estimate"], rtol=1e-8)


def test_an_outcome_that_is_true_or_false_is_binomial():
    flags = TRIAL["Y"] > 7
    found, expected = (
        fit_glmm(TRIAL.assign(Y=values), "Y", "ARM", "1", "ID", family="binomial") for values in (flags, flags * 1.0)
    )
    assert found.log_likelihood == expected.log_likelihood


@pytest.mark.parametrize(("rows", "allowed"), [(90, 18), (30, 10)])
def test_an_ordinal_model_of_a_continuous_outcome_is_refused_with_the_count(rows, allowed):
    frame = TRIAL.head(rows).assign(Y=np.random.default_rng(1).normal(size=rows))
    with pytest.raises(ModelError, match=f"{rows} different values in {rows} rows; .* at most {allowed} "):
        fit_glmm(frame, "Y", "ARM", "1", "ID", family="ordinal")


@pytest.mark.parametrize("fit", [glmm, gee])
def test_a_response_among_its_own_covariates_is_refused(fit):
    with pytest.raises(ModelError, match="variable of its own model"):
        fit(TRIAL, fixed="ARM + Y")


@pytest.mark.parametrize("fit", [glmm, gee])
@pytest.mark.parametrize(
    ("change", "reason"),
    [(lambda y: y * 0 + 3, "Every count is 3"), (lambda y: y * 1e9, "A count reaches 1.*; allowed are counts up to")],
)
def test_counts_that_never_vary_or_are_beyond_digits_are_refused(fit, change, reason):
    with pytest.raises(ModelError, match=reason):
        fit(response(change)(TRIAL))


@pytest.mark.parametrize("fit", [fit_glmm, fit_gee])
def test_an_offset_that_is_no_logarithm_is_refused(fit):
    columns = ("Y", "ARM", "1", "ID") if fit is fit_glmm else ("Y", "ARM", "ID")
    with pytest.raises(ModelError, match=r"The offset HOURS reaches 1000; .* itself is exposure="):
        fit(TRIAL.assign(HOURS=1000.0), *columns, family="poisson", offset="HOURS")
