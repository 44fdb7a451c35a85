"""The encoding of a text file, and its text as UTF-8 block by block."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from postinfusion.errors import DataError, Problem
from postinfusion.plan.source import Encoding

Stream = Callable[[], BinaryIO]
BLOCK = 1 << 24
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_WIDE_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_SHARE_OF_ZEROS = 0.3
_FEWEST_ZEROS = 4
_FORMS = {Encoding.UTF_8: "utf-8", Encoding.LATIN_1: "latin-1", Encoding.CP1252: "cp1252"}
_NAMES = {"cp1252": "cp1252 (Windows)", "latin-1": "Latin-1"}
_NOT_WINDOWS = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
_SAVE = "Save the file as CSV UTF-8"


@dataclass(frozen=True)
class Encoded:
    r"""How the bytes of a text file are to be read.

    Attributes
    ----------
    codec
        Name of the codec.
    skip
        Length of the byte order mark.
    lines
        What ends a line: ``\n`` (also after ``\r``), or ``\r`` alone as old programs write it.
    warning
        What to tell where the encoding had to be guessed.
    """

    codec: str
    skip: int = 0
    lines: bytes = b"\n"
    warning: Problem | None = None


def encoded(stream: Stream, file: str, declared: Encoding | None) -> Encoded:
    """Give how a text file is encoded.

    Parameters
    ----------
    stream
        Opens the file.
    file
        Name of the file for messages.
    declared
        What the plan says; None: a byte order mark, else zero bytes (UTF-16), else UTF-8, and where the text is not
        UTF-8 the encoding of Windows, with a warning.

    Raises
    ------
    DataError
        The bytes are not text in the declared encoding, or no text at all.
    """
    with stream() as opened:
        head = opened.read(1 << 20)
    found = _marked(head, file) or _by_zeros(head)
    if declared is Encoding.UTF_16 and (found is None or not found.codec.startswith("utf-16")):
        found = Encoded("utf-16-le")
    elif declared is not None and declared is not Encoding.UTF_16 and (found is None or not found.skip):
        found = Encoded(_FORMS[declared])
    if found is None or found.codec == "utf-8":
        found = _utf8_or_older(stream, found or Encoded("utf-8"), file, sure=found is not None)
    return _with_lines(stream, found)


def text(stream: Stream, form: Encoded, file: str) -> Iterator[bytes]:
    r"""Give a text file as UTF-8 without a byte order mark, with ``\n`` at the end of lines, block by block.

    Raises
    ------
    DataError
        Some bytes are not text in that encoding: with the line.
    """
    decoder = codecs.getincrementaldecoder(form.codec)("strict")
    lines = 1
    with stream() as opened:
        opened.seek(form.skip)
        while True:
            block = opened.read(BLOCK)
            if form.codec != "utf-8":
                try:
                    decoded = decoder.decode(block, final=not block)
                except UnicodeDecodeError as cause:
                    before = cause.object[: cause.start].decode(form.codec, "replace")
                    raise _not(file, lines + before.count("\n"), form.codec) from cause
                lines += decoded.count("\n")
                part = decoded.encode("utf-8", "replace")
            else:
                part = block
            if b"\x00" in part:
                raise DataError(Problem(file, "", "this is no text. Save the data as CSV UTF-8."))
            if part:
                yield part.replace(b"\r", b"\n") if form.lines == b"\r" else part
            if not block:
                return


def _marked(head: bytes, file: str) -> Encoded | None:
    """Give the encoding of a byte order mark."""
    if head.startswith(_WIDE_MARKS):
        raise DataError(Problem(file, "", f"the text is in UTF-32. {_SAVE}."))
    return next((Encoded(codec, len(mark)) for mark, codec in _MARKS if head.startswith(mark)), None)


def _by_zeros(head: bytes) -> Encoded | None:
    """Give UTF-16 where every other byte is mostly zero, as letters without accents have it."""
    even, odd = head[0::2], head[1::2]
    if len(odd) < 2:
        return None
    shares = even.count(0) / len(even), odd.count(0) / len(odd)
    if head.count(0) < _FEWEST_ZEROS or max(shares) < _SHARE_OF_ZEROS or min(shares) > _SHARE_OF_ZEROS / 2:
        return None
    return Encoded("utf-16-be" if shares[0] > shares[1] else "utf-16-le")


def _utf8_or_older(stream: Stream, form: Encoded, file: str, *, sure: bool) -> Encoded:
    """Give UTF-8, or what the file must be where it is not and nothing says that it is."""
    bad, older = _first_not_utf8(stream, form.skip)
    if not bad:
        return form
    if sure:
        raise _not(file, bad, "utf-8")
    told = (
        f"the text is not UTF-8 and is read as {_NAMES[older]}. Look at the letters of this row, and save the file as "
        f"CSV UTF-8 or say encoding: {older} for this source."
    )
    return Encoded(older, warning=Problem(file, f"row {bad}", told, "warning"))


def _first_not_utf8(stream: Stream, skip: int) -> tuple[int, str]:
    """Give the first line that is not UTF-8, 0 where there is none, and the older encoding that fits the file."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    lines, bad, older = 1, 0, "cp1252"
    with stream() as opened:
        opened.seek(skip)
        while True:
            block = opened.read(BLOCK)
            if not bad:
                try:
                    decoder.decode(block, final=not block)
                except UnicodeDecodeError as cause:
                    before = cause.object[: cause.start]
                    bad = lines + (before.count(b"\n") or before.count(b"\r"))
                lines += block.count(b"\n")
            if any(byte in block for byte in _NOT_WINDOWS):
                older = "latin-1"
            if not block:
                return bad, older


def _with_lines(stream: Stream, form: Encoded) -> Encoded:
    """Give the form with what ends its lines."""
    with stream() as opened:
        opened.seek(form.skip)
        head = opened.read(1 << 20).decode(form.codec, "ignore")
    alone = "\n" not in head and "\r" in head.rstrip("\r")
    return Encoded(form.codec, form.skip, b"\r" if alone else b"\n", form.warning)


def _not(file: str, line: int, codec: str) -> DataError:
    """Give the error that a line is not in an encoding."""
    name = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}.get(codec, codec)
    return DataError(Problem(file, f"row {line}", f"the text is not {name}. {_SAVE}, or correct encoding."))
