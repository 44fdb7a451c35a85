"""Residuals, influence, predictions and the second optimiser, against n by n matrices written out."""

import numpy as np
import pandas as pd
import pytest

from postinfusion import fit_mmrm
from postinfusion.errors import ModelError
from property.core_trials import trial

FRAME = trial(11).assign(W=lambda f: 1 + f["BASE"] / 100, AGE_GROUP=lambda f: np.where(f["BASE"] > 60, "old", "young"))
FIXED = "TRTP * AVISIT + BASE"
# The same formula at the same Sigma: only rounding differs.
ROUNDING = 1e-9
MODELS = [
    {"covariance": "us"},
    {"covariance": "ar1h", "weights": "W"},
    {"covariance": "cs", "group": "AGE_GROUP"},
    {"covariance": "sp_exp", "time": "TIME"},
]


def mmrm(frame=FRAME, fixed=FIXED, **options):
    return fit_mmrm(frame, "AVAL", fixed, "USUBJID", "AVISIT", **options)


def dense(fit):
    """Give X, y and V of the analysed rows as full matrices, from the public attributes of the fit."""
    rows = fit.analysed
    visit = rows["AVISIT"].cat.codes.to_numpy()
    if fit.ranges:
        distance = np.abs(np.subtract.outer(rows["TIME"].to_numpy(), rows["TIME"].to_numpy()))
        V = fit.covariance.iloc[0, 0] * np.exp(-distance / fit.ranges[None])
    else:
        by_group = fit.covariance if isinstance(fit.covariance, dict) else {"old": fit.covariance}
        Sigma = np.stack(
            [by_group.get(g, fit.covariances.get(None)) for g in rows.get("AGE_GROUP", ["old"] * len(rows))]
        )
        V = Sigma[np.arange(len(rows)), visit][:, visit] if len(by_group) > 1 else Sigma[0][visit][:, visit]
    subject = rows["USUBJID"].to_numpy()
    root = 1 / np.sqrt(rows["W"].to_numpy()) if "W" in rows else np.ones(len(rows))
    return fit.design.matrix(rows), rows["AVAL"].to_numpy(), V * (subject[:, None] == subject) * np.outer(root, root)


