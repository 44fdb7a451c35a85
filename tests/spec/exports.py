"""Realistic exports of small trials, made from a seed: as REDCap, spreadsheets and standards give them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

START = datetime(2031, 3, 3, 9, 30)  # noqa: DTZ001 - exports have local times
EVENTS = {"baseline_arm_1": 0, "hour_24_arm_1": 1, "week_1_arm_1": 7, "week_4_arm_1": 28}


def redcap(participants: int = 12, *, order: str = "%Y-%m-%d %H:%M") -> pd.DataFrame:
    """Give a long export with events, and infusions and adverse events as repeating instruments."""
    rng = np.random.default_rng(20311)
    rows = [row for number in range(1, participants + 1) for row in _redcap_rows(number, rng, order)]
    return pd.DataFrame(rows, dtype="object").fillna("").astype("str")


def _redcap_rows(number: int, rng: np.random.Generator, order: str) -> Iterator[dict[str, object]]:
    """Give the rows of one participant."""
    zero, arm = START + timedelta(days=3 * number), 1 + number % 2
    person = {"record_id": f"P{number:02d}", "redcap_data_access_group": "north" if number % 3 else "south"}
    severity = rng.normal(32, 4)
    for event, day in EVENTS.items():
        when = zero + timedelta(days=day, hours=0 if day else -1)
        drop = (9 if arm == 1 else 4) * (day > 0)
        row: dict[str, object] = {
            **person, "redcap_event_name": event, "redcap_repeat_instrument": "", "redcap_repeat_instance": "",
            "assessment_date": when.strftime(order), "madrs_total": int(np.clip(rng.normal(severity - drop, 3), 0, 60)),
            "ede_glob": round(float(np.clip(rng.normal(3.6 - drop / 10, 0.8), 0.2, 5.6)), 2),
            "weight_kg": round(float(rng.normal(48, 4)), 1), "assessments_complete": 2,
        }  # fmt: skip
        if day == 0:
            row |= {
                "allocation": arm, "sex": int(rng.integers(1, 3)), "age": int(rng.integers(18, 60)), "height": 165,
                "diagnosis": ["AN", "BN", "BED"][number % 3], "comorbid___1": int(rng.integers(0, 2)),
                "comorbid___2": 0,                "demographics_complete": 2,
            }  # fmt: skip
        yield row
    for infusion in range(1, 6 if number % 4 else 5):
        start = zero + timedelta(days=[0, 3, 7, 10, 14][infusion - 1])
        yield {
            **person, "redcap_event_name": "baseline_arm_1", "redcap_repeat_instrument": "infusion",
            "redcap_repeat_instance": infusion, "infusion_start": start.strftime(order),
            "infusion_end": (start + timedelta(minutes=40)).strftime(order), "dose_mg": 25, "infusion_complete": 2,
        }  # fmt: skip
    for event in range(1, 1 + number % 3):
        onset = zero + timedelta(days=event, hours=1)
        yield {
            **person, "redcap_event_name": "baseline_arm_1", "redcap_repeat_instrument": "adverse_event",
            "redcap_repeat_instance": event, "ae_term": ["nausea", "dizziness", "headache"][event % 3],
            "ae_onset": onset.strftime(order), "ae_severity": 1 + event % 3, "ae_serious": 0,
            "adverse_event_complete": 2,
        }  # fmt: skip


def dictionary() -> pd.DataFrame:
    """Give the data dictionary of the REDCap export."""
    fields = {"record_id": "", "allocation": "1, Ketamine | 2, Midazolam", "sex": "1, female | 2, male", "age": ""}
    return pd.DataFrame(
        {
            "Variable / Field Name": list(fields),
            "Form Name": "demographics",
            "Choices, Calculations, OR Slider Labels": list(fields.values()),
            "Identifier?": "",
        }
    )


def wide(participants: int = 24) -> pd.DataFrame:
    """Give a spreadsheet with one row for each participant and a column for each score and visit."""
    rng = np.random.default_rng(7)
    arm = np.where(np.arange(participants) % 2, "Placebo", "Ketamine")
    baseline = rng.normal(33, 4, participants)
    frame = pd.DataFrame(
        {
            "ID": [f"S-{101 + place}" for place in range(participants)],
            "Group": arm,
            "Sex": np.where(rng.random(participants) < 0.8, "F", "M"),
            "Age": rng.integers(18, 55, participants),
        }
    )
    for visit, effect in {"bl": 0, "24h": 9, "d7": 7, "w4": 5}.items():
        drop = effect * np.where(arm == "Ketamine", 1, 0.4)
        frame[f"madrs_{visit}"] = np.clip(np.round(baseline - drop + rng.normal(0, 3, participants)), 0, 60).astype(int)
    for visit in ("bl", "w4"):
        frame[f"phq9_{visit}"] = rng.integers(5, 25, participants)
    frame.loc[3, "madrs_w4"] = -99
    return frame


def german(participants: int = 16) -> str:
    """Give a long export of a German spreadsheet: semicolons, decimal commas, dates with the day first."""
    rng = np.random.default_rng(11)
    lines = ["Proband;Gruppe;Geschlecht;Alter;Visite;Datum;Infusionsbeginn;MADRS Summe;Gewicht (kg)"]
    for number in range(1, participants + 1):
        zero = START + timedelta(days=2 * number)
        group = "Ketamin" if number % 2 else "Kontrolle"
        for visit, day in {"Baseline": 0, "Tag 1": 1, "Tag 7": 7, "Woche 4": 28}.items():
            when = (zero + timedelta(days=day)).strftime("%d.%m.%Y")
            score = int(np.clip(rng.normal(32 - (8 if number % 2 else 3) * (day > 0), 3), 0, 60))
            weight = f"{rng.normal(50, 5):.1f}".replace(".", ",")
            lines.append(f"K{number:02d};{group};w;{30 + number};{visit};{when};{zero:%d.%m.%Y};{score};{weight}")
    return "\n".join(lines) + "\n"


def sdtm(participants: int = 20) -> dict[str, pd.DataFrame]:
    """Give the SDTM datasets DM, EX, QS and AE."""
    rng = np.random.default_rng(5)
    subjects = [f"TR-{number:03d}" for number in range(1, participants + 1)]
    zero = {subject: START + timedelta(days=place) for place, subject in enumerate(subjects)}
    dm = pd.DataFrame(
        {
            "STUDYID": "TR", "DOMAIN": "DM", "USUBJID": subjects, "SITEID": "01",
            "SEX": ["F", "M"] * (participants // 2),
            "AGE": rng.integers(20, 60, participants), "AGEU": "YEARS",
            "ARM": ["Ketamine", "Midazolam"] * (participants // 2), "ARMCD": ["K", "M"] * (participants // 2),
            "RFSTDTC": [zero[subject].isoformat() for subject in subjects],
        }
    )  # fmt: skip
    ex = pd.DataFrame(
        [
            {"STUDYID": "TR", "DOMAIN": "EX", "USUBJID": subject, "EXSEQ": number, "EXTRT": "Study drug", "EXDOSE": 0.5,
             "EXDOSU": "mg/kg", "EXSTDTC": (zero[subject] + timedelta(days=7 * (number - 1))).isoformat()}
            for subject in subjects
            for number in (1, 2)
        ]
    )  # fmt: skip
    qs = pd.DataFrame(
        [
            {"STUDYID": "TR", "DOMAIN": "QS", "USUBJID": subject, "QSCAT": "MADRS", "QSTESTCD": "MADRSTOT",
             "QSTEST": "MADRS total score", "QSSTRESN": int(np.clip(rng.normal(30 - 5 * (day > 0), 4), 0, 60)),
             "VISIT": visit, "QSDTC": (zero[subject] + timedelta(days=day, hours=-0.5 if not day else 0)).isoformat()}
            for subject in subjects
            for visit, day in {"BASELINE": 0, "DAY 3": 3, "WEEK 2": 14, "WEEK 4": 28}.items()
        ]
    )  # fmt: skip
    ae = pd.DataFrame(
        [
            {"STUDYID": "TR", "DOMAIN": "AE", "USUBJID": subject, "AETERM": "NAUSEA", "AEDECOD": "Nausea",
             "AEBODSYS": "Gastrointestinal disorders", "AESTDTC": (zero[subject] + timedelta(hours=1)).isoformat(),
             "AESEV": "MILD", "AESER": "N"}
            for subject in subjects[::3]
        ]
    )  # fmt: skip
    return {"dm": dm, "ex": ex, "qs": qs, "ae": ae}


def identifying() -> pd.DataFrame:
    """Give the spreadsheet with columns that tell who somebody is."""
    frame = wide()
    frame.insert(1, "surname", ["Quesnel", "Oyelaran"] * (len(frame) // 2))
    frame.insert(2, "DOB", [f"19{70 + place}-05-17" for place in range(len(frame))])
    frame["contact"] = [f"person{place}@example.org" for place in range(len(frame))]
    return frame


def write(folder: Path, name: str) -> list[Path]:
    """Write one of the exports below a folder, and give its files."""
    folder.mkdir(parents=True, exist_ok=True)
    if name == "german":
        (folder / "daten.csv").write_text(german(), encoding="utf-8")
        return [folder / "daten.csv"]
    if name == "sdtm":
        for domain, frame in sdtm().items():
            frame.to_csv(folder / f"{domain}.csv", index=False)
        return [folder]
    frames = {
        "redcap": {"export.csv": redcap()},
        "redcap_days": {"export.csv": redcap(order="%d/%m/%Y %H:%M"), "dictionary.csv": dictionary()},
        "wide": {"scores.csv": wide()},
        "identifying": {"scores.csv": identifying()},
    }[name]
    for file, frame in frames.items():
        frame.to_csv(folder / file, index=False)
    return [folder / file for file in frames]
