import re
from functools import cache

import pandas as pd
import pytest

from displays import trials
from postinfusion.ard import build
from postinfusion.errors import ModelError
from postinfusion.present import formats
from postinfusion.present.display import label_of
from postinfusion.present.results import results_of
from postinfusion.present.sections import requests, section_displays
from postinfusion.present.statistic_names import STATISTICS
from postinfusion.present.strip import strip
from postinfusion.present.tables import TABLES, aet02, cfbt01, diag01, dmt01, lgrt02, mmrmt01, qct01
from postinfusion.present.tables.binary_columns import binary_headings
from postinfusion.present.tables.term_names import term_in_words
from postinfusion.vocabulary import Section

MODEL_WITH_COVARIATES = trials.INFUSED["analyses"]["madrs-mmrm"] | {"covariates": ["baseline", "mmse"]}
PLANS = {"infused": trials.infused(), "three arms": trials.three_arms(), "single arm": trials.single_arm()}
NUMBER = re.compile(r"[<−]?\d+(?:\.\d+)?")
WITHOUT_RATIO = ("single arm", "COXT01")  # a single arm has nothing to be compared with
REQUESTS = [
    (name, request.output.id, request.analysis_id)
    for name, plan in PLANS.items()
    for section in Section
    for request in requests(plan, section)
    if request.output.id in TABLES and not request.output.individual and (name, request.output.id) != WITHOUT_RATIO
]


@cache
def ard_of(name: str) -> pd.DataFrame:
    return trials.results(PLANS[name])


def table_of(name: str, output_id: str, analysis_id: str):
    return TABLES[output_id](results_of(PLANS[name], ard_of(name), analysis_id))


def cells_of(table):
    return [cell for part in table.parts for row in part.rows for cell in row.cells]


def printed(ard: pd.DataFrame, plan, analysis_id: str) -> set[str]:
    """Every way in which a statistic may be printed: of the analysis, or of who entered a model of its endpoint."""
    of_analysis = (ard["analysis_id"] == analysis_id) | (ard["variable"] == "model")
    rows = ard[of_analysis & ard["stat"].notna() & ard["stat_name"].isin(list(STATISTICS))]
    decimals = {0, *(endpoint.decimals for endpoint in plan.endpoints.values())}
    texts = set()
    for name, value, term in zip(rows["stat_name"], rows["stat"], rows["term"], strict=True):
        more = {d + 2 for d in decimals} if term == "coefficient" else {1} if term == "ratio" else set()
        texts |= {formats.statistic(name, value, d) for d in decimals | more}
        is_share = name.startswith("conf_") or term in {"cumulative-incidence", "risk-difference"}
        texts |= {formats.percentage_points(value)} if is_share else set()
    return texts


@pytest.mark.parametrize(("name", "output_id", "analysis_id"), REQUESTS)
def test_every_number_of_a_table_is_the_format_of_a_statistic(name, output_id, analysis_id):
    allowed = printed(ard_of(name), PLANS[name], analysis_id)
    numeric = [part for part in table_of(name, output_id, analysis_id).parts if not part.is_text]
    found = {number for part in numeric for row in part.rows for cell in row.cells for number in NUMBER.findall(cell)}
    assert found
    assert found <= allowed


@pytest.mark.parametrize(("name", "output_id", "analysis_id"), REQUESTS)
def test_every_row_has_a_cell_for_each_column(name, output_id, analysis_id):
    for part in table_of(name, output_id, analysis_id).parts:
        assert all(len(row.cells) in {0, len(part.columns) - 1} for row in part.rows)
        assert sum(spanner.columns for spanner in part.spanners) in {0, len(part.columns) - 1}


@pytest.mark.parametrize(("name", "output_id", "analysis_id"), REQUESTS)
def test_a_table_names_its_analysis_population_and_size(name, output_id, analysis_id):
    footer = table_of(name, output_id, analysis_id).label.footer
    assert all(text in footer for text in (output_id, analysis_id, "population ", "n = "))


def test_a_difference_stands_under_the_arm_that_is_compared():
    part = table_of("infused", "MMRMT01", "madrs-mmrm").parts[0]
    ard = ard_of("infused")
    at = ard[(ard["visit"] == "24 h") & (ard["term"] == "difference") & (ard["analysis_id"] == "madrs-mmrm")]
    values = dict(zip(at["stat_name"], at["stat"], strict=True))
    labels = [row.label for row in part.rows]
    row = part.rows[labels.index("24 h") + 4]
    expected = f"{formats.number(values['estimate'], 1)} ({formats.number(values['std_error'], 2)})"
    assert row.label == "Difference from Midazolam (SE)"
    assert row.cells == (expected, "")


