"""A simulated trial in two stages in binge-eating disorder: some are randomised again, some go on in maintenance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.simulate.curves import Floats
from postinfusion.simulate.streams import stream

PARTICIPANTS = 96
MEAN, SD_BETWEEN, SD_WITHIN = 32.0, 4.0, 3.5
VISITS = {"Baseline": 0.0, "24 h": 1.07, "Day 7": 6.8, "Day 14": 13.8, "Day 21": 20.8, "Day 28": 28.0, "Day 56": 55.8,
          "Day 84": 84.0}  # fmt: skip
"""Visit → days since the first infusion."""
COURSE = {"24 h": -4.0, "Day 7": -6.0, "Day 14": -8.0, "Day 21": -9.5, "Day 28": -11.0, "Day 56": -9.0, "Day 84": -7.0}
"""Mean change with midazolam throughout."""
FIRST_STAGE = {"24 h": -7.0, "Day 7": -6.5, "Day 14": -6.0, "Day 21": -6.0, "Day 28": -6.0, "Day 56": -3.0,
               "Day 84": -1.0}  # fmt: skip
"""What ketamine from the first stage on changes beside midazolam."""
SECOND_STAGE = {"Day 21": -5.5, "Day 28": -5.0, "Day 56": -3.0, "Day 84": -1.0}
"""What ketamine from the second stage on changes beside midazolam."""
MAINTAINED = {"Day 56": -3.0, "Day 84": -4.0}
"""What maintenance changes in those who go on."""
PER_POINT = -0.5
"""Change per point of the expectation score, in both arms alike."""
RESPONSE, STILL_ILL = 0.5, 21.0
STARTS = (0.0, 7.0, 14.0, 21.0)
MAINTENANCE = (42.0, 56.0, 70.0)
DOSE, DRUG = {"K": 0.5, "M": 0.045}, {"K": "ketamine", "M": "midazolam"}
EVENTS = (("Dissociation", {"K": 0.4, "M": 0.04}), ("Nausea", {"K": 0.15, "M": 0.06}),
          ("Somnolence", {"K": 0.15, "M": 0.35}))  # fmt: skip
"""Event, chance at each infusion by drug."""
GUESSES = {"K": (0.65, 0.15, 0.20), "M": (0.20, 0.50, 0.30)}
"""Arm → chances of the guesses K, M and don't know."""
_DECLINES, _LEAVES = 0.15, 0.05
_HOURS = 24.0


@dataclass(frozen=True)
class _Trial:
    """What happened to the participants: arrays over persons, scores persons × visits."""

    root: np.random.SeedSequence
    first: np.ndarray
    second: np.ndarray
    maintained: np.ndarray
    reason: np.ndarray
    expectation: Floats
    scores: Floats
    seen: np.ndarray
    left: Floats

    @property
    def ids(self) -> list[str]:
        """Names of the participants."""
        return [f"D{number:02d}" for number in range(1, len(self.first) + 1)]


def simulate_re_randomised(
    root: np.random.SeedSequence, *, has_effects: bool = True, participants: int = PARTICIPANTS
) -> dict[str, pd.DataFrame]:
    """Simulate one trial.

    Parameters
    ----------
    root
        Seed sequence of this trial.
    has_effects
        Ketamine and maintenance do something; otherwise there is the course of midazolam and nothing else.
    participants
        How many enter.

    Returns
    -------
    dict
        Name of the table to its rows; times in hours since the first infusion.
    """
    trial = _draw(root, participants, has_effects=has_effects)
    return {
        "participants": _participants(trial),
        "infusions": _infusions(trial),
        "assessments": _assessments(trial),
        "adverse_events": _events(trial),
        "guesses": _guesses(trial),
        "disposition": _disposition(trial),
    }


def truth_of_re_randomised(seed: int, scenario: str, *, has_effects: bool) -> dict[str, object]:
    """Give what the trial was made from, and what an analysis of it should find."""
    scale = 1.0 if has_effects else 0.0
    weight = 0.6
    stages = scale * FIRST_STAGE["Day 14"], scale * SECOND_STAGE["Day 28"]
    return {
        "seed": seed,
        "scenario": scenario,
        "participants": PARTICIPANTS,
        "mean_change_with_midazolam": COURSE,
        "difference": {"first stage, Day 14": stages[0], "second stage, Day 28": stages[1]},
        "combined": {"weight": weight, "difference": weight * stages[0] + (1 - weight) * stages[1]},
        "maintenance": {name: scale * value for name, value in MAINTAINED.items()},
        "change_per_point_of_expectation": PER_POINT,
        "chance_of_guess": {arm: dict(zip(("K", "M", "don't know"), of, strict=True)) for arm, of in GUESSES.items()},
        "verdicts": "the first stage decides; nothing that is seen in maintenance is more than inconclusive",
    }


