"""Call a parser of another project: whatever it stumbles over in a damaged file becomes an error for people."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from postinfusion.errors import DataError, Problem


@contextmanager
def parsing(file: str, kind: str) -> Iterator[None]:
    """Turn any failure within into the error that a file is damaged.

    Parameters
    ----------
    file
        Name of the file for messages.
    kind
        What the file should be, with its article: ``an Excel file``.

    Raises
    ------
    DataError
        The parser failed. Its own message is not told, for it may hold cells.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except DataError:
        raise
    except Exception as cause:  # damaged bytes let these parsers fail in any way, and all mean the same
        text = f"this is not {kind}, or it is damaged or protected. Export it again, or save it as CSV UTF-8."
        raise DataError(Problem(file, "", text)) from cause