def test_the_model_table_has_the_parts_of_the_catalogue():
    captions = [part.caption for part in table_of("infused", "MMRMT01", "madrs-mmrm").parts]
    expected = ["Adjusted means", "Tests of", "Fixed effects", "Covariance", "Diagnostics"]
    assert [found.startswith(start) for found, start in zip(captions, expected, strict=True)] == [True] * 5


def test_the_average_of_all_visits_stands_last():
    rows = table_of("infused", "MMRMT01", "madrs-mmrm").parts[0].rows
    assert [row.label for row in rows if not row.cells][-1] == "Average of all visits"


def test_baseline_characteristics_have_no_test():
    table = dmt01.table(results_of(PLANS["infused"], ard_of("infused"), "baseline"))
    words = " ".join([*table.parts[0].columns, *(row.label for row in table.parts[0].rows)])
    assert "SMD" in words
    assert not re.search(r"\bp\b", words)


def test_zero_deaths_are_printed():
    rows = {row.label: row.cells for row in table_of("infused", "AET01", "harms").parts[0].rows}
    assert rows["Died"][0] == f"0{formats.NO_BREAK}(0.0{formats.NO_BREAK}%) [0]"


def test_solicited_and_spontaneous_events_are_apart():
    part = next(part for part in table_of("infused", "AET01", "harms").parts if part.caption.startswith("How"))
    assert [row.label.split(":")[0] for row in part.rows] == ["Solicited", "Spontaneous"]


def test_terms_below_the_share_of_the_plan_are_counted_and_not_shown():
    ard, harms = ard_of("infused"), trials.INFUSED["analyses"]["harms"]
    terms = ard[(ard["variable"] == "class-term") & (ard["term"] != "") & (ard["stat_name"] == "proportion")]
    most = terms[terms["arm"] != ""].groupby(["level", "term"])["stat"].max()
    plan = trials.infused(analyses=trials.INFUSED["analyses"] | {"harms": harms | {"frequent": "60 %"}})
    table = TABLES["AET10"](results_of(plan, ard, "harms"))
    frequent = most[most >= 0.6].sort_values(ascending=False)
    assert [row.label for row in table.parts[0].rows] == list(frequent.index.get_level_values("term"))
    assert 0 < len(frequent) < len(most)
    assert "60 %" in table.label.title
    assert f"Not shown: {len(most) - len(frequent)} of {len(most)} terms, with 60 % in no arm." in table.label.footnotes


def test_classes_and_terms_descend_by_participants():
    results = results_of(PLANS["infused"], ard_of("infused"), "harms")
    rows = aet02.table(results).parts[0].rows[1:]
    counts = [(row.indent, int(row.cells[2].split(formats.NO_BREAK)[0])) for row in rows]
    classes = [n for indent, n in counts if indent == 0]
    assert classes == sorted(classes, reverse=True)


def not_recorded(ard: pd.DataFrame, level: str, reason: str) -> pd.DataFrame:
    """Give the results of data that do not record one line of the overview."""
    of_level = (ard["variable"] == "overview") & (ard["level"] == level)
    n = of_level & (ard["stat_name"] == "n")
    changed = ard.assign(stat=ard["stat"].mask(n), error=ard["error"].mask(n, f"not recorded: {reason}"))
    return changed[~of_level | n]


def test_what_was_not_recorded_is_told_from_none():
    ard = not_recorded(ard_of("infused"), "serious", "seriousness (no value in serious)")
    table = TABLES["AET01"](results_of(PLANS["infused"], ard, "harms"))
    rows = {row.label: row.cells for row in table.parts[0].rows}
    assert set(rows["Serious"][:3]) == {"not recorded"}
    assert any("Not recorded: seriousness (no value in serious)." in note for note in table.label.footnotes)
    assert not any(note.startswith("NE") for note in table.label.footnotes)


def test_missing_assessments_without_a_disposition_are_not_put_down_to_leaving():
    ard = ard_of("infused")
    ard = ard.assign(level=ard["level"].mask(ard["level"] == "discontinued", "no later assessment"))
    table = TABLES["MIST01"](results_of(PLANS["infused"], ard, "madrs-missing"))
    labels = [row.label for part in table.parts for row in part.rows]
    assert not any("discontinuation" in label for label in labels)
    assert any("The data do not say who left the trial" in note for note in table.label.footnotes)


