"""Scales in a trial: what the catalogue spares the plan, what is scored, and what values of a scale are refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from postinfusion.cli import main
from postinfusion.errors import PlanError
from postinfusion.plan.parse import parse
from postinfusion.plan.plan import Plan
from spec.small_trial import PLAN, SmallTrial

OWN = PLAN[PLAN.index("instruments:") :]
PHQ = PLAN.replace(OWN, "").replace("{measure: MADRS, label: MADRS, better: lower}", "{measure: PHQ-9}")
LONG = "columns: {id: who, measure: scale, value: points, taken: when}"
PATTERN = 'columns: {id: who, taken: when}, items: {PHQ-9: "phq9_{item}"}'
TIMES = ("2031-01-06T09:00", "2031-01-07T10:00", "2031-01-07T09:00", "2031-01-08T11:00")
WHO = ("A1", "A1", "A2", "A2")


def wide(*rows: str, total: str = "") -> str:
    """Give a file with a column for each item and a row for each assessment."""
    header = ["who", "when", *(f"phq9_{item}" for item in range(1, 10)), *([total] if total else [])]
    lines = [f"{who},{when},{row}" for who, when, row in zip(WHO, TIMES, rows, strict=True)]
    return "\n".join([",".join(header), *lines, ""])


def ones(answer: int) -> str:
    return ",".join([str(answer)] * 9)


def trial(plan: str, scores: str) -> SmallTrial:
    return SmallTrial(plan).with_text("scores.csv", scores)


def check(of: SmallTrial, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["check", str(of.write(folder)), "--out", str(folder / "check.json")])
    return code, capsys.readouterr().err


def derived(of: SmallTrial, folder: Path) -> pd.DataFrame:
    """Give ADQS of a trial."""
    plan = of.write(folder)
    assert main(["derive", str(plan), "--data", str(folder / "data" / "small"), "--out", str(folder / "adam")]) == 0
    return pd.read_parquet(folder / "adam" / "adqs.parquet")


def problems(plan: str) -> list[str]:
    with pytest.raises(PlanError) as refused:
        parse(plan, "small.yaml")
    return [problem.text for problem in refused.value.problems]


def read(plan: str) -> Plan:
    return parse(plan, "small.yaml")


def test_an_endpoint_of_a_known_scale_needs_its_measure_only():
    found = read(PHQ).endpoints["madrs"]
    assert (found.label, found.better, found.unit, found.decimals) == ("PHQ-9", "lower", "points", 0)


def test_what_the_plan_writes_wins():
    plan = PHQ.replace("{measure: PHQ-9}", "{measure: PHQ-9, label: Mood, better: higher, decimals: 2}")
    found = read(plan).endpoints["madrs"]
    assert (found.label, found.better, found.decimals) == ("Mood", "higher", 2)


def test_a_score_brings_its_own_words():
    plan = PHQ.replace("{measure: PHQ-9}", "{measure: EDE-Q, score: obe_episodes}")
    found = read(plan).endpoints["madrs"]
    assert (found.label, found.unit) == ("Objective binge episodes in 28 days", "episodes")


def test_an_unknown_scale_needs_label_and_direction_and_is_told_the_nearest():
    told = problems(PHQ.replace("{measure: PHQ-9}", "{measure: PHQQ-9}"))
    assert len(told) == 2
    assert all('"PHQQ-9" is no scale of the catalogue. Did you mean PHQ-9?' in text for text in told)


def test_an_unknown_score_is_told_those_of_the_scale():
    told = problems(PHQ.replace("{measure: PHQ-9}", "{measure: CIA, score: global}"))
    assert all("CIA has no score of this name; it has: personal, social, cognitive, total." in text for text in told)


@pytest.mark.parametrize("more", ["", ", label: Dissociation, better: lower"])
def test_a_name_of_several_scales_is_refused_with_their_list(more: str):
    told = problems(PHQ.replace("{measure: PHQ-9}", f"{{measure: CADSS{more}}}"))
    assert all("CADSS-6, CADSS-19, CADSS-23, CADSS-27, CADSS-28" in text for text in told)


def test_a_profile_is_no_endpoint():
    assert "a name and not a quantity" in problems(PHQ.replace("PHQ-9}", "EQ-5D-5L, score: profile}"))[0]


def test_items_of_a_scale_whose_owner_keeps_the_key_are_refused():
    told = problems(PHQ.replace(LONG, 'columns: {id: who, taken: when}, items: {BDI-II: "bdi_{item}"}'))
    assert "there is no key for the items of BDI-II (proprietary (Pearson); no key is shipped)" in told[0]


def test_a_pattern_needs_the_place_of_the_number():
    assert "needs {item}" in problems(PHQ.replace(LONG, PATTERN.replace("{item}", "")))[0]


def test_items_in_columns_are_scored(tmp_path: Path):
    holey = "2,2,2,2,2,2,2,2,"
    found = derived(trial(PHQ.replace(LONG, PATTERN), wide(ones(2), ones(1), ones(3), holey)), tmp_path)
    total = found[found["PARAMCD"] == "PHQ-9"].sort_values(["AVAL", "PRORFL"])
    assert total["AVAL"].tolist() == [9, 18, 18, 27]
    assert total["PRORFL"].tolist() == ["", "", "Y", ""]
    assert total["NITEMS"].tolist() == [9, 9, 8, 9]
    assert {*found["PARAMCD"]} == {"PHQ-9", "PHQ-9 without_appetite_weight"}
    assert {*found["DTYPE"]} == {""}


def test_items_in_rows_give_the_same_scores(tmp_path: Path):
    rows = [
        f"{who},PHQ-9,{item},{answer},{when}"
        for who, when, answer in zip(WHO, TIMES, (2, 1, 3, 2), strict=True)
        for item in range(1, 10)
    ]
    plan = PHQ.replace("value: points,", "value: points, item: number,")
    found = derived(trial(plan, "\n".join(["who,scale,number,points,when", *rows, ""])), tmp_path)
    assert sorted(found.loc[found["PARAMCD"] == "PHQ-9", "AVAL"]) == [9, 18, 18, 27]


def test_a_delivered_total_that_differs_from_its_items_is_told_and_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    plan = PHQ.replace(LONG, f"{PATTERN}, wide: {{PHQ-9: sum}}")
    scores = wide(f"{ones(2)},18", f"{ones(1)},10", f"{ones(3)},27", f"{ones(2)},18", total="sum")
    code, told = check(trial(plan, scores), tmp_path, capsys)
    assert code == 0
    assert "row 3" in told
    assert "1 of 4 delivered values of PHQ-9 differ from the computed ones, by up to 1." in told
    assert sorted(_totals(trial(plan, scores), tmp_path)) == [9, 18, 18, 27]
    kept = trial(plan + "scoring: {prefer: supplied}\n", scores)
    assert sorted(_totals(kept, tmp_path)) == [10, 18, 18, 27]


def _totals(of: SmallTrial, folder: Path) -> list[float]:
    found = derived(of, folder)
    return found.loc[found["PARAMCD"] == "PHQ-9", "AVAL"].tolist()


def test_a_delivered_total_stays_where_items_are_missing(tmp_path: Path):
    plan = PHQ.replace(LONG, f"{PATTERN}, wide: {{PHQ-9: sum}}")
    scores = wide("2,2,2,2,2,2,2,2,,17", f"{ones(1)},9", f"{ones(3)},27", f"{ones(0)},0", total="sum")
    assert sorted(_totals(trial(plan, scores), tmp_path)) == [0, 9, 17, 27]


def test_a_scale_that_counts_from_1_is_refused_and_never_shifted(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    scores = wide(ones(1), ones(4), ones(2), ones(3))
    code, told = check(trial(PHQ.replace(LONG, PATTERN), scores), tmp_path, capsys)
    assert code == 1
    assert "9 of 36 values of PHQ-9 items are out of range (25.0%): observed 1–4, allowed 0–3." in told
    assert "The export probably counts from 1 where the scale counts from 0: recode under values" in told


def forms(*answers: str, visits: str = "") -> str:
    """Give a file with one form of nine answers for each of ten participants at each given answer."""
    at = [f"{visit}," for visit in visits.split(",")] if visits else [""] * len(answers)
    header = ["who", *(["visit"] if visits else []), "when", *(f"phq9_{item}" for item in range(1, 10))]
    rows = [
        f"P{person},{at[form]}2031-02-{1 + form:02d}T09:{person:02d},{answer}"
        for person in range(10)
        for form, answer in enumerate(answers)
    ]
    return "\n".join([",".join(header), *rows, ""])


def people(number: int = 10) -> str:
    return "who,group,centre\n" + "".join(f"P{person},{'KM'[person % 2]},north\n" for person in range(number))


def infusions(number: int = 10) -> str:
    rows = (f"P{person},1,2031-02-01T12:{person:02d},2031-02-01T13:00\n" for person in range(number))
    return "who,number,began,ended\n" + "".join(rows)


def ten(plan: str, scores: str) -> SmallTrial:
    """Give the small trial with ten participants."""
    of = trial(plan, scores).with_text("people.csv", people()).with_text("infusions.csv", infusions())
    return of.with_text("events.csv", "who,event,began,ended\nP1,nausea,2031-02-01T13:00,\n")


ONE_TO_THREE = ("1,2,1,3,1,2,1,1,2", "1,1,1,2,1,1,1,2,3")


def test_a_scale_that_counts_from_1_is_refused_though_nobody_reached_the_top(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    of = ten(PHQ.replace(LONG, PATTERN), forms(*ONE_TO_THREE))
    code, told = check(of, tmp_path, capsys)
    assert code == 1
    assert "none of 180 values of PHQ-9 items is 0: observed 1–3, allowed 0–3. That 110 are 1" in told
    assert "The export probably counts from 1 where the scale counts from 0: recode under values" in told
    assert "name PHQ-9 under scoring, lowest_unused" in told
    looked_at = replace(of, plan=of.plan + "scoring: {lowest_unused: [phq9]}\n")
    assert check(looked_at, tmp_path, capsys)[0] == 0


def test_severe_illness_without_the_lowest_answer_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    severe = ("3,3,2,3,3,2,3,3,2", "3,2,3,2,1,2,3,2,3")
    code, told = check(ten(PHQ.replace(LONG, PATTERN), forms(*severe)), tmp_path, capsys)
    assert code == 0, told
    assert "none of 180 values of PHQ-9 items is 0" in told
    assert "Look whether the export counts from 1." in told


def test_one_visit_that_counts_from_1_is_refused_beside_others_that_do_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    plan = PHQ.replace(LONG, PATTERN.replace("taken: when}", "taken: when, visit: visit}"))
    sound, shifted = "0,1,2,0,1,0,3,0,1", "1,1,1,2,1,1,1,1,3"
    visits = "Baseline,24 h,Day 7"
    code, told = check(ten(plan, forms(sound, shifted, sound, visits=visits)), tmp_path, capsys)
    assert code == 1
    assert "none of 90 values of PHQ-9 items at 24 h is 0: observed 1–3" in told
    code, told = check(ten(plan, forms(sound, sound, sound, visits=visits)), tmp_path, capsys)
    assert code == 0, told


def test_a_value_out_of_range_is_missing_and_counted_where_it_is_rare(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    plan = PHQ.replace(LONG, PATTERN) + "scoring: {out_of_range: 5 %}\n"
    scores = wide(ones(2), "7,1,1,1,1,1,1,1,0", ones(3), ones(2))
    code, told = check(trial(plan, scores), tmp_path, capsys)
    assert code == 0
    assert "row 3" in told
    assert "phq9_1: 1 of 36 values of PHQ-9 items are out of range (7; allowed 0–3). Taken as missing." in told
    assert any("Taken as missing" in found["text"] for found in _found(tmp_path))
    assert sorted(_totals(trial(plan, scores), tmp_path)) == [7 * 9 / 8, 18, 18, 27]


def _found(folder: Path) -> list[dict[str, str]]:
    return json.loads((folder / "check.json").read_text(encoding="utf-8"))["problems"]


def test_times_above_the_cap_of_a_task_are_told_cut_and_censored(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    rows = [f"{who},TMT,B,{value},{when}" for who, when, value in zip(WHO, TIMES, (412, 300, 95, 120), strict=True)]
    plan = PHQ.replace("{measure: PHQ-9}", "{measure: TMT, score: B}").replace(
        "value: points", "score: part, value: points"
    )
    of = trial(plan, "\n".join(["who,scale,part,points,when", *rows, ""]))
    code, told = check(of, tmp_path, capsys)
    assert code == 0, told
    assert "rows 2, 3 (2)" in told
    assert "2 values of TMT B at 300, where the task is stopped, 1 of them above it: taken as 300 and censored" in told
    found = derived(of, tmp_path).sort_values("AVAL")
    assert found["AVAL"].tolist() == [95, 120, 300, 300]
    assert found["CENSFL"].tolist() == ["", "", "Y", "Y"]


def test_weight_that_was_not_assessed_is_told_and_leaves_the_total_of_the_ham_d(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    plan = PHQ.replace("PHQ-9", "HAM-D17").replace(LONG, 'columns: {id: who, taken: when}, items: {HAM-D17: "h{item}"}')
    rows = [
        f"{who},{when},{','.join(['1'] * 15)},{weight},1"
        for who, when, weight in zip(WHO, TIMES, (1, 3, 2, 0), strict=True)
    ]
    of = trial(plan, "\n".join([",".join(["who", "when", *(f"h{item}" for item in range(1, 18))]), *rows, ""]))
    code, told = check(of, tmp_path, capsys)
    assert code == 0, told
    assert "1 form of HAM-D17 without a score of item 16, as not assessed" in told
    found = derived(of, tmp_path)
    total = found[found["PARAMCD"] == "HAM-D17"].sort_values("AVAL")
    assert total["AVAL"].tolist() == [16, 16, 17, 18]
    assert sorted(total["NITEMS"]) == [16, 17, 17, 17]
    assert {*total["PRORFL"]} == {""}


def test_marks_in_centimetres_on_a_line_of_100_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    rows = [
        f"{who},EQ-VAS,{value},2031-01-{day:02d}T09:00" for day in range(6, 12) for who, value in (("A1", 7), ("A2", 4))
    ]
    plan = PHQ.replace("PHQ-9", "EQ-VAS")
    code, told = check(trial(plan, "\n".join(["who,scale,points,when", *rows, ""])), tmp_path, capsys)
    assert code == 1
    assert "EQ-VAS: observed 4–7, allowed 0–100. The export probably has 0–10 where the scale has 0–100" in told


def test_another_version_whose_range_fits_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    plan = PHQ.replace("PHQ-9", "SHAPS dichotomous")
    rows = [
        f"{who},SHAPS dichotomous,{value},{when}" for who, when, value in zip(WHO, TIMES, (40, 30, 41, 29), strict=True)
    ]
    code, told = check(trial(plan, "\n".join(["who,scale,points,when", *rows, ""])), tmp_path, capsys)
    assert code == 1
    assert "The values fit SHAPS Likert: name this version in the plan." in told


def test_a_code_of_the_form_is_missing_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    plan = PHQ.replace("PHQ-9", "BPRS positive 1-7").replace("value: points,", "value: points, item: number,")
    rows = [
        f"{who},BPRS positive 1-7,{item},{0 if place == 1 and item == 4 else 2},{when}"
        for place, (who, when) in enumerate(zip(WHO, TIMES, strict=True))
        for item in (4, 11, 12, 15)
    ]
    code, told = check(trial(plan, "\n".join(["who,scale,number,points,when", *rows, ""])), tmp_path, capsys)
    assert code == 0, told
    assert "1 value of BPRS positive 1-7 items hold a code of the form for missing. Taken as missing." in told
    assert "1 value of BPRS positive 1-7 not computed: too few items are answered." in told


def test_answers_that_look_back_past_the_infusion_give_one_warning_for_each_endpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    plan = PHQ.replace("{measure: PHQ-9}", "{measure: EDE-Q, score: global}").replace(
        "assessments: {file: scores.csv,", "assessments: {file: scores.csv, constants: {score: global},"
    )
    rows = [f"{who},EDE-Q,{value},{when}" for who, when, value in zip(WHO, TIMES, (4, 3, 4, 3), strict=True)]
    code, told = check(trial(plan, "\n".join(["who,scale,points,when", *rows, ""])), tmp_path, capsys)
    assert code == 0, told
    assert told.count("look back 28 days, but 2 analysed values were given sooner after the last infusion (24 h)") == 1


def test_a_state_scale_gives_no_such_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    rows = [f"{who},FCQ-S,{value},{when}" for who, when, value in zip(WHO, TIMES, (40, 30, 41, 29), strict=True)]
    of = trial(PHQ.replace("PHQ-9", "FCQ-S"), "\n".join(["who,scale,points,when", *rows, ""]))
    code, told = check(of, tmp_path, capsys)
    assert code == 0
    assert "look back" not in told


def test_a_scale_of_the_plan_is_scored_and_checked_like_those_of_the_catalogue(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    own = """\
instruments:
  Hunger:
    better: lower
    items: [{items: 1-3, minimum: 0, maximum: 4}]
    reversed: 3
    scores: {total: {label: Hunger now, rule: sum, items: 1-3, maximum: 12}}
"""
    plan = (
        PHQ.replace("PHQ-9", "Hunger").replace(LONG, 'columns: {id: who, taken: when}, items: {Hunger: "h{item}"}')
        + own
    )
    assert read(plan).endpoints["madrs"].label == "Hunger now"
    lines = [
        f"{who},{when},{row}" for who, when, row in zip(WHO, TIMES, ("1,2,0", "0,0,4", "4,4,0", "1,1,1"), strict=True)
    ]
    of = trial(plan, "\n".join(["who,when,h1,h2,h3", *lines, ""]))
    assert check(of, tmp_path, capsys)[0] == 0
    found = derived(of, tmp_path)
    assert sorted(found["AVAL"]) == [0, 5, 7, 12]


def test_items_that_no_scale_has_are_refused_with_their_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    rows = [f"{who},PHQ-9,{item},1,{when}" for who, when, item in zip(WHO, TIMES, (1, 2, 3, 14), strict=True)]
    plan = PHQ.replace("value: points,", "value: points, item: number,")
    code, told = check(trial(plan, "\n".join(["who,scale,number,points,when", *rows, ""])), tmp_path, capsys)
    assert code == 1
    assert "row 5" in told
    assert "number: PHQ-9 has no such item; its items are 1 to 10." in told


def test_columns_of_items_by_visit_are_scored(tmp_path: Path):
    items = 'items: {PHQ-9: {Baseline: "b{item}", 24 h: "d{item}", Day 7: "w{item}"}}'
    header = ",".join(["who", *(f"{visit}{item}" for visit in "bdw" for item in range(1, 10))])
    rows = (f"A1,{ones(3)},{ones(1)},{ones(1)}", f"A2,{ones(2)},{ones(0)},{ones(1)}")
    found = derived(
        trial(PHQ.replace(LONG, f"columns: {{id: who}}, {items}"), "\n".join([header, *rows, ""])), tmp_path
    )
    total = found[found["PARAMCD"] == "PHQ-9"].groupby("AVISIT")["AVAL"].apply(sorted).to_dict()
    assert total == {"Baseline": [18, 27], "24 h": [0, 9], "Day 7": [9, 9]}


def test_labels_instead_of_codes_need_a_map_of_the_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    rows = ("Not at all" + ",0" * 8, ones(1), ones(2), ones(3))
    plan = PHQ.replace(LONG, PATTERN)
    code, told = check(trial(plan, wide(*rows)), tmp_path, capsys)
    assert code == 1
    assert '"Not at all" is a label and not a number. Map each under values: {value: {label: number}}' in told
    mapped = plan.replace("items: {PHQ-9", 'values: {value: {Not at all: "0"}}, items: {PHQ-9')
    assert sorted(_totals(trial(mapped, wide(*rows)), tmp_path)) == [0, 9, 18, 27]
