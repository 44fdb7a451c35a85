import pytest
from hypothesis import given
from hypothesis import strategies as st

from postinfusion.analyses.missing_shift import shifted, tipping_shift
from postinfusion.analyses.verdicts import Comparison, comparative
from postinfusion.vocabulary import Verdict

SIZE = st.floats(min_value=-10, max_value=10)
SHARE = st.floats(min_value=0.01, max_value=0.6)


def comparison(benefit, half, important=3.0):
    return Comparison(benefit, benefit - half, benefit + half, benefit - half, important)


def test_a_shift_moves_estimate_and_limits_by_the_share_that_is_missing():
    found = shifted(comparison(6.0, 4.0), 5.0, 0.2)
    assert (found.benefit, found.low, found.high, found.adjusted_low) == (5.0, 1.0, 9.0, 1.0)


def test_the_same_shift_in_both_arms_counts_by_the_difference_of_their_shares():
    assert shifted(comparison(6.0, 4.0), 5.0, 0.3, 0.3) == comparison(6.0, 4.0)
    assert shifted(comparison(6.0, 4.0), 5.0, 0.3, 0.1).benefit == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("benefit", "half", "share", "shift", "verdict"),
    [
        (6.0, 4.0, 0.1, 20.0, Verdict.INCONCLUSIVE),  # L reaches 0 after losing 2 of 10 %
        (4.0, 1.5, 0.25, 4.0, Verdict.INCONCLUSIVE),  # b reaches 3 before L reaches 0
        (2.0, 1.5, 0.5, 1.0, Verdict.NO_IMPORTANT_EFFECT),  # U falls below 3
        (0.0, 2.0, 0.5, 4.0, Verdict.CONTRADICTED),  # U falls below 0
    ],
)
def test_the_tipping_shift_is_where_a_limit_or_the_estimate_meets_its_constant(benefit, half, share, shift, verdict):
    found = tipping_shift(comparison(benefit, half), share, comparative)
    assert found is not None
    assert found[0] == pytest.approx(shift)
    assert found[1].verdict is verdict


def test_nothing_tips_where_nothing_is_missing():
    assert tipping_shift(comparison(6.0, 4.0), 0.0, comparative) is None


def test_what_is_contradicted_stays_so_however_bad_missing_values_are():
    assert tipping_shift(comparison(-6.0, 4.0), 0.3, comparative) is None


@given(SIZE, st.floats(min_value=0.1, max_value=10), SHARE, st.sampled_from([None, 3.0]))
def test_the_verdict_is_the_same_before_the_tipping_shift_and_another_behind_it(benefit, half, share, important):
    found = comparison(benefit, half, important)
    tipped = tipping_shift(found, share, comparative)
    now = comparative(found).verdict
    if tipped is None:
        assert all(comparative(shifted(found, shift, share)).verdict is now for shift in (1.0, 100.0, 10_000.0))
        return
    before = shifted(found, tipped[0] * (1 - 1e-6) - 1e-6, share) if tipped[0] > 1e-3 else found
    assert comparative(before).verdict is now
    assert comparative(shifted(found, tipped[0] * (1 + 1e-6) + 1e-6, share)).verdict is tipped[1].verdict is not now
