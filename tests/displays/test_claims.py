"""The verdicts as they are shown: on the first screen, in CLMT01, CLMG01 and MULT01, and on the terminal."""

import re
from functools import cache

import numpy as np
import pandas as pd
import pytest

from displays import trials
from pictures import left_empty
from postinfusion.analyses.claims import synthesise
from postinfusion.ard.privacy import public
from postinfusion.ard.query import select
from postinfusion.plan.claim_catalogue import CATALOGUE, GROUP_NAMES
from postinfusion.present.claims import claims_of, primary_verdict
from postinfusion.present.display import Drawing, Table
from postinfusion.present.figures import clmg01
from postinfusion.present.headline import headline
from postinfusion.present.sections import section_displays
from postinfusion.present.tables import clmt01
from postinfusion.report.claim_blocks import claim_blocks
from postinfusion.report.page import Shown, page
from postinfusion.report.section_files import INDEX, read_index, section_files
from postinfusion.vocabulary import Section

POINTS = [{"analysis": "madrs-mmrm", "visit": visit} for visit in ("Day 28", "Day 84")]
WIRED = {
    "treatment": "ketamine",
    "judged": {
        "E1": {"decides": [{"analysis": "madrs-mmrm", "visit": "24 h"}]},
        "E5b": {"decides": POINTS},
        "E10": {"not_testable": "no measure of <self-awareness>"},
        "S3": {"decides": [{"analysis": "harms", "term": "Nausea"}]},
        "own-1": {
            "decides": [{"analysis": "madrs-mmrm", "visit": "Day 7"}], "kind": "comparative", "group": "rapid-relief",
            "words": "Mood is better after a week.",
        },
    },
}  # fmt: skip


def plan(claims=WIRED, **changes):
    return trials.infused(claims=claims, **changes)


@cache
def wired():
    found = plan()
    return found, trials.results(found)


@cache
def displays():
    made = section_displays(*wired(), Section.CLAIMS, {})
    assert not made.absent
    return {item.display.label.output_id: item.display for item in made.made}


@cache
def report():
    return page_of(*wired())


def page_of(found_plan, ard):
    with left_empty("png", "narrow_svg"):
        files = section_files(found_plan, section_displays(found_plan, ard, Section.CLAIMS, {}))
    index = read_index(files[INDEX].decode())
    return page(found_plan, "t", ard, [Shown(index, {file: files[file] for file in index.files})])


def first_screen(text):
    return text.split('<nav class="contents"')[0]


def rows_of(table: Table) -> dict[str, tuple[str, ...]]:
    return {row.label: row.cells for part in table.parts for row in part.rows}


def test_every_claim_of_the_catalogue_and_of_the_plan_has_one_row_below_its_group():
    table = displays()["CLMT01"]
    primary, *labels = [row.label for part in table.parts for row in part.rows if row.indent == 1]
    assert primary.replace("\N{NO-BREAK SPACE}", " ") == "MADRS at 24 h"
    claims = claims_of(*wired())
    ordered = [claim.id for testable in (True, False) for claim in claims if claim.is_testable is testable]
    assert [label.split(" ")[0] for label in labels] == ordered
    assert set(ordered) == {*CATALOGUE, "own-1"}
    headings = [[row.label for row in part.rows if not row.cells] for part in table.parts]
    assert headings == [["Primary estimand", "Rapid relief", "Lasting effect", "Safety"], [*GROUP_NAMES.values()]]


def test_a_row_holds_estimate_interval_threshold_with_source_and_what_is_missing():
    found_plan, ard = wired()
    (cells,) = (cells for label, cells in rows_of(displays()["CLMT01"]).items() if label.startswith("E1 "))
    of_claim = select(ard, analysis_id="claims", variable="E1", term="decides")
    estimate = select(of_claim, stat_name="estimate")["stat"].item()
    assert f"{estimate:.1f}".replace("-", "\N{MINUS SIGN}") in cells[1]
    assert cells[3] == "3.0 (plan, section 4)"
    assert cells[-1] == "yes"
    assert found_plan.endpoints["madrs"].unit in cells[1]


def test_a_claim_of_several_points_shows_each_with_its_own_verdict():
    labels = list(rows_of(displays()["CLMT01"]))
    start = next(i for i, label in enumerate(labels) if label.startswith("E5b "))
    assert [label.replace("\N{NO-BREAK SPACE}", " ") for label in labels[start + 1 : start + 3]] == [
        "MADRS at Day 28",
        "MADRS at Day 84",
    ]


