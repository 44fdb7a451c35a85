"""What is drafted from the files of a trial: visits named after infusions, infusions in columns, scores in rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from postinfusion.plan import yaml_text
from postinfusion.plan.design import LAST
from postinfusion.sources.recognition.drafts import draft
from postinfusion.sources.recognition.evidence import Sample
from postinfusion.sources.recognition.score_rows import Score, meaning
from postinfusion.sources.recognition.survey import survey
from postinfusion.sources.recognition.visits import named_time

IDS = [f"P{number:02d}" for number in range(1, 9)]
FIRST_DAY = pd.Timestamp("2023-01-02 09:00")


def start(person: str, infusion: int) -> pd.Timestamp:
    return FIRST_DAY + pd.Timedelta(days=3 * IDS.index(person) + 7 * (infusion - 1))


def people() -> pd.DataFrame:
    return pd.DataFrame({"id": IDS, "arm": ["Ketamine", "Midazolam"] * 4})


def infusions(last: int = 6) -> pd.DataFrame:
    rows = [(one, number, start(one, number)) for one in IDS for number in range(1, last + 1)]
    return pd.DataFrame(rows, columns=["id", "infusion", "start"])


def scores(visits: dict[str, tuple[int, float]], *, dated: bool) -> pd.DataFrame:
    rows = [
        {"id": one, "visit": visit, "date": start(one, infusion) + pd.Timedelta(hours=hours), "madrs": "20"}
        for one in IDS
        for visit, (infusion, hours) in visits.items()
    ]
    return pd.DataFrame(rows) if dated else pd.DataFrame(rows).drop(columns="date")


def text_of(**frames: pd.DataFrame) -> str:
    """Draft the plan of some files that never touch the disk."""
    samples = [Sample(f"{name}.csv", frame.astype("str"), len(frame)) for name, frame in frames.items()]
    return draft(survey(samples), "mytrial").text()


def drafted(**frames: pd.DataFrame) -> Any:
    return yaml_text.read(text_of(**frames), "mytrial").tree


@pytest.mark.parametrize(
    ("label", "after", "offset"),
    [
        ("Inf2 24h", 2, 24), ("Infusion 3 + 1 week", 3, 168), ("Inf2_pre", 2, 0), ("24h post infusion 3", 3, 24),
        ("1 h before infusion 2", 2, -1), ("4 weeks after last infusion", LAST, 672), ("inf2_d1", 2, 24),
        ("24 h nach der letzten Infusion", LAST, 24), ("3rd infusion", 3, 0), ("post inf 6", 6, None),
        ("end of infusion 2", 2, None),
    ],
)  # fmt: skip
def test_a_visit_named_after_an_infusion_counts_from_it(label: str, after: int, offset: float | None):
    found = named_time(label)
    assert found is not None
    assert (found.after, found.offset, found.hours) == (after, offset, None)


@pytest.mark.parametrize(
    ("label", "hours"), [("Inf1_pre", 0), ("Inf1 24h", 24), ("post infusion 24h", 24), ("post dose 1 h", 1)]
)
def test_a_visit_named_after_the_first_infusion_counts_from_time_zero(label: str, hours: float):
    found = named_time(label)
    assert found is not None
    assert (found.after, found.hours) == (0, hours)


NAMED = {"Inf1_pre": (1, -1), "Inf1 24h": (1, 24), "Inf2 24h": (2, 24), "post inf 6": (6, 4), "FU 4 weeks": (6, 672)}


def test_visits_named_after_infusions_are_drafted_after_them():
    found = drafted(people=people(), infusions=infusions(), scores=scores(NAMED, dated=True))
    assert [(one["visit"], one.get("after", ""), one["at"]) for one in found["schedule"]] == [
        ("Inf1 pre", "", "0 h"),
        ("Inf1 24h", "", "24 h"),
        ("Inf2 24h", "infusion 2", "24 h"),
        ("Post inf 6", "infusion 6", "4 h"),
        ("FU 4 weeks", "last infusion", "28 d"),
    ]


def test_what_the_name_of_a_visit_says_is_sure_and_what_its_dates_say_is_a_guess():
    lines = text_of(people=people(), infusions=infusions(), scores=scores(NAMED, dated=True)).splitlines()
    guessed = [line.split("visit: ")[1].split(",")[0] for line in lines if "visit: " in line and "guess:" in line]
    assert guessed == ["Post inf 6", "FU 4 weeks"]


def test_what_neither_name_nor_dates_say_of_a_visit_is_asked():
    text = text_of(people=people(), infusions=infusions(), scores=scores(NAMED, dated=False))
    assert "ANSWER: when Post inf 6 is, as in 24 h, 7 d or 4 wk after infusion 6" in text


def test_a_follow_up_whose_dates_count_from_the_first_infusion_does_so():
    visits = {"Baseline": (1, -1.0), "FU 4 weeks": (1, 672.0)}
    found = drafted(people=people(), infusions=infusions(3), scores=scores(visits, dated=True))
    assert found["schedule"][1] == {"visit": "FU 4 weeks", "at": "28 d"}


def test_a_visit_after_an_infusion_that_no_file_has_counts_from_none():
    visits = {"Baseline": (1, -1.0), "Inf2 24h": (2, 24.0), "Inf5 24h": (5, 24.0)}
    found = drafted(people=people(), infusions=infusions(2), scores=scores(visits, dated=True))
    assert [one.get("after", "") for one in found["schedule"]] == ["", "infusion 2", ""]


def test_a_single_infusion_is_drafted_too():
    found = drafted(people=people(), infusions=infusions(1), scores=scores({"Baseline": (1, -1.0)}, dated=True))
    assert found["design"]["infusions"] == ["0 h"]


def in_columns(last: int = 3, *, of_last: int = 5, hours: bool = True) -> pd.DataFrame:
    """Give participants with columns for each infusion; only some of them had the last one."""
    frame = people()
    form = "%Y-%m-%d %H:%M" if hours else "%Y-%m-%d"
    for number in range(1, last + 1):
        had = [number < last or place < of_last for place in range(len(IDS))]
        frame[f"inf{number}_start"] = [
            start(one, number).strftime(form) if is_ else "" for one, is_ in zip(IDS, had, strict=True)
        ]
        frame[f"inf{number}_dose"] = ["35" if is_ else "" for is_ in had]
    return frame.assign(madrs_bl="30", madrs_4h="20", madrs_inf2_24h="15", madrs_d28="10", notes_code="7")


def test_infusions_in_columns_are_all_drafted():
    found = drafted(all=in_columns())
    assert found["sources"]["infusions"]["columns"] == {"id": "id", "start": "inf1_start", "dose_mg": "inf1_dose"}
    assert found["sources"]["infusions.infusion-3"]["columns"]["start"] == "inf3_start"
    assert found["sources"]["infusions.infusion-3"]["constants"] == {"number": "3"}
    assert found["design"]["time_zero"] == "first-infusion"
    assert found["design"]["infusions"] == ["0 h", "7 d", "14 d"]
    assert "first_dose" not in found["sources"]["participants"]["columns"]


@pytest.mark.parametrize("stem", ["infusion_{}_date", "date_infusion_{}", "Inf{}", "dose{}_date", "Infusion {} start"])
def test_the_start_of_a_numbered_infusion_is_known_by_many_names(stem: str):
    frame = people()
    for number in (1, 2):
        frame[stem.format(number)] = [start(one, number).strftime("%Y-%m-%d %H:%M") for one in IDS]
    found = drafted(all=frame.assign(madrs_bl="30", madrs_24h="20"))
    assert found["sources"]["infusions.infusion-2"]["columns"]["start"] == stem.format(2)


def test_visits_in_columns_count_from_infusions_in_columns():
    visits = {one["visit"]: one.get("after", "") for one in drafted(all=in_columns())["schedule"]}
    assert visits == {"Baseline": "", "4 h": "", "Inf 2 24 h": "infusion 2", "Day 28": ""}


def test_no_visit_in_columns_is_dropped_because_infusions_have_no_hour():
    assert "4 h" in [one["visit"] for one in drafted(all=in_columns(hours=False))["schedule"]]


def test_events_of_other_participants_are_added_and_those_of_the_same_are_not():
    events = pd.DataFrame({"id": IDS, "ae_term": "headache", "severity": "mild", "onset": "2023-02-01"})
    parts = {"people": people(), "infusions": infusions(), "scores": scores(NAMED, dated=True)}
    apart = drafted(**parts, adverse_events_1=events[:5], adverse_events_2=events[5:])["sources"]
    again = drafted(**parts, adverse_events=events, adverse_events_serious=events[5:])["sources"]
    assert [name for name in apart if name.startswith("adverse")] == [
        "adverse_events",
        "adverse_events.adverse-events-2",
    ]
    assert [name for name in again if name.startswith("adverse")] == ["adverse_events"]


@pytest.mark.parametrize(
    ("written", "score"),
    [
        ("EDE-Q global", Score("EDE-Q", "global")), ("EDE-Q Restraint", Score("EDE-Q", "restraint")),
        ("edeq_glob", Score("EDE-Q", "global")), ("PHQ9", Score("PHQ-9")), ("MADRS total", Score("MADRS")),
        ("Mood", Score("Mood")), ("EDE-Q", Score("EDE-Q")), ("PHQ-9 item 3", Score("PHQ-9 item 3")),
    ],
)  # fmt: skip
def test_the_name_in_a_row_says_scale_and_score(written: str, score: Score):
    assert meaning(written) == score


def in_rows(**values: str) -> pd.DataFrame:
    rows = [(one, visit, name, value) for one in IDS for visit in ("bl", "24h") for name, value in values.items()]
    return pd.DataFrame(rows, columns=["id", "visit", "scale", "value"])


def test_scores_named_in_rows_stay_apart():
    values = {"MADRS": "20", "EDE-Q global": "2.5", "EDE-Q restraint": "3.1"}
    found = drafted(people=people(), scores=in_rows(**values))
    scores_ = found["sources"]["assessments"]
    assert scores_["columns"]["measure"] == scores_["columns"]["score"] == "scale"
    assert scores_["values"]["score"] == {"MADRS": "total", "EDE-Q global": "global", "EDE-Q restraint": "restraint"}
    assert [(one["measure"], one.get("score", "total")) for one in found["endpoints"].values()] == [
        ("MADRS", "total"),
        ("EDE-Q", "global"),
        ("EDE-Q", "restraint"),
    ]


@pytest.mark.parametrize(("name", "value", "unit"), [("Weight", "52", None), ("Weight (lb)", "115", "lb")])
def test_weights_in_rows_are_weights(name: str, value: str, unit: str | None):
    sources = drafted(people=people(), scores=in_rows(**{"MADRS": "20", name: value, "BMI": "17"}))["sources"]
    assert sources["weights"]["where"] == {"scale": [name]}
    assert sources["weights"]["columns"]["weight_kg"] == "value"
    assert sources["weights"].get("constants", {}).get("weight_unit") == unit
    assert sources["assessments"]["where"] == {"scale": ["MADRS"]}


def test_a_body_mass_index_without_weights_is_a_guessed_endpoint():
    found = drafted(people=people(), scores=in_rows(MADRS="20", BMI="17"))
    assert "where" not in found["sources"]["assessments"]
    assert found["endpoints"]["bmi"]["measure"] == "BMI"


def test_a_score_beside_the_participants_and_in_its_own_file_is_read_once():
    own = scores({"Baseline": (1, 0), "Day 7": (1, 168)}, dated=False)
    sources = drafted(people=people().assign(madrs="20", phq9="5"), madrs=own)["sources"]
    assert sources["assessments"]["file"] == "madrs.csv"
    assert sources["assessments.people"]["wide"] == {"PHQ-9": "phq9"}
    assert sources["assessments.people"]["constants"] == {"visit": "Baseline"}


def test_a_score_beside_the_participants_is_the_baseline_that_its_own_file_lacks():
    own = scores({"Day 7": (1, 168), "Day 28": (1, 672)}, dated=False)
    found = drafted(people=people().assign(madrs="20"), madrs=own)
    assert [one["visit"] for one in found["schedule"]] == ["Baseline", "Day 7", "Day 28"]
    assert found["sources"]["assessments.people"]["wide"] == {"MADRS": "madrs"}
    assert found["sources"]["assessments.people"]["constants"] == {"visit": "Baseline"}


def test_a_weight_beside_the_participants_is_not_read_again_where_a_file_of_weights_has_the_baseline():
    weights = pd.DataFrame([(one, visit, "52") for one in IDS for visit in ("bl", "d7")], columns=["id", "visit", "kg"])
    sources = drafted(people=people().assign(weight="52", madrs="20"), weights=weights)["sources"]
    assert [name for name in sources if name.startswith("weights")] == ["weights"]
    assert sources["weights"]["file"] == "weights.csv"
