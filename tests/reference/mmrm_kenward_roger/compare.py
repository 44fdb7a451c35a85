"""Kenward-Roger with second derivatives in mmrm's parametrisation, against R's mmrm 0.3.18 on Beat the Blues."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from reference.comparisons import Comparison, f_test_comparisons, matrix_comparison, table_comparisons
from reference.mmrm_beat_the_blues.compare import fit
from reference.reference_cases import numbers

FITS = numbers("mmrm_kenward_roger")["fits"]
PROGRAM = "R mmrm 0.3.18, polished, vcov = Kenward-Roger"


def comparisons() -> Iterator[Comparison]:
    """Give what is compared."""
    for covariance, reference in FITS.items():
        found = partial(fit, covariance, "kenward-roger")
        yield from table_comparisons(
            covariance, PROGRAM, reference["coefficients"], lambda found=found: found().coefficients
        )
        yield matrix_comparison(
            f"{covariance}: covariance", PROGRAM, reference["vcov"], lambda found=found: found().vcov
        )
        yield from f_test_comparisons(
            f"{covariance}: treatment:month",
            PROGRAM,
            reference["joint"],
            lambda found=found: found().joint_test("treatment:month"),
        )
    yield from _marginal_means()


def _marginal_means() -> Iterator[Comparison]:
    found = partial(fit, "us", "kenward-roger")
    for grid, by in (("treatment_by_month", "month"), ("treatment", ())):
        reference, what = FITS["us"]["emmeans"][grid], f"us, {grid.replace('_', ' ')}"
        yield from table_comparisons(
            f"{what}: means", f"{PROGRAM}, emmeans 1.8.4.1", reference["emmeans"],
            lambda by=by: found().means("treatment", by=by), estimate="emmean", error="SE",
        )  # fmt: skip
        yield from table_comparisons(
            f"{what}: contrasts", f"{PROGRAM}, emmeans 1.8.4.1", reference["contrasts"],
            lambda by=by: found().contrasts("treatment", by=by), error="SE",
        )  # fmt: skip
