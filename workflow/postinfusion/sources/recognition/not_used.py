"""What of the files a drafted plan leaves out: files, columns, rows and visits by their names, never a value."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from postinfusion.errors import listed
from postinfusion.plan.plan import Plan
from postinfusion.plan.source import Source, Standard
from postinfusion.sources import derived_columns
from postinfusion.sources.mapping import mapping
from postinfusion.sources.names import are_names
from postinfusion.sources.recognition import cdisc, timing
from postinfusion.sources.recognition.evidence import Part, Sample, names_of
from postinfusion.sources.recognition.facts import Facts
from postinfusion.sources.recognition.names import plain
from postinfusion.sources.recognition.redcap import is_bookkeeping
from postinfusion.sources.recognition.source_drafts import same_visit
from postinfusion.sources.recognition.survey import Survey
from postinfusion.sources.recognition.tables import lacking
from postinfusion.sources.recognition.unscheduled import is_unscheduled
from postinfusion.sources.recognition.values import are_dates

_EPISODES = re.compile(r"binge|essanfall|essanfaelle|purging|vomiting|erbrechen|laxativ|abfuehrmittel")
_DIARY = (
    "looks like a diary of episodes and is not read: episodes are counted over the days before a visit. Give a row for "
    "each participant and visit with the episodes of the 28 days before it, in a column such as edeq_obe"
)
_UNSCHEDULED = "unscheduled visits, which count for no window and stay in models over continuous time"


def not_used(survey: Survey, known: Facts, plan: Plan) -> list[str]:
    """Give what a draft leaves out: a file, or its columns, its rows, and visits that have no place in the schedule.

    Parameters
    ----------
    survey
        What the files deliver.
    known
        What is known of the trial.
    plan
        The sources of the draft.
    """
    found = [left for sample in survey.samples for left in _of_file(survey, plan, sample)]
    dropped = [label for label in timing.visit_labels(survey) if same_visit(known, label) is None]
    found += _parameters(survey, known)
    beside = [label for label in dropped if is_unscheduled(label)]
    lost = [label for label in dropped if label not in beside]
    found += [f"visits without a place in the schedule: {listed(lost)}"] if lost else []
    return [*found, *([f"outside of the schedule: {listed(beside)} ({_UNSCHEDULED})"] if beside else [])]


def unread(survey: Survey) -> list[str]:
    """Say of files that are named after a table and deliver nothing what they lack."""
    read = {
        *(one.part.sample.file for one in survey.found.values()),
        *(one.file for one, _ in survey.standards.values()),
    }
    unread = [sample for sample in survey.samples if sample.file not in read]
    told = {sample.file: lacking(Part(sample, sample.frame)) or _of_diary(sample) for sample in unread}
    return [f"{file} {why}" for file, why in told.items() if why]


def _of_diary(sample: Sample) -> str:
    """Say how a diary of episodes is given so that it is read; empty where a file is none."""
    named = [sample.file.rpartition(".")[0], *names_of(sample.frame)]
    has_days = any(are_dates(sample.frame[name]) for name in names_of(sample.frame))
    return _DIARY if has_days and any(_EPISODES.search(plain(name)) for name in named) else ""


def _parameters(survey: Survey, known: Facts) -> list[str]:
    """Give the parameters of an ADaM dataset of scores that no endpoint of a draft uses, as single items."""
    sample, standard = survey.standards.get("assessments", (None, None))
    if sample is None or standard is not Standard.ADAM:
        return []
    wanted = {(one.measure, one.score) for one in known.endpoints}
    used = {code for code, _, measure, score in cdisc.scores(sample, standard) if (measure, score) in wanted}
    codes = [code for code in dict.fromkeys(sample.frame["PARAMCD"]) if code and code not in used]
    return [f"{sample.file}, parameters: {listed(codes)}"] if codes and are_names(codes) else []


def _of_file(survey: Survey, plan: Plan, sample: Sample) -> Iterator[str]:
    """Give what a draft leaves out of one file or sheet."""
    sheet = sample.options.get("sheet", "")
    place = f"{sample.file}, sheet {sheet}" if sheet else sample.file
    names = [
        name for name, source in plan.sources.items() if source.file == sample.file and (source.sheet or "") == sheet
    ]
    if not names:
        yield place
        return
    columns = _columns(survey, plan, sample, names)
    parts = [", ".join(columns)] if are_names(columns) else [f"{len(columns)} columns whose names are data"]
    rows = _rows(sample, [plan.sources[name] for name in names])
    parts = [*(parts if columns else []), *([f"rows with other values of {listed(rows)}"] if rows else [])]
    if parts:
        yield f"{place}: {', '.join(parts)}"


def _columns(survey: Survey, plan: Plan, sample: Sample, names: list[str]) -> list[str]:
    """Give the columns that hold something and that none of some sources reads."""
    header = names_of(sample.frame)
    derived = derived_columns.names(header)
    used = {column for name in names for column in mapping(plan, name, (*header, *derived))[0].wanted}
    used |= {*derived_columns.needed((name for name in derived if name in used), header)}
    if export := survey.exports.get(sample.file):
        used |= {export.id, export.event, export.instrument, export.instance, export.group}
        used |= {name for name in header if is_bookkeeping(name)}
    return [name for name in header if name not in used and (sample.frame[name] != "").any()]


def _rows(sample: Sample, sources: list[Source]) -> list[str]:
    """Give the columns by whose values rows are chosen, where some rows are chosen for no source."""
    if not all(source.where for source in sources):
        return []
    chosen = np.zeros(len(sample.frame), dtype="bool")
    for source in sources:
        every = [sample.frame[column].isin(values).to_numpy() for column, values in source.where.items()]
        chosen |= np.logical_and.reduce(every)
    return [] if chosen.all() else list(dict.fromkeys(column for source in sources for column in source.where))
