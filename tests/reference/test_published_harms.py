"""Published tables of harms: what is computed from their counts is what they print.

Sources: perioperative esketamine, table 4 of PMC11956708; esketamine nasal spray, www.spravatohcp.com/safety (N = 346;
222 with placebo, from the label of the United States).
"""

import numpy as np
import pytest
from scipy.special import ndtri

from postinfusion.core.proportions import clopper_pearson

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
LABEL = {  # participants and printed per cent with esketamine of 346, and with placebo of 222
    "dissociation": (142, 41, 21, 9), "dizziness": (101, 29, 17, 8), "nausea": (98, 28, 19, 9),
    "sedation": (79, 23, 21, 9), "vertigo": (78, 23, 6, 3), "headache": (70, 20, 38, 17),
    "anxiety": (45, 13, 14, 6), "vomiting": (32, 9, 4, 2), "dysarthria": (15, 4, 0, 0),
}  # fmt: skip
LIMITS_PRINTED_WRONG = {"delirium": ((0.51, 3.01), (0.51, 3.09))}  # as printed, as their counts give
HALF_UNIT = 0.005 + 1e-9  # of a ratio printed with two decimals
ONE_UNIT = 0.01 + 1e-9  # of a limit with two decimals: some are cut, as 0.737 to 0.73
HALF_PER_CENT = 0.5 + 1e-9


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


@pytest.mark.parametrize("name", LABEL)
def test_printed_percentages_of_the_label_are_those_of_its_counts(name):
    n, percent, of_placebo, percent_of_placebo = LABEL[name]
    found = [100 * clopper_pearson(n, 346).estimate.item(), 100 * clopper_pearson(of_placebo, 222).estimate.item()]
    assert found == pytest.approx([percent, percent_of_placebo], abs=HALF_PER_CENT)
