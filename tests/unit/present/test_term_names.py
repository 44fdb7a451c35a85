"""Models and their terms in words, without the names of columns."""

import pytest

from displays import trials
from postinfusion.present.results import results_of
from postinfusion.present.tables.term_names import formula_in_words, term_in_words

PLAN = trials.infused()
RESULTS = results_of(PLAN, trials.results(PLAN), "madrs-mmrm")


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("CHG ~ ARM * AVISIT + `SITEID`", "change from baseline: arm, visit, arm × visit, SITEID"),
        ("CHG ~ ARM + BASE + (1 + log1p(DAYS) | participant)",
         "change from baseline: arm, baseline, intercept and log(1 + days) varying between participants"),
        ("MADRS ~ ARM + offset(log(28 days))", "MADRS: arm, offset log(28 days)"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_formula_reads_as_words(formula: str, words: str):
    assert formula_in_words(RESULTS, formula) == words


def test_a_spline_is_named_by_its_part_or_its_knots():
    assert term_in_words(RESULTS, "ARMKetamine:ns(DAYS, knots = c(1, 7))2") == "Ketamine × spline of days, part 2"
    assert term_in_words(RESULTS, "ns(DAYS, knots = c(1, 7))") == "Spline of days (knots 1, 7)"
