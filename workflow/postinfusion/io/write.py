"""Write files: always under a temporary name in the same folder first, so that no reader sees half a file."""

from __future__ import annotations

import os
from io import BytesIO
from json import dumps
from pathlib import Path
from shutil import copyfile
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

READABLE = 0o644


def bytes_(path: Path, content: bytes) -> None:
    """Write a file; its folders are made, and a file of the same name is replaced at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as temporary:
        name = Path(temporary.name)
        try:
            temporary.write(content)
            temporary.close()
            name.chmod(READABLE)
            os.replace(name, path)  # noqa: PTH105
        except BaseException:
            name.unlink(missing_ok=True)
            raise


def copy(path: Path, to: Path) -> None:
    """Copy a file as it is, whatever its size; the folders of the copy are made."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=to.parent, prefix=f".{to.name}.", delete=False) as temporary:
        name = Path(temporary.name)
    try:
        copyfile(path, name)
        name.chmod(READABLE)
        os.replace(name, to)  # noqa: PTH105
    except BaseException:
        name.unlink(missing_ok=True)
        raise


def folder(path: Path) -> None:
    """Make a folder and those around it; one that exists stays as it is."""
    path.mkdir(parents=True, exist_ok=True)


def text(path: Path, content: str) -> None:
    """Write a text file in UTF-8 with line feeds, the same bytes on every system."""
    bytes_(path, content.encode("utf-8"))


def json(path: Path, value: object) -> None:
    """Write a value as JSON with sorted keys, so that equal values give equal bytes."""
    text(path, dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n")


def frame(path: Path, table: pd.DataFrame) -> None:
    """Write a table as Parquet without its index and without any mark of time or machine.

    The index must be the default one: it is not kept.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = BytesIO()
    columns = pa.Table.from_pandas(table, preserve_index=False)
    pq.write_table(columns, content, compression="zstd")
    bytes_(path, content.getvalue())
