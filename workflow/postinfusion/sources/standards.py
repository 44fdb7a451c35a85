"""CDISC SDTM and ADaM: which column of a standard dataset delivers which column of a table, and their terms in ours."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import pandas as pd

from postinfusion.errors import Problem
from postinfusion.plan.source import Source, Standard
from postinfusion.sources import derived_columns
from postinfusion.sources.records import Opened, Records

Names = Mapping[str, tuple[str, ...]]
Terms = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Domain:
    """What one standard dataset says about one table.

    Attributes
    ----------
    columns
        Our column → their columns, of which the first that the file has is read.
    values
        Our column → their term → ours.
    where
        Their column → the values of the rows to read, where the file has the column.
    """

    columns: Names
    values: Terms = field(default_factory=dict)
    where: Names = field(default_factory=dict)


_NOT_ALLOCATED = dict.fromkeys(
    ("Screen Failure", "SCREEN FAILURE", "Not Assigned", "NOT ASSIGNED", "Not Treated", "NOT TREATED", "Scrnfail",
     "SCRNFAIL", "NOTASSGN", "NOTTRT"),
    "",
)  # fmt: skip
_ARMS = {"arm": _NOT_ALLOCATED, "arm_actual": _NOT_ALLOCATED}
_EVENTS = {
    "related": {
        "N": "none", "NONE": "none", "NOT RELATED": "none", "UNRELATED": "none", "REMOTE": "unlikely",
        "UNLIKELY": "unlikely", "UNLIKELY RELATED": "unlikely", "POSSIBLE": "possible", "POSSIBLY RELATED": "possible",
        "PROBABLE": "probable", "PROBABLY RELATED": "probable", "DEFINITE": "definite", "RELATED": "definite",
        "DEFINITELY RELATED": "definite", "Y": "definite", "UNKNOWN": "", "NOT APPLICABLE": "",
    },
    "action": {
        "DOSE NOT CHANGED": "none", "DOSE RATE REDUCED": "slowed", "DOSE REDUCED": "slowed",
        "DRUG INTERRUPTED": "interrupted", "DRUG WITHDRAWN": "withdrawn", "NOT APPLICABLE": "", "UNKNOWN": "",
        "NOT EVALUABLE": "",
    },
    "outcome": {
        "RECOVERED/RESOLVED": "resolved", "RECOVERING/RESOLVING": "resolving",
        "NOT RECOVERED/NOT RESOLVED": "not resolved", "RECOVERED/RESOLVED WITH SEQUELAE": "sequelae", "FATAL": "fatal",
        "UNKNOWN": "unknown",
    },
    "severity": {
        "MILD": "mild", "MODERATE": "moderate", "SEVERE": "severe", "1": "mild", "2": "moderate", "3": "severe",
        "4": "life-threatening", "5": "fatal",
    },
    "emergent": {"": "N"},
}  # fmt: skip
_STATUS = {"COMPLETED": "completed", "DISCONTINUED": "discontinued", "ONGOING": "ongoing"}
_EVENT_COLUMNS = {
    "term": ("AEDECOD", "AETERM"),
    "body_system": ("AEBODSYS", "AESOC"),
    "serious": ("AESER",),
    "criterion": (derived_columns.CRITERION,),
    "action": ("AEACN",),
    "outcome": ("AEOUT",),
}
_SDTM = {
    "participants": Domain(
        {
            "id": ("USUBJID",), "arm": ("ARM", "ARMCD"), "arm_actual": ("ACTARM", "ACTARMCD"), "site": ("SITEID",),
            "sex": ("SEX",), "age": (derived_columns.AGE_IN_YEARS, "AGE"), "consented": ("RFICDTC",),
            "first_dose": ("RFXSTDTC", "RFSTDTC"),
        },
        _ARMS,
    ),
    "infusions": Domain(
        {
            "id": ("USUBJID",), "number": ("EXSEQ",), "drug": ("EXTRT",), "start": ("EXSTDTC",), "end": ("EXENDTC",),
            "dose_mg": (derived_columns.DOSE_MG,), "dose_mg_per_kg": (derived_columns.DOSE_MG_PER_KG,),
        },
    ),
    "assessments": Domain(
        {
            "id": ("USUBJID",), "measure": ("QSCAT",), "score": (derived_columns.SCORE, "QSTESTCD"),
            "item": (derived_columns.ITEM,), "value": ("QSSTRESN",), "taken": ("QSDTC",), "visit": ("VISIT",),
        },
    ),
    "weights": Domain(
        {"id": ("USUBJID",), "weight_kg": (derived_columns.WEIGHT_KG,), "taken": ("VSDTC",), "visit": ("VISIT",)},
        where={"VSTESTCD": ("WEIGHT",)},
    ),
    "vitals": Domain(
        {
            "id": ("USUBJID",), "measure": ("VSTESTCD",), "value": ("VSSTRESN",), "taken": ("VSDTC",),
            "visit": ("VISIT",), "minute": (derived_columns.MINUTE,),
        },
    ),
    "laboratory": Domain(
        {
            "id": ("USUBJID",), "test": ("LBTESTCD",), "value": ("LBSTRESN",), "unit": ("LBSTRESU",),
            "normal_high": ("LBSTNRHI",), "taken": ("LBDTC",),
        },
    ),
    "adverse_events": Domain(
        {
            "id": ("USUBJID",), **_EVENT_COLUMNS, "onset": ("AESTDTC",), "end": ("AEENDTC",),
            "severity": ("AESEV",), "grade": ("AETOXGR",), "related": ("AEREL",), "emergent": ("AETRTEM",),
        },
        _EVENTS,
    ),
    "disposition": Domain(
        {
            "id": ("USUBJID",), "status": (derived_columns.STATUS,), "reason": (derived_columns.REASON,),
            "left": ("DSSTDTC",), "died": (derived_columns.DIED,),
        },
        where={"DSCAT": ("DISPOSITION EVENT",)},
    ),
    "medication": Domain(
        {
            "id": ("USUBJID",), "medicine": ("CMDECOD", "CMTRT"), "indication": ("CMINDC",), "start": ("CMSTDTC",),
            "end": ("CMENDTC",),
        },
    ),
}  # fmt: skip
_ADAM = {
    "participants": Domain(
        {
            "id": ("USUBJID",), "arm": ("TRT01P", "TRTP", "ARM"), "arm_actual": ("TRT01A", "TRTA", "ACTARM"),
            "site": ("SITEID",), "sex": ("SEX",), "age": (derived_columns.AGE_IN_YEARS, "AGE"),
            "height_cm": ("HEIGHTBL",), "consented": ("RFICDT", "RFICDTC"), "randomised": ("RANDDTM", "RANDDT"),
            "first_dose": ("TRTSDTM", "TRTSDT"), "treated": ("SAFFL",), "exposure_days": ("TRTDURD",),
        },
        {**_ARMS, "treated": {"": "N"}},
    ),
    "infusions": Domain(
        {
            "id": ("USUBJID",), "number": ("EXSEQ", "ASEQ"), "drug": ("EXTRT", "TRTA"),
            "start": ("ASTDTM", "ASTDT", "EXSTDTC"), "end": ("AENDTM", "AENDT", "EXENDTC"),
            "dose_mg": (derived_columns.DOSE_MG,), "dose_mg_per_kg": (derived_columns.DOSE_MG_PER_KG,),
        },
    ),
    "assessments": Domain(
        {
            "id": ("USUBJID",), "measure": ("PARAMCD",), "value": ("AVAL",), "taken": ("ADTM", "ADT"),
            "visit": ("AVISIT",), "derivation": ("DTYPE",), "analysed": ("ANL01FL",),
        },
        {"analysed": {"": "N"}},
    ),
    "weights": Domain(
        {"id": ("USUBJID",), "weight_kg": ("AVAL",), "taken": ("ADTM", "ADT"), "visit": ("AVISIT",)},
        where={"PARAMCD": ("WEIGHT",)},
    ),
    "vitals": Domain(
        {
            "id": ("USUBJID",), "measure": ("PARAMCD",), "value": ("AVAL",), "taken": ("ADTM", "ADT"),
            "visit": ("AVISIT",), "minute": (derived_columns.MINUTE,),
        },
    ),
    "laboratory": Domain(
        {
            "id": ("USUBJID",), "test": ("PARAMCD",), "value": ("AVAL",), "unit": ("LBSTRESU", "AVALU"),
            "normal_high": ("ANRHI", "A1HI"), "taken": ("ADTM", "ADT"),
        },
    ),
    "adverse_events": Domain(
        {
            "id": ("USUBJID",), **_EVENT_COLUMNS, "onset": ("ASTDTM", "ASTDT", "AESTDTC"),
            "end": ("AENDTM", "AENDT", "AEENDTC"), "severity": ("ASEV", "AESEV"), "grade": ("ATOXGR", "AETOXGR"),
            "related": ("AREL", "AEREL"), "emergent": ("TRTEMFL",),
        },
        _EVENTS,
    ),
    "disposition": Domain(
        {
            "id": ("USUBJID",), "status": ("EOSSTT",), "reason": ("DCSREAS",), "left": ("EOSDT", "RFENDTC"),
            "died": ("DTHFL",),
        },
        {"status": _STATUS, "died": {"": "N"}},
    ),
}  # fmt: skip
DOMAINS: Mapping[Standard, Mapping[str, Domain]] = MappingProxyType({Standard.SDTM: _SDTM, Standard.ADAM: _ADAM})


def with_standard(source: Source, table: str, header: Collection[str]) -> Source:
    """Give a source with the columns of its standard; whatever the plan maps itself stays.

    Parameters
    ----------
    source
        The part of the plan.
    table
        Name of the table.
    header
        The columns of the file, with those of :func:`derived_columns.names`.
    """
    domain = DOMAINS[source.standard].get(table) if source.standard else None
    if domain is None:
        return source
    by_plan = {*source.columns, *source.constants, *(("measure", "value", "visit") if source.wide else ())}
    found = {ours: next((name for name in theirs if name in header), None) for ours, theirs in domain.columns.items()}
    columns = {ours: theirs for ours, theirs in found.items() if theirs and ours not in by_plan}
    values = {
        ours: {**({} if ours in source.columns else domain.values.get(ours, {})), **source.values.get(ours, {})}
        for ours in {**domain.values, **source.values}
        if ours in columns or ours in source.values
    }
    where = {theirs: values for theirs, values in domain.where.items() if theirs in header}
    update = {"columns": {**columns, **source.columns}, "values": values, "where": {**where, **source.where}}
    return source.model_copy(update=update)


def with_derived(opened: Opened, source: Source) -> Opened:
    """Give a file of a standard with the columns that follow from several of its own."""
    added = () if source.standard is None else derived_columns.names(opened.header)
    if not added:
        return opened
    return replace(
        opened,
        header=(*opened.header, *added),
        chunks=lambda wanted: _with_derived(opened, added, [*wanted]),
        derived=added,
    )


def _with_derived(opened: Opened, added: tuple[str, ...], wanted: list[str]) -> Iterator[Records]:
    """Give the records with columns that follow from several of the file's own."""
    derived = [name for name in wanted if name in added]
    needed = derived_columns.needed(derived, opened.header)
    own = list(dict.fromkeys([*(name for name in wanted if name not in added), *needed]))
    for records in opened.chunks(own):
        frame, problems = records.frame, list[Problem](records.problems)
        for name in derived:
            if {*derived_columns.needed([name], opened.header)} <= {*frame}:
                cells, problem = derived_columns.derived(name, records)
                frame = frame.assign(**{name: cells})
                problems += [] if problem is None else [problem]
        kept = pd.Index([name for name in wanted if name in frame])
        yield replace(records, frame=frame[kept], problems=tuple(problems))
