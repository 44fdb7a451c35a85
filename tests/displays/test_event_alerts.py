"""ALTL01 with adverse events beside the limits: of all participants, with zeros, and hidden from the public if few."""

import pytest
from pydantic import ValidationError

from displays import harm_trial
from displays.harm_trial import event
from postinfusion.analyses.run import analyse
from postinfusion.ard.privacy import public
from postinfusion.plan.analyses import Alerts
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES

LIMIT = {"measure": "K", "below": 3, "unit": "mmol/L"}
PART = {
    "method": "alerts",
    "source": "plan, section 8",
    "limits": [LIMIT],
    "special_interest": {"urinary": ["Dysuria", "cystitis"], "abuse": ["drug misuse"]},
}
EVENTS = (
    event(0, 1, 30.0, 40.0, AEDECOD="dysuria"), event(0, 1, 90.0, 95.0, AEDECOD="cystitis"),
    event(0, 2, -50.0, -40.0, AEDECOD="dysuria", TRTEMFL="N"), event(1, 3, 300.0, 310.0, AEDECOD="drug misuses"),
)  # fmt: skip


def shown(*events, hide=False, without=""):
    of = harm_trial.plan(analyses={"alerts": PART})
    adam = {name: frame for name, frame in harm_trial.datasets(of, *events).items() if name != without}
    found = analyse(of, "invented", "alerts", adam).results
    return results_of(of, public(found, small_cell=5) if hide else found, "alerts")


def cells(results, name):
    rows = TABLES["ALTL01"](results).parts[0].rows
    place = next(number for number, row in enumerate(rows) if row.label == f"Adverse events: {name}")
    return [cell.replace("\N{NO-BREAK SPACE}", " ") for cell in rows[place + 1].cells]


def test_each_group_has_its_participants_with_an_emergent_event_of_all_and_its_zeros():
    found = shown(*EVENTS)
    assert [cell[:6] for cell in cells(found, "urinary")[:2]] == ["1 of 6", "0 of 6"]
    assert [cell[:6] for cell in cells(found, "abuse")[:2]] == ["0 of 6", "0 of 6"]
    assert found.value("n_events", variable="special-interest", level="urinary", term="urinary", arm="Ketamine") == 2
    assert any("Did you mean drug misuses?" in text for text in found.warnings())


def test_without_a_table_of_events_nobody_is_said_to_have_had_none():
    assert cells(shown(without="ADAE"), "urinary")[:2] == ["not recorded"] * 2


def test_a_public_table_hides_a_small_count_and_keeps_none_of_a_group_without_events():
    hidden = shown(*EVENTS, hide=True)
    assert cells(hidden, "urinary")[0] == "supp."
    assert cells(hidden, "abuse")[0].startswith("0 of 6")


@pytest.mark.parametrize(
    ("groups", "message"),
    [({"own": ["self-induced vomiting"]}, "symptom of the eating disorder"), ({"K < 3 mmol/L": ["a"]}, "and a limit")],
)
def test_a_group_that_is_none_is_refused(groups, message):
    with pytest.raises(ValidationError, match=message):
        Alerts(**(PART | {"special_interest": groups}))
