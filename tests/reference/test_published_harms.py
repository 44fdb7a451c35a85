"""Published tables of harms: what is computed from their counts is what they print.

Sources: perioperative esketamine, table 4 of PMC11956708; esketamine nasal spray, www.spravatohcp.com/safety (N = 346;
222 with placebo, from the label of the United States); repeated ketamine in depression, 741 infusions of 135
participants (abstract, physiciansweekly.com).
"""

import numpy as np
import pytest
from scipy.special import ndtri

from postinfusion.core.proportions import clopper_pearson, miettinen_nurminen, miettinen_nurminen_ratio
from postinfusion.simulate.physiology import MINUTES, SIGNS, USUAL_SHAPE

N = 178
PERIOPERATIVE = {  # events with placebo, with esketamine, risk ratio and its limits as printed
    "nausea and vomiting": (32, 34, 1.01, 0.69, 1.64),
    "respiratory depression": (2, 2, 1.00, 0.14, 7.02),
    "hypertension": (8, 15, 1.88, 0.82, 4.31),
    "hypotension": (2, 3, 1.50, 0.25, 8.87),
    "tachycardia": (3, 4, 1.33, 0.30, 5.87),
    "bradycardia": (2, 7, 7.00, 0.73, 16.62),
    "delirium": (8, 10, 1.25, 0.51, 3.01),
    "nightmare": (3, 6, 2.00, 0.51, 7.87),
    "agitation": (2, 3, 1.50, 0.25, 8.87),
}
PRINTED_WRONG = {"nausea and vomiting": 1.06, "bradycardia": 3.50}
LABEL = {  # participants and printed per cent with esketamine of 346, and with placebo of 222; all terms of the table
    "dissociation": (142, 41, 21, 9),
    "dizziness": (101, 29, 17, 8),
    "nausea": (98, 28, 19, 9),
    "sedation": (79, 23, 21, 9),
    "vertigo": (78, 23, 6, 3),
    "headache": (70, 20, 38, 17),
    "dysgeusia": (66, 19, 30, 14),
    "hypoesthesia": (63, 18, 5, 2),
    "anxiety": (45, 13, 14, 6),
    "lethargy": (37, 11, 12, 5),
    "blood pressure increased": (36, 10, 6, 3),
    "vomiting": (32, 9, 4, 2),
    "insomnia": (29, 8, 16, 7),
    "diarrhea": (23, 7, 13, 6),
    "nasal discomfort": (23, 7, 11, 5),
    "throat irritation": (23, 7, 9, 4),
    "feeling drunk": (19, 5, 1, 0.5),
    "dry mouth": (19, 5, 7, 3),
    "hyperhidrosis": (14, 4, 5, 2),
    "euphoric mood": (15, 4, 2, 1),
    "dysarthria": (15, 4, 0, 0),
    "tremor": (12, 3, 2, 1),
    "oropharyngeal pain": (9, 3, 5, 2),
    "mental impairment": (11, 3, 2, 1),
    "constipation": (11, 3, 3, 1),
    "pollakiuria": (11, 3, 1, 0.5),
    "feeling abnormal": (12, 3, 0, 0),
    "tachycardia": (6, 2, 1, 0.5),
}
LIMITS_PRINTED_WRONG = {"delirium": ((0.51, 3.01), (0.51, 3.09))}  # as printed, as their counts give
HALF_UNIT = 0.005 + 1e-9  # of a ratio printed with two decimals
ONE_UNIT = 0.01 + 1e-9  # of a limit with two decimals: some are cut, as 0.737 to 0.73
HAEMODYNAMICS = {  # 0.5 mg/kg over 40 min: greatest mean rise of all minutes; no SD, percentage or interval is printed
    "participants": 135, "infusions": 741, "peak, min": (30, 40),
    "systolic, mmHg": 7.4, "diastolic, mmHg": 6.0, "pulse, per min": 1.9,
}  # fmt: skip


