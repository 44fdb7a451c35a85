"""Columns that follow from several columns of an SDTM or ADaM dataset: a dose with its unit, an age with its unit."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from postinfusion.errors import Problem, listed
from postinfusion.sources import named_tests
from postinfusion.sources.records import Records, rows_as_text

DOSE_MG = "EXDOSE in mg"
DOSE_MG_PER_KG = "EXDOSE in mg/kg"
WEIGHT_KG = "VSSTRESN in kg"
AGE_IN_YEARS = "AGE in years"
MINUTE = "VSELTM in minutes"
CRITERION = "criterion of AESER"
STATUS = "status by DSDECOD"
REASON = "reason by DSDECOD"
DIED = "death by DSDECOD"
ITEM = "item by QSTESTCD"
SCORE = "score by QSTESTCD"
_SERIOUS = {
    "AESDTH": "death",
    "AESLIFE": "life-threatening",
    "AESHOSP": "hospitalisation",
    "AESDISAB": "disability",
    "AESCONG": "congenital anomaly",
    "AESMIE": "medically important",
}
_ELAPSED = re.compile(r"(-)?P(?:([0-9.]+)D)?(?:T(?:([0-9.]+)H)?(?:([0-9.]+)M)?(?:([0-9.]+)S)?)?")
_ON_INFUSION = r"(?i)dose|dosing|infusion|administration|injection|first exposure"

Derive = Callable[[pd.DataFrame], tuple[pd.Series, pd.Series]]


@dataclass(frozen=True)
class _Derived:
    """A column that follows from others.

    Attributes
    ----------
    needs
        Columns that must be there.
    derive
        Gives the cells, and which records cannot be used for lack of a known unit.
    what
        What to tell about those.
    uses
        Columns that are used where they are there.
    """

    needs: tuple[str, ...]
    derive: Derive
    what: str = ""
    uses: tuple[str, ...] = ()


def names(header: Collection[str]) -> tuple[str, ...]:
    """Give the columns that can be derived from those of a file."""
    return tuple(name for name, one in _DERIVED.items() if {*one.needs} <= {*header} and _any(one, header))


def needed(derived_names: Iterable[str], header: Collection[str]) -> tuple[str, ...]:
    """Give the columns of a file from which some columns are derived."""
    all_ = [name for one in derived_names for name in (*_DERIVED[one].needs, *_DERIVED[one].uses) if name in header]
    return tuple(dict.fromkeys(all_))


def derived(name: str, records: Records) -> tuple[pd.Series, Problem | None]:
    """Give a derived column, and what is wrong with the columns it comes from."""
    one = _DERIVED[name]
    cells, wrong = one.derive(records.frame)
    if not wrong.any():
        return cells, None
    rows = rows_as_text(records.rows[np.flatnonzero(wrong)])
    found = listed(f'"{unit}"' for unit in records.frame.loc[wrong, one.needs[-1]])
    return cells, Problem(records.file, rows, f"{one.needs[-1]}: {found} {one.what}")


def _any(one: _Derived, header: Collection[str]) -> bool:
    """Say whether a column that may use several has one of them."""
    return bool(one.needs) or any(name in header for name in one.uses)


def _in_unit(value: str, unit: str, factors: Mapping[str, float], others: Collection[str]) -> Derive:
    """Give how numbers are taken in one unit: other known units leave the cell empty, unknown ones are wrong."""

    def derive(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        units = frame[unit].str.strip().str.lower()
        cells = frame[value].where(units.isin([*factors]), "")
        scaled = pd.to_numeric(cells, errors="coerce") * units.map(factors)
        changed = (units.map(factors) != 1) & scaled.notna()
        cells = cells.mask(changed, scaled.map(repr))
        known = units.isin([*factors, *others]) | (frame[value] == "")
        return cells.astype("str"), ~known

    return derive


def _of_weights(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give weights in kg; results of other tests are not looked at."""
    cells, wrong = _in_unit("VSSTRESN", "VSSTRESU", {"kg": 1.0}, ())(frame)
    return cells, wrong & (frame["VSTESTCD"] == "WEIGHT")