def test_analyses_of_one_kind_and_endpoint_have_titles_that_tell_them_apart():
    again = trials.INFUSED["analyses"]["madrs-mmrm"] | {"estimand": ""}
    plan = trials.infused(analyses=trials.INFUSED["analyses"] | {"madrs-again": again})
    ard = trials.results(plan)
    titles = [TABLES["MMRMT01"](results_of(plan, ard, key)).label.title for key in ("madrs-mmrm", "madrs-again")]
    assert titles[0].endswith("(primary analysis)")
    assert titles[1].endswith("(madrs-again)")


def test_coefficients_are_named_in_words():
    plan = trials.infused(analyses=trials.INFUSED["analyses"] | {"madrs-mmrm": MODEL_WITH_COVARIATES})
    results = results_of(plan, ard_of("infused"), "madrs-mmrm")
    names = {
        "(Intercept)": "Intercept",
        "ARMKetamine:AVISITDay 3": "Ketamine × Day 3",
        "AVISITDay 3:BASE": "Day 3 × baseline",
        "DIAGBED": "Diagnosis BED",
        "MMSE": "MMSE",
        "ARM:AVISIT": "Arm × visit",
        "log1p(DAYS):BASE": "Log(1 + days) × baseline",
    }
    assert {name: term_in_words(results, name) for name in names} == names


def test_characteristics_have_their_label_and_unit():
    plan = trials.infused(
        analyses={"baseline": {"method": "demographics", "variables": ["age", "illness_years", "co_treatment", "mmse"]}}
    )
    added = [
        row | {"unit": unit}
        for name, unit in (("age", "years"), ("illness_years", "years"), ("co_treatment", ""), ("mmse", ""))
        for arm in (*plan.design.arm_names, "")
        for row in build.rows({"n": 9, "mean": 2.0, "sd": 1.0}, variable=name, arm=arm)
    ]
    ard = build.table(added, analysis_id="baseline", population="randomised", trial="t")
    labels = [row.label for row in dmt01.table(results_of(plan, ard, "baseline")).parts[0].rows if not row.indent]
    assert labels == ["Age (years)", "Duration of illness (years)", "Concomitant treatment", "MMSE"]


def test_a_table_of_weight_alone_does_not_name_body_mass_index():
    body = trials.INFUSED["analyses"]["body"] | {"endpoints": ["weight"]}
    plan = trials.infused(analyses=trials.INFUSED["analyses"] | {"body": body})
    title = TABLES["WTT01"](results_of(plan, trials.results(plan), "body")).label.title
    assert title == "Weight by visit"


def test_suppression_is_only_explained_where_a_cell_shows_it():
    ard = ard_of("infused").copy()
    hidden = (ard["analysis_id"] == "harms") & (ard["term"] == "Nausea") & (ard["stat_name"] == "n")
    ard = ard.assign(stat=ard["stat"].mask(hidden), error=ard["error"].mask(hidden, "suppressed"))
    made = section_displays(PLANS["infused"], ard, Section.SAFETY, {}).made
    explained = {
        item.display.label.output_id for item in made if formats.SUPPRESSED_NOTE in item.display.label.footnotes
    }
    assert explained == {"AET02", "AET03", "AET04", "AET06", "AET10", "AET11", "AEG01"}


def test_what_was_not_recorded_is_only_explained_where_a_cell_shows_it():
    ard = not_recorded(ard_of("infused"), "stopped", "stopping because of an event (no value in action)")
    tables = [
        item.display
        for item in section_displays(PLANS["infused"], ard, Section.SAFETY, {}).made
        if item.display.label.analysis_id == "harms" and hasattr(item.display, "parts")
    ]
    explained = {one.label.output_id for one in tables if "may still have happened" in " ".join(one.label.footnotes)}
    assert explained == {one.label.output_id for one in tables if formats.NO_RECORD in cells_of(one)} == {"AET01"}


@pytest.mark.parametrize("headings", [binary_headings, lgrt02._headings])
def test_a_difference_is_named_with_a_minus_and_a_ratio_is_not(headings):
    found = headings(results_of(PLANS["three arms"], ard_of("three arms"), "madrs-mmrm"))
    compared = [head for head in found if "Risk difference" in head or "Odds ratio" in head]
    assert len(compared) == 4
    assert [" − Placebo" in head for head in compared] == ["Risk difference" in head for head in compared]
    assert [" against Placebo" in head for head in compared] == ["Odds ratio" in head for head in compared]


def test_all_column_is_left_out_in_a_trial_with_one_arm():
    table = cfbt01.table(results_of(PLANS["single arm"], ard_of("single arm"), "madrs-summary"))
    assert len(table.parts[0].spanners) == 1


def test_what_is_not_estimable_is_named_with_its_reason():
    ard = ard_of("infused").copy()
    of_visit = (ard["visit"] == "24 h") & (ard["analysis_id"] == "madrs-mmrm") & (ard["term"] == "difference")
    ard.loc[of_visit, "stat"] = float("nan")
    ard.loc[of_visit, "error"] = "Nobody was assessed."
    table = mmrmt01.table(results_of(PLANS["infused"], ard, "madrs-mmrm"))
    assert "NE" in cells_of(table)
    assert table.label.footnotes == ("NE: not estimable. Nobody was assessed.",)


def test_a_model_without_fit_raises_its_reason():
    ard = trials.failed(ard_of("infused"), "madrs-mmrm", "no structure converged")
    with pytest.raises(ModelError, match="no structure converged"):
        mmrmt01.table(results_of(PLANS["infused"], ard, "madrs-mmrm"))


@pytest.mark.parametrize(
    ("output_id", "analysis_id"), [("LMMT01", "madrs-course"), ("MMRMT01", "madrs-mmrm"), ("AOVT01", "madrs-ancova")]
)
def test_the_table_of_a_model_says_that_changes_were_modelled(output_id, analysis_id):
    assert table_of("infused", output_id, analysis_id).label.subtitle.startswith("Change from baseline, in points")


def test_diagnostics_name_the_structure_of_every_kind_of_model():
    fits = diag01.table(PLANS["infused"], ard_of("infused")).parts[0]
    structures = {row.label: row.cells[0] for row in fits.rows}
    expected = {"madrs-mmrm": "unstructured", "madrs-course": "correlated intercept and slope",
                "madrs-ancova": "least squares"}  # fmt: skip
    assert structures == expected


def test_reasons_are_printed_as_sentences():
    ard = trials.failed(ard_of("infused"), "harms", "the data hold no adverse events")
    assert label_of(results_of(PLANS["infused"], ard, "harms"), "AET01").footnotes == (
        "NE: not estimable. The data hold no adverse events.",
    )


def with_rows(ard: pd.DataFrame, analysis_id: str, *added: dict[str, object]) -> pd.DataFrame:
    """Give the results with more rows of one analysis."""
    like = ard[ard["analysis_id"] == analysis_id].iloc[0]
    constant = {name: like[name] for name in ("trial", "analysis_id", "population", "parameter", "method", "estimand")}
    return pd.concat([ard, build.table(added, **constant)], ignore_index=True)


def test_the_agreement_of_two_engines_is_shown_with_its_size():
    key = {"term": "second-engine", "level": "dense textbook formulas", "variable": "CHG"}
    ard = with_rows(
        ard_of("infused"), "madrs-mmrm",
        {**key, "stat_name": "estimate_difference", "stat": 4e-8},
        {**key, "stat_name": "agreement", "stat_text": "two engines agree to 4e-08 standard errors"},
    )  # fmt: skip
    facts = {fact.name: fact.text for fact in strip(PLANS["infused"], ard, [])}
    assert facts["Engine agreement"] == "two engines agree to 4e-08 standard errors"
    assert qct01.table(PLANS["infused"], ard_of("infused")) is None
    (row,) = qct01.table(PLANS["infused"], ard).parts[0].rows
    assert row.label == "madrs-mmrm"
    assert row.cells == (
        "dense textbook formulas", "", "4.0e-8", "", "", "two engines agree to 4e-08 standard errors"
    )  # fmt: skip


def test_differences_robust_to_a_wrong_covariance_have_a_block_of_their_own():
    key = {
        "term": "robust-difference",
        "visit": "24 h",
        "arm": "Ketamine",
        "comparator": "Midazolam",
        "variable": "CHG",
    }
    values = {"estimate": -6.0, "std_error": 1.5, "df": 20.0, "statistic": -4.0, "p_value": 0.0007,
              "conf_low": -9.1, "conf_high": -2.9}  # fmt: skip
    added = [{**key, "stat_name": name, "stat": value} for name, value in values.items()]
    ard = with_rows(ard_of("infused"), "madrs-mmrm", *added)
    parts = {part.caption: part for part in mmrmt01.table(results_of(PLANS["infused"], ard, "madrs-mmrm")).parts}
    (row,) = parts["Differences with standard errors robust to a wrong covariance (CR2)"].rows
    assert row.label == "24 h, Ketamine − Midazolam"
    assert row.cells[2] == "−9.1 to −2.9"


def test_diagnostics_show_every_warning_and_error():
    ard = trials.failed(ard_of("infused"), "madrs-course", "the slope has no variance")
    cells = cells_of(diag01.table(PLANS["infused"], ard))
    assert "the slope has no variance" in cells
    assert "not fitted" in cells
    assert any("no assessment after baseline" in cell for cell in cells)
