"""Which function does an analysis, by its method; its module is imported only when it is called."""

from __future__ import annotations

import pandas as pd

from postinfusion.analyses.divided import with_groups
from postinfusion.analyses.endpoint_models import rows_of_model
from postinfusion.analyses.endpoint_records import Adam
from postinfusion.analyses.populations import Members
from postinfusion.ard.build import Row
from postinfusion.errors import ModelError
from postinfusion.plan.analyses import (
    AdverseEvents,
    Alerts,
    Analysis,
    Ancova,
    BeforeAfter,
    Conduct,
    Counts,
    Courses,
    CrossoverModel,
    Demographics,
    Disposition,
    Equivalence,
    EventRates,
    InfusionRatings,
    InfusionVitals,
    Liver,
    Masking,
    Medication,
    Missingness,
    Mmrm,
    Moderator,
    Ordinal,
    PhasesAnalysis,
    RandomisationTest,
    ReliableChange,
    RepeatedBinary,
    Response,
    Shift,
    SideEffects,
    Subgroups,
    Summary,
    TimedTask,
    TimeToEvent,
    Trajectory,
    TwoStage,
    Variability,
    VarianceRatio,
    VitalSigns,
    Weight,
    WeightStability,
    Windows,
)
from postinfusion.plan.plan import Plan

_Safety = SideEffects | EventRates | Conduct | Alerts | Medication | InfusionVitals | InfusionRatings
_Weights = Weight | WeightStability | Equivalence
_Participants = Disposition | Demographics | AdverseEvents | Liver | Masking | _Safety | _Weights
_ForWhom = Subgroups | Moderator | VarianceRatio
_Assessments = Summary | Missingness | Windows | Courses | Variability | VitalSigns
_SpecialDesigns = BeforeAfter | RandomisationTest | CrossoverModel | TwoStage | PhasesAnalysis
_Categories = Response | ReliableChange | RepeatedBinary | Ordinal | Counts | TimedTask | Shift


def results_of(plan: Plan, analysis: Analysis, adam: Adam, population: Members) -> list[Row]:
    """Give the rows of the results of one analysis.

    Raises
    ------
    ModelError
        The data do not allow the analysis.
    """
    if len(population.frame) == 0:
        raise ModelError("the population has no participants")
    if isinstance(analysis, _Participants):
        return _participants(plan, analysis, adam, population)
    if isinstance(analysis, _Assessments):
        return _assessments(plan, analysis, adam, population)
    if isinstance(analysis, _Categories):
        return _categories(plan, analysis, adam, population)
    if isinstance(analysis, _SpecialDesigns):
        return _of_one_design(plan, analysis, adam, population)
    return _model(plan, analysis, adam, population)


def individual_data(plan: Plan, analysis: Analysis, adam: Adam, population: Members) -> pd.DataFrame:
    """Give the individual data that the displays of an analysis need; empty where they need none."""
    match analysis:
        case Courses():
            from postinfusion.analyses.courses import courses

            return courses(plan, analysis, adam, population)
        case TimeToEvent():
            from postinfusion.analyses.time_to_event import steps_of_curves

            return steps_of_curves(plan, analysis, adam, population)
        case WeightStability():
            from postinfusion.analyses.weight_individual import individual_weights

            return individual_weights(plan, analysis, adam, population)
        case CrossoverModel():
            from postinfusion.analyses.crossover import paired_differences

            return paired_differences(plan, analysis, adam, population)
        case AdverseEvents() | EventRates() | Liver() | VarianceRatio():
            return _beside(plan, analysis, adam, population)
        case _:
            return pd.DataFrame()


def _beside(
    plan: Plan, analysis: AdverseEvents | EventRates | Liver | VarianceRatio, adam: Adam, population: Members
) -> pd.DataFrame:
    """Give what stands beside results: events one by one, the steps of their mean number, or courses beside spread."""
    match analysis:
        case AdverseEvents():
            from postinfusion.analyses.event_listing import listed_events

            return listed_events(adam, population)
        case EventRates():
            from postinfusion.analyses.event_courses import steps_of_means

            return steps_of_means(analysis, adam, population)
        case VarianceRatio():
            from postinfusion.analyses.variance_ratio import courses_beside

            return courses_beside(plan, analysis, adam, population)
        case Liver():
            from postinfusion.analyses.liver import liver_peaks

            return liver_peaks(analysis, adam, population)


def _participants(plan: Plan, analysis: _Participants, adam: Adam, population: Members) -> list[Row]:
    """Describe the participants, what happened to them, and what they guessed."""
    match analysis:
        case Disposition():
            from postinfusion.analyses.disposition import disposition

            return disposition(adam, population)
        case Demographics():
            from postinfusion.analyses.demographics import demographics

            return demographics(plan, analysis, adam, population)
        case Weight() | WeightStability() | Equivalence():
            return _weights(plan, analysis, adam, population)
        case AdverseEvents() | Liver():
            return _harms(analysis, adam, population)
        case SideEffects() | EventRates() | Conduct() | Alerts() | Medication() | InfusionVitals() | InfusionRatings():
            from postinfusion.analyses.safety import safety

            return safety(plan, analysis, adam, population)
        case Masking():
            from postinfusion.analyses.masking import masking

            return masking(plan, analysis, adam, population)


