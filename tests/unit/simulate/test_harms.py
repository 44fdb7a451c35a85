"""How often adverse events happen to a patient over six infusions."""

import numpy as np
import pytest

from postinfusion.simulate.adverse_events import draw_acute
from postinfusion.simulate.harms import ACUTE_EVENTS, SERIOUS_EVENTS, WITHDRAWALS

HALF_A_PERCENT = 0.006  # the stated shares are whole per cents, some rounded from a half
PEOPLE = 20_000

PER_PATIENT = {
    "dissociation": (0.67, 0.14), "dizziness": (0.54, 0.21), "nausea": (0.44, 0.18), "vomiting": (0.18, 0.05),
    "sedation": (0.52, 0.64), "headache": (0.35, 0.30), "anxiety": (0.18, 0.10),
}  # fmt: skip


@pytest.mark.parametrize("kind", ACUTE_EVENTS[:7], ids=lambda kind: kind.term)
def test_the_share_of_patients_over_six_infusions_is_as_stated(kind):
    ketamine, midazolam = PER_PATIENT[kind.term]
    assert kind.ketamine.per_patient() == pytest.approx(ketamine, abs=HALF_A_PERCENT)
    assert kind.midazolam.per_patient() == pytest.approx(midazolam, abs=HALF_A_PERCENT)


@pytest.mark.parametrize("active", [True, False])
def test_drawn_events_follow_their_probabilities_and_durations(active):
    acute = draw_acute(np.full(PEOPLE, active), np.random.default_rng(11))
    for position, kind in enumerate(ACUTE_EVENTS):
        frequency = kind.ketamine if active else kind.midazolam
        for drawn, expected in (
            (acute.happens[:, 0, position].mean(), frequency.first),
            (acute.happens[:, :, position].any(axis=1).mean(), frequency.per_patient()),
        ):
            assert drawn == pytest.approx(expected, abs=3.29 * np.sqrt(expected * (1 - expected) / PEOPLE) + 1e-12)
        minutes = acute.minutes[:, :, position]
        # Durations are whole minutes: half a minute either way.
        assert np.median(minutes) == pytest.approx(kind.duration_minutes, abs=0.5 + 0.02 * kind.duration_minutes)
        assert np.exp(np.log(minutes).std()) == pytest.approx(kind.geometric_sd, rel=0.03)


def test_serious_events_and_withdrawals_have_their_fixed_numbers():
    assert {arm: len(events) for arm, events in SERIOUS_EVENTS.items()} == {"ketamine": 2, "midazolam": 3}
    assert {arm: len(rule.infusions) for arm, rule in WITHDRAWALS.items()} == {"ketamine": 2, "midazolam": 1}