def test_what_cannot_be_tested_says_why():
    cells = next(cells for label, cells in rows_of(displays()["CLMT01"]).items() if label.startswith("E10 "))
    assert cells == ("no measure of <self-awareness>",)


@pytest.mark.parametrize("narrow", [False, True])
def test_marks_and_intervals_stand_where_the_results_say(narrow):
    drawing = displays()["CLMG01"]
    assert isinstance(drawing, Drawing)
    (axes,) = (drawing.narrow if narrow else drawing.figure).axes
    rows = select(wired()[1], analysis_id="claims", term="decides")
    expected = {
        name: rows.loc[(rows["stat_name"] == name) & (rows["variable"] != "primary"), "stat"].sort_values().to_numpy()
        for name in ("benefit", "benefit_low", "benefit_high")
    }
    marks = sorted(line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o")
    np.testing.assert_allclose(marks, expected["benefit"])
    ends = np.array([segment[:, 0] for segment in axes.collections[0].get_segments()])
    np.testing.assert_allclose(np.sort(ends[:, 0]), expected["benefit_low"])
    np.testing.assert_allclose(np.sort(ends[:, 1]), expected["benefit_high"])
    low, high = axes.get_xlim()
    assert low < ends.min()
    assert ends.max() < high


RATIOS = {
    "E8": ("lower", (0.5, 0.25, 0.8), (2.0, 1.25, 4.0)),
    "E7": ("higher", (1.5, 1.1, 2.0), (1.5, 1.1, 2.0)),
}


@cache
def of_three_scales():
    """Give a figure with a difference, two ratios and a claim of no difference; the numbers of these are invented."""
    day = {"analysis": "madrs-mmrm", "visit": "Day 7"}
    judged = {
        "E1": {"decides": [{"analysis": "madrs-mmrm", "visit": "24 h"}]},
        **{claim: {"decides": [{**day, "better": better}]} for claim, (better, _, _) in RATIOS.items()},
        "E15": {"decides": [day]},
    }
    found_plan = plan({"treatment": "ketamine", "judged": judged})
    ard = trials.results(found_plan)
    names = ("estimate", "conf_low", "conf_high")
    is_decisive = ard["analysis_id"].eq("claims") & ard["term"].eq("decides")
    for claim, (_, numbers, _) in RATIOS.items():
        for name, number in zip(names, numbers, strict=True):
            rows = is_decisive & ard["variable"].eq(claim) & ard["stat_name"].eq(name)
            ard.loc[rows, "stat"] = number
        ard.loc[is_decisive & ard["variable"].eq(claim) & ard["stat_name"].eq("estimate_term"), "stat_text"] = (
            "rate-ratio"
        )
    of_weight = is_decisive & ard["variable"].eq("E15")
    ard.loc[of_weight & ard["stat_name"].eq("important_difference"), "stat_name"] = "margin"
    ard = ard[~(of_weight & ard["stat_name"].str.startswith("benefit"))]
    for name, number in zip((*names, "margin"), (0.1, -0.2, 0.4, 0.5), strict=True):
        ard.loc[of_weight & ard["variable"].eq("E15") & ard["stat_name"].eq(name), "stat"] = number
    made = section_displays(found_plan, ard, Section.CLAIMS, {}).made
    return next(item.display for item in made if item.display.label.output_id == "CLMG01")


@pytest.mark.parametrize("claim", list(RATIOS))
def test_ratios_stand_so_that_right_of_one_is_a_benefit(claim):
    (row,) = of_three_scales().values.query(f"claim == '{claim}'").to_dict("records")
    assert row["scale"] == "ratio"
    assert (row["value"], row["low"], row["high"]) == pytest.approx(RATIOS[claim][2])
    assert row["name"].split(" (n")[0].endswith("turned") is (RATIOS[claim][0] == "lower")


def test_a_claim_of_no_difference_stands_in_shares_of_its_margin():
    (row,) = of_three_scales().values.query("claim == 'E15'").to_dict("records")
    assert row["scale"] == "share of the margin"
    assert (row["value"], row["low"], row["high"]) == pytest.approx((0.2, -0.4, 0.8))


@pytest.mark.parametrize("narrow", [False, True])
def test_each_scale_has_a_panel_and_ratios_a_logarithmic_one(narrow):
    drawing = of_three_scales()
    frames = (drawing.narrow if narrow else drawing.figure).axes
    assert [axes.get_xscale() for axes in frames] == ["linear", "log", "linear"]
    for axes, (_, panel) in zip(frames, drawing.values.groupby("scale", sort=False), strict=False):
        assert sum(line.get_marker() == "o" for line in axes.lines) == len(panel)
    assert not any("E7" in note or "E8" in note or "E15" in note for note in drawing.label.footnotes)


def test_the_difference_that_matters_is_marked_in_standard_deviations_and_n_stands_in_the_row():
    (row,) = of_three_scales().values.query("claim == 'E1'").to_dict("records")
    of_claim = select(wired()[1], analysis_id="claims", variable="E1", term="decides")
    number = of_claim.drop_duplicates("stat_name").set_index("stat_name")["stat"]
    assert row["matters"] == pytest.approx(number["important_difference"] / number["baseline_sd"])
    assert re.search(r"\(n.=.\d+./.\d+\)$", row["name"])


def test_without_a_comparison_the_figure_speaks_of_an_uncontrolled_change_and_of_no_benefit():
    values = of_three_scales().values.assign(is_controlled=False)
    said = " ".join([clmg01._subtitle(values), clmg01._in_words(values)])
    assert said.startswith("Uncontrolled change from baseline")
    assert "right of zero is better" in said
    assert "enefit" not in said
    assert "between arms" not in said


def test_the_figure_says_the_harms_of_every_arm_zeros_too():
    notes = " ".join(displays()["CLMG01"].label.footnotes)
    for arm in wired()[0].design.arm_names:
        assert re.search(rf"Harms, {arm} \(N.=.\d+\): deaths \d", notes)


def test_each_family_is_a_block_of_the_table_of_multiplicity():
    table = displays()["MULT01"]
    assert [part.caption.split(":")[0] for part in table.parts] == ["Family mood"]
    claims = [row.label for row in table.parts[0].rows if row.indent == 0]
    assert claims == ["E1", "own-1", "E5b"]


def test_a_family_of_results_is_a_block_of_its_own():
    results = [{"analysis": "madrs-mmrm", "visit": visit} for visit in ("24 h", "Day 7")]
    found_plan = plan(multiplicity={"early visits": {"results": results}})
    made = section_displays(found_plan, trials.results(found_plan), Section.CLAIMS, {}).made
    table = next(item.display for item in made if item.display.label.output_id == "MULT01")
    assert table.parts[-1].caption == "Family early visits, decides no claim: Holm's method"
    assert [row.label for row in table.parts[-1].rows] == ["MADRS at 24 h", "MADRS at Day 7"]
    assert all(cell for row in table.parts[-1].rows for cell in row.cells)


def test_the_first_screen_holds_the_verdict_of_the_primary_result_and_every_claim_in_its_group():
    text = first_screen(report())
    assert f"<strong>{primary_verdict(*wired())}</strong>" in text
    for claim in claims_of(*wired()):
        assert claim.id in text
    assert [name for name in GROUP_NAMES.values() if name in text] == list(GROUP_NAMES.values())
    assert 'href="#CLMT01_claims"' in text
    assert "<self-awareness>" not in text


def test_the_headline_carries_the_verdict_of_the_primary_result():
    found_plan, ard = wired()
    assert f"Verdict: {primary_verdict(found_plan, ard)}. Synthetic data." in headline(found_plan, ard)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"treatment": "other"}, "No arm of this trial received ketamine"),
        ({}, "The plan does not say that this trial gave ketamine"),
    ],
)
def test_a_trial_without_ketamine_says_so_once(claims, reason):
    found_plan = plan(claims=claims)
    ard = trials.results(found_plan)
    text = page_of(found_plan, ard)
    assert f"{reason}: the {len(CATALOGUE)} claims about it are not testable" in first_screen(text)
    assert "E1 " not in first_screen(text)
    made = section_displays(found_plan, ard, Section.CLAIMS, {})
    assert [item.display.label.output_id for item in made.made] == ["CLMT01"]
    assert [absence.output_id for absence in made.absent] == ["CLMG01"]


