"""The section on governance tells how the models agree with other programs."""

from dataclasses import replace

from postinfusion.present.validation.summary import (
    CaseSummary,
    case_summaries,
    validation_sentence,
    validation_table,
)

CASE = CaseSummary("mmrm_x", ("R mmrm 0.3.18", "R nlme 3.1-162"), 1200, 2500, 0, 0.021)


def test_the_summary_of_the_package_is_read():
    assert {"mmrm_beat_the_blues", "ancova_cdisc_pilot"} <= {case.case for case in case_summaries()}


def test_agreement_is_told_with_its_counts_and_tolerances():
    text = validation_sentence([CASE, replace(CASE, case="lmm_x")])
    assert "2 reference cases" in text
    assert "5,000 numbers" in text
    assert "every one agrees" in text


def test_disagreement_is_told_and_never_called_agreement():
    text = validation_sentence([CASE, replace(CASE, failed=3)])
    assert "3 of the 2,400 comparisons do not" in text
    assert "every one" not in text


def test_the_table_has_a_row_for_each_case():
    found = validation_table([CASE, replace(CASE, failed=3, largest_share_of_tolerance=None)])
    rows = found.parts[0].rows
    assert [row.label for row in rows] == ["mmrm_x", "mmrm_x"]
    assert rows[0].cells == ("R mmrm 0.3.18; R nlme 3.1-162", "1,200", "2,500", "3", "all")
    assert rows[1].cells[-2:] == ("NE", "3 of 1,200 do not")
