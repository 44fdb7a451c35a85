"""CDISC SDTM and ADaM datasets: which standard a file follows and which tables it delivers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from postinfusion.instruments.catalogue import TOTAL
from postinfusion.plan.scaffold import Flow, Node
from postinfusion.plan.source import Standard
from postinfusion.sources import named_tests
from postinfusion.sources.recognition.evidence import Sample
from postinfusion.sources.recognition.values import are_numbers
from postinfusion.sources.standards import DOMAINS

_SDTM = {
    "DM": ("participants",), "EX": ("infusions",), "QS": ("assessments",), "VS": ("vitals", "weights"),
    "AE": ("adverse_events",), "DS": ("disposition",), "LB": ("laboratory",), "CM": ("medication",),
}  # fmt: skip
_ADAM = {
    "adsl": ("participants", "disposition"), "adex": ("infusions",), "adae": ("adverse_events",),
    "advs": ("vitals", "weights"), "adlb": ("laboratory",),
}  # fmt: skip
WEIGHT = "WEIGHT"
_ITEM = re.compile(r"ITE?M[0-9]+$|Q[0-9]{1,2}$", re.IGNORECASE)


def standard_of(sample: Sample) -> Standard | None:
    """Give the standard that a file follows; None where it follows none."""
    names = {*sample.frame}
    if "USUBJID" not in names:
        return None
    if "DOMAIN" in names:
        return Standard.SDTM
    is_adam = {"PARAMCD", "AVAL"} <= names or bool(names & {"TRT01P", "TRTP", "TRTEMFL", "TRTA", "SAFFL"})
    return Standard.ADAM if is_adam else Standard.SDTM


def tables_of(sample: Sample, standard: Standard) -> tuple[str, ...]:
    """Give the tables that a dataset of a standard delivers."""
    stem = sample.file.rpartition(".")[0].lower()
    if standard is Standard.SDTM:
        domains = [*sample.frame["DOMAIN"].head(1)] if "DOMAIN" in sample.frame else []
        domain = domains[0] if domains else stem.upper()
        found = _SDTM.get(domain.upper(), ())
    else:
        is_scores = {"PARAMCD", "AVAL"} <= {*sample.frame}
        found = _ADAM.get(stem, ("assessments",) if is_scores else ())
    signs = _signs(sample)
    known = DOMAINS[standard]
    return tuple(
        name
        for name in found
        if name in known
        and (name != "weights" or WEIGHT in signs)
        and (name != "vitals" or (signs != {WEIGHT} and _tells_rows_apart(sample)))
        and (name != "disposition" or standard is Standard.SDTM or "EOSSTT" in sample.frame)
    )


def _tells_rows_apart(sample: Sample) -> bool:
    """Say whether each vital sign stands once at each time: positions and repetitions have no column of ours."""
    known = ("USUBJID", "PARAMCD", "VSTESTCD", "ADTM", "ADT", "VSDTC", "AVISIT", "VISIT", "VSELTM")
    return not sample.frame[[name for name in known if name in sample.frame]].duplicated().any()


def told(sample: Sample, standard: Standard, table: str) -> dict[str, Node]:
    """Give what a draft says of a source beside its file and its standard: names of scores, and which rows are read."""
    if table == "vitals":
        others = _signs(sample) - {WEIGHT}
        chosen: dict[str, Node] = {_sign(sample): Flow(sorted(others))}
        return {"where": Flow(chosen)} if WEIGHT in _signs(sample) else {}
    if table != "assessments":
        return {}
    named = list(scores(sample, standard))
    meant = {theirs: ours if code or score == TOTAL else f"{ours} {score}" for theirs, code, ours, score in named}
    measures = {theirs: ours for theirs, ours in meant.items() if theirs != ours}
    totals = {code: score for _, code, _, score in named if code and code != score}
    values: dict[str, Node] = {"measure": Flow(measures)} if measures else {}
    values |= {"score": Flow(totals)} if totals else {}
    return {"values": values} if values else {}


def _sign(sample: Sample) -> str:
    """Give the column that names the vital sign of each row; empty where there is none."""
    return next((name for name in ("VSTESTCD", "PARAMCD") if name in sample.frame), "")


def _signs(sample: Sample) -> set[str]:
    """Give the vital signs that a dataset holds."""
    column = _sign(sample)
    return {*sample.frame[column].unique()} - {""} if column else set()


def scores(sample: Sample, standard: Standard) -> Iterator[tuple[str, str, str, str]]:
    """Give each score of a dataset: its measure and code in the file, and the measure and score that they mean."""
    if standard is Standard.ADAM:
        yield from _of_parameters(sample)
    elif {"QSCAT", "QSTESTCD"} <= {*sample.frame}:
        for category in dict.fromkeys(sample.frame["QSCAT"]):
            yield from _of_category(sample.frame[sample.frame["QSCAT"] == category], category)


def _of_parameters(sample: Sample) -> Iterator[tuple[str, str, str, str]]:
    """Give the scores of an ADaM dataset, those of the catalogue and the totals first; single items are none."""
    frame = sample.frame
    labels = dict(zip(frame["PARAMCD"], frame["PARAM"], strict=True)) if "PARAM" in frame else {}
    meant = {code: named_tests.score(code, labels.get(code, "")) for code in _numeric(sample, "PARAMCD", "AVAL")}
    codes = [code for code, found in meant.items() if found or not (_ITEM.search(code) or named_tests.item("", code))]
    for code in sorted(codes, key=lambda code: not named_tests.is_total(f"{labels.get(code, '')} {code}")):
        found = meant[code]
        yield code, "", found.name if found else code, (found.score if found else "") or TOTAL


def _of_category(rows: pd.DataFrame, category: str) -> Iterator[tuple[str, str, str, str]]:
    """Give the scores of one QSCAT: those that stand in the file, or what follows from its items where none does."""
    labels = dict(zip(rows["QSTESTCD"], rows["QSTEST"], strict=True)) if "QSTEST" in rows else {}
    codes = list(dict.fromkeys(rows["QSTESTCD"]))
    scale = named_tests.scale_of(category, codes[0])
    name = scale.name if scale else category
    whole = [code for code in codes if named_tests.item(category, code, labels.get(code, "")) is None]
    for code in whole:
        is_total = named_tests.is_total(f"{labels.get(code, '')} {code}") or len(codes) == 1
        yield category, code, name, TOTAL if is_total else code
    if scale and not whole:
        yield category, "", name, named_tests.usual_score(scale)


def _numeric(sample: Sample, code: str, value: str) -> Iterator[str]:
    """Give the codes of parameters that have numbers."""
    for name in dict.fromkeys(sample.frame[code]):
        if name and are_numbers(sample.frame.loc[sample.frame[code] == name, value], sample.decimal):
            yield name
