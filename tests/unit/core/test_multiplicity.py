import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postinfusion.core.contrasts import estimates
from postinfusion.core.multiplicity import decision_levels, fixed_sequence, hochberg, holm
from postinfusion.errors import ModelError

ALPHA = 0.05
P_VALUES = st.lists(st.floats(min_value=0, max_value=1), min_size=1, max_size=8)
PROCEDURES = pytest.mark.parametrize("procedure", [holm, hochberg, fixed_sequence])


@PROCEDURES
@given(P_VALUES)
def test_an_adjusted_p_value_is_a_p_value_and_never_smaller_than_before(procedure, p):
    adjusted = procedure(p)
    assert (adjusted >= np.array(p)).all()
    assert (adjusted <= 1).all()


@given(P_VALUES)
def test_hochberg_rejects_all_that_holm_rejects(p):
    assert (hochberg(p) <= holm(p) + 1e-15).all()


@given(P_VALUES)
def test_holm_rejects_as_the_step_down_procedure_does(p):
    rejected = set()
    for step, position in enumerate(np.argsort(p, kind="stable")):
        if p[position] * (len(p) - step) > ALPHA:
            break
        rejected.add(position)
    assert {i for i, adjusted in enumerate(holm(p)) if adjusted <= ALPHA} == rejected


@pytest.mark.parametrize("procedure", [holm, hochberg])
@given(P_VALUES, st.randoms())
def test_the_order_of_hypotheses_does_not_matter(procedure, p, random):
    order = list(range(len(p)))
    random.shuffle(order)
    np.testing.assert_allclose(procedure([p[i] for i in order]), procedure(p)[order])


def test_a_fixed_sequence_stops_at_the_first_that_is_not_shown():
    np.testing.assert_array_equal(fixed_sequence([0.01, 0.2, 0.001]), [0.01, 0.2, 0.2])


@pytest.mark.parametrize("procedure", [holm, hochberg, fixed_sequence])
def test_one_hypothesis_is_not_adjusted(procedure):
    assert procedure([0.03]) == pytest.approx([0.03])
    assert decision_levels([0.03], procedure([0.03])) == pytest.approx([ALPHA])


@PROCEDURES
@given(st.lists(st.floats(min_value=-6, max_value=6), min_size=1, max_size=6))
def test_the_interval_leaves_out_zero_exactly_where_the_procedure_rejects(procedure, statistics):
    found = estimates(statistics, 1.0, 30.0)
    adjusted = procedure(found.p_value)
    for value, of_family, level in zip(statistics, adjusted, decision_levels(found.p_value, adjusted), strict=True):
        interval = estimates([value], [1.0], [30.0], confidence=1 - level)
        leaves_out = interval.conf_low[0] > 0 or interval.conf_high[0] < 0
        if abs(of_family - ALPHA) > 1e-9:
            assert leaves_out == (of_family < ALPHA)


@given(P_VALUES)
def test_the_level_of_holm_lies_between_that_of_bonferroni_and_the_whole(p):
    levels = decision_levels(p, holm(p))
    capped = holm(p) < 1
    assert (levels <= ALPHA * (1 + 1e-12)).all()
    assert (levels[capped] >= ALPHA / len(p) * (1 - 1e-12)).all()


def test_what_is_no_p_value_is_refused():
    with pytest.raises(ModelError, match="between 0 and 1"):
        holm([0.1, np.nan])