def katz(placebo: int, active: int) -> np.ndarray:
    """The risk ratio with its limits on the log scale (Katz et al. 1978, Biometrics 34, 469-474)."""
    reach = ndtri(0.975) * np.sqrt(1 / active + 1 / placebo - 2 / N)
    estimate = (clopper_pearson(active, N).estimate / clopper_pearson(placebo, N).estimate).item()
    return estimate * np.exp([0, -reach, reach])


def test_exactly_two_printed_risk_ratios_are_not_those_of_their_counts():
    wrong = [
        name for name, (*counts, ratio, _, _) in PERIOPERATIVE.items() if abs(katz(*counts)[0] - ratio) > HALF_UNIT
    ]
    assert wrong == list(PRINTED_WRONG)
    for name, right in PRINTED_WRONG.items():
        assert katz(*PERIOPERATIVE[name][:2])[0] == pytest.approx(right, abs=HALF_UNIT)


def test_printed_limits_of_risk_ratios_are_those_of_their_counts_but_for_one():
    limits = {name: katz(*counts)[1:] for name, (*counts, _, _, _) in PERIOPERATIVE.items()}
    wrong = [name for name, row in PERIOPERATIVE.items() if (np.abs(limits[name] - row[3:]) > ONE_UNIT).any()]
    assert wrong == list(LIMITS_PRINTED_WRONG)
    for name, (as_printed, right) in LIMITS_PRINTED_WRONG.items():
        assert PERIOPERATIVE[name][3:] == as_printed
        assert limits[name] == pytest.approx(right, abs=HALF_UNIT)


def test_every_printed_percentage_of_the_label_is_that_of_its_count_in_its_digits():
    wrong = [
        (name, arm)
        for name, (n, percent, of_placebo, percent_of_placebo) in LABEL.items()
        for arm, events, of, printed in (
            ("esketamine", n, 346, percent),
            ("placebo", of_placebo, 222, percent_of_placebo),
        )
        if abs(100 * clopper_pearson(events, of).estimate.item() - printed) > half_digit(printed)
    ]
    assert wrong == []
    assert len(LABEL) == 28


def half_digit(printed: float) -> float:
    """Half of the last printed digit: per cents below 1 are printed with one decimal, others whole."""
    return (0.05 if 0 < printed < 1 else 0.5) + 1e-9


def test_of_what_nobody_had_the_ratio_keeps_a_lower_limit_and_the_difference_both():
    nobody = [name for name, row in LABEL.items() if row[2] == 0]
    assert nobody == ["dysarthria", "feeling abnormal"]
    for name in nobody:
        counts = (LABEL[name][0], 346, 0, 222)
        ratio, difference = miettinen_nurminen_ratio(*counts), miettinen_nurminen(*counts)
        assert 1 < ratio.conf_low < ratio.conf_high == np.inf
        assert 0 < difference.conf_low < difference.conf_high < 0.1


@pytest.mark.parametrize("name", PERIOPERATIVE)
def test_score_limits_of_the_ratio_agree_with_the_printed_ones_on_which_side_of_1_they_are(name):
    placebo, active, _, low, high = PERIOPERATIVE[name]
    found = miettinen_nurminen_ratio(active, N, placebo, N)
    assert found.estimate == pytest.approx(katz(placebo, active)[0])
    assert (found.conf_low < 1) == (low < 1)
    assert (found.conf_high > 1) == (high > 1)


def test_simulated_vital_signs_peak_when_the_table_of_741_infusions_says_and_in_its_order():
    # The table prints no counts, so that nothing in it can be computed again.
    peak = [minute for minute, share in zip(MINUTES, USUAL_SHAPE, strict=True) if share == USUAL_SHAPE.max()]
    assert peak == [30, 40] == [*HAEMODYNAMICS["peak, min"]]
    printed = [HAEMODYNAMICS[name] for name in ("systolic, mmHg", "diastolic, mmHg", "pulse, per min")]
    simulated = [SIGNS[name].ketamine for name in ("systolic", "diastolic", "heart_rate")]
    assert np.argsort(simulated).tolist() == np.argsort(printed).tolist()
