"""The shapes of figures over time: one for wide screens and pages, one for narrow screens."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """One shape of the figure: its width, the height of a panel (inches), and how many panels stand side by side."""

    width: float
    height: float
    columns: int

    def room(self, panels: int) -> float:
        """Give the width of the axis of one panel in inches."""
        columns = min(panels, self.columns)
        return (self.width - 0.85) / columns - 0.15 * (columns - 1)


WIDE = Shape(5.8, 3.7, 2)
NARROW = Shape(3.6, 2.9, 1)
