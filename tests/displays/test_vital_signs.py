"""VST01_VISIT and VST02_VISIT: vital signs by visit, their worst values, and who was beyond a limit."""

from functools import cache

import pandas as pd

from displays import harm_trial
from postinfusion.analyses.run import Outcome, analyse
from postinfusion.ard.privacy import public
from postinfusion.present.methods.text import methods_text
from postinfusion.present.results import results_of
from postinfusion.present.tables import TABLES

LIMITS = [{"at_least": 140}, {"at_most": -20, "change": True}]
ANALYSIS = {
    "method": "vital-signs",
    "source": "plan, section 8",
    "measures": [{"measure": "SBP", "label": "Systolic blood pressure", "unit": "mmHg", "limits": LIMITS}],
}


def plan(**changes):
    return harm_trial.plan(analyses={"signs": ANALYSIS | changes})


@cache
def outcome() -> Outcome:
    of = plan()
    adam = harm_trial.datasets(of)
    people = adam["ADSL"].set_index("USUBJID")
    before, later = of.visit_names[0], of.visit_names[1]
    rows = [
        {"USUBJID": name, "AVISIT": visit, "AHRFIRST": hours, "AVAL": value, "ABLFL": "Y" if visit == before else ""}
        for place, name in enumerate(sorted(people.index))
        for visit, hours, value in ((before, -48.0, 120.0 + place), (later, 24.0, 100.0 + 5 * place))
    ]
    signs = pd.DataFrame(rows).assign(PARAMCD="SBP", DTYPE="", ANL01FL="Y")
    base = signs["USUBJID"].map(signs[signs["ABLFL"] == "Y"].set_index("USUBJID")["AVAL"])
    signs["CHG"] = (signs["AVAL"] - base).where(signs["AHRFIRST"] > 0)
    adam["ADVS"] = signs.assign(**{name: signs["USUBJID"].map(people[name]) for name in ("TRTP", "TRTA")})
    return analyse(of, "invented", "signs", adam)


def lines(output_id, found=None):
    shown = results_of(plan(), outcome().results if found is None else found, "signs")
    (part,) = TABLES[output_id](shown).parts
    return part, {row.label: row.cells for row in part.rows}


def test_the_table_by_visit_has_every_visit_and_the_worst_values():
    part, found = lines("VST01_VISIT")
    assert [spanner.columns for spanner in part.spanners] == [3] * len(part.spanners)
    assert {*plan().visit_names[:2]} <= {*found}
    assert found["Highest after baseline"] == found[plan().visit_names[1]]
    assert "to" in found["Range"][1]


def test_the_table_of_limits_counts_before_and_after_baseline_with_a_real_minus():
    part, found = lines("VST02_VISIT")
    assert [row.label for row in part.rows][:3] == ["≥ 140", "At baseline", "After baseline"]
    assert "Change ≤ \N{MINUS SIGN}20" in found
    assert found["No value after baseline"][0] == "0"


def test_a_public_table_hides_small_counts_and_the_values_of_single_persons():
    _, found = lines("VST02_VISIT", public(outcome().results, small_cell=5))
    assert "supp." in found["After baseline"]
    _, found = lines("VST01_VISIT", public(outcome().results, small_cell=5))
    assert not any(character.isdigit() for character in "".join(found["Range"]))


def test_the_methods_say_how_signs_were_described():
    said = methods_text(results_of(plan(), outcome().results, "signs"))
    assert "Systolic blood pressure" in said
    assert "Miettinen" in said
