"""How exposed the participants are: who shares what others could know of them with how many (k-anonymity)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from postinfusion.errors import counted

Groups = pd.Series

_AGES = (0.0, 18.0, 25.0, 35.0, 45.0, 55.0, 65.0)
_BODY_MASS_INDICES = (0.0, 15.0, 16.0, 17.0, 18.5, 25.0, 30.0, 35.0, 40.0)
_ILLNESS_YEARS = (0.0, 3.0, 5.0, 10.0, 20.0)
_NOT_KNOWN = -1


@dataclass(frozen=True)
class Exposure:
    """How exposed participants are to someone who knows some attributes of theirs.

    Attributes
    ----------
    attributes
        What the other knows.
    smallest
        Size k of the smallest group of participants who are alike in all of it.
    unique, share
        How many participants are alike to nobody else, and what part of all they are.
    """

    attributes: tuple[str, ...]
    smallest: int
    unique: int
    share: float


@dataclass(frozen=True)
class Anonymity:
    """The k-anonymity of a trial; counts only, never the values of a group.

    Attributes
    ----------
    participants
        How many there are.
    all
        To someone who knows all attributes.
    alone, without
        To someone who knows one attribute only, and to someone who knows all but one, in the order of the attributes.
    most_telling
        The attribute without which the fewest participants are unique, and of these the one that leaves the largest
        smallest group; empty where nobody is unique or no attribute helps.
    """

    participants: int
    all: Exposure
    alone: tuple[Exposure, ...]
    without: tuple[Exposure, ...]
    most_telling: str

    def __str__(self) -> str:
        """Give it as one line."""
        known = ", ".join(self.all.attributes)
        unique = f"{self.all.unique} of {counted(self.participants, 'participant')} unique on {known}"
        helps = f"; leaving out {self.most_telling} helps most" if self.most_telling else ""
        return f"k-anonymity: smallest group {self.all.smallest}; {unique}{helps}."

    def as_plain(self) -> dict[str, object]:
        """Give it as plain values for a file."""
        return asdict(self)


def anonymity(adsl: pd.DataFrame) -> Anonymity | None:
    """Give how exposed participants are by their quasi-identifiers.

    Parameters
    ----------
    adsl
        One row for each participant. Quasi-identifiers are its columns of age, sex, diagnosis, subtype, centre, body
        mass index at baseline and duration of illness, as far as it has them; numbers in bands.

    Returns
    -------
    None where there is no participant, or no attribute in which they differ.

    References
    ----------
    Sweeney (2002), k-anonymity: a model for protecting privacy, Int J Uncertainty Fuzziness Knowledge-Based Syst
    10(5):557-570.
    """
    groups = {name: codes for name, codes in quasi_identifiers(adsl).items() if codes.nunique() > 1}
    if adsl.empty or not groups:
        return None
    names = tuple(groups)
    everything = exposure(groups, names)
    alone = tuple(exposure(groups, (name,)) for name in names)
    without = tuple(exposure(groups, _but(names, name)) for name in names) if len(names) > 1 else ()
    return Anonymity(len(adsl), everything, alone, without, _most_telling(names, everything, without))


def quasi_identifiers(adsl: pd.DataFrame) -> dict[str, Groups]:
    """Give each quasi-identifier that ADSL has: its name in words → a number for each participant's group.

    A value that is not known is a group of its own, for that it is missing is known as well.
    """
    found: dict[str, Groups] = {}
    for name, (column, bands) in _QUASI_IDENTIFIERS.items():
        if column in adsl:
            found[name] = _banded(adsl[column], bands) if bands else _coded(adsl[column])
    return found


def exposure(groups: Mapping[str, Groups], attributes: Sequence[str]) -> Exposure:
    """Give how exposed participants are by some attributes together."""
    sizes = pd.DataFrame({name: groups[name] for name in attributes}).groupby(list(attributes)).size()
    unique = int((sizes == 1).sum())
    return Exposure(tuple(attributes), int(sizes.min()), unique, unique / int(sizes.sum()))


def _most_telling(names: Sequence[str], everything: Exposure, without: Sequence[Exposure]) -> str:
    """Name the attribute whose removal helps most."""
    if not without or everything.unique == 0:
        return ""
    best = min(range(len(names)), key=lambda place: (without[place].unique, -without[place].smallest))
    return names[best] if without[best].unique < everything.unique else ""


def _but(names: Sequence[str], name: str) -> tuple[str, ...]:
    """Give all names but one."""
    return tuple(other for other in names if other != name)


def _banded(values: pd.Series, bands: Sequence[float]) -> Groups:
    """Give the number of the band of each value; a band holds its lower limit."""
    number = values.astype("float64")
    band = np.searchsorted(np.asarray(bands), number.to_numpy(), side="right")
    return pd.Series(np.where(number.isna(), _NOT_KNOWN, band), index=values.index)


def _coded(values: pd.Series) -> Groups:
    """Give the number of each value of a category."""
    known = values.where(values.notna() & (values != ""))
    return pd.Series(pd.factorize(known)[0], index=values.index)


_QUASI_IDENTIFIERS: Mapping[str, tuple[str, tuple[float, ...]]] = MappingProxyType(
    {
        "age band": ("AGE", _AGES),
        "sex": ("SEX", ()),
        "diagnosis": ("DIAG", ()),
        "subtype": ("SUBTYPE", ()),
        "site": ("SITEID", ()),
        "BMI band": ("BMIBL", _BODY_MASS_INDICES),
        "illness-duration band": ("DURDIS", _ILLNESS_YEARS),
    }
)
