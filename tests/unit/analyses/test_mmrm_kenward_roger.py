"""The full Kenward-Roger says what is wrong with it, and only it."""

import numpy as np
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


def test_random_effects_have_the_linear_variant_only():
    from postinfusion import fit_lmm

    with pytest.raises(ModelError, match="Did you mean kenward-roger-linear"):
        fit_lmm(FRAME, "AVAL", "TRTP * TIME", "1", "USUBJID", df="kenward-roger")
