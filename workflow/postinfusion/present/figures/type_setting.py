"""The width of text as it will be drawn, and its breaking into lines that fit."""

from __future__ import annotations

from functools import lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from postinfusion.present import formats
from postinfusion.present.theme import STYLE

LINE_HEIGHT = 1.28
POINTS_PER_INCH = 72.0
# Drawn on a raster, letters take whole pixels: a line comes out up to this much wider than its outlines.
_ALLOWANCE = 1.03


@lru_cache(maxsize=4096)
def width(text: str, size: float, *, bold: bool = False) -> float:
    """Give the width of one line of text in inches.

    Parameters
    ----------
    text
        One line.
    size
        Size of the type in points.
    bold
        The type is bold.
    """
    font = FontProperties(family=str(STYLE["font.family"]), size=size, weight="bold" if bold else "normal")
    points, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return _ALLOWANCE * float(points) / POINTS_PER_INCH


def lines(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """Break text into lines of at most ``room`` inches, at spaces and, where a single word is too long, inside it.

    A no-break space keeps its neighbours together.
    """
    found: list[str] = []
    for word in formats.keep_together(text).split(" "):
        joined = f"{found[-1]} {word}" if found else word
        if found and width(joined, size, bold=bold) <= room:
            found[-1] = joined
        else:
            found += _pieces(word, room, size, bold=bold)
    return found or [""]


def wrapped(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Give text with line breaks, so that no line is wider than ``room`` inches."""
    return "\n".join(lines(text, room, size, bold=bold))


def height(line_count: int, size: float) -> float:
    """Give the height of lines of text in inches."""
    return line_count * size * LINE_HEIGHT / POINTS_PER_INCH


def _pieces(word: str, room: float, size: float, *, bold: bool) -> list[str]:
    """Break a word that is wider than the room."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter, size, bold=bold) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces
