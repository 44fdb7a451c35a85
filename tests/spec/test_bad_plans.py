"""What a person reads who writes a wrong plan: the line, the place in words, what is allowed, the nearest name."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from postinfusion.cli import main
from postinfusion.errors import PlanError
from postinfusion.io.plans import plan_files, read_plans
from postinfusion.plan.analyses import Analysis
from postinfusion.plan.parse import parse
from spec.small_trial import SmallTrial

TRIAL = SmallTrial()
COURSE = "  course: {endpoint: madrs, method: trajectory,"
METHODS = ", ".join(get_args(part.model_fields["method"].annotation)[0] for part in get_args(get_args(Analysis)[0]))

MISTAKES = {
    "a misspelt key": (
        TRIAL.with_plan("  time_zero:", "  tim_zero:"),
        (
            "line 13  design, tim_zero: there is no such key here. Did you mean time_zero? "
            "Allowed: kind, time_zero, arms, "
        ),
    ),
    "a key that is not there": (
        TRIAL.with_plan("seed: 1\n", ""),
        "seed: this is missing. It says: The only seed; each analysis draws its own stream from it and its own name.",
    ),
    "a file elsewhere": (
        TRIAL.with_plan("file: people.csv", "file: ../people.csv"),
        (
            "line 6  sources, participants, file: '../people.csv' is not in the trial's folder under data/: "
            "put it there and write its name."
        ),
    ),
    "a key twice": (
        TRIAL.with_plan("seed: 1\n", "seed: 1\nseed: 2\n"),
        'line 5  "seed" stands already in line 4. Keep one of them.',
    ),
    "a file that is no table of text": (
        TRIAL.with_plan("file: scores.csv", "file: scores.xls"),
        (
            "line 8  sources, assessments, file: 'scores.xls' is a spreadsheet of a kind that is not read: save it as "
            ".xlsx and name that file.\n1 error"
        ),
    ),
    "the beginning of a choice": (
        TRIAL.with_plan("method: mmrm,", "method: mmrm, df: kenward,"),
        "between-within, residual, asymptotic. Did you mean kenward-roger-linear?",
    ),
    "what another program calls a choice": (
        TRIAL.with_plan("method: mmrm,", "method: mmrm, covariance: [un],"),
        "toep, toeph. Did you mean us?",
    ),
    "a covariate twice": (
        TRIAL.with_plan("method: mmrm,", "method: mmrm, covariates: [baseline, site, site],"),
        'line 32  analyses, madrs-mmrm, covariates: "site" stands there twice. Keep one of them.',
    ),
    "a structure twice": (
        TRIAL.with_plan("method: mmrm,", "method: mmrm, covariance: [us, us],"),
        'line 32  analyses, madrs-mmrm, covariance: "us" stands there twice. Keep one of them.',
    ),
    "a variable twice": (
        TRIAL.with_plan("  flow:", "  people: {method: demographics, variables: [site, madrs, site]}\n  flow:"),
        'line 33  analyses, people, variables: "site" stands there twice. Keep one of them.',
    ),
    "a visit of the schedule twice": (
        TRIAL.with_plan("visit: Day 7,", "visit: 24 h,").with_plan(", visits: [24 h, Day 7]", ""),
        'line 20  schedule, visit "24 h", visit: this visit stands there twice. Rename or remove one.\n1 error',
    ),
    "a knot of a spline beyond the schedule": (
        TRIAL.with_plan("  flow:", f"{COURSE} basis: {{spline: [1000 d]}}, report_at: [24 h]}}\n  flow:"),
        (
            "line 33  analyses, course, basis, spline, item 1: 1000 d: a knot of a spline lies after time zero and "
            "within the schedule; the last window of the schedule ends at 10 d. Move it."
        ),
    ),
    "a population that many analyses use without naming it": (
        TRIAL.with_plan("randomised: {rule", "randomized: {rule").with_plan(
            "population: randomised", "population: safety"
        ),
        (
            'line 21  populations: "randomised" is not here, and 1 line under analyses that name no population use it. '
            "Did you mean randomized? Add it, or name a population in each."
        ),
    ),
    "a value left empty": (
        TRIAL.with_plan("seed: 1\n", "seed:\n"),
        "line 4  seed: this is empty. Write a value or remove the line.",
    ),
    "no word for a choice": (
        TRIAL.with_plan("data: synthetic", "data: No"),
        'line 3  data: "No" is not one of real, synthetic, scrambled.',
    ),
    "a time of day where a duration belongs": (
        TRIAL.with_plan("at: 24 h", "at: 12:30"),
        (
            "line 19  schedule, visit \"24 h\", at: '12:30' is not a time: write a number and min, h, d or wk, "
            "as in 24 h or 7 d."
        ),
    ),
    "a window whose ends are swapped": (
        TRIAL.with_plan("from: 20 h, until: 32 h", "from: 32 h, until: 20 h"),
        'line 19  schedule, visit "24 h": from 32 h is not before until 20 h. Swap them.',
    ),
    "windows that overlap in other units": (
        TRIAL.with_plan("from: 32 h, until: 10 d", "from: 1 d, until: 10 d"),
        'line 20  schedule, visit "Day 7": from 1 d overlaps with 24 h, which ends at 32 h. Let it begin there.',
    ),
    "windows that overlap": (
        TRIAL.with_plan("from: 32 h, until: 10 d", "from: 30 h, until: 10 d"),
        'line 20  schedule, visit "Day 7": from 30 h overlaps with 24 h, which ends at 32 h. Let it begin there.',
    ),
    "visits out of order": (
        TRIAL.with_plan("{visit: Day 7, at: 7 d, from: 32 h, until: 10 d}", "{visit: Day 7, at: 12 h}"),
        (
            'line 20  schedule, visit "Day 7", at: 12 h is not after 24 h (24 h). Put the visits in order, '
            "or delete a visit at which no endpoint is measured."
        ),
    ),
    "a visit after no infusion": (
        TRIAL.with_plan("{visit: Day 7, at: 7 d,", "{visit: Day 7, after: last one, at: 7 d,"),
        (
            "line 20  schedule, visit \"Day 7\", after: 'last one' names no infusion: write first infusion, "
            "last infusion or, as in infusion 3, which."
        ),
    ),
    "a visit after an infusion that nothing plans": (
        TRIAL.with_plan("{visit: Day 7, at: 7 d,", "{visit: Day 7, after: last infusion, at: 7 d,"),
        (
            'line 20  schedule, visit "Day 7", after: infusions of the design must say when infusions are planned: '
            "figures place the visit by them. Add it."
        ),
    ),
    "a visit after an infusion beyond those planned": (
        TRIAL.with_plan(
            "{visit: Day 7, at: 7 d, from: 32 h,", "{visit: Day 7, after: infusion 3, at: 2 d, from: 1 d,"
        ).with_plan("schedule:\n", "  infusions: [0 h, 4 d]\nschedule:\n"),
        (
            'line 21  schedule, visit "Day 7", after: the design plans 2 infusions only. '
            "Correct the number, or add infusions there."
        ),
    ),
    "a baseline after a later infusion": (
        TRIAL.with_plan("{visit: Baseline, at: 0 h}", "{visit: Baseline, after: infusion 2, at: 0 h}"),
        'line 18  schedule, visit "Baseline", after: the baseline counts from the first infusion. Remove this key.',
    ),
    "a first visit that is no baseline": (
        TRIAL.with_plan("{visit: Baseline, at: 0 h}", "{visit: Baseline, at: 1 h}"),
        'line 18  schedule, visit "Baseline", at: the first visit is the baseline; 1 h is after time zero.',
    ),
    "two reference arms": (
        TRIAL.with_plan("role: experimental", "role: reference"),
        "line 14  design, arms: exactly one arm has role: reference; here 2 have. Correct the roles.",
    ),
    "a visit that the schedule does not have": (
        TRIAL.with_plan("visits: [24 h, Day 7]", "visits: [24 h, Day 8]"),
        (
            'line 32  analyses, madrs-mmrm, visits: "Day 8" is not a visit of the schedule. '
            "There are: Baseline, 24 h, Day 7."
        ),
    ),
    "a visit spelt otherwise": (
        TRIAL.with_plan("visits: [24 h, Day 7]", "visits: [24 h, day7]"),
        'line 32  analyses, madrs-mmrm, visits: "day7" is not a visit of the schedule. Did you mean Day 7?',
    ),
    "an endpoint that does not exist": (
        TRIAL.with_plan("endpoint: madrs, method", "endpoint: mardrs, method"),
        'line 32  analyses, madrs-mmrm, endpoint: "mardrs" is not an endpoint. Did you mean madrs?',
    ),
    "an arm that does not exist": (
        TRIAL.with_plan("arm: Ketamine,", "arm: Ketamin,"),
        'line 27  estimands, primary, treatment, arm: "Ketamin" is not an arm. Did you mean Ketamine?',
    ),
    "a stratum that does not exist": (
        TRIAL.with_plan("  arms:\n", "  strata: [diagnossis]\n  arms:\n"),
        'line 14  design, strata: "diagnossis" is not a participants\' column or covariate. Did you mean diagnosis?',
    ),
    "a method that does not exist": (
        TRIAL.with_plan("method: mmrm", "method: mrmm"),
        f'line 32  analyses, madrs-mmrm: method: "mrmm" is not one of {METHODS}. Did you mean mmrm?',
    ),
    "a misspelt key method": (
        TRIAL.with_plan("method: mmrm", "methd: mmrm"),
        'line 32  analyses, madrs-mmrm: an analysis needs the key method, but here is "methd". Did you mean method?',
    ),
    "no key method": (
        TRIAL.with_plan("method: mmrm, ", ""),
        "line 32  analyses, madrs-mmrm: an analysis needs the key method.",
    ),
    "a name with capitals": (
        TRIAL.with_plan("  flow:", "  Flow 1:"),
        (
            "line 33  analyses, Flow 1: a name here has small letters, digits and single hyphens, as in madrs-mmrm. "
            "Rename it."
        ),
    ),
    "a model of repeated measures at one visit": (
        TRIAL.with_plan("visits: [24 h, Day 7]", "visits: [24 h]"),
        (
            "line 32  analyses, madrs-mmrm, visits: a model of repeated measures needs two visits or more. "
            "Add visits, or use method: ancova."
        ),
    ),
    "a threshold without its source": (
        TRIAL.with_plan("better: lower}", "better: lower, important_difference: 3}"),
        "line 30  endpoints, madrs: important_difference needs threshold_source: say where the threshold comes from.",
    ),
    "time since infusion without infusions": (
        TRIAL.with_plan("  infusions: {file: infusions.csv, columns: {id: who, start: began, end: ended}}\n", ""),
        (
            'line 12  design, time_zero: first-infusion needs a source "infusions", or the planned ones under design, '
            "infusions. Add one of them, or choose randomisation or first-dose."
        ),
    ),
    "a list where one text belongs": (
        TRIAL.with_plan("title: A small trial", "title: [A, small, trial]"),
        "line 2  title: must be a text.",
    ),
    "a text where keys belong": (
        TRIAL.with_plan("  flow: {method: disposition}", "  flow: disposition"),
        "line 33  analyses, flow: must have keys of its own, each on a line below it.",
    ),
    "a colon in a text without quotes": (
        TRIAL.with_plan("title: A small trial", "title: A small trial: part two"),
        (
            "line 2  this is not YAML: mapping values are not allowed here. "
            'Put a text that holds ": " in quotes, and begin each key on a line of its own.'
        ),
    ),
    "a tab as indentation": (
        TRIAL.with_plan("  kind: parallel", "\tkind: parallel"),
        "Indent with spaces instead of tabs.",
    ),
    "a part that refers to another": (
        TRIAL.with_plan("seed: 1", "seed: &one 1").with_plan("plan: 1", "plan: *one"),
        "line 1  this is not YAML",
    ),
    "a call of code": (
        TRIAL.with_plan("title: A small trial", "title: !!python/object/apply:os.system [ls]"),
        "line 2  tags (tag:yaml.org,2002:python/object/apply:os.system) are not used in a plan. Remove it.",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_gets_one_clear_message(mistake: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial, message = MISTAKES[mistake]
    assert main(["check", str(trial.write(tmp_path))]) == 1
    told = capsys.readouterr().err
    assert message in told
    assert told.startswith("config/trials/small.yaml\n")
    assert "\n1 error, 0 warnings. Nothing was analysed; earlier results are untouched. " in told


@pytest.mark.parametrize("word", ["No", "yes", "12:30", "010", "1e3", "2024-01-01", "null", "0x1F", "+1"])
def test_a_text_stays_what_the_user_wrote(word: str):
    trial = TRIAL.with_plan("code: K,", f"code: {word},")
    assert parse(trial.plan, "small.yaml").design.arms[0].code == word


def test_mistakes_of_all_kinds_are_told_at_once():
    trial = (
        TRIAL.with_plan("data: synthetic", "data: synthetical")
        .with_plan("visits: [24 h, Day 7]", "visits: [24 h, Day 8], covarance: [us]")
        .with_plan("arm: Ketamine,", "arm: Ketamin,")
        .with_plan("from: 20 h", "from: 40 h")
    )
    with pytest.raises(PlanError) as refused:
        parse(trial.plan, "small.yaml")
    told = str(refused.value)
    for part in ("synthetical", "covarance", "Ketamin", "Day 8", "from 40 h"):
        assert part in told


def test_a_repeated_key_hides_no_other_mistake():
    trial = (
        TRIAL.with_plan("seed: 1\n", "seed: 1\nseed: 2\n")
        .with_plan("data: synthetic", "data: No")
        .with_plan("at: 24 h", "at: 12:30")
    )
    with pytest.raises(PlanError) as refused:
        parse(trial.plan, "small.yaml")
    assert [problem.place for problem in refused.value.problems] == ["line 5", "line 3", "line 20"]


def test_one_mistake_in_a_part_that_others_need_is_told_once():
    for old, new in (
        ("role: reference", "role: referenz"),
        ("name: Midazolam,", "nam: Midazolam,"),
        ("visit: Baseline", "vizit: Baseline"),
        ("at: 7 d", "at: soon"),
        ("kind: parallel", "kind: two-arm"),
        ("time_zero: first-infusion", "time_zero: first-infusions"),
        ("{rule: allocated}", "{rule: everyone}"),
        ("file: people.csv", "file: people.csv, colums: {}"),
        ("label: MADRS, better", "lable: MADRS, better"),
    ):
        with pytest.raises(PlanError) as refused:
            parse(TRIAL.with_plan(old, new).plan, "small.yaml")
        assert len(refused.value.problems) == 1, str(refused.value)


def test_a_parallel_trial_with_one_arm_is_told_once():
    trial = TRIAL.with_plan("    - {name: Midazolam, code: M, role: reference}\n", "")
    with pytest.raises(PlanError) as refused:
        parse(trial.with_plan(", against: Midazolam", "").plan, "small.yaml")
    assert [problem.text.split(".")[0] for problem in refused.value.problems] == [
        "design, arms: a parallel trial has two arms or more"
    ]


def test_a_result_asked_for_after_the_last_window_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial = TRIAL.with_plan("  flow:", f"{COURSE} report_at: [24 h, 400 d]}}\n  flow:")
    assert main(["check", str(trial.write(tmp_path))]) == 0
    assert (
        "line 33  (warning) analyses, course, report_at, item 2: 400 d: nothing is observed then, the last window of "
        "the schedule ends at 10 d: the estimate is extrapolated. Name an earlier time."
    ) in capsys.readouterr().err


def test_a_plan_that_is_not_there_is_named_with_its_neighbours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    TRIAL.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["check", "smal"]) == 1
    assert 'there is no plan "smal" under config/trials. Did you mean small?' in capsys.readouterr().err


def test_a_plan_with_another_ending_is_told_to_be_renamed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    TRIAL.write(tmp_path).rename(tmp_path / "config" / "trials" / "bad.yml")
    monkeypatch.chdir(tmp_path)
    assert main(["check", "bad"]) == 1
    told = capsys.readouterr().err
    assert 'there is no plan "bad" under config/trials. bad.yml exists: rename it to bad.yaml.' in told
    with pytest.raises(PlanError, match=r"there is no such plan\. bad\.yml exists: rename it to bad\.yaml"):
        read_plans(plan_files(tmp_path, ["bad"]))


@pytest.mark.parametrize(
    ("trial", "message"),
    [
        (
            TRIAL.with_plan("  primary:\n", "  other:\n").with_plan("estimand: primary", "estimand: other"),
            "estimands: none is called primary, so the report has no primary result. Declare it first.",
        ),
        (
            TRIAL.with_plan("{estimand: primary, ", "{"),
            "estimands, primary: no analysis answers it. Write estimand: primary in the one that does.",
        ),
    ],
)
def test_a_plan_without_a_primary_result_is_warned(
    trial: SmallTrial, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["check", str(trial.write(tmp_path))]) == 0
    assert f"(warning) {message}" in capsys.readouterr().err


def test_a_comparison_needs_the_other_arm_unless_there_is_only_one():
    said = r"primary, treatment: the key against is missing: it names the arm to compare with\. There are: Midazolam\."
    with pytest.raises(PlanError, match=said):
        parse(TRIAL.with_plan(", against: Midazolam", "").plan, "small.yaml")


def test_a_gap_between_windows_is_a_warning_that_names_the_hours(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    trial = TRIAL.with_plan("from: 32 h, until: 10 d", "from: 5 d, until: 10 d")
    assert main(["check", str(trial.write(tmp_path))]) == 0
    told = capsys.readouterr().err
    assert '(warning) schedule, visit "Day 7": assessments from 32 h to 5 d count neither for 24 h nor' in told
