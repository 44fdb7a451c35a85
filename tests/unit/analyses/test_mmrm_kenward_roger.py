"""The full Kenward-Roger says what is wrong with it, and only it."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest

from postinfusion import fit_mmrm
from postinfusion.errors import ModelError
from property.core_trials import trial

FRAME = trial(11)


def mmrm(df, **options):
    return fit_mmrm(FRAME, "AVAL", "TRTP * AVISIT + BASE", "USUBJID", "AVISIT", df=df, **options)


def test_the_full_variant_warns_that_it_can_shrink_standard_errors():
    assert "shrink standard errors" in mmrm("kenward-roger").warnings[0]
    assert mmrm("kenward-roger-linear").warnings == ()


def test_both_variants_share_degrees_of_freedom_and_differ_in_standard_errors():
    full, linear = mmrm("kenward-roger").coefficients, mmrm("kenward-roger-linear").coefficients
    np.testing.assert_allclose(full["df"], linear["df"], rtol=1e-10)
    assert (full["std_error"] < linear["std_error"]).all()


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"method": "ml"}, "Kenward-Roger needs"), ({"vcov": "empirical-cr2"}, "Kenward-Roger adjusts")],
)
def test_what_does_not_go_together_is_refused(options, reason):
    with pytest.raises(ModelError, match=reason):
        mmrm("kenward-roger", **options)


def many_visits(T, n):
    """Give n subjects at T visits, without gaps."""
    generator = np.random.default_rng(T)
    subject, visit = np.divmod(np.arange(n * T), T)
    y = generator.normal(size=n)[subject] + generator.normal(size=n * T)
    return pd.DataFrame({"id": subject, "visit": visit, "arm": subject % 2, "y": y})


@pytest.mark.parametrize(("T", "group"), [(25, None), (12, "arm")])
def test_second_derivatives_that_would_fill_the_memory_are_refused_before_they_are_formed(T, group):
    frame = many_visits(T, 60)
    if group is not None:
        frame = frame[np.random.default_rng(1).uniform(size=len(frame)) > 0.1]
    tracemalloc.start()
    with pytest.raises(ModelError, match='choose df="kenward-roger-linear"'):
        fit_mmrm(frame, "y", "visit", "id", "visit", df="kenward-roger", group=group)
    assert tracemalloc.get_traced_memory()[1] < 3e8
    tracemalloc.stop()


def test_a_structured_covariance_of_as_many_visits_has_few_of_them():
    fit = fit_mmrm(many_visits(25, 60), "y", "1", "id", "visit", covariance="ar1h", df="kenward-roger")
    assert np.isfinite(fit.coefficients["std_error"]).all()
