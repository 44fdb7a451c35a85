"""Sources become canonical tables: mapped, translated, reshaped, filtered, checked."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from postinfusion.errors import DataError
from postinfusion.plan.parse import parse
from postinfusion.sources.formats import encodings
from postinfusion.sources.id_forms import suggested
from postinfusion.sources.read import Canonical, canonical_tables, readable_tables
from spec.small_trial import SmallTrial

TRIAL = SmallTrial()
WIDE_BY_VISIT = "{file: wide.csv, columns: {id: who}, wide: {MADRS: {Baseline: m0, 24 h: m1, Day 7: m7}}}"
ASSESSMENTS = "{file: scores.csv, columns: {id: who, measure: scale, value: points, taken: when}}"
PARTICIPANTS = "{file: people.csv, columns: {id: who, arm: group, site: centre}}"


def canonical(trial: SmallTrial, folder: Path) -> Canonical:
    """Give the canonical tables of a trial."""
    return canonical_tables(parse(trial.write(folder).read_text(), "small.yaml"), folder / "data" / "small")


def with_people(options: str, people: str) -> SmallTrial:
    """Give the trial with other participants."""
    trial = TRIAL.with_plan(PARTICIPANTS, PARTICIPANTS[:-1] + f", {options}}}")
    return trial.with_text("people.csv", people)


def test_columns_are_ours_in_the_order_of_the_definition(tmp_path: Path):
    found = canonical(TRIAL, tmp_path)
    assert list(found.tables) == ["participants", "infusions", "assessments", "adverse_events"]
    assert list(found.tables["participants"]) == ["id", "arm", "site"]
    assert list(found.tables["assessments"]) == ["id", "measure", "value", "taken", "taken_date_only"]
    assert found.tables["participants"]["arm"].tolist() == ["Ketamine", "Midazolam"]
    counts = {name: len(table) for name, table in found.tables.items()}
    assert counts == {"participants": 2, "infusions": 3, "assessments": 4, "adverse_events": 1}


def test_missing_codes_of_the_plan_are_missing(tmp_path: Path):
    value = canonical(TRIAL, tmp_path).tables["assessments"]["value"]
    assert value.isna().tolist() == [False, False, True, False]


def test_a_wide_file_gives_one_row_per_value(tmp_path: Path):
    trial = TRIAL.with_plan(ASSESSMENTS, WIDE_BY_VISIT)
    trial = trial.with_text("wide.csv", "who,m0,m1,m7\nA1,30,20,\nA2,28,NA,14\n")
    found = canonical(trial, tmp_path)
    frame = found.tables["assessments"]
    assert frame.to_numpy().tolist() == [
        ["A1", "MADRS", 30.0, "Baseline"],
        ["A1", "MADRS", 20.0, "24 h"],
        ["A2", "MADRS", 28.0, "Baseline"],
        ["A2", "MADRS", 14.0, "Day 7"],
    ]
    assert found.deliveries["assessments"].empty_cells == 2


def test_a_wrong_cell_of_a_wide_file_is_named_by_its_own_column(tmp_path: Path):
    trial = TRIAL.with_plan(ASSESSMENTS, WIDE_BY_VISIT)
    trial = trial.with_text("wide.csv", "who,m0,m1,m7\nA1,30,x,1\nA2,x,1,14\n")
    with pytest.raises(DataError) as refused:
        canonical(trial, tmp_path)
    told = [(problem.place, problem.text.split(" is")[0]) for problem in refused.value.problems]
    assert told == [("row 2", 'm1: "x"'), ("row 3", 'm0: "x"')]


def test_a_wide_file_without_rows_or_without_its_columns_is_told_as_such(tmp_path: Path):
    trial = TRIAL.with_plan(ASSESSMENTS, WIDE_BY_VISIT)
    with pytest.raises(DataError, match='no file measures "MADRS"'):
        canonical(trial.with_text("wide.csv", "who,m0,m1,m7\n"), tmp_path)
    with pytest.raises(DataError, match=r"columns?.*m7") as refused:
        canonical(trial.with_text("wide.csv", "who,x\nA1,1\n"), tmp_path)
    assert sum("wide.csv has no column" in problem.text for problem in refused.value.problems) == 3


def test_a_wide_file_without_visits_has_a_column_for_each_measure(tmp_path: Path):
    vitals = "{file: vitals.csv, columns: {id: who, taken: when}, wide: {SBP: sys, DBP: dia}}"
    trial = TRIAL.with_plan(ASSESSMENTS, f"{ASSESSMENTS}\n  vitals: {vitals}")
    found = canonical(trial.with_text("vitals.csv", "who,when,sys,dia\nA1,2031-01-06T10:00,120,NA\n"), tmp_path)
    assert found.tables["vitals"][["measure", "value"]].to_numpy().tolist() == [["SBP", 120.0]]


def test_where_leaves_rows_out_and_counts_them(tmp_path: Path):
    trial = TRIAL.with_plan("taken: when}", "taken: when}, where: {scale: [MADRS]}")
    trial = trial.with_file("scores.csv", "A1,MADRS,20", "A1,GAD-7,20")
    found = canonical(trial, tmp_path)
    assert (len(found.tables["assessments"]), found.deliveries["assessments"].excluded) == (3, 1)


def test_rows_are_named_by_their_line_also_after_where(tmp_path: Path):
    trial = TRIAL.with_plan("taken: when}", "taken: when}, where: {scale: [MADRS]}")
    trial = trial.with_file("scores.csv", "A1,MADRS,20", "A1,GAD-7,20").with_file("scores.csv", "MADRS,28", "MADRS,x")
    with pytest.raises(DataError, match="row 5: points"):
        canonical(trial, tmp_path)


def test_values_are_translated_before_they_are_missing(tmp_path: Path):
    trial = TRIAL.with_plan(
        "onset: began, end: ended}", "onset: began, serious: ser}, values: {serious: {'': N, s: Y}}"
    )
    trial = trial.with_text("events.csv", "who,event,began,ser\nA1,nausea,2031-01-06,\nA1,fall,2031-01-07,s\n")
    assert canonical(trial, tmp_path).tables["adverse_events"]["serious"].tolist() == [False, True]


def test_constants_fill_a_column_of_every_row(tmp_path: Path):
    trial = TRIAL.with_plan("columns: {id: who, measure: scale,", "constants: {measure: MADRS}, columns: {id: who,")
    assert set(canonical(trial, tmp_path).tables["assessments"]["measure"]) == {"MADRS"}


def test_covariates_are_numbers_or_categories(tmp_path: Path):
    people = "who,group,centre,iq,ward\nA1,K,n,100,7\nA2,M,s,110,8\n"
    trial = with_people("covariates: {iq: iq, ward: ward}, categories: [ward]", people)
    frame = canonical(trial, tmp_path).tables["participants"]
    assert frame["iq"].dtype == "float64"
    assert frame["ward"].tolist() == ["7", "8"]


def test_a_supplied_population_is_a_flag(tmp_path: Path):
    trial = with_people("flags: {efficacy: eff}", "who,group,centre,eff\nA1,K,n,Y\nA2,M,s,\n")
    trial = trial.with_plan("  safety: {rule: treated}", "  efficacy: {rule: supplied}")
    flag = canonical(trial, tmp_path).tables["participants"]["flag:efficacy"]
    assert flag.tolist() == [True, False]
    assert flag.dtype == "bool"


def test_a_table_that_is_not_known_is_refused_with_its_line(tmp_path: Path):
    with pytest.raises(DataError, match=r"line 9: sources, adverse_event: there is no such table"):
        canonical(TRIAL.with_plan("  adverse_events:", "  adverse_event:"), tmp_path)


def test_a_column_that_no_table_has_is_refused_with_its_line(tmp_path: Path):
    with pytest.raises(DataError, match=r"line 6: sources, participants, columns, sight: .* Did you mean site"):
        canonical(TRIAL.with_plan("site: centre", "sight: centre"), tmp_path)


def test_a_recorded_visit_that_the_schedule_lacks_is_a_warning(tmp_path: Path):
    trial = TRIAL.with_plan("taken: when}", "taken: when, visit: visit}")
    trial = trial.with_text(
        "scores.csv",
        "who,scale,points,when,visit\n"
        "A1,MADRS,30,2031-01-06T09:00,Baseline\n"
        "A1,MADRS,20,2031-01-07T10:00,24 h\n"
        "A2,MADRS,28,2031-01-14T11:00,Day 7\n"
        "A2,MADRS,28,2031-01-15T11:00,Unplanned\n",
    )
    [problem] = canonical(trial, tmp_path).problems
    assert problem.severity == "warning"
    assert (problem.place, problem.text[:35]) == ("row 5", 'visit: "Unplanned" is not a visit o')


def test_a_visit_that_no_file_records_is_an_error(tmp_path: Path):
    trial = TRIAL.with_plan("taken: when}", "taken: when, visit: visit}")
    trial = trial.with_text(
        "scores.csv",
        "who,scale,points,when,visit\nA1,MADRS,30,2031-01-06,Baseline\nA1,MADRS,2,2031-01-07,24h\n"
        "A1,MADRS,2,2031-01-13,Day 7\n",
    )
    with pytest.raises(DataError, match=r'schedule, visit "24 h": no file records this visit\. Did you mean 24h'):
        canonical(trial, tmp_path)


def test_the_same_table_comes_from_csv_and_from_parquet(tmp_path: Path):
    from_csv = canonical(TRIAL, tmp_path).tables["assessments"]
    frame = pd.read_csv(tmp_path / "data" / "small" / "scores.csv", parse_dates=["when"])
    frame.to_parquet(tmp_path / "data" / "small" / "scores.parquet")
    from_parquet = canonical(TRIAL.with_plan("scores.csv", "scores.parquet"), tmp_path).tables["assessments"]
    pd.testing.assert_frame_equal(from_csv, from_parquet)


def test_copies_of_an_adverse_event_of_one_hour_or_end_are_warned_of_by_row_and_none_is_dropped(tmp_path: Path):
    begun = "A1,nausea,2031-01-06T11:00,2031-01-06T12:30\n"
    rows = begun + begun + begun.replace("12:30", "13:00") + begun.replace("nausea", "rash") + "A1,itch,,\nA1,itch,,\n"
    trial = TRIAL.with_text("events.csv", f"who,event,began,ended\n{rows}")
    found = canonical(trial, tmp_path)
    (problem, empty) = found.problems
    assert "is empty: the event counts as treatment-emergent unless it ended before" in str(empty)
    assert str(problem).startswith("events.csv: rows 2, 3 (2): who, event, began, ended: one participant has")
    assert problem.severity == "warning"
    assert len(found.tables["adverse_events"]) == 6
    days = "A1,nausea,2031-01-06,\nA1,nausea,2031-01-06,\n"
    assert canonical(trial.with_text("events.csv", f"who,event,began,ended\n{days}"), tmp_path).problems == ()
    ended = days.replace("06,\n", "06,2031-01-07\n")
    assert len(canonical(trial.with_text("events.csv", f"who,event,began,ended\n{ended}"), tmp_path).problems) == 1


def test_an_intercurrent_event_that_never_happened_is_a_warning(tmp_path: Path):
    trial = TRIAL.with_plan("visit: 24 h}\n", "visit: 24 h}\n    events: {rescue: treatment-policy}\n")
    [problem] = canonical(trial, tmp_path).problems
    assert problem.severity == "warning"
    assert problem.text.startswith("estimands, primary, events, rescue: this event is in no file")


def test_the_size_of_chunks_changes_neither_tables_nor_problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    rows = "".join(
        f"A1,MADRS,{value},2031-01-0{day}T09:00\n" for day in (7, 8, 9) for value in ("x", "8,5", "-99", "7")
    )
    trial = TRIAL.with_text("scores.csv", f"who,scale,points,when\n{rows}A2,ND,<5,03/04/2031\n".replace("8,5", '"8,5"'))
    plan = parse(trial.write(tmp_path).read_text(), "small.yaml")
    whole = readable_tables(plan, tmp_path / "data" / "small")
    monkeypatch.setattr(encodings, "BLOCK", 40)
    in_chunks = readable_tables(plan, tmp_path / "data" / "small")
    assert in_chunks.problems == whole.problems != ()
    for name, table in whole.tables.items():
        pd.testing.assert_frame_equal(in_chunks.tables[name], table)


def test_declared_codes_for_missing_are_counted_by_column(tmp_path: Path):
    trial = TRIAL.with_file("scores.csv", "A1,MADRS,20", "A1,MADRS,-99")
    assert canonical(trial, tmp_path).deliveries["assessments"].missing == {"points": {"NA": 1, "-99": 1}}
    wide = TRIAL.with_plan(ASSESSMENTS, WIDE_BY_VISIT).with_text("wide.csv", "who,m0,m1,m7\nA1,30,-99,5\nA2,28,NA,14\n")
    assert canonical(wide, tmp_path).deliveries["assessments"].missing == {"m1": {"-99": 1, "NA": 1}}


def test_codes_with_decimals_meet_what_the_plan_says_of_whole_numbers(tmp_path: Path):
    events = "columns: {id: who, term: event, onset: began, end: ended}"
    trial = TRIAL.with_plan("code: K", 'code: "1"').with_plan("code: M", 'code: "2"')
    trial = trial.with_plan(events, events + ', values: {severity: {"1": mild, "3": severe}}, where: {kept: ["1"]}')
    trial = trial.with_text("people.csv", "who,group,centre\nA1,1.0,north\nA2,2.0,south\n")
    trial = trial.with_file("scores.csv", "A1,MADRS,20", "A1,MADRS,-99.0")
    trial = trial.with_text(
        "events.csv",
        "who,event,began,ended,severity,serious,kept\nA1,nausea,2031-01-06,,1.0,0.0,1.0\n"
        "A1,rash,2031-01-06,,3.0,1.0,1\nA1,itch,2031-01-06,,2.0,1.0,2.0\n",
    )
    found = canonical(trial, tmp_path)
    assert found.tables["participants"]["arm"].tolist() == ["Ketamine", "Midazolam"]
    assert found.tables["adverse_events"]["severity"].tolist() == ["mild", "severe"]
    assert found.tables["adverse_events"]["serious"].tolist() == [False, True]
    assert found.deliveries["assessments"].missing == {"points": {"NA": 1, "-99": 1}}
    with pytest.raises(DataError, match=r'row 2: severity: "1.5" is unknown'):
        canonical(trial.with_file("events.csv", "1.0,0.0", "1.5,0.0"), tmp_path)


def test_ids_meet_in_the_form_that_the_plan_says_and_those_it_changed_are_counted(tmp_path: Path):
    trial = TRIAL.with_plan(
        "columns: {id: who, arm",
        'id_form: {strip_prefix: "p-", leading_zeros: drop, blanks: drop}, columns: {id: who, arm',
    )
    trial = trial.with_text("people.csv", "who,group,centre\nP-001,K,north\nP- 02,M,south\n")
    for file in ("infusions.csv", "scores.csv", "events.csv"):
        trial = trial.with_text(file, trial.files[file].replace("A1", "1").replace("A2", "2"))
    found = canonical(trial, tmp_path)
    assert found.tables["participants"]["id"].tolist() == ["1", "2"]
    assert found.changed_ids == {"people.csv": 2}


def test_different_ids_that_a_rule_makes_equal_are_refused_by_row_and_none_is_dropped(tmp_path: Path):
    trial = TRIAL.with_plan("columns: {id: who, arm", "id_form: {case: upper}, columns: {id: who, arm")
    trial = trial.with_text("people.csv", "who,group,centre\nA1,K,north\na1,K,north\nA2,M,south\n")
    with pytest.raises(DataError) as told:
        canonical(trial, tmp_path)
    found = [str(problem) for problem in told.value.problems if problem.file == "people.csv"]
    assert len(found) == 1
    assert "rows 2, 3 (2)" in found[0]
    assert "ids that differ in the file are the same in the form that id_form says" in found[0]
    assert "A1" not in found[0]


@pytest.mark.parametrize(
    ("people", "others", "rule"),
    [
        (["P-001", "P-002"], ["1", "2"], 'id_form: {strip_prefix: "P-", leading_zeros: drop} to participants.'),
        (["1", "2"], ["P-001", "P-002"], 'id_form: {strip_prefix: "P-", leading_zeros: drop} to events.'),
        (["A1", "A2"], ["a1", "A2"], "id_form: {case: upper} to events."),
        (["A1", "A2"], ["A 1", "A2"], "id_form: {blanks: drop} to events."),
        (["1", "2"], ["1.0", "2.0"], "id_form: {decimals: drop} to events."),
        (["01", "02"], ["1", "2"], "id_form: {leading_zeros: drop} to participants."),
        (
            ["P1", "P2"],
            ["sub-01", "sub-02"],
            'leading_zeros: drop} to events and id_form: {strip_prefix: "P"} to participants.',
        ),
        (["435", "A2"], ["A2", "sub-0435"], 'id_form: {strip_prefix: "sub-", leading_zeros: drop} to events.'),
        (["A1", "A2"], ["A1", "A3"], ""),
        (["A1", "a1"], ["A1 ", "b1"], ""),
        (["Smith1", "2"], ["1", "2"], ""),
    ],
)
def test_the_simplest_rule_by_which_ids_match_is_suggested(people: list[str], others: list[str], rule: str):
    assert suggested(others, people, "events").endswith(rule)
    assert bool(rule) == bool(suggested(others, people, "events"))


@pytest.mark.parametrize("code", ["-9", "999"])
def test_a_number_that_is_a_common_code_for_missing_is_refused_unless_the_plan_says_what_it_is(
    code: str, tmp_path: Path
):
    plan = "columns: {id: who, measure: scale, value: points, taken: when}"
    trial = TRIAL.with_file("scores.csv", "A1,MADRS,20", f"A1,OTHER,{code}").with_file(
        "scores.csv", "A2,MADRS,NA", "A2,OTHER,20"
    )
    with pytest.raises(DataError, match=f'row 3: points: "{code}" is a common code for missing'):
        canonical(trial, tmp_path)
    told = trial.with_plan(plan, f'{plan}, values: {{value: {{"{code}": "{code}"}}}}')
    assert float(code) in set(canonical(told, tmp_path).tables["assessments"]["value"])


def test_what_stands_beside_a_number_is_a_column_of_its_own_where_the_plan_keeps_it(tmp_path: Path):
    trial = TRIAL.with_file("scores.csv", "A1,MADRS,20", "A1,MADRS,<20")
    trial = trial.with_plan("taken: when}", "taken: when}, qualifiers: {value: keep}")
    frame = canonical(trial, tmp_path).tables["assessments"]
    assert frame[["value", "qualifier"]].iloc[1].tolist() == [20.0, "<"]


def test_decimal_commas_and_the_order_of_dates_are_read_as_declared(tmp_path: Path):
    text = (
        "who;scale;points;when\nA1;MADRS;30,5;06.01.2031 09:00\nA2;MADRS;28;08.01.2031\nA1;MADRS;7;07.01.2031 10:00\n"
    )
    trial = TRIAL.with_text("scores.csv", text).with_plan("taken: when}", "taken: when}, dates: day-first")
    plan = parse(trial.write(tmp_path).read_text(), "small.yaml")
    frame = readable_tables(plan, tmp_path / "data" / "small").tables["assessments"]
    assert frame["value"].tolist() == [30.5, 28.0, 7.0]
    assert frame["taken_date_only"].tolist() == [False, True, False]


def warnings_of_events(folder: Path, columns: str, rows: str) -> list[str]:
    """Give what is told of a table of events with further columns."""
    trial = TRIAL.with_plan("event, onset: began, end: ended}", f"event, onset: began, {columns}}}").with_text(
        "events.csv", rows
    )
    return [str(problem) for problem in canonical(trial, folder).problems]


def test_a_word_against_its_grade_is_warned_of_by_row(tmp_path: Path):
    rows = "A1,nausea,2031-01-06T11:00,mild,4\nA1,rash,2031-01-06T12:00,,3\nA2,itch,2031-01-06T11:00,severe,3\n"
    (told,) = warnings_of_events(tmp_path, "severity: word, grade: rank", f"who,event,began,word,rank\n{rows}")
    assert told.startswith("events.csv: row 2: rank")
    assert "severity and grade are not the same: each table counts its own." in told


def test_an_unanswered_emergent_cell_is_warned_of_by_row(tmp_path: Path):
    rows = "A1,nausea,2031-01-06T11:00,Y\nA1,rash,2031-01-06T12:00,\nA2,itch,2031-01-06T11:00,N\n"
    (told,) = warnings_of_events(tmp_path, "emergent: after", f"who,event,began,after\n{rows}")
    assert told.startswith("events.csv: row 3: after: is empty: the times decide")
