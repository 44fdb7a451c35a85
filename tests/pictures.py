"""Pictures that a test does not look at are not drawn: they take most of the time of a section's files."""

from __future__ import annotations

from contextlib import AbstractContextManager
from unittest.mock import patch

from postinfusion.report import section_files

EVERY = ("svg", "narrow_svg", "png")


def left_empty(*kinds: str) -> AbstractContextManager[object]:
    """Let the files of these kinds of pictures be there, and hold nothing."""
    return patch.multiple(section_files, **{f"{kind}_bytes": lambda _: b"" for kind in kinds})
