"""What must hold for times to an event whatever the data: order, units, relabelling, closed forms."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from postinfusion.core.aalen_johansen import aalen_johansen
from postinfusion.core.kaplan_meier import kaplan_meier
from postinfusion.core.log_rank import log_rank
from postinfusion.core.proportional_hazards import fit_cox
from postinfusion.errors import ModelError

participants = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 2), st.booleans(), st.integers(0, 1)), min_size=2, max_size=25
)
quick = settings(max_examples=25, deadline=None)


def arrays(rows):
    """Give times, causes, arms and strata."""
    time, cause, arm, stratum = (np.array(column) for column in zip(*rows, strict=True))
    return time.astype(float), cause, arm, stratum


@quick
@given(participants, st.randoms(use_true_random=False))
def test_the_order_of_participants_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    for of in (1, 2):
        first, second = (aalen_johansen(*arrays(each)[:2], of=of) for each in (rows, shuffled))
        assert first.estimate == pytest.approx(second.estimate)
        assert first.std_error == pytest.approx(second.std_error)


@quick
@given(participants)
def test_incidence_rises_and_all_probabilities_add_up_to_one(rows):
    time, cause, *_ = arrays(rows)
    first, second = (aalen_johansen(time, cause, of=of) for of in (1, 2))
    assert (np.diff(first.estimate) >= 0).all()
    assert first.estimate + second.estimate + first.event_free == pytest.approx(1)


@quick
@given(participants)
def test_incidence_is_at_most_what_kaplan_meier_would_say_without_the_other_cause(rows):
    time, cause, *_ = arrays(rows)
    assert (aalen_johansen(time, cause).estimate <= 1 - kaplan_meier(time, cause == 1).survival + 1e-12).all()


@quick
@given(participants, st.floats(0.01, 100))
def test_the_unit_of_time_leaves_tests_and_ratios_alone(rows, unit):
    time, cause, arm, stratum = arrays(rows)
    try:
        test, fit = log_rank(time, cause == 1, arm, stratum), fit_cox(time, cause == 1, arm, stratum)
    except ModelError:
        assume(False)
    assert log_rank(unit * time, cause == 1, arm, stratum).statistic == pytest.approx(test.statistic)
    assert fit_cox(unit * time, cause == 1, arm, stratum).coefficients == pytest.approx(fit.coefficients)


@quick
@given(participants)
def test_exchanged_arms_turn_the_ratio_over_and_keep_the_test(rows):
    time, cause, arm, stratum = arrays(rows)
    try:
        test, fit = log_rank(time, cause == 1, arm, stratum), fit_cox(time, cause == 1, arm, stratum)
    except ModelError:
        assume(False)
    assert log_rank(time, cause == 1, ~arm, stratum).p_value == pytest.approx(test.p_value)
    assert fit_cox(time, cause == 1, ~arm, stratum).coefficients == pytest.approx(-fit.coefficients, abs=1e-7)


@quick
@given(participants)
def test_the_score_at_no_effect_is_that_of_the_log_rank_test_where_no_events_are_tied(rows):
    time, cause, arm, _ = arrays(rows)
    moments = time + np.arange(time.size) / 1000
    try:
        test, fit = log_rank(moments, cause == 1, arm), fit_cox(moments, cause == 1, arm)
    except ModelError:
        assume(False)
    assert (fit.coefficients[0] > 0) == (test.observed > test.expected)
