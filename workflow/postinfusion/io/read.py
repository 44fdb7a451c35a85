"""Read files: text, tables, results and plans, with an error that names the file without the folders of a machine."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from postinfusion.errors import DataError, PlanError, Problem

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from postinfusion.plan.parse import Reading
    from postinfusion.plan.plan import Plan

PLANS = Path("config") / "trials"


def bytes_(path: Path) -> bytes:
    """Give the content of a file.

    Raises
    ------
    DataError
        There is no such file, or it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as cause:
        raise DataError(Problem(path.name, "", "there is no such file. Put it there or correct its name.")) from cause
    except OSError as cause:
        raise DataError(Problem(path.name, "", f"the file cannot be read: {cause.strerror}.")) from cause


def stream(path: Path) -> BinaryIO:
    """Open a file to read its bytes; whoever opens it closes it.

    Raises
    ------
    DataError
        There is no such file, or it cannot be read.
    """
    try:
        return path.open("rb")
    except FileNotFoundError as cause:
        raise DataError(Problem(path.name, "", "there is no such file. Put it there or correct its name.")) from cause
    except OSError as cause:
        raise DataError(Problem(path.name, "", f"the file cannot be read: {cause.strerror}.")) from cause


def size(path: Path) -> int:
    """Give the size of a file in bytes."""
    return _existing(path).stat().st_size


def text(path: Path) -> str:
    """Give the content of a text file in UTF-8.

    Raises
    ------
    DataError
        There is no such file, or it is not UTF-8.
    """
    try:
        return bytes_(path).decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        raise DataError(Problem(path.name, "", "the file is not UTF-8 text. Save it as UTF-8.")) from cause


def digest(path: Path) -> str:
    """Give the SHA-256 of a file's content as hexadecimal text."""
    return sha256(bytes_(path)).hexdigest()


def column_names(path: Path) -> tuple[str, ...]:
    """Give the names of the columns of a Parquet file, without reading the columns.

    Raises
    ------
    DataError
        There is no such file, or it is not Parquet.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return tuple(pq.read_schema(_existing(path)).names)
    except pa.ArrowInvalid as cause:
        raise DataError(Problem(path.name, "", "the file is not a Parquet file. Export it again.")) from cause


def frame(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Give a Parquet file as a table with the columns that it declares, or some of them.

    Raises
    ------
    DataError
        There is no such file, or it is not Parquet.
    """
    import pandas as pd
    import pyarrow as pa

    try:
        return pd.read_parquet(_existing(path), columns=None if columns is None else list(columns))
    except pa.ArrowInvalid as cause:
        raise DataError(Problem(path.name, "", "the file is not a Parquet file. Export it again.")) from cause


def table(path: Path, columns: Sequence[str]) -> pa.Table:
    """Give some columns of a Parquet file with the types that the file declares.

    Raises
    ------
    DataError
        There is no such file, or it is not Parquet.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(_existing(path), columns=list(columns))
    except pa.ArrowInvalid as cause:
        raise DataError(Problem(path.name, "", "the file is not a Parquet file. Export it again.")) from cause


def ard(path: Path) -> pd.DataFrame:
    """Give analysis results data, in which an empty text stays empty and never turns into missing."""
    from postinfusion.ard.schema import conform

    return conform(frame(path))


def plan(path: Path) -> Plan:
    """Give the plan of one trial.

    Raises
    ------
    PlanError
        There is no such file, or the plan is wrong: all its problems at once.
    """
    found = reading(path)
    if found.errors or found.plan is None:
        raise PlanError(found.errors)
    return found.plan


def reading(path: Path) -> Reading:
    """Give the plan of one trial as far as it can be read, with every mistake in it."""
    from postinfusion.plan.parse import Reading
    from postinfusion.plan.parse import reading as read_plan

    file = shown(path)
    try:
        return read_plan(text(path), file)
    except DataError as cause:
        return Reading(None, tuple(Problem(file, "", problem.text) for problem in cause.problems))


def shown(path: Path) -> str:
    """Give the name by which people know a plan: from ``config/`` on, else the file's own name."""
    return path.as_posix() if path.parent == PLANS else _from_config(path)


def _from_config(path: Path) -> str:
    """Give the path from ``config/`` on where the plan lies there."""
    return (PLANS / path.name).as_posix() if path.parts[-3:-1] == PLANS.parts else path.name


def _existing(path: Path) -> Path:
    """Give the path of a file that exists."""
    if not path.is_file():
        raise DataError(Problem(path.name, "", "there is no such file. Put it there or correct its name."))
    return path


def names(folder: Path) -> tuple[str, ...]:
    """Give the names of the files of a folder, sorted."""
    return tuple(sorted(path.name for path in folder.iterdir() if path.is_file()))


def frames(folder: Path) -> dict[str, pd.DataFrame]:
    """Give all Parquet files of a folder, by name in capitals without ending (``adsl.parquet`` → ``ADSL``)."""
    return {path.stem.upper(): frame(path) for path in sorted(folder.glob("*.parquet"))}
