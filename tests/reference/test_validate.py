"""The table of ``make validate`` and its summary tell what the comparisons found."""

import json

import numpy as np
import pytest

from postinfusion.errors import ModelError
from reference import validate
from reference.comparisons import COUNT, ESTIMATE, STANDARD_ERROR, Case, Comparison, discover
from reference.validate import SUMMARY, counted, summary, table


def comparison(quantity, reference, ours, tolerance=STANDARD_ERROR, **options):
    return Comparison(quantity, "R x 1.0, option", reference, lambda: ours, tolerance, **options)


AGREES = comparison("agrees", 100.0, 100.005)
FAILS = comparison("fails", [100.0, 200.0], [100.0, 200.1], names=["first", "second"])


def test_the_summary_in_the_package_is_in_step_with_the_cases():
    written = json.loads(SUMMARY.read_text(encoding="utf-8"))["cases"]
    expected = [counted(case) for case in discover()]
    found = [{key: case[key] for key in expected[0]} for case in written]
    assert found == expected, "the summary is old: run make validate and commit what it writes"
    assert not [case["case"] for case in written if case["failed"]]


def test_the_table_has_a_row_for_each_comparison_and_counts_them():
    lines = list(table([Case("a", (AGREES, FAILS))]))
    assert len(lines) == 1 + 2 + 1 + 1
    assert " ".join(lines[1].split()) == "a agrees 100 100.005 5.0e-03 1.0e-02 yes 1 R x 1.0, option"
    assert " ".join(lines[2].split()) == "a fails [second] 200 200.1 1.0e-01 2.0e-02 NO 2 R x 1.0, option"
    assert lines[-1] == "1 cases, 2 comparisons of 3 numbers: 1 passed, 1 failed"


def test_the_summary_rounds_the_largest_share_of_a_tolerance_up():
    (found,) = summary([Case("a", (AGREES, FAILS))])["cases"]
    assert found == {
        "case": "a",
        "programs": ["R x 1.0"],
        "comparisons": 2,
        "numbers": 3,
        "failed": 1,
        "largest_share_of_tolerance": 5.0,
    }


@pytest.mark.parametrize(("comparisons", "code"), [((AGREES,), 0), ((AGREES, FAILS), 1)])
def test_the_exit_code_tells_of_a_failed_comparison(comparisons, code, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(validate, "discover", lambda: (Case("a", comparisons),))
    monkeypatch.setattr(validate, "SUMMARY", tmp_path / "summary.json")
    assert validate.main() == code
    assert json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))["cases"][0]["failed"] == code
    assert f"{code} failed" in capsys.readouterr().out


def test_a_scale_is_the_unit_of_the_tolerance():
    assert comparison("x", 0.0, 0.9e-4, ESTIMATE, scale=1.0).outcome.passed
    assert not comparison("x", 0.0, 1.1e-4, ESTIMATE, scale=1.0).outcome.passed


@pytest.mark.parametrize(
    ("reference", "ours", "passed"),
    [(np.nan, np.nan, True), (np.inf, np.inf, True), (np.nan, 1.0, False), (1.0, np.nan, False), (1.0, np.inf, False)],
)
def test_what_has_no_value_agrees_only_with_what_has_none(reference, ours, passed):
    assert comparison("x", reference, ours).outcome.passed is passed


def test_a_count_agrees_only_when_it_is_the_same():
    assert comparison("x", 0, 0, COUNT).outcome.passed
    assert not comparison("x", 280, 281, COUNT).outcome.passed


def test_a_refused_model_is_a_failed_comparison():
    def refused():
        raise ModelError("singular")

    found = Comparison("x", "R", [1.0, 2.0], refused, COUNT).outcome
    assert not found.passed
    assert found.place == "refused: singular"


def test_another_shape_is_an_error():
    with pytest.raises(ValueError, match="shape"):
        _ = comparison("x", [1.0, 2.0], 1.0).outcome
