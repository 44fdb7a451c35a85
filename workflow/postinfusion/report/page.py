"""The report of a trial: one page that needs nothing beside itself."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from postinfusion.errors import Problem
from postinfusion.plan.plan import Plan
from postinfusion.present import theme
from postinfusion.present.checklists import consort_harms
from postinfusion.present.checklists.item import Evidence
from postinfusion.present.claims import primary_verdict
from postinfusion.present.design_line import design_line
from postinfusion.present.display import Absence, Label, Part, Row, Table
from postinfusion.present.harms import harms, without_harms
from postinfusion.present.headline import PrimaryResult, primary_result, without_primary
from postinfusion.present.meaning import meaning
from postinfusion.present.methods.text import model_in_short
from postinfusion.present.plan_tables import plan_parts
from postinfusion.present.privacy_tables import anonymity_part, declared_part
from postinfusion.present.results import results_of
from postinfusion.present.strip import strip
from postinfusion.present.validation.summary import case_summaries, validation_sentence, validation_table
from postinfusion.report.checklist import checklist_table
from postinfusion.report.claim_blocks import claim_blocks, statement
from postinfusion.report.section_files import Entry, Index
from postinfusion.report.table_html import table_html
from postinfusion.report.templates_of import STYLE_SHEET, template, text
from postinfusion.vocabulary import OUTPUTS, Section

_EFFECT_FIGURE = "MMRMG02"
_DEATHS = "deaths-and-serious-events"
_DROPPED = "the plan drops this output"
_SECTION_TITLES = {
    Section.CLAIMS: "Claims and verdicts",
    Section.DISPOSITION: "Participants",
    Section.EFFICACY: "Efficacy",
    Section.WEIGHT: "Weight and body mass index",
    Section.SAFETY: "Safety",
    Section.GOVERNANCE: "Governance",
}


@dataclass(frozen=True)
class Exhibit:
    """A display as the page shows it.

    Attributes
    ----------
    entry
        What the index of its section holds of it.
    content
        The fragment of a table, or the address (``data:``) of a figure.
    shows_methods
        It is the first display of its analysis in the section.
    narrow
        The address of the figure's form for narrow screens; empty where it has none.
    """

    entry: Entry
    content: Markup
    shows_methods: bool
    narrow: Markup

    @property
    def anchor(self) -> str:
        """The name by which the page links to it."""
        return self.entry.label.name


@dataclass(frozen=True)
class Chapter:
    """A section of the page."""

    section: Section
    title: str
    exhibits: tuple[Exhibit, ...]


@dataclass(frozen=True)
class Shown:
    """A section as its files hold it: the index, and the content of each file that the page shows."""

    index: Index
    contents: Mapping[str, bytes]


def page(
    plan: Plan,
    trial: str,
    ard: pd.DataFrame,
    sections: Sequence[Shown],
    *,
    problems: Sequence[Problem] = (),
    provenance: Mapping[str, object] | None = None,
    anonymity: Mapping[str, Any] | None = None,
) -> str:
    """Give the report as one HTML page.

    Parameters
    ----------
    plan
        The plan of the trial.
    trial
        Its name.
    ard
        All results of the trial.
    sections
        The sections with their displays, in any order.
    problems
        What the check of plan and data found.
    provenance
        Inputs, versions and seeds; without them the page says that there are none.
    anonymity
        How exposed the participants are, as the check found it.
    """
    chapters = _chapters(sections)
    every = [exhibit for chapter in chapters for exhibit in chapter.exhibits]
    primary = primary_result(plan, ard)
    harms_table = harms(plan, ard)
    checklist = _harms_checklist(plan, ard, _places(every, has_deaths=harms_table is not None))
    return template("report.html.j2").render(
        plan=plan,
        trial=trial,
        style=Markup(text(STYLE_SHEET)),  # noqa: S704 - the style sheet of the package
        banners=theme.banners(plan, is_individual=any(exhibit.entry.label.is_individual for exhibit in every)),
        design=design_line(plan, ard),
        primary=primary,
        without_primary=without_primary(plan),
        model=model_in_short(results_of(plan, ard, primary.analysis_id)) if primary else "",
        unit=_unit(plan, primary),
        meaning=meaning(plan) if primary and primary.estimate else (),
        effect=_effect_figure(every, primary),
        verdict=primary_verdict(plan, ard) if primary else "",
        claims=claim_blocks(plan, ard, _anchors(every)),
        claims_statement=statement(plan, ard),
        harms=_fragment(harms_table),
        deaths=_DEATHS,
        without_harms=without_harms(plan, ard),
        strip=strip(plan, ard, problems),
        chapters=chapters,
        absent=_fragment(_absent_table(plan, sections, provenance)),
        plan_table=_fragment(_plan_table(plan)),
        privacy_table=_fragment(_privacy_table(plan, anonymity)),
        problems_table=_fragment(_problems_table(problems)),
        harms_checklist=checklist,
        harms_checklist_table=_fragment(checklist),
        validation=validation_sentence(case_summaries()),
        validation_table=_fragment(validation_table(case_summaries())),
        provenance_table=_fragment(_provenance_table(provenance)),
        governance=Section.GOVERNANCE,
    )


def _chapters(sections: Sequence[Shown]) -> list[Chapter]:
    """Put the sections into the order of the report; governance is there even without displays."""
    by_section = {shown.index.section: shown for shown in sections}
    found = [
        Chapter(section, title, _exhibits(by_section[section]) if section in by_section else ())
        for section, title in _SECTION_TITLES.items()
    ]
    return [chapter for chapter in found if chapter.exhibits or chapter.section is Section.GOVERNANCE]


def _exhibits(shown: Shown) -> tuple[Exhibit, ...]:
    """Give the displays of a section; the methods of an analysis stand at its first display."""
    seen: set[str] = set()
    found = []
    for entry in shown.index.entries:
        content = shown.contents[entry.file]
        markup = _image(content) if entry.is_figure else Markup(content.decode())  # noqa: S704 - made by table_html
        narrow = _image(shown.contents[entry.narrow]) if entry.narrow else Markup("")
        found.append(Exhibit(entry, markup, shows_methods=entry.label.analysis_id not in seen, narrow=narrow))
        seen.add(entry.label.analysis_id)
    return tuple(found)


def _image(svg: bytes) -> Markup:
    """Give an image as an address that holds it."""
    return Markup("data:image/svg+xml;base64,{}").format(b64encode(svg).decode("ascii"))


def _effect_figure(exhibits: Sequence[Exhibit], primary: PrimaryResult | None) -> Exhibit | None:
    """Give the figure of the primary analysis, if it was made."""
    wanted = f"{_EFFECT_FIGURE}_{primary.analysis_id}" if primary else ""
    return next((exhibit for exhibit in exhibits if exhibit.anchor == wanted), None)


def _anchors(exhibits: Sequence[Exhibit]) -> dict[str, str]:
    """Give the place on the page of the first display of each analysis."""
    return {exhibit.entry.label.analysis_id: exhibit.anchor for exhibit in reversed(exhibits)}


def _places(exhibits: Sequence[Exhibit], *, has_deaths: bool) -> dict[str, list[tuple[str, str]]]:
    """Give the places on the page that a checklist links to: displays by their output, and parts of the page itself."""
    found: dict[str, list[tuple[str, str]]] = {
        "#plan": [("plan", "plan in words")],
        "#problems": [("problems", "problems of the data")],
    }
    if has_deaths:
        found[f"#{_DEATHS}"] = [(_DEATHS, "first screen")]
    of_output = Counter(exhibit.entry.label.output_id for exhibit in exhibits)
    for exhibit in exhibits:
        label = exhibit.entry.label
        words = label.output_id if of_output[label.output_id] == 1 else f"{label.output_id} {label.analysis_id}"
        found.setdefault(label.output_id, []).append((exhibit.anchor, words))
    return found


def _harms_checklist(plan: Plan, ard: pd.DataFrame, places: Mapping[str, Sequence[tuple[str, str]]]) -> Table | None:
    """Give the checklist of the reporting of harms; None where the plan drops it."""
    if consort_harms.OUTPUT_ID in plan.outputs.drop:
        return None
    answers = consort_harms.answers(Evidence(plan, ard))
    return checklist_table(consort_harms.OUTPUT_ID, answers, places, consort_harms.NOTES)


def _unit(plan: Plan, primary: PrimaryResult | None) -> str:
    """Give the unit of the primary estimate."""
    analysis = plan.analyses[primary.analysis_id] if primary else None
    endpoint = plan.endpoints.get(getattr(analysis, "endpoint", ""))
    return endpoint.unit if endpoint else ""


def _fragment(table: Table | None) -> Markup:
    """Give a table of the page itself; nothing when there is none."""
    return Markup(table_html(table) if table else "")  # noqa: S704 - made by table_html


def _absent_table(plan: Plan, sections: Sequence[Shown], provenance: Mapping[str, object] | None) -> Table | None:
    """List what was asked for and is not shown, with the reasons."""
    absences = [absence for shown in sections for absence in shown.index.absent]
    if consort_harms.OUTPUT_ID in plan.outputs.drop:
        absences.append(Absence(consort_harms.OUTPUT_ID, "all", _DROPPED))
    if provenance is None:
        absences.append(Absence("PROV01", "all", "no record of inputs, versions and seeds was given to the report"))
    rows = tuple(
        Row(absence.output_id, (OUTPUTS[absence.output_id].title, absence.analysis_id, absence.reason))
        for absence in absences
    )
    columns = ("Output", "What it shows", "Analysis", "Why it is not there")
    return Table(Label("", "", "Asked for and not shown"), (Part(columns, rows, is_text=True),)) if rows else None


def _plan_table(plan: Plan) -> Table:
    """Give the plan in words."""
    return Table(Label("", "", "The plan in words"), plan_parts(plan))


def _privacy_table(plan: Plan, anonymity: Mapping[str, Any] | None) -> Table | None:
    """Say how exposed the participants are, and what was declared to identify nobody."""
    rules = plan.privacy
    parts = [anonymity_part(anonymity, rules.mode, rules.small_cell)] if anonymity else []
    parts += [declared_part(rules.not_identifying)] if rules.not_identifying else []
    return Table(Label("", "", "Protection of the participants"), tuple(parts)) if parts else None


def _problems_table(problems: Sequence[Problem]) -> Table | None:
    """List what the check of plan and data found."""
    rows = tuple(
        Row(problem.severity.capitalize(), (problem.file, problem.place, problem.text)) for problem in problems
    )
    columns = ("Kind", "File", "Place", "What was found")
    return Table(Label("", "", "Problems of the data"), (Part(columns, rows, is_text=True),)) if rows else None


def _provenance_table(provenance: Mapping[str, object] | None) -> Table | None:
    """Give inputs, versions and seeds as rows."""
    if not provenance:
        return None
    rows = tuple(row for key, value in provenance.items() for row in _provenance_rows(str(key), value, 0))
    return Table(Label("PROV01", "all", OUTPUTS["PROV01"].title), (Part(("", "Value"), rows, is_text=True),))


def _provenance_rows(key: str, value: object, indent: int) -> list[Row]:
    """Give one entry of the provenance; a mapping becomes a heading with rows below it."""
    if isinstance(value, Mapping):
        below = [row for name, item in value.items() for row in _provenance_rows(str(name), item, indent + 1)]
        return [Row(key, indent=indent), *below]
    shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return [Row(key, (shown,), indent)]