def _harms(analysis: AdverseEvents | Liver, adam: Adam, population: Members) -> list[Row]:
    """Count adverse events, or peaks of liver tests."""
    match analysis:
        case AdverseEvents():
            from postinfusion.analyses.adverse_events import adverse_events

            return adverse_events(analysis, adam, population)
        case Liver():
            from postinfusion.analyses.liver import liver

            return with_groups(analysis, population, lambda members: liver(analysis, adam, members))


def _for_whom(plan: Plan, analysis: _ForWhom, adam: Adam, population: Members) -> list[Row]:
    """Tell for whom the difference between arms is how large, and whether outcomes vary more in one arm."""
    match analysis:
        case Subgroups():
            from postinfusion.analyses.subgroups import subgroups

            return subgroups(plan, analysis, adam, population)
        case Moderator():
            from postinfusion.analyses.moderator import moderator

            return moderator(plan, analysis, adam, population)
        case VarianceRatio():
            from postinfusion.analyses.variance_ratio import variance_ratio

            return variance_ratio(plan, analysis, adam, population)


def _weights(plan: Plan, analysis: _Weights, adam: Adam, population: Members) -> list[Row]:
    """Describe weight, judge whether it is stable, and test a margin."""
    match analysis:
        case Weight():
            from postinfusion.analyses.summary import weight

            return weight(plan, analysis, adam, population)
        case WeightStability():
            from postinfusion.analyses.weight_stability import weight_stability

            return weight_stability(plan, analysis, adam, population)
        case Equivalence():
            from postinfusion.analyses.equivalence import equivalence

            return equivalence(plan, analysis, adam, population)


def _assessments(plan: Plan, analysis: _Assessments, adam: Adam, population: Members) -> list[Row]:
    """Describe the assessments of an endpoint."""
    match analysis:
        case Summary():
            from postinfusion.analyses.summary import summary

            return summary(plan, analysis, adam, population)
        case Missingness():
            from postinfusion.analyses.missingness import missingness

            return missingness(plan, analysis, adam, population)
        case Windows():
            from postinfusion.analyses.windows import windows

            return windows(plan, analysis, adam, population)
        case Courses():
            from postinfusion.analyses.courses import times_of_courses

            return times_of_courses(plan, analysis, adam, population)
        case Variability():
            from postinfusion.analyses.variability import variability

            return variability(plan, analysis, adam, population)
        case VitalSigns():
            from postinfusion.analyses.vital_signs import vital_signs

            return vital_signs(plan, analysis, adam, population)


def _categories(plan: Plan, analysis: _Categories, adam: Adam, population: Members) -> list[Row]:
    """Count and compare participants by a binary status, an ordered category, events or times of a task."""
    match analysis:
        case Response():
            from postinfusion.analyses.response import response

            return response(plan, analysis, adam, population)
        case ReliableChange():
            from postinfusion.analyses.reliable_change import reliable_change

            return reliable_change(plan, analysis, adam, population)
        case RepeatedBinary():
            from postinfusion.analyses.repeated_binary import repeated_binary

            return repeated_binary(plan, analysis, adam, population)
        case Ordinal():
            from postinfusion.analyses.ordinal import ordinal

            return ordinal(plan, analysis, adam, population)
        case Counts() | TimedTask():
            return _amounts(plan, analysis, adam, population)
        case Shift():
            from postinfusion.analyses.shift import shift

            return with_groups(analysis, population, lambda members: shift(plan, analysis, adam, members))


def _amounts(plan: Plan, analysis: Counts | TimedTask, adam: Adam, population: Members) -> list[Row]:
    """Compare rates of events or times of a task."""
    match analysis:
        case Counts():
            from postinfusion.analyses.counts import counts

            return counts(plan, analysis, adam, population)
        case TimedTask():
            from postinfusion.analyses.timed_task import timed_task

            return timed_task(plan, analysis, adam, population)


def _of_one_design(plan: Plan, analysis: _SpecialDesigns, adam: Adam, population: Members) -> list[Row]:
    """Describe a trial without a comparison, test a small one by its randomisation, or compare within participants."""
    match analysis:
        case BeforeAfter():
            from postinfusion.analyses.before_after import before_after

            return before_after(plan, analysis, adam, population)
        case RandomisationTest():
            from postinfusion.analyses.randomisation_test import randomisation_test

            return randomisation_test(plan, analysis, adam)
        case CrossoverModel():
            from postinfusion.analyses.crossover import crossover

            return crossover(plan, analysis, adam, population)
        case TwoStage():
            from postinfusion.analyses.two_stage import two_stage

            return two_stage(plan, analysis, adam, population)
        case PhasesAnalysis():
            from postinfusion.analyses.phases import phases

            return phases(plan, analysis, adam, population)


def _model(
    plan: Plan, analysis: Mmrm | Trajectory | Ancova | TimeToEvent | _ForWhom, adam: Adam, population: Members
) -> list[Row]:
    """Fit a model of an endpoint or of the time to an event, or tell for whom the difference between arms is large."""
    match analysis:
        case Mmrm() | Trajectory() | Ancova():
            return rows_of_model(plan, analysis, adam, population)
        case TimeToEvent():
            from postinfusion.analyses.time_to_event import time_to_event

            return time_to_event(plan, analysis, adam, population)
        case _:
            return _for_whom(plan, analysis, adam, population)