def _minute(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give the planned minute since the infusion, where the reference of the time point is one."""
    minutes = frame["VSELTM"].map({text: _elapsed(text) for text in frame["VSELTM"].unique()}).astype("str")
    on_infusion = frame["VSTPTREF"].str.contains(_ON_INFUSION, regex=True).fillna(value=False).astype("bool")
    return minutes.where(on_infusion, ""), pd.Series(data=False, index=frame.index)


def _elapsed(text: str) -> str:
    """Give a duration of ISO 8601 in minutes."""
    found = _ELAPSED.fullmatch(text)
    if found is None or not any(found.groups()[1:]):
        return ""
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups()[1:])
    total = days * 1440 + hours * 60 + minutes + seconds / 60
    return repr(-total if found[1] else total)


def _criterion(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give why an event is serious."""
    text = pd.Series("", index=frame.index, dtype="str")
    for column, why in _SERIOUS.items():
        if column in frame:
            text = text.mask(frame[column] == "Y", text + "; " + why)
    return text.str.removeprefix("; "), pd.Series(data=False, index=frame.index)


def _status(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give how the trial ended: completed, or discontinued for whatever reason."""
    decoded = frame["DSDECOD"].str.upper()
    status = pd.Series("discontinued", index=frame.index, dtype="str").mask(decoded == "COMPLETED", "completed")
    return status.mask(decoded == "", ""), pd.Series(data=False, index=frame.index)


def _reason(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give why the trial was left early."""
    return frame["DSDECOD"].mask(frame["DSDECOD"].str.upper() == "COMPLETED", ""), pd.Series(
        data=False, index=frame.index
    )


def _died(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give whether the trial ended by death."""
    died = pd.Series("N", index=frame.index, dtype="str").mask(frame["DSDECOD"].str.upper() == "DEATH", "Y")
    return died, pd.Series(data=False, index=frame.index)


def _item(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give the number of the item of a scale that a test is; empty for other tests."""
    names = [name for name in ("QSCAT", "QSTESTCD", "QSTEST") if name in frame]
    known = {key: named_tests.item(*key) for key in frame[names].drop_duplicates().itertuples(index=False, name=None)}
    cells = [
        "" if (found := known[key]) is None else str(found)
        for key in zip(*(frame[name] for name in names), strict=True)
    ]
    return pd.Series(cells, index=frame.index, dtype="str"), pd.Series(data=False, index=frame.index)


def _score(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give the code of a test that is no single item; empty for items."""
    items, wrong = _item(frame)
    return frame["QSTESTCD"].mask(items != "", ""), wrong


_MG = {"mg": 1.0, "g": 1000.0, "ug": 0.001, "µg": 0.001, "mcg": 0.001}
_MG_PER_KG = {"mg/kg": 1.0, "ug/kg": 0.001, "µg/kg": 0.001, "mcg/kg": 0.001}
_UNKNOWN_DOSE = (
    "is no unit of a dose that is known here. Allowed: mg, g, ug, mg/kg, ug/kg. Convert it, or map the column."
)
_DERIVED: Mapping[str, _Derived] = {
    DOSE_MG: _Derived(("EXDOSE", "EXDOSU"), _in_unit("EXDOSE", "EXDOSU", _MG, _MG_PER_KG), _UNKNOWN_DOSE),
    DOSE_MG_PER_KG: _Derived(("EXDOSE", "EXDOSU"), _in_unit("EXDOSE", "EXDOSU", _MG_PER_KG, _MG), _UNKNOWN_DOSE),
    WEIGHT_KG: _Derived(
        ("VSTESTCD", "VSSTRESN", "VSSTRESU"),
        _of_weights,
        "is not kg. Convert it, or map weight_kg yourself.",
    ),
    AGE_IN_YEARS: _Derived(
        ("AGE", "AGEU"),
        _in_unit("AGE", "AGEU", {"years": 1.0, "year": 1.0, "": 1.0, "months": 1 / 12, "weeks": 7 / 365.25}, ()),
        "is no unit of age that is known here. Allowed: YEARS, MONTHS, WEEKS.",
    ),
    MINUTE: _Derived(("VSELTM", "VSTPTREF"), _minute),
    CRITERION: _Derived((), _criterion, uses=tuple(_SERIOUS)),
    STATUS: _Derived(("DSDECOD",), _status),
    REASON: _Derived(("DSDECOD",), _reason),
    DIED: _Derived(("DSDECOD",), _died),
    ITEM: _Derived(("QSCAT", "QSTESTCD"), _item, uses=("QSTEST",)),
    SCORE: _Derived(("QSCAT", "QSTESTCD"), _score, uses=("QSTEST",)),
}
