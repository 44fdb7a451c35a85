"""A made-up German export: one file of participants, and files of their diary, a timed task and adverse events."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

PEOPLE = 24
_FIRST = pd.Timestamp("2035-02-05 09:30")
_DIAGNOSES = ("Anorexia nervosa", "Bulimia nervosa", "Binge-Eating-Störung")
_BINGES = dict(zip(_DIAGNOSES, (0.2, 1.0, 0.8), strict=True))
_VISITS = {"Baseline": 0, "24h": 11, "Tag7": 9, "Woche4": 6, "Woche12": 5}
_CAP = 240


def _people() -> pd.DataFrame:
    """Give id, arm, diagnosis and start of the infusion."""
    people = pd.DataFrame({"Patientencode": [f"KET-{number:03d}" for number in range(1, PEOPLE + 1)]})
    people["Gruppe"] = ["Ketamin", "Midazolam"] * (PEOPLE // 2)
    people["Diagnose"] = np.repeat(_DIAGNOSES, PEOPLE // 3)
    people["start"] = [_FIRST + pd.Timedelta(days=5 * number) for number in range(PEOPLE)]
    return people


def wide(rng: np.random.Generator) -> pd.DataFrame:
    """Give the file with one row for each participant: a day of inclusion, the infusion, scores and weights."""
    frame = _people()
    frame["Geschlecht"] = ["w", "w", "m", "w"] * (PEOPLE // 4)
    frame["Größe (cm)"] = rng.integers(158, 180, PEOPLE)
    frame["Einschluss"] = (frame["start"] - pd.Timedelta(days=9)).dt.strftime("%d.%m.%Y")
    frame["Infusion_Datum"] = frame["start"].dt.strftime("%d.%m.%Y")
    frame["Infusion_Beginn"] = frame["start"].dt.strftime("%H:%M")
    frame["Infusion_Ende"] = (frame["start"] + pd.Timedelta(minutes=40)).dt.strftime("%H:%M")
    share = np.where(frame["Gruppe"] == "Ketamin", 1.0, 0.3)
    madrs, weight = rng.integers(24, 38, PEOPLE), rng.uniform(46, 80, PEOPLE)
    for visit, drop in _VISITS.items():
        frame[f"MADRS_{visit}"] = np.round(madrs - drop * share + rng.normal(0, 2, PEOPLE)).clip(0, 60).astype("int64")
        frame[f"Gewicht_{visit}"] = _with_comma(weight + rng.normal(0, 0.4, PEOPLE), 1)
    return frame.drop(columns="start")


def diary(rng: np.random.Generator) -> pd.DataFrame:
    """Give the number of binges of each day from two weeks before the infusion to eight weeks after it."""
    rows = [
        {
            "Patientencode": one.Patientencode,
            "Datum": (one.start + pd.Timedelta(days=day)).strftime("%d.%m.%Y"),
            "Essanfälle": rng.poisson(_BINGES[one.Diagnose] * (0.5 if one.Gruppe == "Ketamin" and day > 0 else 1)),
        }
        for one in _people().itertuples()
        for day in range(-14, 57)
        if rng.random() < 0.93
    ]
    return pd.DataFrame(rows)


def task(rng: np.random.Generator) -> pd.DataFrame:
    """Give the seconds of a task that is stopped after four minutes, as it is for many."""
    rows = [
        {
            "Patientencode": one.Patientencode,
            "Visite": visit,
            "Regelwechsel_Sek": min(_CAP, round(seconds * practice * rng.uniform(0.85, 1.15))),
        }
        for one in _people().itertuples()
        for seconds in [rng.uniform(60, 330)]
        for visit, practice in {"Baseline": 1.0, "Tag7": 0.9, "Woche4": 0.9}.items()
    ]
    return pd.DataFrame(rows)


def events(rng: np.random.Generator) -> pd.DataFrame:
    """Give one or two adverse events of each participant during the infusion, with their ends."""
    told = (["Schwindel", "Übelkeit"], ["Kopfschmerz"], ["Schwindel"])
    rows = [
        {
            "Patientencode": one.Patientencode,
            "Ereignis": term,
            "Beginn": (one.start + pd.Timedelta(minutes=25)).strftime("%d.%m.%Y %H:%M"),
            "Ende": (one.start + pd.Timedelta(minutes=int(rng.integers(50, 220)))).strftime("%d.%m.%Y %H:%M"),
            "Schweregrad": "leicht",
            "Schwerwiegend": "nein",
        }
        for place, one in enumerate(_people().itertuples())
        for term in told[place % len(told)]
    ]
    return pd.DataFrame(rows)


def files() -> dict[str, pd.DataFrame]:
    """Give name → table."""
    rng = np.random.default_rng(7)
    return {"export": wide(rng), "essanfall_tagebuch": diary(rng), "tmt": task(rng), "nebenwirkungen": events(rng)}


def write(folder: Path, tables: dict[str, pd.DataFrame] | None = None) -> list[Path]:
    """Write tables as Germans save them: apart by semicolons."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {folder / f"{name}.csv": frame for name, frame in (tables or files()).items()}
    for path, frame in paths.items():
        frame.to_csv(path, index=False, sep=";", encoding="utf-8")
    return [*paths]


def _with_comma(values: pd.Series, decimals: int) -> list[str]:
    """Give numbers with a comma for the point."""
    return [f"{value:.{decimals}f}".replace(".", ",") for value in values]
