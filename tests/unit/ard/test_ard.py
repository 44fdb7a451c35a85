"""The analysis results data: form, rows, questions, comparison."""

import numpy as np
import pandas as pd
import pytest

from postinfusion.ard.assemble import assemble
from postinfusion.ard.build import error_row, rows, table
from postinfusion.ard.compare import compare
from postinfusion.ard.query import select, statistic
from postinfusion.ard.schema import COLUMNS, KEY, canonical_hours, conform


def results(**changes: float) -> pd.DataFrame:
    found = rows({"n": 3, "mean": 1.5} | changes, arm="A", visit="24 h")
    return table([*found, error_row("no data", arm="B")], trial="small", analysis_id="x")


def test_key_columns_are_text_and_never_missing():
    ard = results()
    assert tuple(ard.columns) == COLUMNS
    assert not ard[list(KEY)].isna().any().any()
    assert (ard["comparator"] == "").all()


def test_missing_text_becomes_the_empty_text_and_na_stays_a_word():
    ard = conform(pd.DataFrame({"arm": ["NA", None], "stat_name": "n", "stat": [1.0, 2.0]}))
    assert ard["arm"].tolist() == ["NA", ""]


def test_a_column_that_the_schema_does_not_know_is_refused():
    with pytest.raises(ValueError, match="not columns of the results: colour"):
        conform(pd.DataFrame({"colour": ["red"]}))


def test_rows_without_an_order_are_ordered_by_their_position():
    ard = conform(pd.DataFrame({"stat_name": ["a", "b"], "order": [7, None]}))
    assert ard["order"].tolist() == [7, 1]


def test_a_text_goes_to_stat_text_and_a_number_to_stat():
    ard = table(rows({"formula": "y ~ x", "n": 2}))
    assert ard["stat_text"].tolist() == ["y ~ x", ""]
    assert ard["stat"].isna().tolist() == [True, False]


def test_a_question_with_one_answer_gives_it():
    assert statistic(results(), stat_name="mean", arm="A") == 1.5


def test_a_question_with_no_answer_says_so():
    with pytest.raises(LookupError, match="no result has stat_name='median'"):
        statistic(results(), stat_name="median")


def test_a_question_with_several_answers_says_what_to_add():
    both = pd.concat([results(), results().assign(visit="72 h")])
    with pytest.raises(LookupError, match=r"2 results have .*; add visit"):
        statistic(both, stat_name="mean", arm="A")


def test_a_question_about_an_unknown_column_is_refused():
    with pytest.raises(LookupError, match="colour is not a column"):
        select(results(), colour="red")


def test_equal_results_compare_as_equal():
    assert compare(results(), results()).is_equal


def test_a_changed_value_is_listed_with_both_values():
    found = compare(results(), results(mean=1.6))
    assert found.differing[["stat_first", "stat_second"]].to_numpy().tolist() == [[1.5, 1.6]]


def test_a_value_that_became_missing_is_a_difference():
    assert not compare(results(), results(mean=np.nan)).is_equal


def test_a_row_that_only_one_side_has_is_listed():
    found = compare(results(), results(sd=2.0))
    assert found.only_second["stat_name"].tolist() == ["sd"]
    assert found.only_first.empty


def test_trials_of_different_names_are_compared_without_their_names():
    found = compare(results(), results(mean=1.6).assign(trial="other"))
    assert found.trials == ("small", "other")
    assert len(found.differing) == 1
    assert "trial" not in found.differing
    assert found.only_first.empty
    assert compare(results(), results()).trials is None


def test_results_come_in_the_order_of_the_plan():
    both = pd.concat([results().assign(analysis_id="b"), results().assign(analysis_id="a")])
    assert assemble(both, ["a", "b"])["analysis_id"].unique().tolist() == ["a", "b"]


def test_a_statistic_with_two_values_is_refused():
    with pytest.raises(ValueError, match=r"2 results have the key of another one"):
        assemble(pd.concat([results(), results()]), ["x"])


@pytest.mark.parametrize(
    ("hours", "text"), [(0, "0"), (-336, "-336"), (0.5, "0.5"), (2016.0, "2016"), (1 / 3, "0.333333")]
)
def test_times_have_one_form(hours, text):
    assert canonical_hours(hours) == text
