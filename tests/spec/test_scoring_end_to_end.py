"""Scores worked out by hand from the rules of the authors, on the whole way from a file to the analysis datasets."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from postinfusion.cli import main
from postinfusion.instruments import catalogue
from spec.small_trial import SmallTrial

MISSING = math.nan
ENDPOINT = "{measure: MADRS, label: MADRS, better: lower}"
SCALES = {
    "edeq": "EDE-Q 6.0", "phq": "PHQ-9", "cia": "CIA", "qids": "QIDS-SR16", "wsas": "WSAS", "maia": "MAIA-2",
    "gad": "GAD-7", "madrs": "MADRS", "hamd": "HAM-D17", "hama": "HAM-A", "ymrs": "YMRS", "shaps": "SHAPS dichotomous",
    "likert": "SHAPS Likert", "cssrs": "C-SSRS", "cadss19": "CADSS-19", "cadss23": "CADSS-23", "cadss27": "CADSS-27",
    "cadss28": "CADSS-28", "cadss6": "CADSS-6", "bprs0": "BPRS positive 0-6", "bprs1": "BPRS positive 1-7",
    "eq": "EQ-5D-5L", "qidsc": "QIDS-C16", "ybc": "YBC-EDS", "bes": "BES", "fcqt": "FCQ-T", "fcqtr": "FCQ-T-r",
    "fcqs": "FCQ-S", "tmt": "TMT", "aaq": "AAQ-II", "edeqs": "EDE-QS", "edqls": "EDQLS",
}  # fmt: skip
OF_SIX, OF_FIVE, FROM_0 = (1, 2, 3, 4, 5, 6), (1, 2, 3, 4, 5), (1, 2, 3, 4, 0)
SHAPS = [4, 4, 3, 1, 2, 2, 3, 1, 1, 4, 2, 2, 3, 4]  # turned (2 4 5 7 9 12 14): 4 1 3 4 3 2 2 1 4 4 2 3 3 1
ITEMS = {
    # Item i is the rest of i by seven: restraint 1 2 3 4 5, eating concern 0 2 5 6 0, and so on.
    "edeq": [item % 7 for item in range(1, 29)],
    "phq": [1, 2, 3, 0, 1, 2, 3, 0, 1],
    "cia": [1] * 14 + ["", ""],  # two of sixteen are missing: 14 x 16 / 14
    "qids": [1, 0, 2, 0, 1, 0, 3, 1, 0, 1, 1, 2, 0, 1, 2, 1],
    "wsas": ["", 2, 3, 4, 1],  # no work: 10 x 5 / 4
    "maia": [1, 2, 3, 4] + [1] * 6 + [2] * 5 + [0, 1, 2, 3, 4, 5, 5, 1, 2, 3, 4, 5, 0, 1, 0, 1, 5, 4, 3, 1, 1, 2],
    "gad": [1, 2, "", 3, 0, 2, ""],
    "madrs": [1, 2, 3, 4, 5, 6, 0, 1, 2, 3],
    "hamd": [4, 3, 2, 1, 2, 0, 4, 1, 0, 2, 3, 2, 1, 0, 4, 3, 1],  # item 16 is 3: weight was not assessed
    "hama": [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 4],
    "ymrs": [1, 2, 3, 4, 8, 7, 0, 6, 5, 1, 2],
    "shaps": SHAPS,
    "likert": SHAPS,
    "cssrs": [1, "", 1, "", "", "", 0, "", "", "", 1],
    "cadss19": [*FROM_0, *FROM_0, *FROM_0, 1, 2, 3, 4],
    "cadss23": [*FROM_0, *FROM_0, *FROM_0, *FROM_0, 1, 2, 3],
    "cadss27": [*FROM_0, *FROM_0, *FROM_0, *FROM_0, *FROM_0, 1, 2],
    "cadss28": [*FROM_0, *FROM_0, *FROM_0, *FROM_0, *FROM_0, 1, 2, 3],
    "cadss6": {1: 4, 2: 3, 6: 2, 7: 1, 15: 0, 22: 4},
    "bprs0": {4: 2, 11: 0, 12: 3, 15: 1},
    "bprs1": {4: 2, 11: 0, 12: 3, 15: 1},  # 0 is "not assessed" on the form that counts from 1
    "eq": [1, 1, 2, 3, 2],
    "qidsc": ["", 2, "", 1, 0, "", "", "", 3, 1, 0, 2, 1, 0, "", 2],
    "ybc": [0, 1, 2, 3, 4, 3, 2, 1],
    "bes": [3, 2, 1, 0, 3, 2, 1, 0, 3, 2, 1, 0, 3, 2, 1, 2],
    "fcqt": [*OF_SIX * 6, 1, 2, 3],
    "fcqtr": [*OF_SIX, *OF_SIX, 1, 2, 3],
    "fcqs": [*OF_FIVE * 3],
    "tmt": [40, 412],  # part B was not stopped at 300 s
    "aaq": [1, 2, 3, 4, 5, 6, 7],
    "edeqs": [0, 1, 2, 3] * 3,
    "edqls": [*OF_FIVE * 8],
}
# The second participant leaves items of the EDE-Q out: three of five and five of eight are enough, two of five are not.
HOLEY = {1: 4, 3: 2, 5: 3, 7: 1, 9: 2, 6: 2, 8: 4, 10: 0, 11: 1, 23: 3, 12: 6, 22: 2}
BY_HAND = {
    "EDE-Q 6.0 restraint": 15 / 5,
    "EDE-Q 6.0 eating_concern": (0 + 2 + 5 + 6 + 0) / 5,  # items 7 9 19 20 21
    "EDE-Q 6.0 shape_concern": (6 + 1 + 3 + 4 + 2 + 5 + 6 + 0) / 8,  # items 6 8 10 11 23 26 27 28
    "EDE-Q 6.0 weight_concern": (1 + 5 + 1 + 3 + 4) / 5,  # items 8 12 22 24 25
    "EDE-Q 6.0 global": (3 + 2.6 + 27 / 8 + 2.8) / 4,  # the mean of the subscales, not of the items
    "EDE-Q 6.0 overeating_episodes": 6,
    "EDE-Q 6.0 obe_episodes": 0,
    "EDE-Q 6.0 binge_days": 1,
    "EDE-Q 6.0 vomiting": 2,
    "EDE-Q 6.0 laxatives": 3,
    "EDE-Q 6.0 driven_exercise": 4,
    "PHQ-9": 13,
    "PHQ-9 without_appetite_weight": 12,
    "CIA": 16,
    "CIA cognitive": 5,
    "CIA personal": MISSING,  # item 16 is not answered, and the rule of 12 items is that of the total
    "CIA social": MISSING,
    "QIDS-SR16": 2 + 1 + 3 + 1 + 1 + 2 + 0 + 1 + 2,  # the highest of sleep, of appetite and weight, of psychomotor
    "QIDS-SR16 without_appetite_weight": 13 - 3,
    "QIDS-C16": 2 + 0 + 3 + 1 + 0 + 2 + 1 + 0 + 2,  # a domain is there if one of its items is
    "QIDS-C16 without_appetite_weight": 11 - 3,
    "WSAS": 12.5,
    "WSAS four_items": 10,
    "MAIA-2 noticing": 2.5,
    "MAIA-2 not_distracting": 5 - 1,  # reversed
    "MAIA-2 not_worrying": (3 + 3 + 2 + 2 + 3) / 5,  # the first two and the last reversed
    "MAIA-2 attention_regulation": 20 / 7,
    "MAIA-2 emotional_awareness": 15 / 5,
    "MAIA-2 self_regulation": 2 / 4,
    "MAIA-2 body_listening": 12 / 3,
    "MAIA-2 trusting": 4 / 3,
    "GAD-7": 8 * 7 / 5,
    "MADRS": 27,
    "MADRS without_appetite_weight": 27 - 5,
    "HAM-D17": 30,  # the sum of the sixteen others
    "HAM-D17 without_appetite_weight": 28,
    "HAM-A": 27,
    "HAM-A psychic": 0 + 1 + 2 + 3 + 4 + 0 + 4,
    "HAM-A somatic": 1 + 2 + 3 + 4 + 0 + 1 + 2,
    "YMRS": 39,
    "SHAPS dichotomous": 8,  # 3 or 4 after turning: items 1 3 4 5 9 10 12 13
    "SHAPS Likert": 4 + 1 + 3 + 4 + 3 + 2 + 2 + 1 + 4 + 4 + 2 + 3 + 3 + 1,
    "C-SSRS ideation": 3,
    "C-SSRS behaviour": 0,
    "C-SSRS self_injury": 1,
    "CADSS-19": 40,
    "CADSS-19 amnesia": 4 + 0,
    "CADSS-19 depersonalisation": 3 + 4 + 0 + 1 + 2,
    "CADSS-19 derealisation": 1 + 2 + 3 + 4 + 0 + 1 + 2 + 3 + 1 + 2 + 3 + 4,
    "CADSS-23": 46,
    "CADSS-23 amnesia": 4 + 0 + 2,
    "CADSS-23 depersonalisation": 3 + 4 + 0 + 1 + 2 + 0 + 3,
    "CADSS-23 derealisation": 26 + 1,
    "CADSS-23 six_items": 1 + 2 + 1 + 2 + 0 + 2,
    "CADSS-27": 53,
    "CADSS-27 subjective": 40,
    "CADSS-27 observed": 0 + 1 + 2 + 3 + 4 + 0 + 1 + 2,
    "CADSS-28": 56,
    "CADSS-6": 14,
    "BPRS positive 0-6": 6,
    "BPRS positive 1-7": MISSING,
    "EQ-5D-5L profile": 11232,
    "YBC-EDS": 16,
    "YBC-EDS preoccupations": 6,
    "YBC-EDS rituals": 10,
    "BES": 26,
    "FCQ-T": 6 * 21 + 6,
    "FCQ-T intentions": 5 + 6 + 5,
    "FCQ-T positive_reinforcement": 3 + 4 + 3 + 6 + 2,
    "FCQ-T relief": 4 + 1 + 3,
    "FCQ-T lack_of_control": 2 + 3 + 4 + 1 + 2 + 5,
    "FCQ-T thoughts": 6 + 2 + 3 + 4 + 1 + 2 + 3,
    "FCQ-T physiological": 5 + 6 + 1 + 2,
    "FCQ-T emotions": 2 + 6 + 4 + 3,
    "FCQ-T cues": 1 + 5 + 6 + 1,
    "FCQ-T guilt": 4 + 1 + 5,
    "FCQ-T-r": 48,
    "FCQ-S": 45,
    "TMT A": 40,
    "TMT B": 300,
    "TMT B-A": 260,
    "TMT B/A": 7.5,
    "AAQ-II": 28,
    "EDE-QS": 18,
    "EDQLS": 120,
}
WITH_HOLES = {
    "EDE-Q 6.0 restraint": (4 + 2 + 3) / 3,
    "EDE-Q 6.0 eating_concern": MISSING,
    "EDE-Q 6.0 shape_concern": (2 + 4 + 0 + 1 + 3) / 5,
    "EDE-Q 6.0 weight_concern": (4 + 6 + 2) / 3,
    "EDE-Q 6.0 global": MISSING,
}


def numbered(answers: list[object] | dict[int, int]) -> dict[int, object]:
    """Give the answers by the number of their item."""
    return dict(answers) if isinstance(answers, dict) else dict(enumerate(answers, start=1))


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> pd.Series:
    """Give the scores of two assessments, by visit and parameter."""
    folder = tmp_path_factory.mktemp("scores")
    items = {SCALES[key]: numbered(answers) for key, answers in ITEMS.items()}
    forms = {
        "A1,2031-01-06T09:00": items,
        "A1,2031-01-07T10:00": items,
        "A2,2031-01-07T09:00": {**items, "EDE-Q 6.0": HOLEY},
    }
    rows = [
        f"{form},{scale},{number},{answer}"
        for form, scales in forms.items()
        for scale, answers in scales.items()
        for number, answer in answers.items()
    ]
    small = SmallTrial()
    trial = (
        small.with_plan("value: points,", "item: number, value: points,")
        .with_plan(small.plan[small.plan.index("instruments:") :], "")
        .with_plan(ENDPOINT, "{measure: PHQ-9}")
        .with_text("scores.csv", "\n".join(["who,when,scale,number,points", *rows]) + "\n")
    )
    plan, data = str(trial.write(folder)), str(folder / "data" / "small")
    assert main(["derive", plan, "--data", data, "--out", str(folder / "adam")]) == 0
    records = pd.read_parquet(folder / "adam" / "adqs.parquet")
    first = records.loc[records["AHRFIRST"] > 0, "USUBJID"]
    second = ~records["USUBJID"].isin(first)
    return records[(records["AHRFIRST"] > 0) | second].set_index(["AVISIT", "PARAMCD"])["AVAL"].sort_index()


@pytest.mark.parametrize("parameter", BY_HAND)
def test_a_score_is_what_one_works_out_by_hand(parameter: str, scores: pd.Series):
    assert scores["24 h", parameter] == pytest.approx(BY_HAND[parameter], nan_ok=True)


@pytest.mark.parametrize("parameter", WITH_HOLES)
def test_a_score_with_missing_items_is_what_one_works_out_by_hand(parameter: str, scores: pd.Series):
    assert scores["Baseline", parameter] == pytest.approx(WITH_HOLES[parameter], nan_ok=True)


def test_every_score_that_is_computed_was_worked_out(scores: pd.Series):
    assert {*scores["24 h"].index} == {*BY_HAND}


def test_every_scale_with_items_is_there():
    with_items = {name for name in catalogue.names() if catalogue.instrument(name).items}
    assert with_items - {*SCALES.values()} == {"CFI"}  # its total is the sum of all items as delivered