def test_results_without_verdicts_show_no_claims():
    found_plan, ard = wired()
    text = page_of(found_plan, ard[ard["analysis_id"] != "claims"])
    assert "Verdict" not in first_screen(text)
    assert "claims-first" not in first_screen(text).split("</style>")[1]


def test_small_counts_are_not_printed_in_public():
    found_plan, ard = wired()
    few = (
        ard["analysis_id"].eq("harms") & ard["stat_name"].eq("n") & ard["arm"].eq("Ketamine") & ard["term"].eq("Nausea")
    )
    changed = ard.assign(stat=ard["stat"].mask(few, 2.0))
    changed = changed[changed["analysis_id"] != "claims"]
    claims = synthesise(found_plan, "invented", changed)
    shown = public(pd.concat([changed, claims], ignore_index=True), small_cell=5)
    (nausea,) = (claim for claim in claims_of(found_plan, shown) if claim.id == "S3")
    assert nausea.verdict.value == "supported"
    assert all("2 of" not in one.n and not re.search(r"\d", one.estimate) for one in nausea.evidence)


def test_a_claim_is_hidden_in_public_where_its_source_is():
    found_plan, ard = wired()
    is_nausea = ard["analysis_id"].eq("harms") & ard["stat_name"].eq("n") & ard["term"].eq("Nausea")
    numbers = {"Ketamine": 9.0, "Midazolam": 3.0, "": 12.0}
    changed = ard.assign(stat=ard["stat"].mask(is_nausea, ard["arm"].map(numbers)))
    changed = changed[changed["analysis_id"] != "claims"]
    claims = synthesise(found_plan, "invented", changed)
    (nausea,) = (one for one in claims_of(found_plan, public(claims, small_cell=5)) if one.id == "S3")
    # 9 of Ketamine beside a total of 12 would tell the 3 of Midazolam
    assert [(one.estimate, one.n) for one in nausea.evidence] == [("supp.", "supp.")]


