"""How severities are drawn: greys that grow darker with severity, and a shape for each; a grey print keeps both."""

from __future__ import annotations

from dataclasses import dataclass

from postinfusion.present import theme
from postinfusion.vocabulary import NOT_RECORDED


@dataclass(frozen=True)
class Tone:
    """How a severity is drawn: ground, letters on it, shape of a mark, and hatching of a bar."""

    ground: str
    ink: str
    marker: str
    hatch: str = ""


TONES = {
    "mild": Tone("#dde2e8", theme.INK, "o"),
    "moderate": Tone("#a9b2bd", theme.INK, "^"),
    "severe": Tone("#6a7480", "white", "s"),
    "life-threatening": Tone("#343b43", "white", "D"),
    "fatal": Tone("#000000", "white", "X"),
    NOT_RECORDED: Tone("#ffffff", theme.INK, "v", "////"),
}
