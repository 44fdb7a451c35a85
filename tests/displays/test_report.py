import re
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest

from displays import trials
from pictures import left_empty
from postinfusion.ard.build import error_row, table
from postinfusion.errors import Problem
from postinfusion.present import formats
from postinfusion.present.design_line import design_line
from postinfusion.present.harms import harms
from postinfusion.present.headline import headline
from postinfusion.present.meaning import meaning
from postinfusion.present.sections import section_displays
from postinfusion.present.strip import strip
from postinfusion.report.page import Shown, page
from postinfusion.report.section_files import INDEX, read_index, section_files
from postinfusion.vocabulary import BANNERS, INDIVIDUAL_BANNER, DataKind, Section

TRIALS = {"infused": trials.infused, "three arms": trials.three_arms, "single arm": trials.single_arm}
PROBLEMS = [Problem("assessments.csv", "rows 14, 88 (2)  score", '"n/a" is not a number.', "warning")]


class Outline(HTMLParser):
    """What the tests ask of a page: its elements with their attributes, and the level of its headings."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def of(self, *tags):
        return [attributes for tag, attributes in self.elements if tag in tags]

    @property
    def heading_levels(self):
        return [int(tag[1]) for tag, _ in self.elements if re.fullmatch(r"h[1-6]", tag)]


def shown(plan, ard, section):
    courses = {"madrs-lines": trials.courses(plan, size=6)}
    with left_empty("png"):  # which no page shows
        files = section_files(plan, section_displays(plan, ard, section, courses))
    index = read_index(files[INDEX].decode())
    return Shown(index, {file: files[file] for file in index.files})


@cache
def report(name):
    plan = TRIALS[name]()
    ard = trials.results(plan)
    provenance = {"inputs": {"participants.csv": "sha256 0a1b"}, "seed": 1}
    return page(
        plan, name, ard, [shown(plan, ard, s) for s in reversed(Section)], problems=PROBLEMS, provenance=provenance
    )


@pytest.mark.parametrize("name", TRIALS)
def test_the_page_needs_nothing_beside_itself(name):
    outline = Outline(report(name))
    addresses = [item[key] for _, item in outline.elements for key in ("src", "srcset", "href") if key in item]
    assert addresses
    assert all(address.startswith(("data:image/svg+xml;base64,", "#")) for address in addresses)
    assert not outline.of("script", "link", "iframe", "object", "embed")
    assert "url(" not in report(name)
    assert "@import" not in report(name)


@pytest.mark.parametrize("name", TRIALS)
def test_headings_descend_one_level_at_a_time(name):
    levels = Outline(report(name)).heading_levels
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


@pytest.mark.parametrize("name", TRIALS)
def test_every_figure_has_words_and_every_heading_of_a_table_its_scope(name):
    outline = Outline(report(name))
    assert all(len(image["alt"]) > 40 for image in outline.of("img"))
    assert all("scope" in heading for heading in outline.of("th"))


@pytest.mark.parametrize("name", TRIALS)
def test_links_lead_to_places_on_the_page_and_places_are_unique(name):
    outline = Outline(report(name))
    places = [item["id"] for _, item in outline.elements if "id" in item]
    assert len(places) == len(set(places))
    assert {link["href"][1:] for link in outline.of("a")} <= set(places)


def test_sections_stand_in_the_order_of_the_report():
    chapters = [item["id"] for item in Outline(report("infused")).of("section") if item.get("class") == "chapter"]
    assert chapters == [section.value for section in Section]


def test_the_first_screen_holds_result_meaning_harms_and_strip_before_the_contents():
    first = report("infused").split('<nav class="contents"')[0]
    for text in ("Primary result", "−4.8 points", "95\N{NO-BREAK SPACE}% CI −7.6 to −2.0", "n = 91.", "plan, section 4",
                 "Deaths", "0\N{NO-BREAK SPACE}(0.0\N{NO-BREAK SPACE}%) [0]", "converged, unstructured",
                 "1 warning of the analyses, 1 of the data check"):  # fmt: skip
        assert text in first


@pytest.mark.parametrize("name", TRIALS)
def test_the_first_screen_shows_the_effect_over_time_in_a_form_for_phones_too(name):
    first = report(name).split('<nav class="contents"')[0]
    (figure,) = re.findall(r'<figure class="effect">(.*?)</figure>', first, flags=re.DOTALL)
    (source,) = Outline(figure).of("source")
    assert source["media"] == "(max-width: 34rem)"
    assert source["srcset"] != Outline(figure).of("img")[0]["src"]
    assert ("over time, uncontrolled" if name == "single arm" else "difference from") in figure


def test_events_that_were_not_recorded_are_not_told_as_none_on_the_first_screen():
    plan = trials.infused()
    ard = trials.results(plan)
    reasons = {"serious": "seriousness (no value in serious)", "died": "deaths (no disposition)"}
    for level, reason in reasons.items():
        n = (ard["variable"] == "overview") & (ard["level"] == level)
        ard = ard.assign(stat=ard["stat"].mask(n), error=ard["error"].mask(n, f"not recorded: {reason}"))
    first = page(plan, "t", ard, []).split('<nav class="contents"')[0]
    assert "Not recorded: seriousness (no value in serious), deaths (no disposition)." in first
    assert "hold neither deaths" not in first
    assert {fact.name: fact.text for fact in strip(plan, ard, [])}[
        "Serious events"
    ] == "not recorded; deaths: not recorded"


@pytest.mark.parametrize("name", TRIALS)
def test_each_kind_of_harm_is_a_row_beside_up_to_three_arms(name):
    plan = TRIALS[name]()
    (part,) = harms(plan, trials.results(plan)).parts
    kinds = ["Deaths", "Serious adverse events", "Stopped because of an event"]
    arms = [arm.split(" (N")[0] for arm in part.columns[1:]]
    rows, turned = [row.label for row in part.rows], list(plan.design.arm_names)
    if len(turned) > 3:
        arms, rows = [row.split(" (N")[0] for row in rows], list(part.columns[1:])
    assert (rows, arms) == (kinds, turned)


def test_a_figure_wider_than_a_phone_says_so():
    assert "The figure is wider than this screen: scroll it sideways." in report("infused").split('id="MMRMG01')[1]


def test_without_a_comparison_the_estimand_is_no_difference():
    assert "mean, without a comparison" in report("single arm")
    assert "difference in means" not in report("single arm")


def test_synthetic_and_individual_data_carry_their_banners():
    top = report("infused").split("<header")[0]
    assert BANNERS[DataKind.SYNTHETIC] in top
    assert INDIVIDUAL_BANNER in top


def test_real_data_without_individual_courses_carry_no_banner():
    plan = trials.three_arms(privacy={"mode": "public"})
    ard = trials.results(plan)
    text = page(plan, "real", ard, [shown(plan, ard, Section.EFFICACY)])
    assert '<div class="banners"' not in text
    assert "a public report shows no individual data" in text


def test_no_identifier_reaches_the_page():
    assert "SECRET" not in report("infused")


def test_problems_of_the_data_and_provenance_are_on_the_page():
    text = report("infused")
    assert "&#34;n/a&#34; is not a number." in text
    assert "sha256 0a1b" in text


def test_what_was_asked_for_and_is_not_there_has_its_reason():
    plan = trials.infused(outputs={"drop": ["AEG01"]})
    ard = trials.failed(trials.results(plan), "madrs-mmrm", "no structure converged; use toeph.")
    text = page(plan, "t", ard, [shown(plan, ard, s) for s in (Section.EFFICACY, Section.SAFETY)])
    absent = text.split('id="absent"')[-1]
    assert "the plan drops this output" in absent
    assert "no structure converged; use toeph." in absent
    assert "MMRMG01" in absent
    assert "PROV01" in absent
    assert "not estimable." in text.split('<nav class="contents"')[0]


def test_a_trial_without_adverse_events_says_so():
    analyses = {"madrs-mmrm": trials.INFUSED["analyses"]["madrs-mmrm"]}
    plan = trials.infused(analyses=analyses)
    text = page(plan, "t", trials.results(plan), [])
    assert "this report says nothing about them" in text


def test_text_of_the_plan_is_escaped():
    plan = trials.infused(title="Ketamine <script>alert(1)</script> & placebo")
    text = page(plan, "t", trials.results(plan), [])
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_the_headline_can_be_read_in_any_terminal():
    plan = trials.infused()
    line = headline(plan, trials.results(plan))
    result = "MADRS at 24 h, Ketamine - Midazolam: -4.8 (95 % CI -7.6 to -2.0), n = 91."
    assert line == f"{result} Verdict: supported. Synthetic data."
    assert line.isascii()


def test_the_headline_of_a_failed_model_gives_the_reason():
    plan = trials.infused()
    ard = trials.failed(trials.results(plan), "madrs-mmrm", "No structure converged.")
    expected = "MADRS at 24 h, Ketamine - Midazolam: not estimable. No structure converged. Synthetic data."
    assert headline(plan, ard) == expected


def test_a_trial_with_one_arm_has_a_mean_as_headline():
    plan = trials.single_arm(data="real")
    assert headline(plan, trials.results(plan)).startswith(
        "MADRS at 4 h, Ketamine, change from baseline, uncontrolled: -"
    )


def test_a_trial_with_one_arm_is_never_called_randomised_and_its_estimate_not_an_effect():
    text = re.sub(r"population randomised|<(td|th)[^>]*>randomised<", "", report("single arm"))
    text = text.replace("in the population randomised", "")
    words = " ".join(re.findall(r">([^<]+)<", text))
    assert not re.findall(r"[^.]*\b[Rr]andomised\b[^.]*|[^.]*\bfavours\b[^.]*|[^.]*Allocated to[^.]*", words)
    assert "From enrolled to each model" in words
    assert "Percentages are of the participants unless a heading says otherwise." in words
    assert "no yardstick for a change without a control" in words


def test_a_primary_result_without_data_at_its_visit_says_so_and_where_there_are_some():
    plan = trials.infused()
    line = headline(plan, trials.without(trials.results(plan), "madrs-mmrm", "24 h"))
    assert "MADRS has no values at 24 h in the model; it has at 4 h, Day 3, Day 7" in line


def test_a_primary_result_without_data_in_one_arm_names_the_arm():
    plan = trials.infused()
    ard = trials.results(plan)
    observed = (ard["term"] == "observed") & (ard["visit"] == "24 h") & (ard["arm"] == "Midazolam")
    ard = ard[~observed & ~((ard["term"] == "difference") & (ard["visit"] == "24 h"))]
    assert "MADRS has no values at 24 h in Midazolam in the model; it has at 4 h, Day 3" in headline(plan, ard)


@pytest.mark.parametrize(
    ("estimands", "analyses", "sentence"),
    [
        ({}, ["madrs-mmrm", "harms"], "The plan declares no primary estimand, so there is no primary result."),
        (None, ["madrs-course", "harms"], "No analysis of the plan answers the primary estimand"),
        (None, ["madrs-summary", "harms"], "No model is planned; the report describes the data."),
    ],
)
def test_a_report_without_primary_result_says_why_and_shows_no_primary_figure(estimands, analyses, sentence):
    chosen = {key: dict(trials.INFUSED["analyses"][key]) for key in analyses}
    if estimands is not None:
        chosen["madrs-mmrm"].pop("estimand")
    changes = {} if estimands is None else {"estimands": estimands}
    plan = trials.infused(analyses=chosen, **changes)
    ard = trials.results(plan)
    first = page(plan, "t", ard, [shown(plan, ard, Section.EFFICACY)]).split('<nav class="contents"')[0]
    assert sentence in first
    assert "<figure" not in first
    assert sentence in headline(plan, ard)


def test_data_without_adverse_events_are_told_from_a_plan_without_their_analysis():
    plan = trials.infused()
    reason = "the data hold no adverse events; their absence is not the absence of harm"
    first = page(plan, "t", trials.failed(trials.results(plan), "harms", reason), []).split('<nav class="contents"')[0]
    assert "The data hold no adverse events; their absence is not the absence of harm." in first
    assert "The plan has no analysis" not in first
    assert "1 analysis not done" in first


def test_the_strip_counts_analyses_and_parts_that_were_not_done():
    plan = trials.infused()
    ard = trials.failed(trials.results(plan), "madrs-mmrm", "no structure converged")
    ard = trials.failed(ard, "madrs-summary", "nobody was assessed")
    part = table([error_row("no record has this name", analysis_id="baseline", variable="age")], trial="invented")
    facts = {fact.name: fact.text for fact in strip(plan, pd.concat([ard, part], ignore_index=True), PROBLEMS)}
    expected = "0 warnings of the analyses, 1 of the data check, 2 analyses not done, 1 part of an analysis not done"
    assert facts["Warnings"] == expected


def test_a_suppressed_count_of_the_first_screen_is_called_suppressed():
    plan = trials.infused(privacy={"mode": "public"})
    ard = trials.results(plan)
    counts = ard["level"].isin(["serious", "observed", "died"]) & ard["stat_name"].isin(["n", "n_events", "proportion"])
    ard = ard.assign(stat=ard["stat"].mask(counts), error=ard["error"].mask(counts, "suppressed"))
    facts = {fact.name: fact.text for fact in strip(plan, ard, [])}
    assert facts["Serious events"] == facts["Data completeness"] == formats.SUPPRESSED_REASON
    assert formats.SUPPRESSED_NOTE in harms(plan, ard).label.footnotes


def test_a_model_over_time_is_said_to_be_of_the_change_from_baseline():
    primary = {"method": "trajectory", "endpoint": "madrs", "estimand": "primary", "report_at": ["24 h"]}
    plan = trials.infused(analyses=trials.INFUSED["analyses"] | {"madrs-mmrm": primary})
    assert meaning(plan)[0].startswith("The estimate is the difference of adjusted means of the change from baseline")


def test_what_an_estimate_means_is_not_told_where_there_is_none():
    plan = trials.infused()
    ard = trials.results(plan)
    assert "What the estimate means" in page(plan, "t", ard, [])
    without = ard[(ard["analysis_id"] != "madrs-mmrm") | (ard["stat_name"] != "estimate")]
    assert "What the estimate means" not in page(plan, "t", without, [])


@pytest.mark.parametrize(
    ("planned", "words"), [(["0 h"], "· 1 infusion ·"), (["0 h", "3 d"], "· 2 infusions ·"), ([], "")]
)
def test_infusions_that_the_plan_does_not_count_are_not_said_to_be_none(planned, words):
    plan = trials.infused(design=trials.INFUSED["design"] | {"infusions": planned})
    line = design_line(plan, trials.results(plan))
    assert "no infusions" not in line
    assert words in line
