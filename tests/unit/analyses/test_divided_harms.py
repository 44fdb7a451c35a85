"""Harms in groups of participants: each group counts its own, and none can be told from the others in public."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from postinfusion.analyses.divided import with_groups
from postinfusion.analyses.populations import Members
from postinfusion.analyses.run import analyse
from postinfusion.ard.build import Row, rows, table
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select, statistic
from postinfusion.ard.schema import KEY
from postinfusion.derive.datasets import derive
from postinfusion.errors import DataError, ModelError
from postinfusion.plan.analyses import EventRates
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES
from small_trial import SOURCES, START, infusions, participants, plan

ANALYSES = {
    "effects": {
        "method": "side-effects",
        "groups": {"nausea": ["nausea"], "rash": ["rash"]},
        "resolved_by": ["4 h"],
        "by": ["diagnosis"],
    },
    "harms": {"method": "adverse-events", "by": ["diagnosis"], "bmi_below": 16},
    "alerts": {
        "method": "alerts",
        "source": "invented",
        "by": ["diagnosis"],
        "bmi_below": 16,
        "limits": [{"measure": "K", "below": 3, "unit": "mmol/L"}],
    },
    "rates": {"method": "event-rates", "groups": {"nausea": ["nausea"]}, "report_at": ["24 h"], "by": ["diagnosis"]},
    "conduct": {"method": "conduct", "by": ["diagnosis"]},
    "medicines": {"method": "medication", "by": ["diagnosis"]},
    "liver": {
        "method": "liver",
        "source": "invented",
        "by": ["diagnosis"],
        "aminotransferases": [{"measure": "ALT", "upper_normal": 40, "unit": "U/L"}],
    },
    "pressure": {
        "method": "infusion-vitals",
        "minutes": [0, 40],
        "source": "invented",
        "by": ["diagnosis"],
        "measures": [{"measure": "SBP", "limits": [{"at_least": 160}]}],
    },
}
REPEATED = tuple(ANALYSES)  # fmt: skip
NOT_REPEATED = {
    *("review", "grouping", "seriousness", "non-serious", "serious-terms", "serious-related", "serious-fatal"),
    *("serious-fatal-related", "p_value", "p_adjusted"),  # of the screening of terms
    *("checklist", "checklist of the enrolled", "not eligible"),  # of everybody who was screened
}
MORE = ("laboratory", "medication", "vitals")
PLAN = plan(analyses=ANALYSES, sources={name: {"file": f"{name}.csv"} for name in (*SOURCES, *MORE)})
IDS = [f"P{number:02}" for number in range(24)]
TWO_WITH_ANOREXIA = (*["AN"] * 2, *["BN"] * 10) * 2  # in each arm
HALF = (*["AN"] * 6, *["BN"] * 6) * 2
TWO_UNKNOWN = (*["AN"] * 6, *["BN"] * 16, *[""] * 2)
WITH_NAUSEA = [*range(2), *range(6, 12)]  # 2 of 6 with AN in the first arm, 6 of 6 with BN


def tables(diagnosis: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    people = participants(["Ketamine"] * 12 + ["Midazolam"] * 12).assign(id=IDS, diagnosis=diagnosis, height_cm=200.0)
    ill = [IDS[place] for place in WITH_NAUSEA]
    events = pd.DataFrame(
        {"id": ill, "term": "nausea", "onset": START + 1.0, "end": START + 2.0, "outcome": "resolved"}
    )
    weights = pd.DataFrame({"id": IDS, "taken": START - 5.0, "weight_kg": np.where(np.arange(24) < 12, 62.0, 64.0)})
    potassium = pd.DataFrame({"id": IDS, "taken": START + 30.0, "test": "K", "value": 2.9, "unit": "mmol/L"})
    liver = potassium.assign(test="ALT", value=[30.0 + 20 * place for place in range(24)], unit="U/L")
    signs = [(name, minute / 60, 120.0 + minute / (1 + place % 7))
             for place, name in enumerate(IDS) for minute in (-5, 40)]  # fmt: skip
    pressures = pd.DataFrame(signs, columns=["id", "taken", "value"])
    medicines = pd.DataFrame({"id": IDS[::3], "medicine": "sertraline", "start": START - 100.0, "end": START + 9.0})
    return {
        "participants": people,
        "infusions": infusions([(name, 1, 0.0) for name in IDS]),
        "adverse_events": events.assign(onset_date_only=False, end_date_only=False),
        "weights": weights.assign(taken_date_only=False),
        "laboratory": pd.concat([potassium, liver], ignore_index=True).assign(taken_date_only=False),
        "vitals": pressures.assign(taken=pressures["taken"] + START, taken_date_only=False, measure="SBP"),
        "medication": medicines.assign(start_date_only=False, end_date_only=False, use="background"),
        "disposition": pd.DataFrame({"id": IDS, "status": "completed", "left": START + 600, "left_date_only": False}),
    }


@cache
def datasets(diagnosis: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    return derive(PLAN, "small", tables(diagnosis))


@cache
def results(diagnosis: tuple[str, ...], *, of: tuple[str, ...] = ("effects",)) -> pd.DataFrame:
    adam = datasets(diagnosis)
    return pd.concat([analyse(PLAN, "small", key, adam).results for key in of], ignore_index=True)


@pytest.fixture(scope="module")
def ard() -> pd.DataFrame:
    return pd.concat([results(HALF, of=(key,)) for key in ("effects", "harms", "alerts")], ignore_index=True)


@pytest.fixture(scope="module")
def alone() -> dict[str, pd.DataFrame]:
    """The datasets of a trial of those with AN alone."""
    both = tables(HALF)
    of_group = both["participants"].loc[both["participants"]["diagnosis"] == "AN", "id"]
    return derive(PLAN, "small", {name: table[table["id"].isin(of_group)] for name, table in both.items()})


@pytest.mark.parametrize("key", ANALYSES)
def test_a_group_has_what_a_trial_of_it_alone_has(key, alone):
    together = select(results(HALF, of=(key,)), subgroup_level="AN")
    expected = select(analyse(PLAN, "small", key, alone).results, subgroup="")
    index = [name for name in KEY if name not in ("subgroup", "subgroup_level", "term", "trial")] + ["term"]
    own, other = (frame[~frame["stat_name"].isin(["warning", "stat_text"])].set_index(index)["stat"]
                  for frame in (together, expected))  # fmt: skip
    assert len(own) > 3
    kept, repeated = ({place for place in frame.index if not NOT_REPEATED & {*place}} for frame in (own, other))
    assert kept == repeated
    np.testing.assert_allclose(own, other.reindex(own.index), equal_nan=True)


def test_the_curves_of_a_group_are_those_of_a_trial_of_it_alone(alone):
    steps = analyse(PLAN, "small", "rates", datasets(HALF)).individual
    own = steps[(steps["SUBGROUP"] == "diagnosis") & (steps["SUBGROUP_LEVEL"] == "AN")]
    expected = analyse(PLAN, "small", "rates", alone).individual
    expected = expected[expected["SUBGROUP"] == ""]
    pd.testing.assert_frame_equal(
        own.drop(columns=["SUBGROUP", "SUBGROUP_LEVEL"]).reset_index(drop=True),
        expected.drop(columns=["SUBGROUP", "SUBGROUP_LEVEL"]).reset_index(drop=True),
    )
    assert {*own["TERM"]} == {"any adverse event", "nausea"}


def test_a_group_that_nobody_followed_has_no_curve_and_leaves_those_of_others():
    both = tables(HALF)
    left = both["participants"]["diagnosis"].eq("AN").to_numpy()
    both["disposition"].loc[left, ["left", "status"]] = [pd.NA, ""]
    steps = analyse(PLAN, "small", "rates", derive(PLAN, "small", both)).individual
    assert {*steps["SUBGROUP_LEVEL"]} == {"", "BN"}


NAUSEA = {"analysis_id": "effects", "variable": "incidence", "level": "participants", "term": "nausea",
          "arm": "Ketamine", "comparator": "", "stat_name": "n"}  # fmt: skip


def test_groups_add_up_to_all_participants(ard):
    of = {"subgroup": "diagnosis"}
    assert statistic(ard, **NAUSEA, subgroup="") == 8
    assert [statistic(ard, **NAUSEA, **of, subgroup_level=level) for level in ("AN", "BN")] == [2, 6]
    sizes = select(ard, analysis_id="effects", variable="denominator", arm="Ketamine", **of)
    assert sizes["stat"].tolist() == [6, 6]


def test_a_body_mass_index_at_the_limit_is_not_below_it(ard):
    below = {"analysis_id": "alerts", "variable": "denominator", "subgroup": "BMI", "subgroup_level": "below 16"}
    assert statistic(ard, **below, arm="") == 12


def test_a_group_with_an_arm_of_two_is_described_and_not_compared():
    found = select(results(TWO_WITH_ANOREXIA), analysis_id="effects", stat_name="risk_difference")
    assert {*found["subgroup_level"]} == {"", "BN"}


def test_whoever_is_in_no_group_is_told():
    warned = select(results(TWO_UNKNOWN), analysis_id="effects", stat_name="warning")
    assert "2 participants have no value of diagnosis" in warned["warning"].item()


def test_a_column_that_the_data_lack_is_named():
    other = plan(analyses={"effects": ANALYSES["effects"]}, sources=PLAN.model_dump()["sources"])
    without = tables(("AN",) * 24)
    without["participants"] = without["participants"].drop(columns="diagnosis")
    adam = derive(other, "small", without)
    with pytest.raises(ModelError, match="no values of diagnosis"):
        raise ModelError(select(analyse(other, "small", "effects", adam).results, stat_name="error")["error"].item())


def test_in_public_all_groups_go_where_one_is_small(ard):
    shown = public(ard, small_cell=5)
    in_groups = shown[(shown["analysis_id"] == "effects") & (shown["subgroup"] != "") & (shown["term"] == "nausea")]
    assert in_groups["stat"].isna().all()
    assert statistic(shown, **NAUSEA, subgroup="") != 8  # four are without, which is few too
    rash = shown[(shown["subgroup"] != "") & (shown["term"] == "rash") & (shown["stat_name"] == "n")]
    assert rash["stat"].eq(0).all()


def of_diagnosis(ard: pd.DataFrame) -> pd.DataFrame:
    """All by diagnosis but how many have no value, which says nothing of health."""
    is_missing = ard["level"].isin(["not assessed after", "assessed after, and not before"])
    return ard[(ard["subgroup"] == "diagnosis") & ~is_missing]


def test_in_public_a_factor_with_a_small_group_goes_whole():
    shown = public(results(TWO_WITH_ANOREXIA), small_cell=5)
    assert of_diagnosis(shown)["stat"].isna().all()


def test_in_public_a_factor_that_leaves_few_out_goes_whole():
    shown = public(results(TWO_UNKNOWN), small_cell=5)
    assert of_diagnosis(shown)["stat"].isna().all()


OF_HARMS = {"analysis_id": "harms", "variable": "class-term", "level": "gastrointestinal", "term": "nausea"}


def test_tables_of_events_repeat_overview_and_terms_and_zeros_stand(ard):
    of = OF_HARMS | {"comparator": "", "stat_name": "n", "subgroup": "diagnosis"}
    counts = {(arm, level): statistic(ard, **of, arm=arm, subgroup_level=level)
              for arm in ("Ketamine", "Midazolam") for level in ("AN", "BN")}  # fmt: skip
    assert [*counts.values()] == [2, 6, 0, 0]
    everything = {"variable": "overview", "level": "any", "term": ""}
    assert statistic(ard, **(of | everything), arm="Ketamine", subgroup_level="AN") == 2


def test_a_gap_in_one_line_of_events_leaves_the_groups_of_other_lines():
    of = {"analysis_id": "harms", "method": "adverse-events", "arm": "Ketamine"}
    groups = {"": (22, 12, 25, 26), "AN": (10, 2, 12, 13), "BN": (12, 10, 13, 13)}
    made = []
    for name, counts in groups.items():
        group = of | {"subgroup": "diagnosis" if name else "", "subgroup_level": name}
        made += rows({"n_total": 40 if name else 80}, variable="denominator", **group)
        for term, n in zip("abcd", counts, strict=True):
            made += rows({"n": n, "n_events": 2 * n}, variable="class-term", level="class", term=term, **group)
    shown = public(table(made), small_cell=5)
    in_groups = shown[(shown["subgroup"] != "") & (shown["variable"] == "class-term")]
    counts = select(in_groups, stat_name="n").groupby("term")["stat"].count()
    assert counts.to_dict() == {"a": 0, "b": 0, "c": 2, "d": 2}  # a with b: alone b could be told from the events
    assert select(in_groups, stat_name="n_events")["stat"].isna().all()  # those of the groups add up to all


def test_the_table_of_groups_says_of_how_many_and_which_terms_it_leaves_out(ard):
    shown = TABLES["AET06"](results_of(PLAN, ard, "harms"))
    cells = {(head.label, row.label): row.cells[0] for part in shown.parts for head, row in _headed(part.rows)}
    assert cells["Nausea", "AN"].replace("\N{NO-BREAK SPACE}", " ").startswith("2 of 6 (33.3 %) [2]")
    assert cells["Died", "below 16"].replace("\N{NO-BREAK SPACE}", " ").startswith("0 of 12")
    assert any(note.endswith("are not shown: 0.") for note in shown.label.footnotes)


def _headed(lines):
    head = lines[0]
    for row in lines:
        head = row if not row.cells else head
        if row.cells:
            yield head, row


def test_without_groups_in_the_plan_the_reason_is_told(ard):
    alone = plan(analyses={"harms": {"method": "adverse-events"}})
    with pytest.raises(DataError, match="names no groups of participants"):
        TABLES["AET06"](results_of(alone, ard, "harms"))
    with pytest.raises(DataError, match="names no events of special interest"):
        TABLES["AET01_AESI"](results_of(alone, ard, "harms"))


@pytest.mark.parametrize(("output", "analysis", "blocks"), [("SEFT01", "effects", 1), ("ALTL01", "alerts", 2)])
def test_tables_print_a_block_for_each_factor(ard, output, analysis, blocks):
    parts = TABLES[output](results_of(PLAN, ard, analysis)).parts
    of_groups = [part for part in parts if part.caption.endswith(("by diagnosis", "kg/m²"))]
    assert len(of_groups) == blocks
    assert [row.label for row in of_groups[0].rows][1:3] == ["AN", "BN"]


def test_a_table_has_its_blocks_once_more_for_each_group_and_none_twice():
    ard = results(HALF, of=("rates",))
    parts = TABLES["AET05"](results_of(PLAN, ard, "rates")).parts
    assert [part.folded for part in parts] == ["", "By diagnosis", "By diagnosis"]
    assert [part.caption for part in parts[1:]] == ["Diagnosis: AN", "Diagnosis: BN"]
    counted = [part.rows[0].cells[0].replace("\N{NO-BREAK SPACE}", " ").split(" (")[0] for part in parts[:2]]
    assert counted == ["8 of 12", "2 of 6"]


def test_a_heading_without_cells_stays_above_its_rows_in_a_group():
    ard = results(HALF, of=("rates",))
    parts = TABLES["AET05_ALL"](results_of(PLAN, ard, "rates")).parts
    labels = [row.label for part in parts if part.caption == "Diagnosis: AN. Ratios of rates" for row in part.rows]
    assert labels[:2] == ["Any adverse event", "Negative binomial model"]


def test_a_group_says_why_it_has_no_ratio_and_no_limits_by_draws():
    both = tables(HALF)
    both["adverse_events"] = pd.concat(
        [both["adverse_events"], both["adverse_events"].tail(6).assign(id=IDS[18:])], ignore_index=True
    )
    ard = analyse(PLAN, "small", "rates", derive(PLAN, "small", both)).results
    notes = TABLES["AET05_ALL"](results_of(PLAN, ard, "rates")).label.footnotes
    assert "NE: no event in Midazolam: no ratio of rates exists." not in notes
    assert "Diagnosis: AN. NE: no event in Midazolam: no ratio of rates exists." in notes
    assert len(notes) == len({*notes})
    hidden = TABLES["AET05_ALL"](results_of(PLAN, public(ard, small_cell=5), "rates")).label.footnotes
    assert not any(note.startswith("Diagnosis") for note in hidden)


def test_an_unknown_record_counts_in_its_group():
    both = tables(HALF)
    both["adverse_events"]["serious"] = [pd.NA, *[False] * 7]
    ard = analyse(PLAN, "small", "harms", derive(PLAN, "small", both)).results
    of = {"variable": "overview-unknown", "level": "serious", "arm": "Ketamine", "stat_name": "n"}
    assert [statistic(ard, **of, subgroup="diagnosis", subgroup_level=level) for level in ("AN", "BN")] == [1, 0]


def test_a_small_arm_of_a_group_leaves_the_comparison_of_the_others():
    arms = pd.Categorical([*["A"] * 4, *["B"] * 4, "C"], ["A", "B", "C"])
    frame = pd.DataFrame({"USUBJID": [*"abcdefghi"], "ARM": arms, "DIAG": "AN"})
    seen: list[tuple[str, ...]] = []

    def compared(members: Members) -> list[Row]:
        seen.append(members.compared)
        return []

    part = EventRates(method="event-rates", report_at=("24 h",), by=("diagnosis",))
    with_groups(part, Members(frame, ("A", "B", "C"), "A"), compared)
    with_groups(part, Members(frame, ("A", "B", "C"), "C"), compared)
    assert seen == [("B", "C"), ("B",), ("A", "B"), ()]


def test_who_was_screened_is_in_no_group():
    ard = results(HALF, of=("conduct",))
    assert {*select(ard, level=["checklist", "checklist of the enrolled", "not eligible"])["subgroup"]} == {""}


def test_what_one_group_does_not_allow_is_told_there():
    people = Members(
        pd.DataFrame({"USUBJID": ["A", "B"], "ARM": pd.Categorical(["K", "K"]), "DIAG": ["AN", "BN"]}), ("K",), None
    )

    def refused(members: Members) -> list[Row]:
        if len(members.frame) == 1 and members.frame["DIAG"].item() == "BN":
            raise ModelError("nothing to count")
        return rows({"n": len(members.frame)}, variable="counted", arm="K")

    found = table(
        with_groups(EventRates(method="event-rates", report_at=("24 h",), by=("diagnosis",)), people, refused)
    )
    assert select(found, subgroup_level="BN", stat_name="error")["error"].tolist() == ["nothing to count"]
    assert select(found, subgroup_level="AN", stat_name="n")["stat"].tolist() == [1]


@pytest.mark.parametrize("key", ["rates", "medicines", "pressure", "liver"])
def test_in_public_groups_go_together_with_any_gap(key):
    shown = public(results(HALF, of=(key,)), small_cell=5)
    counts = shown[(shown["subgroup"] == "diagnosis") & shown["stat_name"].isin(["n", "n_events"])]
    hidden = counts["error"] == "suppressed"
    assert hidden.any()
    in_groups = shown[shown["subgroup"] == "diagnosis"]
    assert not in_groups["error"].str.contains("no event").any()
    assert (counts.loc[~hidden, "stat"].isna() | counts.loc[~hidden, "variable"].eq("denominator")).all()


@pytest.mark.parametrize("key", ANALYSES)
def test_a_group_with_an_empty_arm_is_described_in_the_other(key):
    found = results((*["AN"] * 12, *["BN"] * 12), of=(key,))
    assert select(found, stat_name="error").empty
    assert {*select(found, subgroup="diagnosis", subgroup_level="AN")["arm"]} == {"Ketamine", ""}
