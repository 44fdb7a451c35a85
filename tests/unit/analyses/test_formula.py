"""Formulas: what they mean, and what is refused."""

import pytest

from postinfusion.analyses.formula import Factor, parse_formula, term_name
from postinfusion.errors import ModelError


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("TRTP * AVISIT + BASE * AVISIT", ["TRTP", "AVISIT", "BASE", "TRTP:AVISIT", "AVISIT:BASE"]),
        ("a * b * c", ["a", "b", "c", "a:b", "a:c", "b:c", "a:b:c"]),
        ("(a + b + c)^2", ["a", "b", "c", "a:b", "a:c", "b:c"]),
        ("(a + b) * c - a:c", ["a", "b", "c", "b:c"]),
        ("b:a + a:b + a", ["a", "b:a"]),
        ("a * b - a", ["b", "a:b"]),
        ("`bdi pre` + x.1:y", ["bdi pre", "x.1:y"]),
        (
            "poly(t, 2) + ns(t, knots = c(24, 168.5)) + ns(t, 3) + log1p( t )",
            ["poly(t, 2)", "ns(t, knots = c(24, 168.5))", "ns(t, 3)", "log1p(t)"],
        ),
        ("Größe + time_2", ["Größe", "time_2"]),
        ("1", []),
    ],
)
def test_terms_come_in_the_order_of_r(text, terms):
    assert [term_name(term) for term in parse_formula(text).terms] == terms


@pytest.mark.parametrize(
    ("text", "intercept"),
    [("a", True), ("1 + a", True), ("0 + a", False), ("a - 1", False), ("-1 + a", False), ("0 + a + 1", True)],
)
def test_the_intercept_is_there_unless_it_is_taken_away(text, intercept):
    assert parse_formula(text).intercept is intercept


def test_knots_may_be_negative_numbers():
    assert parse_formula("ns(t, knots=c(-24, 1e2))").terms == ((Factor("t", "ns", (-24.0, 100.0), names_knots=True),),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a +", "a column is missing"),
        ("a b", "not expected here"),
        ("", "a column is missing"),
        ("(a + b", "is missing before"),
        ("exp(a)", "is no known function"),
        ("lgo(a)", "Did you mean log"),
        ("__import__('os').system('x')", "is not allowed"),
        ("a[0]", "is not allowed"),
        ("a^4", "allowed are 1 to 3"),
        ("a^1.5", "allowed are 1 to 3"),
        ("a + 2", "a column is missing"),
        ("ns(t)", "how many columns it becomes"),
        ("ns(t, 3, 1)", "how many columns it becomes"),
        ("ns(t, 2.5)", "how many columns it becomes"),
        ("ns(t, knots = c(3, 1))", "knots are for ns, and rise"),
        ("poly(t, knots = 2)", "knots are for ns"),
        ("poly(t, 99)", "degree from 1 to 10"),
        ("log(t, 2)", "takes only a column"),
        ("log(log(t))", "name of a column|is missing before"),
        ("poly(t, x)", "takes numbers"),
        ("0", "neither terms nor an intercept"),
        ("(" * 40 + "a" + ")" * 40, "nested more than"),
        ("(a+b+c+d+e+f+g+h+i+j+k+l+m)^3 * (n+o+p)", "more than 500 terms"),
        ("a + " * 2_000 + "a", "at most 4,000"),
    ],
)
def test_what_is_no_formula_is_refused_with_the_reason(text, reason):
    with pytest.raises(ModelError, match=reason):
        parse_formula(text)
