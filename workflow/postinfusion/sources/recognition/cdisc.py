"""CDISC SDTM and ADaM datasets: which standard a file follows and which tables it delivers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from postinfusion.instruments import catalogue
from postinfusion.plan.source import Standard
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
_ITEM = re.compile(r"ITE?M[0-9]+$|Q[0-9]{1,2}$", re.IGNORECASE)
_TOTAL = re.compile(r"total|tot\b|sum\b", re.IGNORECASE)


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
    has_weight = any((sample.frame[name] == "WEIGHT").any() for name in ("VSTESTCD", "PARAMCD") if name in sample.frame)
    known = DOMAINS[standard]
    return tuple(
        name
        for name in found
        if name in known
        and (name != "weights" or has_weight)
        and (name != "vitals" or _tells_rows_apart(sample))
        and (name != "disposition" or standard is Standard.SDTM or "EOSSTT" in sample.frame)
    )


def _tells_rows_apart(sample: Sample) -> bool:
    """Say whether each vital sign stands once at each time: positions and repetitions have no column of ours."""
    known = ("USUBJID", "PARAMCD", "VSTESTCD", "ADTM", "ADT", "VSDTC", "AVISIT", "VISIT", "VSELTM")
    return not sample.frame[[name for name in known if name in sample.frame]].duplicated().any()


def scores(sample: Sample, standard: Standard) -> Iterator[tuple[str, str, str, str]]:
    """Give each score of a dataset: its measure and code in the file, and the measure and score that they mean."""
    frame = sample.frame
    if standard is Standard.ADAM:
        names = dict(zip(frame["PARAMCD"], frame["PARAM"], strict=True)) if "PARAM" in frame else {}
        codes = [code for code in _numeric(sample, "PARAMCD", "AVAL") if not _ITEM.search(code)]
        for code in sorted(codes, key=lambda code: not _TOTAL.search(f"{names.get(code, '')} {code}")):
            found = catalogue.find_score(code)
            yield code, "", found.name if found else code, "total"
        return
    if not {"QSCAT", "QSTESTCD"} <= {*frame}:
        return
    names = dict(zip(frame["QSTESTCD"], frame["QSTEST"], strict=True)) if "QSTEST" in frame else {}
    for category in dict.fromkeys(frame["QSCAT"]):
        rows = frame[frame["QSCAT"] == category]
        scale = catalogue.find(category)
        for code in dict.fromkeys(rows["QSTESTCD"]):
            is_total = bool(_TOTAL.search(f"{names.get(code, '')} {code}")) or rows["QSTESTCD"].nunique() == 1
            yield category, code, scale.name if scale else category, "total" if is_total else code


def _numeric(sample: Sample, code: str, value: str) -> Iterator[str]:
    """Give the codes of parameters that have numbers."""
    for name in dict.fromkeys(sample.frame[code]):
        if name and are_numbers(sample.frame.loc[sample.frame[code] == name, value], sample.decimal):
            yield name
