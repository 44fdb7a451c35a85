"""The analyses of a plan: one part per method, told apart by the key ``method``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from postinfusion.plan.analyses.alerts import AlertLimit, Alerts
from postinfusion.plan.analyses.base import AnalysisPart, ModelPart
from postinfusion.plan.analyses.before_after import BeforeAfter, RegressionToTheMean
from postinfusion.plan.analyses.conduct import Conduct
from postinfusion.plan.analyses.counts import Counts
from postinfusion.plan.analyses.crossover import CrossoverModel
from postinfusion.plan.analyses.descriptions import (
    AdverseEvents,
    Courses,
    Demographics,
    Disposition,
    Missingness,
    Summary,
    Weight,
    Windows,
)
from postinfusion.plan.analyses.divided import DividedPart
from postinfusion.plan.analyses.event_rates import EventRates
from postinfusion.plan.analyses.for_whom import Moderator, SubgroupFactor, Subgroups, VarianceRatio
from postinfusion.plan.analyses.infusion_course import (
    CourseLimit,
    CourseMeasure,
    InfusionCoursePart,
    InfusionRatings,
    InfusionVitals,
)
from postinfusion.plan.analyses.liver import Liver, LiverTest
from postinfusion.plan.analyses.masking import Masking
from postinfusion.plan.analyses.medication import Medication
from postinfusion.plan.analyses.models import Ancova, Mmrm, RepeatedMeasuresPart
from postinfusion.plan.analyses.ordinal import Ordinal, Shift
from postinfusion.plan.analyses.randomisation import RandomisationTest
from postinfusion.plan.analyses.responders import ReliableChange, RepeatedBinary, Response
from postinfusion.plan.analyses.side_effects import SideEffects
from postinfusion.plan.analyses.stages import PhasesAnalysis, TwoStage
from postinfusion.plan.analyses.time_to_event import TimeToEvent
from postinfusion.plan.analyses.timed_task import TimedTask
from postinfusion.plan.analyses.trajectory import ShapedBasis, Trajectory
from postinfusion.plan.analyses.variability import Variability
from postinfusion.plan.analyses.vital_signs import VitalSign, VitalSigns
from postinfusion.plan.analyses.weight import Equivalence, WeightStability

__all__ = [
    "AdverseEvents",
    "AlertLimit",
    "Alerts",
    "Analysis",
    "AnalysisPart",
    "Ancova",
    "BeforeAfter",
    "Conduct",
    "Counts",
    "CourseLimit",
    "CourseMeasure",
    "Courses",
    "CrossoverModel",
    "Demographics",
    "Disposition",
    "DividedPart",
    "Equivalence",
    "EventRates",
    "InfusionCoursePart",
    "InfusionRatings",
    "InfusionVitals",
    "Liver",
    "LiverTest",
    "Masking",
    "Medication",
    "Missingness",
    "Mmrm",
    "Model",
    "ModelPart",
    "Moderator",
    "Ordinal",
    "PhasesAnalysis",
    "RandomisationTest",
    "RegressionToTheMean",
    "ReliableChange",
    "RepeatedBinary",
    "RepeatedMeasuresPart",
    "Response",
    "ShapedBasis",
    "Shift",
    "SideEffects",
    "SubgroupFactor",
    "Subgroups",
    "Summary",
    "TimeToEvent",
    "TimedTask",
    "Trajectory",
    "TwoStage",
    "Variability",
    "VarianceRatio",
    "VitalSign",
    "VitalSigns",
    "Weight",
    "WeightStability",
    "Windows",
]

Analysis = Annotated[
    Disposition
    | Demographics
    | Summary
    | Missingness
    | Windows
    | Weight
    | WeightStability
    | Equivalence
    | Courses
    | AdverseEvents
    | SideEffects
    | EventRates
    | Conduct
    | Alerts
    | Liver
    | Medication
    | VitalSigns
    | InfusionVitals
    | InfusionRatings
    | Mmrm
    | Trajectory
    | TimeToEvent
    | Ancova
    | BeforeAfter
    | RandomisationTest
    | CrossoverModel
    | Response
    | ReliableChange
    | RepeatedBinary
    | Ordinal
    | Counts
    | TimedTask
    | Shift
    | Variability
    | Masking
    | Subgroups
    | Moderator
    | VarianceRatio
    | TwoStage
    | PhasesAnalysis,
    Field(discriminator="method"),
]
Model = Mmrm | Trajectory | Ancova
