"""What a plan asks about the liver: tests, their upper limits of normal, and which multiples count."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from postinfusion.plan.analyses.divided import DividedPart
from postinfusion.plan.base import Part
from postinfusion.plan.quantities import Hours, Name, Percent
from postinfusion.vocabulary import Method


class LiverTest(Part):
    """One test of the liver."""

    measure: Name
    """Its name in the data, as ALT."""
    label: str = Field(default="", max_length=80)
    """Its name in words; left out: that of the data."""
    upper_normal: float | None = Field(default=None, gt=0)
    """Upper limit of normal; left out: that which stands beside each result (column `normal_high` of the source)."""
    unit: str = Field(default="", max_length=20)
    """Unit of the limit; results in another one are not compared, and counted."""

    @property
    def name(self) -> str:
        """What tables call it."""
        return self.label or self.measure


class Liver(DividedPart):
    """Peaks of liver tests after time zero as multiples of the upper limit of normal (LIVT01, LIVG01)."""

    method: Literal[Method.LIVER]
    population: str = "safety"
    """Key under populations."""
    aminotransferases: tuple[LiverTest, ...] = Field(min_length=1, max_length=2)
    """ALT and AST: the higher multiple of them counts."""
    bilirubin: LiverTest | None = None
    """Total bilirubin; without it there are no quadrants."""
    alkaline_phosphatase: LiverTest | None = None
    """Alkaline phosphatase, which tells cholestasis from injury of liver cells."""
    aminotransferase_from: float = Field(default=3, gt=1)
    """An aminotransferase counts from this multiple of its upper limit on."""
    bilirubin_from: float = Field(default=2, gt=1)
    """Bilirubin counts from this multiple of its upper limit on; below it alkaline phosphatase counts as not raised."""
    within: Hours = Field(default=720, gt=0)
    """How long after such an aminotransferase such a bilirubin may come to be of the same injury, as 30 d."""
    source: str = Field(min_length=1)
    """Where the limits come from."""
    confidence: Percent = 0.95
    """Level of all intervals."""

    @property
    def tests(self) -> tuple[LiverTest, ...]:
        """All tests of the part."""
        others = (self.bilirubin, self.alkaline_phosphatase)
        return (*self.aminotransferases, *(test for test in others if test is not None))

    @model_validator(mode="after")
    def _each_once(self) -> Liver:
        """Refuse a test that is there twice."""
        names = [test.measure for test in self.tests]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise ValueError(f'the test "{twice}" is there twice. Name each test once')
        return self
