"""The one look of all figures: colours, markers and lines of the arms, type, and the banner.

Arms differ by colour, marker and line at once: the colours keep apart for colour-blind readers and their brightness
differs, so that a grey print can be read as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from postinfusion.plan.plan import Plan
from postinfusion.vocabulary import BANNERS, INDIVIDUAL_BANNER

INK = "#1d2329"
MUTED = "#59636e"
RULE = "#c9ced4"
GRID = "#e9ecef"
BANNER_GROUND = "#ffe9a8"
BANNER_INK = "#4a3000"

SIZE = 10.0
SMALL = 8.6
TITLE = 12.0

# DejaVu Sans ships with matplotlib and letters are drawn as paths: a figure looks the same on every machine.
STYLE: Mapping[str, object] = {
    "font.family": "DejaVu Sans",
    "font.size": SIZE,
    "svg.fonttype": "path",
    "text.hinting": "none",
    "svg.hashsalt": "postinfusion",
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
    "figure.facecolor": "white",
}


Line = Literal["-", "--", "-.", ":"] | tuple[float, tuple[float, ...]]


@dataclass(frozen=True)
class ArmStyle:
    """How one arm is drawn in every figure."""

    color: str
    marker: str
    line: Line


ARM_STYLES = (
    ArmStyle("#12457f", "o", "-"),
    ArmStyle("#e08214", "s", "--"),
    ArmStyle("#6a3d8f", "^", "-."),
    ArmStyle("#2aa198", "D", ":"),
    ArmStyle("#5b5f66", "v", (0, (5, 1, 1, 1, 1, 1))),
    ArmStyle("#b8325e", "P", (0, (8, 2))),
    ArmStyle("#8c7a1f", "X", (0, (2, 2))),
    ArmStyle("#4ba3d9", "*", (0, (1, 3))),
)


def arm_styles(arms: tuple[str, ...]) -> dict[str, ArmStyle]:
    """Give each arm its style, by its place in the plan, so that it is the same in all figures of a trial."""
    return {arm: ARM_STYLES[place % len(ARM_STYLES)] for place, arm in enumerate(arms)}


def banners(plan: Plan, *, is_individual: bool = False) -> tuple[str, ...]:
    """Give the sentences that must stand on a page or figure: data that are no evidence, data of single persons."""
    found = (BANNERS.get(plan.data, ""), INDIVIDUAL_BANNER if is_individual else "")
    return tuple(banner for banner in found if banner)


@contextmanager
def applied() -> Iterator[None]:
    """Draw or save a figure in this look, whatever the settings of the machine are."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)  # type: ignore[arg-type]
        yield
