"""Exports of small trials in several files, with arms and visits where trials really have them; made from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

START = datetime(2031, 5, 5, 10, 0)  # noqa: DTZ001 - exports have local times
DAYS = {"baseline": 0, "day 1": 1, "week 1": 7, "week 4": 28}
PEOPLE = 20


def _is_active(number: int) -> bool:
    """Say in which arm a participant is."""
    return number % 2 == 1


def _scores(low: float, drop: float, spread: float, most: int, seed: int) -> Iterator[tuple[int, str, datetime, int]]:
    """Give participant, visit, time and score."""
    rng = np.random.default_rng(seed)
    for number in range(1, PEOPLE + 1):
        own = rng.normal(low, spread)
        for visit, day in DAYS.items():
            change = (drop if _is_active(number) else drop / 3) * (day > 0)
            score = int(np.clip(round(rng.normal(own - change, spread / 2)), 0, most))
            yield number, visit, START + timedelta(days=2 * number + day, hours=-1 if not day else 3), score


def one_file_each() -> dict[str, pd.DataFrame]:
    """Give a file for each instrument, one of participants and the list of the allocation; visits spelt differently."""
    code = {number: f"KET-{number:03d}" for number in range(1, PEOPLE + 1)}
    madrs = [
        {"subject": code[number], "timepoint": visit, "date": f"{when:%Y-%m-%d %H:%M}", "madrs_total": score}
        for number, visit, when, score in _scores(32, 11, 4, 60, 1)
    ]
    short = {"baseline": "BL", "day 1": "D1", "week 1": "W1", "week 4": "W4"}
    phq = [
        {"subject": code[number], "visit": short[visit], "completed": f"{when:%Y-%m-%d %H:%M}", "total": score}
        for number, visit, when, score in _scores(17, 5, 2, 27, 2)
    ]
    edeq = [
        {"subject": code[number], "visit": visit.title(), "global": score / 10, "restraint": min(60, score + 3) / 10}
        for number, visit, when, score in _scores(36, 5, 5, 60, 3)
        if visit in {"baseline", "week 4"}
    ]
    people = [{"subject": code[n], "age": 20 + n, "gender": "f", "bmi_group": "low"} for n in code]
    allocation = [{"subject": code[n], "treatment": "Ketamine" if _is_active(n) else "Midazolam"} for n in code]
    infusions = [
        {
            "subject": code[n], "infusion_no": k + 1,
            "start": f"{START + timedelta(days=2 * n + 3 * k):%Y-%m-%d %H:%M}", "dose_mg": 30,
        }
        for n in code
        for k in range(2)
    ]  # fmt: skip
    frames = {
        "madrs": madrs, "phq9": phq, "edeq": edeq, "demographics": people, "randomisation": allocation,
        "infusions": infusions,
    }  # fmt: skip
    return {name: pd.DataFrame(rows) for name, rows in frames.items()}


def redcap_events(*, arm_in_event: bool = False) -> pd.DataFrame:
    """Give a REDCap export with age and sex at screening, and the arm at another event or only in their names."""
    rows: list[dict[str, object]] = []
    for number, visit, when, score in _scores(30, 9, 4, 60, 4):
        suffix = f"_arm_{1 if _is_active(number) or not arm_in_event else 2}"
        event = visit.replace(" ", "_") + suffix
        if visit == "baseline":
            rows.append(
                {"record_id": number, "redcap_event_name": f"screening{suffix}", "age": 19 + number, "sex": 1,
                 "screening_complete": 2}
            )  # fmt: skip
        row = {"record_id": number, "redcap_event_name": event, "visit_date": f"{when:%Y-%m-%d %H:%M}",
               "madrs_total": score, "madrs_complete": 2}  # fmt: skip
        if visit == "baseline":
            row |= {"first_infusion_date": f"{when + timedelta(hours=1):%Y-%m-%d %H:%M}"}
            row |= {} if arm_in_event else {"rand_group": "ketamine" if _is_active(number) else "saline"}
        rows.append(row)
    return pd.DataFrame(rows, dtype="object").fillna("").astype("str")


def dates_only() -> pd.DataFrame:
    """Give a long file that says everything in each row and has dates instead of visits."""
    return pd.DataFrame(
        [
            {
                "patient_id": f"A{number:02d}", "group": "ketamine" if _is_active(number) else "control",
                "sex": "m" if number % 3 else "f", "age": 25 + number,
                "infusion_date": f"{START + timedelta(days=2 * number):%Y-%m-%d}",
                "assessment_date": f"{when:%Y-%m-%d}", "madrs": score,
            }
            for number, visit, when, score in _scores(31, 10, 4, 60, 5)
        ]
    )  # fmt: skip


def pounds() -> pd.DataFrame:
    """Give one row for each participant with scores and weights in pounds by visit."""
    scores = pd.DataFrame(_scores(31, 10, 4, 60, 6), columns=["id", "visit", "when", "score"])
    wide = scores.pivot(index="id", columns="visit", values="score")
    rng = np.random.default_rng(8)
    frame = pd.DataFrame(
        {"id": [f"B{n}" for n in wide.index], "arm": ["K" if _is_active(n) else "P" for n in wide.index]}
    )
    frame["weight_bl"] = np.round(rng.normal(112, 9, PEOPLE), 1)
    frame["weight_w4"] = np.round(frame["weight_bl"] + rng.normal(1, 2, PEOPLE), 1)
    for visit, short in {"baseline": "bl", "day 1": "d1", "week 1": "w1", "week 4": "w4"}.items():
        frame[f"madrs_{short}"] = wide[visit].to_numpy()
    return frame.rename(columns={"weight_bl": "weight_lb_bl", "weight_w4": "weight_lb_w4"})


def workbook() -> dict[str, pd.DataFrame]:
    """Give the sheets of a German workbook: people with heights in metres, questionnaires, weights."""
    ids = [f"P{number:02d}" for number in range(1, PEOPLE + 1)]
    names = {"baseline": "Vor Behandlung", "day 1": "24 Std.", "week 1": "1 Woche", "week 4": "4 Wochen"}
    people = pd.DataFrame(
        {
            "Patienten-Nr.": ids, "Gruppe": ["Ketamin" if _is_active(n) else "Placebo" for n in range(1, PEOPLE + 1)],
            "Geschlecht": ["w", "m"] * (PEOPLE // 2), "Größe [cm]": [1.6 + n / 100 for n in range(PEOPLE)],
            "1. Infusion": [START + timedelta(days=2 * n) for n in range(1, PEOPLE + 1)],
        }
    )  # fmt: skip
    rows = list(_scores(31, 9, 4, 60, 9))
    scores = [
        {"Patienten-Nr.": f"P{n:02d}", "Zeitpunkt": names[visit], "Datum": when.date(), "MADRS-Summe": score}
        for n, visit, when, score in rows
    ]
    weights = [
        {"Patienten-Nr.": f"P{n:02d}", "Zeitpunkt": names[visit], "Gewicht": 48 + n / 10} for n, visit, _, _ in rows
    ]
    return {"Stammdaten": people, "Fragebögen": pd.DataFrame(scores), "Gewicht": pd.DataFrame(weights)}


def case_series(file: Path) -> None:
    """Write an SPSS file of one arm with labels, a code for missing, and visits that are numbered and timed."""
    rows = pd.DataFrame(_scores(32, 9, 4, 60, 10), columns=["pat_nr", "visit", "when", "score"])
    wide = rows.pivot(index="pat_nr", columns="visit", values="score").astype("float64")
    frame = pd.DataFrame({"pat_nr": wide.index.astype("float64"), "geschl": [1.0, 2.0] * (PEOPLE // 2)})
    frame["inf1_dat"] = [(START + timedelta(days=2 * n)).date() for n in range(1, PEOPLE + 1)]
    short = {"baseline": "t0", "day 1": "t1_24h", "week 1": "t2_7d", "week 4": "t3_4w"}
    for visit, name in short.items():
        frame[f"madrs_{name}"] = wide[visit].to_numpy()
    frame.loc[2, "madrs_t3_4w"] = 999.0
    pyreadstat.write_sav(frame, str(file), variable_value_labels={"geschl": {1.0: "male", 2.0: "female"}})


def write(folder: Path, name: str) -> list[Path]:
    """Write one of the exports below a folder, and give its files."""
    folder.mkdir(parents=True, exist_ok=True)
    if name == "workbook":
        with pd.ExcelWriter(folder / "Ketamin Studie.xlsx") as book:
            for sheet, frame in workbook().items():
                frame.to_excel(book, sheet_name=sheet, index=False)
        return [folder / "Ketamin Studie.xlsx"]
    if name == "case_series":
        case_series(folder / "cases.sav")
        return [folder / "cases.sav"]
    frames = {
        "one_file_each": one_file_each,
        "redcap_events": lambda: {"export": redcap_events()},
        "redcap_arms": lambda: {"export": redcap_events(arm_in_event=True)},
        "dates_only": lambda: {"all": dates_only()},
        "pounds": lambda: {"wide": pounds()},
    }[name]()
    for file, frame in frames.items():
        frame.to_csv(folder / f"{file}.csv", index=False)
    return [folder / f"{file}.csv" for file in frames]
