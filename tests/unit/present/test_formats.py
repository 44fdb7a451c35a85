import pytest
from hypothesis import given
from hypothesis import strategies as st

from postinfusion.present import formats


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(-5.06, 1, "−5.1"), (-0.04, 1, "0.0"), (0.0, 2, "0.00"), (1234.5, 1, "1234.5"), (-3, 0, "−3")],
)
def test_numbers_have_a_proper_minus_sign_and_no_negative_zero(value, decimals, text):
    assert formats.number(value, decimals) == text


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9), st.integers(0, 4))
def test_a_printed_number_reads_back_to_half_a_unit_of_its_last_digit(value, decimals):
    read = float(formats.number(value, decimals).replace(formats.MINUS, "-"))
    assert abs(read - value) <= 0.5 * 10**-decimals + 1e-6 * abs(value)


@pytest.mark.parametrize(
    ("value", "text"), [(0.00009, "<0.0001"), (0.0001, "0.0001"), (0.04567, "0.0457"), (1.0, "1.0000")]
)
def test_small_p_values_are_not_printed_as_zero(value, text):
    assert formats.p_value(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(5e-14, "<1e-8"), (0.0, "<1e-8"), (3.2e-7, "3.2e-7"), (0.041, "4.1e-2"), (float("nan"), "NE")]
)
def test_a_gradient_is_printed_with_its_power_of_ten(value, text):
    assert formats.statistic("gradient", value) == text


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("the data hold none", "The data hold none."),
        ("No structure converged.", "No structure converged."),
        ("events.csv has no rows", "events.csv has no rows."),
        ("", ""),
    ],
)
def test_a_message_becomes_a_sentence(message, sentence):
    assert formats.as_sentence(message) == sentence


def test_what_is_not_estimable_says_so():
    assert formats.statistic("estimate", float("nan")) == "NE"
    assert formats.interval("NE", "NE") == "NE"
    assert formats.with_bracket("NE", "NE") == "NE"


def test_what_the_results_do_not_hold_prints_nothing():
    assert formats.statistic("estimate", None) == ""
    assert formats.interval("", "") == ""
    assert formats.count_with_percent("", "") == ""


@pytest.mark.parametrize(
    ("name", "decimals", "text"), [("n", 1, "12"), ("mean", 0, "12.3"), ("std_error", 1, "12.345"), ("df", 3, "12.3")]
)
def test_decimals_follow_the_measure_where_the_statistic_does(name, decimals, text):
    assert formats.statistic(name, 12.345, decimals) == text


def test_proportions_are_printed_in_percent():
    assert formats.statistic("proportion", 0.25) == "25.0"
    assert formats.percentage_points(-0.125) == "−12.5"


def test_confidence_levels_are_printed_in_percent():
    assert formats.level_of_confidence(0.95) == "95 %"
    assert formats.level_of_confidence(0.975) == "97.5 %"


def test_names_of_the_data_become_words():
    assert formats.in_words("age_group") == "Age group"
    assert formats.in_words("MADRS") == "MADRS"


def test_plain_text_is_ascii():
    assert formats.plain("−4.8\N{NO-BREAK SPACE}–\N{EM DASH}") == "-4.8 --"