def test_a_risk_difference_of_harm_says_how_many_and_goes_in_public_with_few():
    margins = {"serious": "10 %", "severe": "10 %", "stopped": "10 %"}
    judged = {"S1": {"decides": [{"analysis": "harms"}], "margins": margins, "margin_source": "invented"}}
    found_plan = plan({"treatment": "ketamine", "judged": judged})
    ard = trials.results(found_plan)
    ard = ard[ard["analysis_id"] != "claims"]
    of_kinds = ard["variable"].eq("overview") & ard["level"].isin(margins) & ard["stat_name"].eq("n")
    numbers = {"Ketamine": 2.0, "Midazolam": 3.0, "": 5.0}
    few = ard.assign(stat=ard["stat"].mask(of_kinds, ard["arm"].map(numbers)))
    claims = synthesise(found_plan, "invented", few)
    told, hidden = (
        next(one for one in claims_of(found_plan, found) if one.id == "S1").evidence
        for found in (claims, public(claims, small_cell=5))
    )
    assert {one.n for one in told} == {"2 / 3"}
    without = plan({"treatment": "ketamine"})
    tables = clmt01.table(found_plan, claims), clmt01.table(without, synthesise(without, "invented", ard))
    assert ["participants with the event" in table.label.footnotes[-1] for table in tables] == [True, False]
    assert {(one.estimate, one.interval, one.n) for one in hidden} == {("supp.", "supp.", "supp. / supp.")}


def test_the_first_screen_shows_the_harm_that_exceeds_its_margin_most():
    margins = {"serious": "10 %", "severe": "20 %", "stopped": "5 %"}
    judged = {"S1": {"decides": [{"analysis": "harms"}], "margins": margins, "margin_source": "invented"}}
    found_plan = plan({"treatment": "ketamine", "judged": judged})
    ard = trials.results(found_plan)
    ard = ard[ard["analysis_id"] != "claims"]
    upper = ard["level"].map({"serious": 0.04, "severe": 0.19, "stopped": 0.12})
    is_upper = ard["variable"].eq("overview") & ard["stat_name"].eq("conf_high") & upper.notna()
    ard = synthesise(found_plan, "invented", ard.assign(stat=ard["stat"].mask(is_upper, upper)))
    lines = [line for block in claim_blocks(found_plan, ard, {}) for line in block.lines]
    (shown,) = (line.estimate for line in lines if line.id == "S1")
    assert shown.startswith("Stopped")