def _draw(root: np.random.SeedSequence, count: int, *, has_effects: bool) -> _Trial:
    """Draw arms, scores, the second randomisation and who goes on in maintenance."""
    level = stream(root, "people").normal(MEAN, SD_BETWEEN, (count, 1))
    expectation = np.clip(np.rint(stream(root, "expectation").normal(5, 2, count)), 0, 10)
    noise = stream(root, "occasions").normal(0, SD_WITHIN, (count, len(VISITS)))
    first = stream(root, "first randomisation").permutation(np.resize(["K", "M"], count))
    names, scale = [*VISITS], 1.0 if has_effects else 0.0
    change = np.array([COURSE.get(name, 0.0) for name in names]) + np.outer(
        PER_POINT * (expectation - 5), [float(name != "Baseline") for name in names]
    )
    change = change + scale * np.outer(first == "K", [FIRST_STAGE.get(name, 0.0) for name in names])
    scores = np.rint(np.clip(level + noise + change, 0, 60))
    entry, end = scores[:, 0], scores[:, names.index("Day 14")]
    left = np.where(stream(root, "leaving").random(count) < _LEAVES, 13.0 * _HOURS, np.inf)
    again = (first == "M") & (end > STILL_ILL) & np.isinf(left)
    second = np.full(count, "", dtype=object)
    dealt = stream(root, "second randomisation").permutation(np.resize(["K", "M"], int(again.sum())))
    second[again] = dealt
    scores = scores + scale * np.outer(second == "K", [SECOND_STAGE.get(name, 0.0) for name in names])
    responds = scores[:, names.index("Day 28")] <= (1 - RESPONSE) * entry
    declines = stream(root, "maintenance").random(count) < _DECLINES
    maintained = responds & ~declines & np.isinf(left)
    reason = np.select([maintained, np.isfinite(left), ~responds], ["", "left the trial", "no response"], "declined")
    scores = scores + scale * np.outer(maintained, [MAINTAINED.get(name, 0.0) for name in names])
    scores = np.rint(np.clip(scores, 0, 60))
    times = np.array([*VISITS.values()]) * _HOURS
    seen = (stream(root, "missed").random(scores.shape) >= 0.03) & (times[None, :] < left[:, None])
    seen[:, 0] = True
    return _Trial(root, first, second, maintained, reason, expectation, scores, seen, left)


def _drug(trial: _Trial, day: float) -> np.ndarray:
    """Give the drug of each participant on a day."""
    later = np.where(trial.second == "", trial.first, trial.second)
    return trial.first if day < STARTS[2] else later


def _participants(trial: _Trial) -> pd.DataFrame:
    """Give the participants."""
    draw = stream(trial.root, "characteristics")
    count = len(trial.first)
    return pd.DataFrame(
        {
            "participant": trial.ids,
            "treatment": trial.first,
            "treatment_2": trial.second,
            "dx": "BED",
            "sex": draw.choice(["female", "male"], count, p=[0.7, 0.3]),
            "age": draw.integers(19, 61, count),
            "illness_years": np.round(draw.gamma(3, 3, count), 1),
            "expectation": trial.expectation.astype(int),
            "maintained": np.where(trial.maintained, "yes", "no"),
            "why_not": trial.reason,
        }
    )


def _starts(trial: _Trial) -> list[tuple[int, int, float, str]]:
    """Give participant, number, start in hours and drug of each infusion."""
    draw = stream(trial.root, "infusion times")
    found = []
    for person in range(len(trial.first)):
        days = [*STARTS, *(MAINTENANCE if trial.maintained[person] else ())]
        for number, day in enumerate(days, start=1):
            start = 0.0 if number == 1 else day * _HOURS + draw.uniform(-1, 1)
            if start < trial.left[person]:
                found.append((person, number, round(start, 2), str(_drug(trial, day)[person])))
    return found


def _infusions(trial: _Trial) -> pd.DataFrame:
    """Give the infusions."""
    rows = [
        (trial.ids[person], number, DRUG[drug], start, round(start + 2 / 3, 2), DOSE[drug])
        for person, number, start, drug in _starts(trial)
    ]
    return pd.DataFrame(rows, columns=["participant", "number", "drug", "started", "ended", "dose_mg_per_kg"])


def _assessments(trial: _Trial) -> pd.DataFrame:
    """Give the scores; those on the day of an infusion were taken before it."""
    draw = stream(trial.root, "assessment times")
    rows = []
    for person, name in enumerate(trial.ids):
        for place, day in enumerate(VISITS.values()):
            when = -draw.uniform(0.5, 3) if place == 0 else day * _HOURS + draw.uniform(-1.5, 1.5)
            if trial.seen[person, place]:
                rows.append((name, "MADRS", int(trial.scores[person, place]), round(when, 2)))
    return pd.DataFrame(rows, columns=["participant", "scale", "value", "assessed"])


def _events(trial: _Trial) -> pd.DataFrame:
    """Give the adverse events of each infusion."""
    draw = stream(trial.root, "events")
    rows = []
    for person, _, start, drug in _starts(trial):
        for event, chances in EVENTS:
            onset, lasts = draw.uniform(0.2, 1.0), draw.uniform(0.5, 3.0)
            if draw.random() < chances[drug]:
                began = start + onset
                rows.append((trial.ids[person], event, round(began, 2), round(began + lasts, 2), "mild", "no"))
    return pd.DataFrame(rows, columns=["participant", "event", "began", "ended", "severity", "serious"])


def _guesses(trial: _Trial) -> pd.DataFrame:
    """Give the guesses of the arm of the first stage."""
    draw = stream(trial.root, "guesses")
    given = [str(draw.choice(["K", "M", "don't know"], p=GUESSES[str(arm)])) for arm in trial.first]
    frame = pd.DataFrame({"participant": trial.ids, "guess": given, "asked": 13.9 * _HOURS})
    return frame[np.isinf(trial.left)].reset_index(drop=True)


def _disposition(trial: _Trial) -> pd.DataFrame:
    """Give how the trial ended."""
    has_left = np.isfinite(trial.left)
    return pd.DataFrame(
        {
            "participant": trial.ids,
            "status": np.where(has_left, "discontinued", "completed"),
            "reason": np.where(has_left, "withdrew consent", ""),
            "left": np.where(has_left, trial.left, 85 * _HOURS),
            "died": "no",
        }
    )
