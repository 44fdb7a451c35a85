"""The model of an endpoint over continuous time, and how its mean may move with time."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from postinfusion.plan.analyses.base import ModelPart
from postinfusion.plan.base import Part
from postinfusion.plan.quantities import Hours
from postinfusion.vocabulary import DesignKind, DfMethod, Method

_KENWARD_ROGER = "kenward-roger"


class ShapedBasis(Part):
    """How the mean moves with time, by one of these shapes with its knots or its rate."""

    spline: tuple[Hours, ...] = Field(default=(), min_length=1, max_length=6)
    """Natural cubic spline with these inner knots."""
    piecewise: tuple[Hours, ...] = Field(default=(), min_length=1, max_length=6)
    """Straight lines that bend at these times."""
    decay: Hours | None = Field(default=None, gt=0)
    """exp(-t/tau) with this tau: the time after which a share of 1/e is left."""
    accumulation: Hours | None = Field(default=None, gt=0)
    """The sum of exp(-t/tau) over the infusions begun so far, with this tau."""

    @model_validator(mode="after")
    def _is_one_shape(self) -> Self:
        """Refuse no shape and several shapes."""
        if len(self.model_fields_set) != 1:
            raise ValueError("a basis has one shape: spline, piecewise, decay or accumulation")
        return self

    @property
    def shape(self) -> str:
        """The name of the shape."""
        return next(iter(self.model_fields_set))


class BandGrid(Part):
    """The times over which a band holds at once."""

    start: Hours | None = Field(default=None, alias="from")
    """First time; left out: the first of report_at."""
    until: Hours | None = None
    """Last time; left out: the last of report_at."""
    points: int = Field(default=100, ge=10, le=400)
    """How many times, evenly spaced in log(1 + hours / 24); those of report_at are added."""


Basis = Literal["linear", "log", "decay", "accumulation", "cumulative"] | ShapedBasis


class Trajectory(ModelPart):
    """Linear mixed model over continuous time since infusion, with random intercept and slope (LMMT01, LMMG01)."""

    method: Literal[Method.TRAJECTORY]
    basis: Basis = "log"
    """How the mean moves with time t: linear in days; log(1 + hours / 24); spline: or piecewise: with knots, in days;
    decay: exp(-t/tau); accumulation: the sum of exp(-t/tau) over the infusions begun so far; cumulative: their number
    and log(1 + days since the last of them). tau is estimated (2 to 60 days), or fixed as in {decay: 10 d}."""
    since: Literal["first-infusion", "last-infusion"] = "first-infusion"
    """What time counts from: time zero of the design, or the last infusion begun before the assessment."""
    infusions: Literal["actual", "planned"] = "actual"
    """Which infusions count for the time since the last one, their number and their accumulation. Actual ones follow
    from what happened after randomisation: such a model of a randomised trial is exploratory."""
    random: tuple[Literal["intercept", "slope"], ...] = Field(default=("intercept", "slope"), min_length=1)
    """What varies between participants; the slope is over log(1 + hours / 24), or over days where that is the basis."""
    report_at: tuple[Hours, ...] = Field(min_length=1, max_length=20)
    """Times at which means and differences are given."""
    band: BandGrid = BandGrid()
    """The grid of the effect curve and of its simultaneous band."""

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        """Refuse what does not go together in one model."""
        if self.counts_infusions and self.since == "last-infusion":
            raise ValueError(
                "accumulation and cumulative hold the time since every infusion already: write since: first-infusion, "
                "or take another basis"
            )
        if self.estimates_rate and "df" in self.model_fields_set and self.df.value.startswith(_KENWARD_ROGER):
            raise ValueError(
                "Kenward-Roger's method does not know that tau was estimated: write df: satterthwaite, or fix tau as "
                "in basis: {decay: 10 d}"
            )
        start, until = self.band_limits
        if "band" in self.model_fields_set and not 0 <= start < until:
            raise ValueError("band must go from a time after time zero (from) to a later one (until)")
        return self

    @property
    def knots(self) -> tuple[float, ...]:
        """The times at which the mean bends, in hours; none for a basis without knots."""
        return self.basis.spline or self.basis.piecewise if isinstance(self.basis, ShapedBasis) else ()

    @property
    def estimates_rate(self) -> bool:
        """The rate of decay is estimated."""
        return self.basis in ("decay", "accumulation")

    @property
    def fixed_rate(self) -> float | None:
        """The decay time tau that the plan fixes, in hours; None where there is none or it is estimated."""
        return self.basis.decay or self.basis.accumulation if isinstance(self.basis, ShapedBasis) else None

    @property
    def shape(self) -> str:
        """The name of the basis, whether its knots and its rate stand beside it or not."""
        return self.basis.shape if isinstance(self.basis, ShapedBasis) else self.basis

    @property
    def counts_infusions(self) -> bool:
        """The basis is about every infusion so far, not about one time alone."""
        return self.shape in ("accumulation", "cumulative")

    @property
    def needs_infusions(self) -> bool:
        """The model uses infusions after the first."""
        return self.counts_infusions or self.since == "last-infusion"

    @property
    def df_in_use(self) -> DfMethod:
        """How degrees of freedom are found: never Kenward-Roger's where a rate is estimated."""
        is_adjusted = self.df.value.startswith(_KENWARD_ROGER)
        return DfMethod.SATTERTHWAITE if self.estimates_rate and is_adjusted else self.df

    @property
    def has_curve(self) -> bool:
        """There are several times over which a curve can be drawn."""
        return self.band_limits[0] < self.band_limits[1]

    @property
    def band_limits(self) -> tuple[float, float]:
        """First and last time of the grid of the band, in hours."""
        start, until = self.band.start, self.band.until
        return min(self.report_at) if start is None else start, max(self.report_at) if until is None else until

    def is_exploratory(self, design: DesignKind) -> bool:
        """Say whether the model conditions on what happened after randomisation: the sickest stop being infused."""
        return self.needs_infusions and self.infusions == "actual" and design is not DesignKind.SINGLE_ARM
