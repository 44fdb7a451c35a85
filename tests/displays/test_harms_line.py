"""The harms beside the verdicts: zeros are printed, and nobody without an assessment counts as not worse."""

import numpy as np
import pandas as pd
import pytest

from displays import trials
from postinfusion.ard.build import rows, table
from postinfusion.ard.privacy import public
from postinfusion.plan.sections import results_shown
from postinfusion.present.harms import harms, harms_in_words
from postinfusion.vocabulary import Section

IDEATION = {"measure": "C-SSRS", "score": "ideation", "kind": "ordinal", "family": "suicidality"}
ANALYSES = {"harms": {"method": "adverse-events"}, "ideation-shift": {"method": "shift", "endpoint": "ideation"}}
WORSE = {"variable": "worsened", "level": "observed cases", "term": "proportion"}


def plan(**changes):
    endpoints = trials.INFUSED["endpoints"] | {"ideation": IDEATION}
    return trials.infused(endpoints=endpoints, **{"analyses": ANALYSES, "estimands": {}, **changes})


def ard(*, assessed: tuple[int, int]) -> pd.DataFrame:
    """Nobody died or had a suicidal event; some became worse on the scale, others were not assessed."""
    found = []
    for arm, of in zip(("Ketamine", "Midazolam"), assessed, strict=True):
        fixed = {"arm": arm, "population": "safety"}
        found += rows({"n_total": 48}, analysis_id="harms", variable="denominator", **fixed)
        for level in ("died", "serious", "suicidal", "stopped"):
            numbers = {"n": 0, "n_events": 0, "proportion": 0.0}
            found += rows(numbers, analysis_id="harms", variable="overview", level=level, **fixed)
        shift = {"analysis_id": "ideation-shift", **fixed}
        found += rows({"n": 48 - of}, variable="worst", level="not assessed", **shift)
        found += rows({"n": 3, "n_total": of}, **WORSE, **shift) if of else []
    return table(found, trial="small")


def cells(found) -> dict[str, tuple[str, ...]]:
    (part,) = found.parts
    return {row.label: row.cells for row in part.rows}


def test_zeros_of_every_harm_are_printed_for_every_arm():
    found = cells(harms(plan(), ard(assessed=(48, 46))))
    zero = "0\N{NO-BREAK SPACE}(0.0\N{NO-BREAK SPACE}%) [0]"
    assert [*found] == [
        "Deaths", "Serious adverse events", "Suicidal thoughts or behaviour reported", "Stopped because of an event",
        "C-SSRS worse than before",
    ]  # fmt: skip
    assert {cell for heading, pair in found.items() if "C-SSRS" not in heading for cell in pair} == {zero}


@pytest.mark.parametrize(
    ("assessed", "expected"),
    [
        ((48, 46), ("3 of 48 assessed", "3 of 46 assessed, 2 not assessed")),
        ((0, 48), ("not assessed", "3 of 48 assessed")),
    ],
)
def test_whoever_was_not_assessed_is_told_and_never_counts_as_not_worse(assessed, expected):
    found = cells(harms(plan(), ard(assessed=assessed)))
    assert found["C-SSRS worse than before"] == expected


def test_a_trial_without_the_scale_says_that_it_was_not_assessed():
    without = plan(analyses={"harms": ANALYSES["harms"]})
    found = ard(assessed=(48, 46))
    table_without = harms(without, found[found["analysis_id"] == "harms"])
    assert "C-SSRS worse than before" not in cells(table_without)
    assert any("C-SSRS: not assessed" in note for note in table_without.label.footnotes)


def test_the_line_in_words_tells_the_same():
    lines = harms_in_words(plan(), ard(assessed=(48, 46)))
    assert lines[1].endswith("C-SSRS worse than before 3 of 46 assessed, 2 not assessed.")


@pytest.mark.parametrize(("of", "expected"), [("worst", "3 of 46 assessed"), ("worsened", "supp., 2 not assessed")])
def test_what_is_suppressed_is_not_told_by_its_rest_and_explained_where_it_shows(of, expected):
    found = ard(assessed=(48, 46))
    few = found["variable"].eq(of) & found["stat"].between(1, 4)
    hidden = found.assign(stat=found["stat"].mask(few, np.nan), error=found["error"].mask(few, "suppressed"))
    shown = harms(plan(), hidden)
    assert cells(shown)["C-SSRS worse than before"][1] == expected
    assert any(note.startswith("supp.") for note in shown.label.footnotes) == ("supp." in expected)


def test_the_figure_of_the_claims_is_handed_what_its_line_of_harms_tells():
    assert set(results_shown(plan(), Section.CLAIMS)) == {"harms", "ideation-shift"}


@pytest.mark.parametrize(("n", "said"), [(0, ""), (1, "1 serious event outside"), (6, "6 serious events outside")])
def test_serious_events_outside_the_safety_population_are_told_below(n, said):
    fixed = {"analysis_id": "harms", "population": "safety", "level": "serious outside the population"}
    more = table(rows({"n": n}, variable="review", **fixed), trial="small")
    notes = harms(plan(), pd.concat([ard(assessed=(48, 46)), more], ignore_index=True)).label.footnotes
    assert any(note.startswith(said) and "safety population" in note for note in notes) == bool(said)
    assert any("outside the safety population" in note for note in notes) == bool(said)


def test_few_serious_events_outside_the_safety_population_are_suppressed_in_public():
    fixed = {"analysis_id": "harms", "population": "safety", "level": "serious outside the population"}
    more = [row for arm, n in (("", 2), ("Ketamine", 2), ("Midazolam", 0)) for row in rows({"n": n}, arm=arm, **fixed)]
    hidden = public(table([row | {"variable": "review"} for row in more], trial="small"), small_cell=5)
    both = pd.concat([ard(assessed=(48, 46)), hidden], ignore_index=True)
    notes = harms(plan(), both).label.footnotes
    assert any(note.startswith("supp. serious events outside the safety population") for note in notes)
    assert any(note.startswith("supp.: suppressed") for note in notes)


def test_who_left_because_of_an_event_by_the_disposition_alone_is_told_beside_who_stopped():
    fixed = {"analysis_id": "harms", "population": "safety", "variable": "overview-unknown"}
    left = fixed | {"level": "left because of an event, by the disposition alone"}
    counts = {"Ketamine": 0, "Midazolam": 2}
    more = [row for arm, n in counts.items() for row in rows({"n": n}, arm=arm, **left)]
    # of an event of which seriousness is not recorded nothing is shown here
    more += [row for arm, n in counts.items() for row in rows({"n": n + 7}, arm=arm, **(fixed | {"level": "serious"}))]
    both = pd.concat([ard(assessed=(48, 46)), table(more, trial="small")], ignore_index=True)
    found = cells(harms(plan(), both))
    name = "Left because of an adverse event by the disposition alone"
    assert found[name] == ("0", "2")
    assert [*found].index(name) == [*found].index("Stopped because of an event") + 1
    assert "9" not in str(found)
