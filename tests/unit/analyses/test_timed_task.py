"""Times of a task that is stopped at a limit: which enter as what, ratios, practice, and what is refused."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.outcome_line import outcome_line
from postinfusion.analyses.populations import members
from postinfusion.analyses.timed_task import timed_task
from postinfusion.analyses.timed_task_data import LOG_TIME, SIDE, timed_data
from postinfusion.ard.build import table
from postinfusion.ard.privacy import public
from postinfusion.plan.category_rules import check
from postinfusion.plan.endpoints import EndpointKind
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES
from simulation.timed_task import Setting, task_plan, trial

PLAN = task_plan()
PARTS = {"A": "Trail Making A", "B": "Trail Making B", "B-A": "Trail Making B-A"}


def changed(plan=PLAN, *, endpoint=None, **analysis):
    """Give the plan with another endpoint or analysis."""
    return plan.model_copy(
        update={
            "endpoints": {"task": plan.endpoints["task"].model_copy(update=endpoint or {})},
            "analyses": {"task": plan.analyses["task"].model_copy(update=analysis)},
        }
    )


def results(plan, adam):
    """Give the results of the task."""
    return table(
        timed_task(plan, plan.analyses["task"], adam, members(plan, adam["ADSL"], "randomised")),
        trial="t", analysis_id="task", population="randomised", method="timed-task",
    )  # fmt: skip


@cache
def simulated():
    """Give a trial with stopped times and its results."""
    adam = trial(Setting(12), 3)
    return adam, results(PLAN, adam)


def value(ard, stat_name="estimate", **key):
    """Give one statistic."""
    found = ard[(ard["stat_name"] == stat_name) & np.logical_and.reduce([ard[k] == v for k, v in key.items()])]
    return float(found["stat"].item())


def one_visit(people=16, arms=2):
    """Give a trial with one test after baseline and no stopped time."""
    adam = trial(Setting(people // 2), 5)
    records = adam["ADQS"][adam["ADQS"]["AVISIT"].isin(["Baseline", "Day 7"])].assign(CENSFL="")
    people = adam["ADSL"] if arms == 2 else adam["ADSL"].assign(TRTP="Ketamine")
    return {"ADSL": people, "ADQS": records}


def test_one_test_without_limits_is_the_analysis_of_covariance_of_the_logarithms():
    adam = one_visit()
    ard = results(changed(visits=("Day 7",)), adam)
    later = adam["ADQS"][adam["ADQS"]["AVISIT"] == "Day 7"].merge(adam["ADSL"], on="USUBJID")
    X = np.column_stack([np.ones(len(later)), later["TRTP"] == "Ketamine", np.log(later["BASE"])]).astype(float)
    y = np.log(later["AVAL"].to_numpy())
    beta, rest, *_ = np.linalg.lstsq(X, y)
    error = np.sqrt(np.linalg.inv(X.T @ X)[1, 1] * rest[0] / (len(y) - 3))
    assert value(ard, term="ratio", visit="Day 7") == pytest.approx(np.exp(beta[1]), rel=1e-6)
    assert value(ard, "std_error", term="ratio", visit="Day 7") == pytest.approx(error, rel=1e-5)
    assert value(ard, "df", term="ratio", visit="Day 7") == len(y) - 3
    change = (np.column_stack([np.ones(len(y)), X[:, 2]]) @ beta[[0, 2]]).mean() - X[:, 2].mean()
    assert value(ard, term="practice", level="since baseline") == pytest.approx(np.exp(change), rel=1e-6)


def test_stopped_times_are_counted():
    adam, ard = simulated()
    stopped = adam["ADQS"][adam["ADQS"]["CENSFL"] == "Y"]
    assert value(ard, "n_stopped", term="fit") == (stopped["AVISIT"] != "Baseline").sum() > 0
    assert ard.loc[ard["variable"] == "stopped", "stat"].sum() == len(stopped)


def test_a_stopped_time_counts_as_longer_than_the_limit():
    adam, asked = one_visit(), changed(visits=("Day 7",), covariates=())
    records = adam["ADQS"]
    longest = records.loc[records["AVISIT"] == "Day 7", "AVAL"].idxmax()
    cut = {**adam, "ADQS": records.assign(CENSFL=np.where(records.index == longest, "Y", ""))}
    arm = adam["ADSL"].set_index("USUBJID")["TRTP"][records.loc[longest, "USUBJID"]]
    key = {"term": "geometric-mean", "visit": "Day 7", "arm": arm}
    assert value(results(asked, cut), **key) > value(results(asked, adam), **key)


def test_a_baseline_at_the_limit_enters_with_an_indicator():
    adam, ard = simulated()
    first = adam["ADQS"][adam["ADQS"]["AVISIT"] == "Baseline"]
    assert (first["CENSFL"] == "Y").any()
    assert "STOPPED0" in set(ard.loc[ard["term"] == "coefficient", "level"])


def test_participants_of_whom_only_limits_are_known_enter_the_description_alone():
    adam = one_visit()
    slow = adam["ADQS"]["USUBJID"] == "P003"
    records = adam["ADQS"].assign(CENSFL=np.where(slow, "Y", ""))
    ard = results(changed(visits=("Day 7",)), {**adam, "ADQS": records})
    tested = (records["AVISIT"] == "Day 7").sum()
    assert value(ard, "n_participants", term="fit", arm="") == tested - 1
    assert "1 record of Trail Making B left out" in " ".join(ard["warning"])
    assert "STOPPED0" not in set(ard["level"])


def test_practice_is_of_the_reference_arm_alone_and_never_tested():
    practice = simulated()[1].query("term == 'practice'")
    assert set(practice["arm"]) == {"Midazolam"}
    assert set(practice["level"]) == {"since baseline", "since the test before", "per test"}
    assert "p_value" not in set(practice["stat_name"])
    assert (practice["comparator"] == "").all()


def test_changes_to_the_test_before_multiply_to_those_to_baseline():
    ard = results(PLAN, trial(Setting(12, stops_baseline=False), 3))
    first, last = (value(ard, term="practice", level="since baseline", visit=visit) for visit in ("Day 7", "Day 84"))
    steps = [value(ard, term="practice", level="since the test before", visit=visit) for visit in ("Day 28", "Day 84")]
    assert first * np.prod(steps) == pytest.approx(last, rel=1e-9)


def alone(plan=PLAN):
    """Give the plan as one of a single arm."""
    design = {"kind": "single-arm", "time_zero": "first-infusion", "arms": [{"name": "Ketamine"}], "infusions": ["0 h"]}
    return plan.model_copy(update={"design": type(PLAN.design).model_validate(design)})


def single_arm(stopped):
    """Give one arm of eight people with three later tests; the slower half is stopped at baseline, or nobody."""
    adam = trial(Setting(4, stops_baseline=False), 5)
    records = adam["ADQS"].assign(CENSFL="")
    first = records["AVISIT"] == "Baseline"
    limit = records.loc[first, "AVAL"].median()
    cut = first & (records["AVAL"] >= limit) & stopped
    records = records.assign(CENSFL=np.where(cut, "Y", ""), AVAL=records["AVAL"].mask(cut, limit))
    return {"ADSL": adam["ADSL"].assign(TRTP="Ketamine"), "ADQS": records}


def test_with_a_baseline_at_the_limit_no_change_since_baseline_is_told_and_the_table_says_why():
    ard = results(alone(), single_arm(stopped=True))
    since = ard[(ard["term"] == "change") & (ard["level"] == "since baseline")]
    assert set(since["visit"]) == {"Day 7", "Day 28", "Day 84"}
    assert since["stat"].isna().all()
    shown = results_of(alone(), ard, "task")
    table = TABLES["COGT01"](shown)
    (change,) = (part for part in table.parts if part.caption.startswith("Change"))
    assert [row.cells[0] for row in change.rows] == ["NE", "NE", "NE", ""]
    for words in (" ".join(table.label.footnotes), methods_text(shown)):
        assert "Some times at baseline are at the limit" in words


def test_changes_between_later_tests_stay_with_a_baseline_at_the_limit_and_the_slope_begins_after_it():
    ard = results(alone(), single_arm(stopped=True))
    means = [np.log(value(ard, term="geometric-mean", visit=visit)) for visit in ("Day 7", "Day 28", "Day 84")]
    step = value(ard, term="change", level="since the test before", visit="Day 28")
    assert step == pytest.approx(np.exp(means[1] - means[0]), rel=1e-9)
    slope = value(ard, term="change", level="per test")
    assert slope == pytest.approx(np.exp((means[2] - means[0]) / 2), rel=1e-9)


def test_without_a_baseline_at_the_limit_changes_since_baseline_and_the_slope_from_it_are_told():
    ard = results(alone(), single_arm(stopped=False))
    steps = [value(ard, term="change", level="since baseline", visit=visit) for visit in ("Day 7", "Day 28", "Day 84")]
    slope = np.exp(np.log(steps) @ [-0.1, 0.1, 0.3])
    assert value(ard, term="change", level="per test") == pytest.approx(slope, rel=1e-9)
    assert "at the limit:" not in " ".join(ard["error"])


def test_the_words_of_one_test_name_neither_visits_nor_an_intercept_of_the_participant():
    asked = changed(visits=("Day 7",))
    words = methods_text(results_of(asked, results(asked, one_visit()), "task"))
    assert "maximum likelihood with arm and the logarithm of the time at baseline to" in words
    assert not any(word in words for word in ("visit,", "arm × visit", "quadrature", "random intercept"))
    of_several = methods_text(results_of(PLAN, simulated()[1], "task"))
    assert "arm, visit, arm × visit" in of_several
    assert "quadrature" in of_several


def test_the_line_of_the_console_ends_without_a_comma_where_nothing_is_random():
    assert outcome_line(results(changed(visits=("Day 7",)), one_visit())) == "converged"
    assert outcome_line(simulated()[1]) == "converged, intercept"


def test_the_cap_of_the_endpoint_makes_limits_where_the_data_flag_none():
    adam = one_visit()
    data = timed_data(changed(endpoint={"cap": 150.0}, visits=("Day 7",)), PLAN.analyses["task"], adam,
                      members(PLAN, adam["ADSL"], "randomised"))  # fmt: skip
    frame = data.data.frame
    assert (frame.loc[frame["AVAL"] >= 150, SIDE] == 1).all()
    assert frame[LOG_TIME].max() == pytest.approx(np.log(150))


def parts_of_trails():
    """Give B − A with its parts: part B stopped, part A stopped, both, neither, and B no longer than A."""
    endpoint = {"measure": "Trail Making", "score": "B-A", "label": "B − A", "better": "lower", "kind": "timed-task"}
    asked = task_plan().model_copy(update={"endpoints": {"task": PLAN.endpoints["task"].model_validate(endpoint)}})
    cases = [("P000", 40, 300), ("P001", 150, 200), ("P002", 150, 300), ("P003", 40, 90), ("P004", 60, 60)]
    rows = []
    for visit, hour in (("Baseline", -24.0), ("Day 7", 168.0)):
        for who, a, b in cases:
            times = (
                {"A": (30, False), "B": (90, False)}
                if visit == "Baseline"
                else {"A": (a, a >= 150), "B": (b, b >= 300)}
            )
            times["B-A"] = (times["B"][0] - times["A"][0], times["A"][1] or times["B"][1])
            for score, (seconds, stopped) in times.items():
                rows.append({"USUBJID": who, "PARAMCD": PARTS[score], "AVISIT": visit, "AHRFIRST": hour,
                             "AVAL": float(seconds), "BASE": 60.0, "CHG": 0.0, "ABLFL": "Y" if hour < 0 else "",
                             "ANL01FL": "Y", "DTYPE": "", "CENSFL": "Y" if stopped else ""})  # fmt: skip
    people = pd.DataFrame({"USUBJID": [case[0] for case in cases], "TRTP": "Midazolam", "ITTFL": "Y"})
    return asked, {"ADSL": people, "ADQS": pd.DataFrame(rows)}


def test_a_difference_is_a_limit_on_the_side_of_the_part_that_was_stopped():
    asked, adam = parts_of_trails()
    found = timed_data(asked, asked.analyses["task"], adam, members(asked, adam["ADSL"], "randomised"))
    sides = found.data.frame.set_index("USUBJID")[SIDE]
    assert sides.to_dict() == {"P000": 1.0, "P001": -1.0, "P003": 0.0}
    assert [text.partition(":")[2] for text in found.left_out] == [
        " the value is zero or less and has no logarithm",
        " the value has both parts at their caps and says nothing",
    ]


def test_a_visit_at_which_every_time_of_an_arm_was_stopped_is_left_out_and_said():
    adam = trial(Setting(12), 3)
    arms = adam["ADQS"]["USUBJID"].map(adam["ADSL"].set_index("USUBJID")["TRTP"])
    all_stopped = (adam["ADQS"]["AVISIT"] == "Day 84") & (arms == "Ketamine")
    records = adam["ADQS"].assign(CENSFL=adam["ADQS"]["CENSFL"].mask(all_stopped, "Y"))
    ard = results(PLAN, {**adam, "ADQS": records})
    gone = ard[(ard["term"] == "ratio") & (ard["visit"] == "Day 84")]
    assert gone["stat"].isna().all()
    assert gone["error"].str.contains("every time of Ketamine at Day 84 was stopped").all()
    assert np.isfinite(value(ard, term="ratio", visit="Day 28"))


def test_a_single_arm_has_changes_and_neither_ratios_nor_an_effect():
    ard = results(changed(alone(), visits=("Day 7",)), one_visit(arms=1))
    assert {"ratio", "practice"}.isdisjoint(ard["term"])
    assert "change" in set(ard["term"])
    shown = results_of(alone(), ard, "task")
    words = methods_text(shown) + str(TABLES["COGT01"](shown))
    assert "cannot tell apart" in words
    assert not {"effect", "because"} & set(words.lower().replace(".", " ").replace(",", " ").split())


def test_too_few_participants_are_described_only():
    adam = one_visit(people=4)
    ard = results(PLAN, adam)
    assert "fewer than 3 participants" in " ".join(ard["error"])
    assert (ard["term"] == "observed").any()
    assert not (ard["term"] == "ratio").any()


def test_the_table_shows_each_number_as_the_results_have_it_and_marks_lower_limits():
    _, ard = simulated()
    shown = TABLES["COGT01"](results_of(PLAN, ard, "task"))
    cells = [cell for part in shown.parts for row in part.rows for cell in row.cells]
    ratio, low, high = (
        value(ard, name, term="ratio", visit="Day 28") for name in ("estimate", "conf_low", "conf_high")
    )
    assert f"{ratio:.2f} ({low:.2f} to {high:.2f})" in cells
    first = ard[(ard["visit"] == "Baseline") & (ard["arm"] == "Midazolam")]
    stopped = value(first, "n", variable="stopped")
    text = f"{value(first, 'geometric_mean', variable='time'):.1f} (12; {stopped:.0f})"
    assert any(cell.endswith(text) and cell.startswith("≥") == (stopped > 0) for cell in cells)
    assert [part.caption for part in shown.parts][1] == (
        "Practice and time in Midazolam: times relative to those of earlier tests"
    )


def test_small_numbers_of_stopped_times_are_taken_out_of_a_public_report():
    _, ard = simulated()
    told = public(ard, small_cell=5)
    stopped = told[(told["variable"] == "stopped") & (told["stat_name"] == "n")]
    assert not stopped["stat"].between(1, 4).any()
    assert "supp." in str(TABLES["COGT01"](results_of(PLAN, told, "task")))


def test_an_endpoint_that_is_no_timed_task_is_refused():
    asked = changed(endpoint={"kind": EndpointKind.SCORE}, given="task")
    told = [problem.text for problem in check(asked)]
    assert len(told) == 2
    assert all("endpoint task is no timed task. Write kind: timed-task under it." in text for text in told)
