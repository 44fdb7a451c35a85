"""What a plan asks of a crossover trial."""

from __future__ import annotations

from typing import ClassVar, Literal

from postinfusion.plan.analyses.base import ModelPart, VisitNames
from postinfusion.plan.endpoints import Form
from postinfusion.vocabulary import Method


class CrossoverModel(ModelPart):
    """Treatments within participants, with period, sequence and period baselines, visit by visit (XOVT01, XOVG01)."""

    by_visit: ClassVar[bool] = True
    method: Literal[Method.CROSSOVER]
    form: Form = Form.CHANGE
    """change from the baseline of the period, or the value itself."""
    visits: VisitNames = ()
    """Visits of the schedule, each with a model of its own; empty: all after baseline."""
    carry_over: Literal["shown", "adjusted"] = "shown"
    """Decided before the data are seen, never by a test: shown, beside differences that suppose none; adjusted, the
    differences come from the model that holds it. Both are printed."""
