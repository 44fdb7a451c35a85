"""What every case ``mmrm_structures_*`` compares: each covariance structure, REML and ML, with R.

The optimum is that of ``mmrm_structures.R``, which maximises the textbook criterion from several starts to a gradient
below 1e-8, and that of nlme where it has the structure (us, cs, csh, ar1, ar1h). nlme's gls multiplies the covariance
of beta by N / (N - p) under ML; the reference undoes it. Kenward and Roger's quantities drop the second derivatives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from postinfusion import fit_mmrm
from postinfusion.analyses.mmrm import MmrmFit
from reference.comparisons import (
    COUNT,
    LOG_LIKELIHOOD,
    STANDARD_ERROR,
    Comparison,
    f_test_comparisons,
    matrix_comparison,
    table_comparisons,
)

DENSE = "dense formulas in R 4.2.2"
NLME = "R nlme 3.1-162, gls, tight control"
EMMEANS = "R emmeans 1.8.4.1"
PBKRTEST = "R pbkrtest 0.5.2, lmer with a random intercept"

Fit = Callable[..., MmrmFit]


def fitted(**model: Any) -> Fit:
    """Give a function of ``covariance method df information`` that fits the model, each fit once."""

    @cache
    def fit(covariance: str, method: str, df: str, information: str = "observed") -> MmrmFit:
        return fit_mmrm(**model, covariance=covariance, method=method, df=df, information=information)

    return fit


def structure_comparisons(case: Mapping[str, Any], fit: Fit, *, arm: str, visit: str) -> Iterator[Comparison]:
    """Give the comparisons of every fit of the case.

    Parameters
    ----------
    case
        The numbers of the case.
    fit
        Fits its model, see :func:`fitted`.
    arm, visit
        The factors whose interaction is tested and whose means are compared.
    """
    yield Comparison("observations", DENSE, case["n_observations"], lambda: _any(fit).n_observations, COUNT)
    yield Comparison("subjects", DENSE, case["n_subjects"], lambda: _any(fit).n_subjects, COUNT)
    for name, reference in case["fits"].items():
        covariance, method = name.split("_")
        yield from _optimum(covariance, method, reference, fit)
        if reference.get("nlme"):
            yield from _nlme(covariance, method, reference["nlme"], fit)
        if method == "reml":
            yield from _kenward_roger(covariance, reference, fit, f"{arm}:{visit}")
            yield from _marginal_means(covariance, reference["emmeans"], fit, arm, visit)
        if "pbkrtest" in reference:
            yield from _pbkrtest(covariance, reference["pbkrtest"], fit, f"{arm}:{visit}")


def _any(fit: Fit) -> MmrmFit:
    return fit("cs", "reml", "satterthwaite")


def _optimum(covariance: str, method: str, reference: Mapping[str, Any], fit: Fit) -> Iterator[Comparison]:
    def found() -> MmrmFit:
        return fit(covariance, method, "satterthwaite")

    what = f"{covariance}, {method}"
    program = f"{DENSE}, {method}"
    yield Comparison(
        f"{what}: log_likelihood", program, reference["logLik"], lambda: found().log_likelihood, LOG_LIKELIHOOD
    )
    yield Comparison(f"{what}: Sigma", program, reference["Sigma"], lambda: found().covariance, STANDARD_ERROR)
    yield from table_comparisons(
        f"{what}, satterthwaite",
        f"{DENSE}, {method}, numerical derivatives",
        reference["satterthwaite"],
        lambda: found().coefficients,
    )
    yield matrix_comparison(f"{what}: covariance of beta", program, reference["vcov"], lambda: found().vcov)


def _nlme(covariance: str, method: str, reference: Mapping[str, Any], fit: Fit) -> Iterator[Comparison]:
    def found() -> MmrmFit:
        return fit(covariance, method, "satterthwaite")

    what = f"{covariance}, {method}, nlme"
    yield Comparison(
        f"{what}: log_likelihood", NLME, reference["logLik"], lambda: found().log_likelihood, LOG_LIKELIHOOD
    )
    yield Comparison(f"{what}: Sigma", NLME, reference["Sigma"], lambda: found().covariance, STANDARD_ERROR)
    yield from table_comparisons(what, NLME, reference["coefficients"], lambda: found().coefficients)


def _kenward_roger(covariance: str, reference: Mapping[str, Any], fit: Fit, joint: str) -> Iterator[Comparison]:
    for information in ("observed", "expected"):
        expected, program = reference[f"kenward_roger_{information}"], f"{DENSE}, {information} information"
        what = f"{covariance}, reml, kenward-roger-linear, {information} information"

        def found(information: str = information) -> MmrmFit:
            return fit(covariance, "reml", "kenward-roger-linear", information)

        yield from table_comparisons(what, program, expected["coefficients"], lambda found=found: found().coefficients)
        yield matrix_comparison(
            f"{what}: covariance of beta", program, expected["vcov"], lambda found=found: found().vcov
        )
        yield from f_test_comparisons(
            f"{what}: {joint}", program, expected["joint"], lambda found=found: found().joint_test(joint)
        )


def _marginal_means(
    covariance: str, reference: Mapping[str, Any], fit: Fit, arm: str, visit: str
) -> Iterator[Comparison]:
    def found() -> MmrmFit:
        return fit(covariance, "reml", "kenward-roger-linear")

    for weights, grids in reference.items():
        program = f"{EMMEANS}, weights = {weights}, on the dense estimates"
        for grid, by in (("by_visit", visit), ("averaged", ())):
            what = f"{covariance}, reml, {weights} weights, {grid.replace('_', ' ')}"
            yield from table_comparisons(
                f"{what}: means",
                program,
                grids[grid]["means"],
                lambda by=by, weights=weights: found().means(arm, by=by, weights=weights),
                estimate="emmean",
                error="SE",
                df="",
            )
            yield from table_comparisons(
                f"{what}: contrasts",
                program,
                grids[grid]["contrasts"],
                lambda by=by, weights=weights: found().contrasts(arm, by=by, weights=weights),
                error="SE",
                df="",
            )


def _pbkrtest(covariance: str, reference: Mapping[str, Any], fit: Fit, joint: str) -> Iterator[Comparison]:
    def found() -> MmrmFit:
        return fit(covariance, "reml", "kenward-roger-linear", "expected")

    what = f"{covariance}, reml, pbkrtest"
    yield Comparison(
        f"{what}: log_likelihood", PBKRTEST, reference["logLik"], lambda: found().log_likelihood, LOG_LIKELIHOOD
    )
    yield from table_comparisons(what, PBKRTEST, reference["coefficients"], lambda: found().coefficients)
    yield from f_test_comparisons(f"{what}: {joint}", PBKRTEST, reference["joint"], lambda: found().joint_test(joint))
