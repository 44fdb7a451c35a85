"""What a plan with mistakes lacks after the mistakes are taken out, so that nobody is told that it is not there."""

from __future__ import annotations

from dataclasses import dataclass

from postinfusion.plan.places import Path


@dataclass(frozen=True)
class LeftOut:
    """The parts of a plan that could not be read.

    Attributes
    ----------
    paths
        The ways to them.
    names
        Names that the rest of the plan and the data may use for them.
    """

    paths: frozenset[Path] = frozenset()
    names: frozenset[str] = frozenset()

    def __contains__(self, name: str) -> bool:
        """Say whether something of this name was left out."""
        return name in self.names

    def touches(self, *way: str | int) -> bool:
        """Say whether a part, or anything in it or around it, was left out."""
        return any(path[: len(way)] == way[: len(path)] for path in self.paths)

    def holds(self, *way: str | int) -> bool:
        """Say whether a part was left out as a whole, so that none of its names is known."""
        return any(path == way[: len(path)] for path in self.paths)
