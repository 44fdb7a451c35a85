"""JSON text read piece by piece, so that a file of any size needs the memory of one of its parts."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from typing import BinaryIO

PIECE = 1 << 20
"""Bytes that are read at once."""
LARGEST_VALUE = 1 << 26
"""Characters of the longest part that is held at once; a longer one is none of a table."""
_BLANK = " \t\n\r"


class Walk:
    """A place in JSON text that goes forward only: who meets an object or a list may go into it or read it whole.

    Parameters
    ----------
    stream
        The text as bytes in UTF-8, with or without a byte order mark.

    Raises
    ------
    ValueError
        By every method, where the text is no JSON.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._piece = stream, PIECE
        self._letters = codecs.getincrementaldecoder("utf-8-sig")()
        self._values = JSONDecoder()
        self._text, self._at, self._ended = "", 0, False

    def next_mark(self) -> str:
        """Give the next character that is no blank, without going beyond it; nothing at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _BLANK:
                self._at += 1
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def value(self) -> object:
        """Give the value that stands here as a whole, and go beyond it."""
        self.next_mark()
        while True:
            try:
                found, end = self._values.raw_decode(self._text, self._at)
            except JSONDecodeError:
                if not self._more():
                    raise
                continue
            if end < len(self._text) or not self._more():
                self._at = end
                return found

    def members(self) -> Iterator[str]:
        """Give the names in the object that stands here; after each, its value must be read."""
        for _ in self._parts("{", "}"):
            key = self.value()
            if not isinstance(key, str):
                raise self._wrong("a name is expected")
            self._pass(":")
            yield key

    def elements(self) -> Iterator[object]:
        """Give the values in the list that stands here, one after the other."""
        for _ in self._parts("[", "]"):
            yield self.value()

    def _parts(self, first: str, last: str) -> Iterator[None]:
        """Stop before each part of an object or list."""
        self._pass(first)
        if self.next_mark() == last:
            return self._pass(last)
        while True:
            yield
            if self.next_mark() == last:
                return self._pass(last)
            self._pass(",")

    def _pass(self, mark: str) -> None:
        """Go beyond a character that must stand here."""
        if self.next_mark() != mark:
            raise self._wrong(f"{mark} is expected")
        self._at += 1

    def _more(self) -> bool:
        """Read on, more at once each time a value does not fit; say whether there was anything."""
        rest = self._text[self._at :]
        if self._ended or len(rest) > LARGEST_VALUE:
            return False
        content = self._stream.read(max(self._piece, len(rest)))
        self._ended = not content
        self._text, self._at = rest + self._letters.decode(content, final=self._ended), 0
        return not self._ended

    def _wrong(self, what: str) -> JSONDecodeError:
        """Give the error that the text is no JSON."""
        return JSONDecodeError(what, self._text, self._at)