@pytest.mark.parametrize("options", MODELS)
def test_residuals_are_those_of_the_dense_formulas(options):
    fit = mmrm(**options)
    X, y, V = dense(fit)
    raw = y - X @ fit.coefficients["estimate"].to_numpy()
    np.testing.assert_allclose(fit.residuals("raw"), raw, rtol=ROUNDING, atol=ROUNDING)
    np.testing.assert_allclose(fit.residuals("standardised"), raw / np.sqrt(np.diag(V)), rtol=1e-7)
    whitened = fit.residuals("cholesky")
    for _, rows in fit.analysed.reset_index(drop=True).groupby("USUBJID"):
        index = rows.index.to_numpy()
        own = np.linalg.solve(np.linalg.cholesky(V[np.ix_(index, index)]), raw[index])
        np.testing.assert_allclose(whitened.iloc[index], own, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("options", MODELS)
def test_one_step_influence_is_generalised_least_squares_without_the_subject(options):
    fit = mmrm(**options)
    X, y, V = dense(fit)
    table = fit.influence()
    assert set(table["how"]) == {"one-step at fixed covariance"}
    subject = fit.analysed["USUBJID"].to_numpy()
    W = X.T @ np.linalg.solve(V, X)
    beta = np.linalg.solve(W, X.T @ np.linalg.solve(V, y))
    for name in pd.unique(subject)[:5]:
        keep = subject != name
        weighted = np.linalg.solve(V[np.ix_(keep, keep)], np.column_stack([X, y])[keep])
        without = np.linalg.solve(X[keep].T @ weighted[:, :-1], X[keep].T @ weighted[:, -1])
        found = table[table["USUBJID"] == name]
        np.testing.assert_allclose(found["without"], without, rtol=1e-6, atol=1e-8)
        cooks = (beta - without) @ W @ (beta - without) / len(beta)
        np.testing.assert_allclose(found["cooks_distance"], cooks, rtol=1e-6)


@pytest.mark.parametrize("options", MODELS)
def test_the_sandwich_cr3_is_the_sum_of_squared_changes_and_cr0_the_dense_formula(options):
    fit = mmrm(**options, df="satterthwaite", vcov="empirical-cr3")
    change = fit.influence()["change"].to_numpy().reshape(fit.n_subjects, -1)
    error = np.sqrt(np.diag(fit.vcov))
    np.testing.assert_allclose(fit.vcov / np.outer(error, error), change.T @ change / np.outer(error, error), atol=1e-8)
    plain = mmrm(**options, df="satterthwaite", vcov="empirical-cr0")
    X, y, V = dense(plain)
    OX = np.linalg.solve(V, X)
    Phi = np.linalg.inv(X.T @ OX)
    scores = OX * (y - X @ plain.coefficients["estimate"].to_numpy())[:, None]
    sums = pd.DataFrame(scores).groupby(plain.analysed["USUBJID"].to_numpy()).sum().to_numpy()
    np.testing.assert_allclose(plain.vcov, Phi @ sums.T @ sums @ Phi, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("options", MODELS[:3])
def test_refitted_influence_is_a_fit_without_the_subject(options):
    frame = FRAME[FRAME["USUBJID"] < "S024"]
    fit = mmrm(frame, **options)
    table = fit.influence("refit", specs="TRTP", by="AVISIT")
    assert set(table["how"]) == {"refitted"}
    for name in ("S003", "S010"):
        other = mmrm(frame[frame["USUBJID"] != name], **options).contrasts("TRTP", by="AVISIT")
        found = table[table["USUBJID"] == name]
        np.testing.assert_allclose(found["without"], other["estimate"], rtol=1e-5, atol=1e-6)
        assert (found["error"] == "").all()


def test_a_subject_that_alone_determines_a_coefficient_has_no_estimate_without_it():
    frame = FRAME.assign(RARE=np.where(FRAME["USUBJID"] == "S003", "yes", "no"))
    fit = mmrm(frame, f"{FIXED} + RARE")
    for how in ("one-step", "refit"):
        found = fit.influence(how)[lambda t: t["USUBJID"] == "S003"]
        assert found.loc[found["term"] == "RAREyes", "without"].isna().all()
        assert found["cooks_distance"].isna().all()
        assert (found["error"] != "").all()


@pytest.mark.parametrize("options", MODELS)
def test_subject_predictions_are_the_conditional_means_of_the_dense_formulas(options):
    """An observed value is taken away from one subject; its prediction uses the other values of that subject."""
    gone = FRAME.index[(FRAME["USUBJID"] == "S001") & (FRAME["AVISIT"] == "Week 4")]
    frame = FRAME.drop(gone)
    fit = mmrm(frame, **options)
    found = fit.predict(FRAME.loc[gone], by_subject=True).iloc[0]
    everybody = mmrm(FRAME, **options)
    object.__setattr__(fit, "analysed", everybody.analysed)
    X, y, V = dense(fit)
    rows = everybody.analysed.reset_index(drop=True)
    new = rows.index[(rows["USUBJID"] == "S001") & (rows["AVISIT"] == "Week 4")]
    old = rows.index[(rows["USUBJID"] == "S001") & (rows["AVISIT"] != "Week 4")]
    beta = fit.coefficients["estimate"].to_numpy()
    pull = np.linalg.solve(V[np.ix_(old, old)], V[np.ix_(old, new)]).T
    d = X[new] - pull @ X[old]
    estimate = X[new] @ beta + pull @ (y[old] - X[old] @ beta)
    variance = V[np.ix_(new, new)] - pull @ V[np.ix_(old, new)] + d @ fit.vcov.to_numpy() @ d.T
    assert found["estimate"] == pytest.approx(estimate.item(), rel=1e-7)
    assert found["std_error"] == pytest.approx(np.sqrt(variance.item()), rel=1e-7)


@pytest.mark.parametrize("kind", ["raw", "standardised", "cholesky"])
@pytest.mark.parametrize("options", MODELS)
def test_residuals_follow_their_rows(options, kind):
    shuffled = FRAME.sample(frac=1, random_state=3)
    found, expected = mmrm(shuffled, **options).residuals(kind), mmrm(**options).residuals(kind)
    np.testing.assert_allclose(found.sort_index(), expected, rtol=1e-6, atol=1e-7)


def test_predictions_of_the_mean_are_means_with_their_standard_errors():
    fit = mmrm()
    row = pd.DataFrame({"TRTP": ["Active"], "AVISIT": ["Week 8"], "BASE": [FRAME["BASE"].mean()]}, index=[17])
    found, mean = fit.predict(row), fit.means("TRTP", by="AVISIT").iloc[-1]
    assert list(found.index) == [17]
    for name in ("estimate", "std_error", "df", "conf_low"):
        assert found.loc[17, name] == pytest.approx(mean[name], rel=1e-10)


def test_an_observed_visit_is_predicted_by_its_value_and_an_unknown_subject_by_the_mean():
    fit = mmrm()
    found = fit.predict(FRAME, by_subject=True)
    np.testing.assert_allclose(found["estimate"], FRAME["AVAL"], rtol=1e-9)
    assert (found["std_error"] == 0).all()
    stranger = FRAME.iloc[:2].assign(USUBJID="new")
    np.testing.assert_allclose(
        fit.predict(stranger, by_subject=True)["estimate"], fit.predict(stranger)["estimate"], rtol=1e-10
    )


def test_a_missing_covariate_gives_no_prediction_but_a_reason():
    fit = mmrm()
    rows = FRAME.iloc[:2].assign(BASE=[np.nan, 60.0])
    for by_subject in (False, True):
        found = fit.predict(rows, by_subject=by_subject)
        assert found["estimate"].isna().tolist() == [True, False]
        assert found["error"].iloc[0] == "a variable of the model is missing"


@pytest.mark.parametrize(
    "options", [*MODELS, {"covariance": "toeph"}, {"covariance": "ad"}, {"covariance": "us", "group": "TRTP"}]
)
def test_two_optimisers_agree(options):
    fit = mmrm(**options, verify=True)
    agreement = fit.optimum.agreement
    assert agreement.agrees, agreement
    assert agreement == fit.verify_optimum()
    assert fit.warnings == ()


def test_an_optimum_is_not_verified_unless_that_is_asked():
    assert mmrm().optimum.agreement is None


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        (lambda fit: fit.residuals("pearson"), "available are raw, standardised, cholesky"),
        (lambda fit: fit.influence("jackknife"), "available are one-step, refit"),
        (lambda fit: fit.predict(FRAME.drop(columns="BASE")), "no column BASE"),
        (lambda fit: fit.predict(FRAME.assign(AVISIT="Week 9"), by_subject=True), "has not seen"),
        (lambda fit: fit.predict(FRAME.assign(BASE=np.inf)), "BASE holds infinite values"),
        (lambda fit: fit.predict(FRAME.assign(BASE=-np.inf), by_subject=True), "BASE holds infinite values"),
        (lambda fit: fit.predict(FRAME.assign(BASE=1 + 2j)), "BASE holds complex numbers"),
    ],
)
def test_what_cannot_be_asked_is_refused(ask, reason):
    with pytest.raises(ModelError, match=reason):
        ask(mmrm())


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("TIME", np.inf, "time TIME holds infinite values"),
        ("TIME", 1j, "time TIME holds complex numbers"),
        ("W", np.inf, "weight W must be positive and finite"),
        ("W", 0.0, "weight W must be positive and finite"),
        ("W", -1.0, "weight W must be positive and finite"),
    ],
)
def test_times_and_weights_that_place_no_row_are_refused(column, value, reason):
    fit = mmrm(covariance="sp_exp", time="TIME", weights="W")
    with pytest.raises(ModelError, match=reason):
        fit.predict(FRAME.iloc[:2].assign(**{column: value}), by_subject=True)
