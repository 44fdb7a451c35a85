"""Side effects, conduct and dangerous values of a trial that was counted by hand."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from postinfusion.analyses.claims import synthesise
from postinfusion.analyses.run import analyse
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select, statistic
from postinfusion.derive.datasets import derive
from postinfusion.plan.analyses import AlertLimit, Alerts, Conduct, SideEffects
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES
from small_trial import SOURCES, START, infusions, participants, plan

ANALYSES = {
    "effects": {
        "method": "side-effects",
        "groups": {"dizziness": ["Dizziness", "vertigo"], "vomiting": ["vomiting"], "nausea": ["nausea"]},
        "resolved_by": ["4 h", "24 h"],
        "within": "24 h",
        "medicines": {"vomiting": ["Ondansetron"]},
    },
    "conduct": {"method": "conduct", "signs": ["SBP", "HR"], "minutes": [0, 30, 60]},
    "alerts": {"method": "alerts", "source": "invented", "limits": [{"measure": "K", "below": 3, "unit": "mmol/L"}]},
}
S5 = {"analysis": "effects", "variable": "resolved", "level": "first event", "term": "dizziness", "time": "4 h"}
CLAIMS = {
    "treatment": "ketamine",
    "judged": {
        "S5": {"decides": [S5]},
        "S7": {"decides": [{"analysis": "conduct", "level": "driving advice"}]},
        "S10": {"decides": [{"analysis": "conduct", "level": "setting"}]},
        "S11": {"decides": [{"analysis": "conduct", "level": "checklist"}]},
        "S12": {"decides": [{"analysis": "alerts", "level": "any time", "term": "K < 3 mmol/L"}]},
    },
}
EVENTS = [  # id, term, onset, only the day, end, outcome, treatment
    ("A", "dizziness", 0.5, False, 2.5, "resolved", ""),
    ("A", "dizziness", 96.5, False, 106.5, "resolved", ""),
    ("A", "Vomiting", 96.0, False, 96.25, "resolved", ""),
    ("B", "vertigo", 1.0, False, np.nan, "not resolved", ""),
    ("C", "dizziness", -10.0, True, np.nan, "resolved", ""),
    ("C", "nausea", 30.0, False, 31.0, "resolved", ""),
    ("D", "self-induced vomiting", 1.0, False, 1.5, "resolved", ""),
    ("D", "vomiting", 2.0, False, 3.0, "resolved", "ondansetron"),
]
VITALS = [("A", 1, 0, -0.1), ("A", 1, 30, 0.5), ("A", np.nan, np.nan, 95.7), ("A", np.nan, np.nan, 96 + 31 / 60),
          ("A", np.nan, np.nan, 97 + 8 / 60)]  # fmt: skip
MEDICINES = [("A", "ondansetron", -0.5, "prophylaxis"), ("D", "ondansetron", 2.25, "rescue"),
             ("D", "ondansetron", 300.0, "rescue"), ("B", "lorazepam", 1.0, "rescue")]  # fmt: skip
LABORATORY = [
    ("A", -5.0, 2.9, "", "mmol/L"),
    ("A", 30.0, 3.0, "", "mmol/L"),
    ("B", 30.0, 2.8, "", "mmol/L"),
    ("B", 31.0, 11.0, "", "mg/dL"),
    ("C", 30.0, 3.0, "<", "mmol/L"),
    ("D", -5.0, 4.0, "", "mmol/L"),
]


def tables() -> dict[str, pd.DataFrame]:
    events = pd.DataFrame(EVENTS, columns=["id", "term", "onset", "onset_date_only", "end", "outcome", "treatment"])
    signs = pd.DataFrame(VITALS, columns=["id", "infusion", "minute", "taken"])
    signs = pd.concat([signs.assign(measure=name, value=100.0) for name in ("SBP", "HR")], ignore_index=True)
    alone = pd.DataFrame(
        {"id": ["A"], "infusion": [1], "minute": [60], "taken": [1.0], "measure": "SBP", "value": 90.0}
    )
    signs = pd.concat([signs, alone], ignore_index=True)
    results = pd.DataFrame(LABORATORY, columns=["id", "taken", "value", "qualifier", "unit"]).assign(test="K")
    medicines = pd.DataFrame(MEDICINES, columns=["id", "medicine", "start", "use"])
    left = pd.DataFrame({"id": [*"ABCD"], "status": "completed", "left": START + 600, "left_date_only": False})
    return {
        "participants": participants(["Ketamine", "Ketamine", "Ketamine", "Midazolam"]),
        "infusions": infusions([("A", 1, 0.0), ("A", 2, 96.0), ("B", 1, 0.0), ("C", 1, 0.0), ("D", 1, 0.0)]),
        "disposition": left,
        "adverse_events": events.assign(onset=events["onset"] + START, end=events["end"] + START, end_date_only=False),
        "vitals": signs.assign(taken=signs["taken"] + START, taken_date_only=False),
        "laboratory": results.assign(taken=results["taken"] + START, taken_date_only=False),
        "medication": medicines.assign(start=medicines["start"] + START, start_date_only=False),
        "discharge": pd.DataFrame({"id": [*"AAB"], "infusion": [1, 2, 1], "driving_advice": [True, True, False]}),
        "deviations": pd.DataFrame({"id": ["A", "B"], "deviation": "late", "major": [True, False]}),
        "screening": pd.DataFrame(
            {"screening": range(5), "id": [*"ABCD", None], "eligible": [True, True, False, True, False],
             "checklist_complete": [True, True, True, False, True]}),
    }  # fmt: skip


PLAN = plan(analyses=ANALYSES, claims=CLAIMS, sources={name: {"file": f"{name}.csv"} for name in {*SOURCES, *tables()}})


@pytest.fixture(scope="module")
def adam() -> dict[str, pd.DataFrame]:
    return derive(PLAN, "small", tables())


@pytest.fixture(scope="module")
def ard(adam) -> pd.DataFrame:
    return pd.concat([analyse(PLAN, "small", key, adam).results for key in ANALYSES], ignore_index=True)


def counted(ard, **key) -> tuple[float, float]:
    """The number and of how many."""
    key = {"arm": "Ketamine", "comparator": "", "time": "", **key}
    return statistic(ard, **key, stat_name="n"), statistic(ard, **key, stat_name="n_total")


def of(term, **key):
    return {"analysis_id": "effects", "term": term, **key}


def test_participants_and_infusions_with_an_event_count_once(ard):
    dizziness = of("dizziness", variable="incidence")
    assert counted(ard, **dizziness, level="participants") == (3, 3)
    assert counted(ard, **dizziness, level="infusions") == (4, 4)
    assert statistic(ard, **dizziness, level="participants", arm="Ketamine", comparator="", stat_name="n_events") == 4
    assert counted(ard, **dizziness, level="participants", arm="Midazolam") == (0, 1)


def test_an_event_at_the_very_start_of_an_infusion_is_of_it(adam, ard):
    assert adam["ADAE"].query("AEDECOD == 'Vomiting'")["INFNUM"].tolist() == [2]
    assert counted(ard, **of("vomiting", variable="incidence", level="infusions")) == (1, 4)
    median = statistic(ard, **of("vomiting", variable="onset", level="first event"), arm="Ketamine", stat_name="median")
    assert median == 0.0


def test_a_day_without_an_hour_is_of_unknown_time_and_never_zero(ard):
    key = of("dizziness", arm="Ketamine", stat_name="n")
    assert statistic(ard, **key, variable="onset", level="time unknown") == 1
    assert statistic(ard, **key, variable="duration", level="time unknown") == 1
    assert statistic(ard, **key, variable="onset", level="first event") == 2
    assert statistic(ard, **key | {"stat_name": "median"}, variable="onset", level="first event") == 0.75


def test_what_has_passed_rests_on_the_first_event_of_each_and_counts_what_has_not_ended(ard):
    passed = of("dizziness", variable="resolved")
    assert counted(ard, **passed, level="first event", time="4") == (1, 2)
    assert counted(ard, **passed, level="all events", time="4") == (1, 3)
    assert counted(ard, **passed, level="all events", time="24") == (2, 3)
    assert counted(ard, **of("dizziness", variable="duration", level="first event")) == (1, 2)


def test_what_passed_after_a_treatment_did_not_pass_by_itself(ard):
    vomiting = of("vomiting", level="first event", arm="Midazolam")
    assert counted(ard, **vomiting, variable="resolved", time="4") == (1, 1)
    assert counted(ard, **vomiting, variable="resolved-untreated", time="4") == (0, 1)
    assert counted(ard, **of("dizziness", variable="resolved-untreated", level="first event")) == (2, 3)


def test_without_any_treatment_in_the_data_nothing_is_said_to_pass_by_itself(adam):
    silent = adam | {"ADAE": adam["ADAE"].assign(AETRT="")}
    ketamine = {"variable": "resolved-untreated", "term": "dizziness", "arm": "Ketamine"}
    found = select(analyse(PLAN, "small", "effects", silent).results, **ketamine)
    assert found["stat"].isna().all()
    assert found["error"].str.startswith("not recorded: treatment").all()


def test_a_medicine_beforehand_and_one_for_an_event_are_told_with_what_followed(ard):
    beforehand, rescue = of("vomiting", variable="prophylaxis"), of("vomiting", variable="rescue", level="all events")
    assert counted(ard, **beforehand, level="given") == (1, 3)
    assert counted(ard, **beforehand, level="event among given") == (1, 1)
    assert counted(ard, **rescue) == (0, 1)
    assert counted(ard, **rescue, arm="Midazolam") == (1, 1)
    after = of("vomiting", variable="resolved-after-rescue", level="treated event", arm="Midazolam")
    assert counted(ard, **after, time="4") == (1, 1)
    assert counted(ard, **after | {"arm": "Ketamine"}, time="4") == (0, 0)


def test_a_dose_after_the_event_had_passed_gets_no_credit_for_it(adam):
    late = adam | {"ADCM": adam["ADCM"].assign(ASTHR=adam["ADCM"]["ASTHR"] + 2)}
    found = analyse(PLAN, "small", "effects", late).results
    vomiting = {"term": "vomiting", "arm": "Midazolam"}
    assert counted(found, **vomiting, variable="rescue", level="passed") == (1, 1)
    assert counted(found, **vomiting, variable="resolved-after-rescue", level="treated event", time="4") == (0, 0)


@pytest.mark.parametrize(
    ("began", "ended", "participants"),
    [(95.5, np.nan, (0, 1)), (-0.5, 50.0, (1, 1)), (-0.5, np.nan, (1, 1)), (-0.5, -0.5, (1, 1)), (0.75, 1.0, (0, 0))],
)
def test_only_what_came_under_a_prophylaxis_counts_as_its_failure(adam, began, ended, participants):
    medicines = adam["ADCM"].iloc[[0]].assign(ASTHR=began, AENHR=ended)
    events = adam["ADAE"].query("USUBJID == 'A' and ASTHR == 0.5").assign(AEDECOD="vomiting")
    found = analyse(PLAN, "small", "effects", adam | {"ADCM": medicines, "ADAE": events}).results
    beforehand = of("vomiting", variable="prophylaxis")
    assert counted(found, **beforehand, level="given") == (1, 3)
    assert counted(found, **beforehand, level="event among given") == participants


@pytest.mark.parametrize(
    ("medicine", "hour", "by_day", "passed"),
    [("ondansetron", 2.25, False, 0), ("lorazepam", 2.25, False, 1), ("ondansetron", 3.5, False, 1),
     ("ondansetron", 1.5, False, 1), ("ondansetron", 0.0, True, 0)],
)  # fmt: skip
def test_what_a_rescue_dose_was_given_for_did_not_pass_by_itself(adam, medicine, hour, by_day, passed):
    medicines = adam["ADCM"].query("USUBJID == 'D'").iloc[[0]]
    medicines = medicines.assign(CMDECOD=medicine, ASTHR=hour, ASTTMF="D" if by_day else "")
    events = adam["ADAE"].assign(AETRT=np.where(adam["ADAE"]["AEDECOD"] == "nausea", "ginger", ""))
    named = PLAN.model_copy(update={"analyses": {"effects": PLAN.analyses["effects"].model_copy(
        update={"medicines": {"vomiting": ["ondansetron"], "dizziness": ["lorazepam"]}})}})  # fmt: skip
    found = analyse(named, "small", "effects", adam | {"ADAE": events, "ADCM": medicines}).results
    key = {"variable": "resolved-untreated", "level": "first event", "term": "vomiting", "arm": "Midazolam"}
    assert counted(found, **key, time="4") == (passed, 1)


def test_a_medicine_is_found_among_the_words_of_a_treatment(adam):
    events = adam["ADAE"].assign(AETRT=adam["ADAE"]["AETRT"].str.replace("ondansetron", "Ondansetron 4 mg i.v."))
    found = analyse(PLAN, "small", "effects", adam | {"ADAE": events, "ADCM": adam["ADCM"].iloc[:0]}).results
    key = {"variable": "rescue", "level": "all events", "term": "vomiting"}
    assert counted(found, **key, arm="Midazolam") == (1, 1)


def test_without_a_table_of_medicines_none_is_said_to_have_been_given_or_not(adam):
    without = {name: frame for name, frame in adam.items() if name != "ADCM"}
    found = select(analyse(PLAN, "small", "effects", without).results, variable=["prophylaxis", "rescue"])
    assert found["stat"].isna().all()
    assert found["error"].str.startswith("not recorded: medicines").all()


def test_a_limit_on_the_change_is_of_those_with_a_baseline(adam):
    rise = {"method": "alerts", "source": "invented", "limits": [{"measure": "K", "of": "percent-change", "above": 3}]}
    changed = plan(analyses={"alerts": rise}, sources=PLAN.model_dump()["sources"])
    found = analyse(changed, "small", "alerts", adam).results
    potassium = {"term": "K change > 3 %"}
    assert counted(found, **potassium, level="after") == (1, 1)  # from 2.9 to 3.0
    assert statistic(found, **potassium, level="not assessed after", arm="Ketamine", stat_name="n") == 2
    assert counted(found, **potassium, level="before") == (0, 1)


def refeeding(adam, events):
    """Give the rows of a fall of phosphate within 5 days of an admission, with the values of one participant."""
    limit = {"measure": "PO4", "of": "percent-change", "at_most": -10, "since": "admission", "within": "5 d"}
    changed = plan(analyses={"alerts": {"method": "alerts", "source": "invented", "limits": [limit]}},
                   sources=PLAN.model_dump()["sources"])  # fmt: skip
    who = adam["ADSL"].iloc[0]
    values = pd.DataFrame({"AVAL": [1.5, 1.0, 0.95, 0.85, 0.1], "AHRFIRST": [-24.0, 90.0, 130.0, 200.0, 400.0]})
    fixed = {"PARAMCD": "PO4", "DTYPE": "", "AVALU": "mmol/L", "AVALQ": "", "ABLFL": "", "PCHG": -90.0}
    laboratory = values.assign(USUBJID=who["USUBJID"], TRTP=who["TRTP"], TRTA=who["TRTA"], **fixed)
    ice = pd.DataFrame(events, columns=["USUBJID", "ICE", "AHRFIRST"])
    return analyse(changed, "small", "alerts", adam | {"ADLB": laboratory, "ADICE": ice}).results, who


def test_a_fall_after_feeding_began_is_since_the_last_value_before_it_and_within_its_time(adam):
    name = {"term": "PO4 change ≤ -10 % within 5 d after admission"}
    subject = adam["ADSL"]["USUBJID"].iloc[0]
    found, who = refeeding(adam, [(subject, "admission", 100.0), (subject, "admission", 300.0)])
    assert counted(found, **name, level="after", arm=who["TRTA"]) == (1, 1)  # from 1.0 to 0.85; 0.1 is too late
    without = {"level": "without the event", "arm": who["TRTA"], "stat_name": "n"}
    assert statistic(found, **name, **without) == adam["ADSL"]["TRTA"].eq(who["TRTA"]).sum() - 1


def test_without_a_record_of_the_event_nobody_is_said_to_be_within_the_limit(adam):
    found, who = refeeding(adam, [])
    rows = select(found, level="after", stat_name="n")
    assert rows["stat"].isna().all()
    assert (rows["error"] == "not recorded: PO4 after admission").all()
    hidden = public(refeeding(adam, [(who["USUBJID"], "admission", 100.0)])[0], small_cell=5)
    assert select(hidden, level="after", stat_name="n_total", arm=who["TRTA"])["stat"].isna().all()


def test_the_table_of_side_effects_says_what_the_claims_that_rest_on_it_get(ard):
    judged = pd.concat([ard, synthesise(PLAN, "small", ard)], ignore_index=True)
    last = TABLES["SEFT01"](results_of(PLAN, judged, "effects")).parts[-1]
    (row,) = last.rows
    assert row.label.startswith("S5 ")
    assert row.cells[0].startswith("not testable with these data")


def test_self_induced_vomiting_and_late_events_are_counted_apart(ard):
    assert statistic(ard, variable="review", arm="Midazolam", stat_name="n") == 1
    assert counted(ard, **of("vomiting", variable="incidence", level="participants"), arm="Midazolam") == (1, 1)
    assert statistic(ard, **of("nausea", variable="onset", level="later"), arm="Ketamine", stat_name="n") == 1
    assert counted(ard, **of("nausea", variable="incidence", level="participants")) == (0, 3)


def test_a_name_that_is_nearly_that_of_an_event_is_told(adam):
    effects = ANALYSES["effects"] | {"groups": {"dizziness": ["dizzines"]}, "medicines": {}}
    slip = plan(analyses={"effects": effects}, sources=PLAN.model_dump()["sources"])
    (warned,) = analyse(slip, "small", "effects", adam).results.query("stat_name == 'warning'")["warning"]
    assert "Did you mean dizziness?" in warned


def test_sets_of_vital_signs_need_every_sign_near_its_planned_minute(ard):
    conduct = {"analysis_id": "conduct", "variable": "conduct"}
    assert counted(ard, **conduct, level="sets of vital signs") == (4, 12)
    assert counted(ard, **conduct, level="complete infusions") == (0, 4)
    assert statistic(ard, **conduct, level="longest gap", arm="Ketamine", stat_name="median") == 45.5
    assert counted(ard, **conduct, level="sets of vital signs", arm="Midazolam") == (0, 3)


def test_a_recorded_planned_minute_is_not_believed_at_another_actual_time(adam):
    signs = adam["ADVS"]
    is_late = (signs["ATPTN"] == 30) & (signs["INFNUM"] == 1)
    late = adam | {"ADVS": signs.assign(AHRFIRST=signs["AHRFIRST"].mask(is_late, 50 / 60))}
    conduct = {"analysis_id": "conduct", "variable": "conduct"}
    found = analyse(PLAN, "small", "conduct", late).results
    assert counted(found, **conduct, level="sets of vital signs") == (3, 12)
    assert statistic(found, **conduct, level="longest gap", arm="Ketamine", stat_name="q1") == 31 + 0.75 * 19
    by_day = late | {"ADVS": late["ADVS"].assign(ATMF="D")}
    found = analyse(PLAN, "small", "conduct", by_day).results
    assert counted(found, **conduct, level="sets of vital signs") == (2, 12)


def test_a_sign_without_any_value_leaves_monitoring_not_recorded(adam):
    lacking = adam | {"ADVS": adam["ADVS"].query("PARAMCD != 'HR'")}
    found = select(analyse(PLAN, "small", "conduct", lacking).results, level="sets of vital signs")
    assert found["stat"].isna().all()
    assert set(found["error"]) == {"not recorded: HR around infusions"}


def test_an_infusion_without_a_record_counts_as_one_without_and_an_absent_column_as_not_recorded(ard):
    conduct = {"analysis_id": "conduct", "variable": "conduct"}
    assert counted(ard, **conduct, level="driving advice") == (2, 4)
    assert statistic(ard, **conduct, level="driving advice", arm="Ketamine", stat_name="n_missing") == 1
    for level in ("discharge criteria", "escort", "setting"):
        found = select(ard, **conduct, level=level, arm="Ketamine")
        assert found["error"].str.startswith("not recorded").all()
    assert counted(ard, **conduct, level="major deviation") == (1, 3)


@pytest.mark.parametrize(("told", "expected"), [([False] * 5, (0, 4)), ([True, None, False, False, None], (1, 4))])
def test_that_no_infusion_was_stopped_is_a_count_of_zero(told, expected):
    given = tables() | {"infusions": tables()["infusions"].assign(stopped_early=pd.array(told, dtype="boolean"))}
    found = analyse(PLAN, "small", "conduct", derive(PLAN, "small", given)).results
    stopped = {"analysis_id": "conduct", "variable": "conduct", "level": "stopped early"}
    assert counted(found, **stopped) == expected
    assert statistic(found, **stopped, arm="Ketamine", stat_name="n_missing") == told[:4].count(None)


def test_a_setting_is_controlled_only_where_the_plan_says_so():
    places = ["clinic", "at home, alone", None, "clinic ", "clinic"]
    given = tables() | {"infusions": tables()["infusions"].assign(setting=places)}
    named = PLAN.model_copy(update={"design": PLAN.design.model_copy(update={"controlled_settings": ("clinic",)})})
    setting = {"analysis_id": "conduct", "variable": "conduct", "level": "setting"}
    found = analyse(named, "small", "conduct", derive(named, "small", given)).results
    assert counted(found, **setting) == (2, 4)
    assert statistic(found, **setting, arm="Ketamine", stat_name="n_missing") == 1
    silent = select(analyse(PLAN, "small", "conduct", derive(PLAN, "small", given)).results, **setting)
    assert silent["error"].str.startswith("not recorded").all()


def test_screening_is_of_all_arms_together(ard):
    conduct = {"analysis_id": "conduct", "variable": "conduct", "arm": ""}
    assert counted(ard, **conduct, level="checklist") == (4, 5)
    assert counted(ard, **conduct, level="checklist of the enrolled") == (3, 4)
    assert counted(ard, **conduct, level="not eligible") == (1, 4)


def test_values_beyond_a_limit_are_told_from_those_not_assessed(ard):
    potassium = {"analysis_id": "alerts", "term": "K < 3 mmol/L"}
    expected = {"any time": (3, 3), "before": (1, 1), "after": (2, 3)}
    assert {level: counted(ard, **potassium, level=level) for level in expected} == expected
    assert statistic(ard, **potassium, level="not assessed after", arm="Midazolam", stat_name="n") == 1
    assert statistic(ard, **potassium, level="assessed after, and not before", arm="Ketamine", stat_name="n") == 2
    new = select(ard, **potassium, level="new", arm="Ketamine")
    assert new["error"].tolist() == ["not recorded: K"], "nobody has a value before that is not beyond"
    gap = select(ard, **potassium, level="after", arm="Midazolam")
    assert gap["error"].tolist() == ["not recorded: K"]
    assert "1 results are in another unit" in select(ard, stat_name="warning")["warning"].item()


def test_claims_use_the_limits_that_respect_participants_and_never_take_absence_for_met(ard):
    claims = synthesise(PLAN, "small", ard)
    said = select(claims, term="claim", stat_name="verdict").set_index("variable")["stat_text"]
    assert said["S12"] == "supported"
    assert said["S5"] == "not testable with these data"  # two participants
    assert said["S10"] == "not testable with these data"
    assert said["S11"] == "inconclusive"
    reason = select(claims, variable="S10", term="claim", stat_name="reason")["stat_text"].item()
    assert reason.startswith("not recorded: where and by whom")
    own = {"analysis_id": "conduct", "level": "driving advice", "arm": "Ketamine", "stat_name": "conf_high"}
    of_claim = statistic(claims, variable="S7", term="share", stat_name="conf_high")
    assert of_claim == statistic(ard, **own) > 0.9323605  # that of 2 of 4 who are independent


def test_another_level_of_confidence_gives_no_verdict(adam):
    wide = ANALYSES | {"conduct": ANALYSES["conduct"] | {"confidence": "90 %"}}
    other = plan(analyses=wide, claims=CLAIMS, sources=PLAN.model_dump()["sources"])
    claims = synthesise(other, "small", analyse(other, "small", "conduct", adam).results)
    reason = select(claims, variable="S7", term="claim", stat_name="reason")["stat_text"].item()
    assert reason == "the interval of the share is not the one of 95 % that a verdict needs"


@pytest.mark.parametrize(
    ("output", "analysis", "cells"),
    [
        ("SEFT01", "effects", ["1 of 2 (50.0 %; 1.3 to 98.7)", "3 of 3 (100.0 %; 29.2 to 100.0)", "0 of 0"]),
        ("MONT01", "conduct", ["4 of 5 (80.0 %; 28.4 to 99.5)", "not recorded", "45.5 (30.8 to 60.0); 60"]),
        ("ALTL01", "alerts", ["2 of 3 (66.7 %; 9.4 to 99.2)", "not recorded"]),
    ],
)
def test_tables_print_what_was_counted(ard, output, analysis, cells):
    results = results_of(PLAN, ard, analysis)
    table = TABLES[output](results)
    shown = {cell.replace("\N{NO-BREAK SPACE}", " ") for part in table.parts for row in part.rows for cell in row.cells}
    assert shown >= {*cells}
    assert all(len(row.cells) in (0, len(part.columns) - 1) for part in table.parts for row in part.rows)
    assert "population safety" in methods_text(results)


def test_a_side_effect_that_nobody_had_has_one_line_for_all_that_followed(ard):
    of_nausea = TABLES["SEFT01"](results_of(PLAN, ard, "effects")).parts[2]
    (told,) = (row.label for row in of_nausea.rows if row.label.startswith("0"))
    assert told.endswith("8 lines, from “Ended, of those followed” to “All events passed by 24 h (sensitivity)”")
    assert all("of\N{NO-BREAK SPACE}0" not in cell for row in of_nausea.rows for cell in row.cells)


def test_an_onset_after_weeks_is_told_in_days(ard):
    is_onset = (ard["variable"] == "onset") & (ard["term"] == "vomiting")
    late = ard.assign(stat=ard["stat"].mask(is_onset & ard["stat_name"].isin(["median", "q1", "q3"]), 1047.43))
    rows = TABLES["SEFT01"](results_of(PLAN, late, "effects")).parts[1].rows
    (onset,) = (row for row in rows if row.label.startswith("Onset"))
    assert onset.cells[0].replace("\N{NO-BREAK SPACE}", " ") == "43.6 d (43.6 to 43.6)"


def test_infusions_without_a_record_of_a_check_are_shown_below_it(ard):
    infusions = TABLES["MONT01"](results_of(PLAN, ard, "conduct")).parts[0].rows
    place = next(place for place, row in enumerate(infusions) if row.label == "Told not to drive for a day")
    assert infusions[place + 1].cells == ("1", "1")


def test_in_public_neither_few_with_nor_few_without_are_shown(ard):
    shown = public(ard, small_cell=5)
    is_count = (shown["stat_name"] == "n") & (shown["variable"] != "denominator") & shown["stat"].notna()
    of_assessed = shown["level"].isin(["not assessed after", "assessed after, and not before"])
    of_shares = shown[is_count & ~of_assessed]
    assert of_shares["stat"].isin([0.0]).all() | (of_shares["stat"] >= 5).all()
    assert not select(shown, level="checklist", stat_name="proportion")["stat"].notna().any()
    tables_shown = [TABLES[name](results_of(PLAN, shown, key)) for name, key in
                    (("SEFT01", "effects"), ("MONT01", "conduct"), ("ALTL01", "alerts"))]  # fmt: skip
    assert any(
        "supp." in cell for table in tables_shown for part in table.parts for row in part.rows for cell in row.cells
    )


@pytest.mark.parametrize(
    ("part", "changes", "text"),
    [
        (
            SideEffects,
            {"groups": {"vomiting": ["Self-induced vomiting"]}, "resolved_by": ["4 h"]},
            "symptom of the eating",
        ),
        (SideEffects, {"groups": {"nausea": ["nausea"]}, "resolved_by": ["4 h", "4 h"]}, "different times"),
        (
            SideEffects,
            {"groups": {"nausea": ["nausea"]}, "resolved_by": ["4 h"], "medicines": {"pain": ["aspirin"]}},
            "none of the groups",
        ),
        (AlertLimit, {"measure": "K", "of": "percent-change", "below": -5, "unit": "kg"}, "in per cent"),
        (Conduct, {"signs": ["SBP"]}, "go together"),
        (Conduct, {"signs": ["SBP"], "minutes": [30, 0]}, "must rise"),
        (AlertLimit, {"measure": "K", "below": 3, "above": 5}, "exactly one of"),
        (Alerts, {"source": "x", "limits": [{"measure": "K", "below": 3}] * 2}, "there twice"),
        (
            Alerts,
            {"source": "x", "limits": [{"measure": "K", "below": 3, "within": "5 d"}]},
            "Name the event under since",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(part, changes, text):
    methods = {SideEffects: "side-effects", Conduct: "conduct", Alerts: "alerts"}
    method = {"method": methods[part]} if part in methods else {}
    with pytest.raises(ValidationError, match=text):
        part(**method, **changes)
