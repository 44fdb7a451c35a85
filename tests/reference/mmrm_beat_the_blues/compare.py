"""MMRM of Beat the Blues against R's mmrm 0.3.18, polished to a gradient below 1e-10."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

from postinfusion import fit_mmrm
from postinfusion.analyses.mmrm import MmrmFit
from reference.comparisons import (
    COUNT,
    INFORMATION_CRITERION,
    LOG_LIKELIHOOD,
    STANDARD_ERROR,
    Comparison,
    f_test_comparisons,
    matrix_comparison,
    table_comparisons,
)
from reference.reference_cases import beat_the_blues, numbers

FITS = numbers("mmrm_beat_the_blues")["fits"]
STRUCTURES = ["us", "ar1h", "cs", "toeph"]
MMRM = "R mmrm 0.3.18, polished"
DF_METHODS = {
    "kenward-roger-linear": ("kenward_roger_linear", f"{MMRM}, vcov = Kenward-Roger-Linear"),
    "satterthwaite": ("satterthwaite", f"{MMRM}, method = Satterthwaite"),
    "between-within": ("between_within", f"{MMRM}, method = Between-Within"),
    "residual": ("residual", f"{MMRM}, method = Residual"),
}
CLUSTER_ROBUST = {"CR0": "Empirical", "CR2": "Empirical-Bias-Reduced", "CR3": "Empirical-Jackknife"}


@cache
def fit(covariance: str, df: str = "kenward-roger-linear", vcov: str = "model") -> MmrmFit:
    """Fit the model of the case."""
    return fit_mmrm(
        beat_the_blues(),
        response="bdi",
        fixed="bdi_pre + drug + length + treatment * month",
        subject="subject",
        visit="month",
        covariance=covariance,
        df=df,
        vcov=vcov,
    )


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for covariance in STRUCTURES:
        yield from _optimum(covariance)
        for df in DF_METHODS:
            yield from _inference(covariance, df)
        for kind in CLUSTER_ROBUST:
            yield from _cluster_robust(covariance, kind)
    for df in ("kenward-roger-linear", "satterthwaite"):
        yield from _marginal_means(df)


def _optimum(covariance: str) -> Iterator[Comparison]:
    reference, found = FITS[f"{covariance}_reml"], partial(fit, covariance)
    for theirs, ours, tolerance in (
        ("logLik", "log_likelihood", LOG_LIKELIHOOD),
        ("AIC", "aic", INFORMATION_CRITERION),
        ("BIC", "bic", INFORMATION_CRITERION),
        ("n_obs", "n_observations", COUNT),
        ("n_subjects", "n_subjects", COUNT),
    ):
        yield Comparison(
            f"{covariance}: {ours}", MMRM, reference[theirs], lambda ours=ours: getattr(found(), ours), tolerance
        )
    yield Comparison(
        f"{covariance}: Sigma", MMRM, reference["varcor"]["values"], lambda: found().covariance, STANDARD_ERROR
    )


def _inference(covariance: str, df: str) -> Iterator[Comparison]:
    name, program = DF_METHODS[df]
    reference, found = FITS[f"{covariance}_reml"]["inference"][name], partial(fit, covariance, df)
    what = f"{covariance}, {df}"
    yield from table_comparisons(what, program, reference["coefficients"], lambda: found().coefficients, p_value="p")
    yield from f_test_comparisons(
        f"{what}: treatment:month", program, reference["joint"], lambda: found().joint_test("treatment:month")
    )
    if df == "kenward-roger-linear":
        yield matrix_comparison(f"{what}: covariance", program, reference["vcov"]["values"], lambda: found().vcov)


def _cluster_robust(covariance: str, kind: str) -> Iterator[Comparison]:
    reference = FITS[f"{covariance}_reml"]["inference"][f"satterthwaite_{kind}"]
    found = partial(fit, covariance, "satterthwaite", f"empirical-{kind.lower()}")
    what, program = f"{covariance}, {kind}", f"{MMRM}, vcov = {CLUSTER_ROBUST[kind]}"
    yield from table_comparisons(what, program, reference["coefficients"], lambda: found().coefficients, p_value="p")
    yield from f_test_comparisons(
        f"{what}: treatment:month", program, reference["joint"], lambda: found().joint_test("treatment:month")
    )


def _marginal_means(df: str) -> Iterator[Comparison]:
    name, program = DF_METHODS[df]
    found = partial(fit, "us", df)
    for grid, by in (("treatment_by_month", "month"), ("treatment", ())):
        reference = FITS["us_reml"]["inference"][name]["emmeans"][grid]
        what, emmeans = f"us, {df}, {grid.replace('_', ' ')}", f"{program}, emmeans 1.8.4.1"
        yield from table_comparisons(
            f"{what}: means", emmeans, reference["emmeans"], lambda by=by: found().means("treatment", by=by),
            estimate="emmean", error="SE",
        )  # fmt: skip
        yield from table_comparisons(
            f"{what}: contrasts", emmeans, reference["contrasts"], lambda by=by: found().contrasts("treatment", by=by),
            error="SE",
            conf_low="lower.CL",
        )  # fmt: skip
