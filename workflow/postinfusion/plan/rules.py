"""The rules between the parts of a plan: names that another part must have, arms, times, and what goes together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from postinfusion.errors import Problem, listed, nearest
from postinfusion.plan.analyses import Ancova, Demographics, Mmrm, Trajectory, Weight
from postinfusion.plan.design import ArmRole, Rule
from postinfusion.plan.endpoints import Form
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan
from postinfusion.plan.quantities import hours_as_text
from postinfusion.plan.windows import windows
from postinfusion.vocabulary import OUTPUTS, DesignKind

PRIMARY = "primary"
PARTICIPANTS_COLUMNS = (
    "site", "diagnosis", "subtype", "sex", "age", "height_cm", "illness_years", "failed_treatments", "co_treatment",
)  # fmt: skip
"""Participants' columns that can describe a group or enter a model."""
WEIGHT_MEASURES = ("WEIGHT", "BMI")


def check(plan: Plan, *, left_out: Collection[str] = frozenset()) -> tuple[Problem, ...]:
    """Give everything in which the parts of a plan do not fit each other; warnings too.

    Parameters
    ----------
    plan
        The plan.
    left_out
        Names that are known though the plan does not have them, because their own part was refused.
    """
    rules = _Rules(plan, frozenset(left_out))
    found = [*rules.design(), *rules.populations(), *rules.estimands(), *rules.analyses(), *rules.outputs()]
    return tuple(found if "schedule" in left_out else [*_schedule(plan), *found])


@dataclass(frozen=True)
class _Rules:
    """A plan with the names that are taken as known."""

    plan: Plan
    left_out: frozenset[str]

    def design(self) -> Iterator[Problem]:
        """Check arms, strata and time zero."""
        design, problem = self.plan.design, self.plan.places.problem
        yield from _arms(self.plan)
        yield from self.unknown(("design", "strata"), design.strata, self.groups, "a participants' column or covariate")
        if design.has_infusions and not ({"infusions"} & {*self.plan.sources, *self.left_out}):
            text = 'first-infusion needs a source "infusions". Add it, or choose randomisation or first-dose.'
            yield problem(("design", "time_zero"), text)
        if design.infusions and not design.has_infusions:
            yield problem(
                ("design", "infusions"), "planned infusions need time_zero: first-infusion. Correct one of them."
            )
        if any(later <= earlier for earlier, later in pairwise(design.infusions)):
            yield problem(("design", "infusions"), "planned infusions must be in the order of time. Sort them.")

    def populations(self) -> Iterator[Problem]:
        """Check that supplied populations have a flag, and that flags belong to one."""
        participants = self.plan.sources.get("participants")
        flags = participants.flags if participants else {}
        supplied = [name for name, population in self.plan.populations.items() if population.rule is Rule.SUPPLIED]
        for name in supplied:
            if name not in flags and "participants" not in self.left_out:
                text = f'supplied needs "{name}: their column" under sources, participants, flags. Add it.'
                yield self.plan.places.problem(("populations", name, "rule"), text)
        way = ("sources", "participants", "flags")
        yield from self.unknown(way, flags, supplied, "a population with rule supplied")
        for name, population in self.plan.populations.items():
            if population.rule is Rule.INFUSIONS_RECEIVED and not self.plan.design.has_infusions:
                text = "infusions-received needs time_zero: first-infusion. Choose another rule."
                yield self.plan.places.problem(("populations", name, "rule"), text)

    def estimands(self) -> Iterator[Problem]:
        """Check the names in the estimands."""
        arms = self.plan.design.arm_names
        for key, estimand in self.plan.estimands.items():
            way: Path = ("estimands", key)
            treatment, variable = estimand.treatment, estimand.variable
            yield from self.unknown((*way, "population"), [estimand.population], self.plan.populations, "a population")
            yield from self.unknown((*way, "treatment", "arm"), [treatment.arm], arms, "an arm")
            if treatment.against or self.plan.design.kind is not DesignKind.SINGLE_ARM:
                yield from self.unknown((*way, "treatment", "against"), [treatment.against], arms, "an arm")
            yield from self.unknown(
                (*way, "variable", "endpoint"), [variable.endpoint], self.plan.endpoints, "an endpoint"
            )
            yield from self.visits((*way, "variable", "visit"), [variable.visit], form=variable.form)
            if treatment.arm == treatment.against:
                yield self.plan.places.problem(
                    (*way, "treatment"), "an arm cannot be compared with itself. Name two arms."
                )
        yield from self.primary()

    def primary(self) -> Iterator[Problem]:
        """Check that the report will have a primary result, where there is any model."""
        models = [model for model in self.plan.analyses.values() if isinstance(model, Mmrm | Trajectory | Ancova)]
        if not models or self.left_out & {"estimands", "analyses"}:
            return
        if PRIMARY not in self.plan.estimands:
            text = f"none is called {PRIMARY}, so the report has no primary result. Declare it first."
            yield self.plan.places.problem(("estimands",) if self.plan.estimands else (), text, "warning")
        elif all(model.estimand != PRIMARY for model in models):
            text = f"no analysis answers it. Write estimand: {PRIMARY} in the one that does."
            yield self.plan.places.problem(("estimands", PRIMARY), text, "warning")

    def analyses(self) -> Iterator[Problem]:
        """Check the names in the analyses."""
        for key, analysis in self.plan.analyses.items():
            way: Path = ("analyses", key)
            yield from self.unknown((*way, "population"), [analysis.population], self.plan.populations, "a population")
            endpoint = getattr(analysis, "endpoint", None)
            if endpoint is not None:
                yield from self.unknown((*way, "endpoint"), [endpoint], self.plan.endpoints, "an endpoint")
            if isinstance(analysis, Demographics):
                allowed = [*self.groups, *self.plan.endpoints]
                yield from self.unknown(
                    (*way, "variables"), analysis.variables, allowed, "a column, covariate or endpoint"
                )
            elif isinstance(analysis, Weight):
                yield from self.weight(way, analysis)
            elif isinstance(analysis, Mmrm | Trajectory | Ancova):
                yield from self.model(way, analysis)

    def weight(self, way: Path, analysis: Weight) -> Iterator[Problem]:
        """Check an analysis of weight."""
        yield from self.unknown((*way, "endpoints"), analysis.endpoints, self.plan.endpoints, "an endpoint")
        if analysis.by:
            yield from self.unknown((*way, "by"), [analysis.by], self.groups, "a participants' column or covariate")
        for name in analysis.endpoints:
            endpoint = self.plan.endpoints.get(name)
            if endpoint and endpoint.measure not in WEIGHT_MEASURES:
                text = f'"{name}" measures {endpoint.measure}, which is neither WEIGHT nor BMI. Remove it here.'
                yield self.plan.places.problem((*way, "endpoints"), text)

    def model(self, way: Path, analysis: Mmrm | Trajectory | Ancova) -> Iterator[Problem]:
        """Check a model of an endpoint."""
        allowed = ["baseline", *self.groups]
        yield from self.unknown((*way, "covariates"), analysis.covariates, allowed, "baseline, a column or covariate")
        if analysis.estimand:
            yield from self.unknown((*way, "estimand"), [analysis.estimand], self.plan.estimands, "an estimand")
            yield from self.same_endpoint(way, analysis)
        if isinstance(analysis, Mmrm):
            yield from self.visits((*way, "visits"), analysis.visits, form=Form.CHANGE)
            yield from self.enough_visits(way, analysis)
        if isinstance(analysis, Ancova):
            yield from self.visits((*way, "visit"), [analysis.visit], form=Form.CHANGE)

    def same_endpoint(self, way: Path, analysis: Mmrm | Trajectory | Ancova) -> Iterator[Problem]:
        """Check that an analysis answers a question about its own endpoint, at a visit that it has."""
        estimand = self.plan.estimands.get(analysis.estimand)
        if estimand is None:
            return
        if estimand.variable.endpoint != analysis.endpoint in self.plan.endpoints:
            text = f"estimand {analysis.estimand} is about {estimand.variable.endpoint}. Make them agree."
            yield self.plan.places.problem((*way, "endpoint"), text)
        if isinstance(analysis, Mmrm) and analysis.visits and estimand.variable.visit not in analysis.visits:
            text = f"{estimand.variable.visit}, the visit of estimand {analysis.estimand}, is not among them. Add it."
            yield self.plan.places.problem((*way, "visits"), text)

    def enough_visits(self, way: Path, analysis: Mmrm) -> Iterator[Problem]:
        """Check that a model of repeated measures has at least two visits, each once."""
        visits = analysis.visits or self.plan.visit_names[1:]
        if len(set(visits)) < len(visits):
            yield self.plan.places.problem((*way, "visits"), "a visit stands there twice. Remove one.")
        elif len(visits) < 2:
            text = "a model of repeated measures needs two visits or more. Add visits, or use method: ancova."
            yield self.plan.places.problem((*way, "visits"), text)

    def visits(self, way: Path, names: Iterable[str], *, form: Form) -> Iterator[Problem]:
        """Check that visits are in the schedule, and come after the baseline where changes are analysed."""
        named = list(names)
        yield from self.unknown(way, named, self.plan.visit_names, "a visit of the schedule")
        if form is Form.CHANGE and self.plan.baseline_visit in named:
            text = f'"{self.plan.baseline_visit}" is the baseline, which the others are compared with. Remove it here.'
            yield self.plan.places.problem(way, text)

    def outputs(self) -> Iterator[Problem]:
        """Check the outputs that are not wanted."""
        yield from self.unknown(("outputs", "drop"), self.plan.outputs.drop, OUTPUTS, "an output")

    def unknown(self, way: Path, names: Iterable[str], allowed: Iterable[str], noun: str) -> Iterator[Problem]:
        """Give a problem for each name that is not among the allowed ones."""
        known = list(dict.fromkeys(allowed))
        for name in names:
            if name not in known and name not in self.left_out:
                remedy = nearest(name, known) or (f"There are: {listed(known)}." if known else "There are none.")
                yield self.plan.places.problem(way, f'"{name}" is not {noun}. {remedy}')

    @property
    def groups(self) -> list[str]:
        """The names of participants' columns and covariates."""
        participants = self.plan.sources.get("participants")
        return [*PARTICIPANTS_COLUMNS, *(participants.covariates if participants else ())]


def _arms(plan: Plan) -> Iterator[Problem]:
    """Check the roles, names and codes of the arms."""
    arms, problem = plan.design.arms, plan.places.problem
    references = [arm for arm in arms if arm.role is ArmRole.REFERENCE]
    if plan.design.kind is DesignKind.PARALLEL and len(arms) < 2:
        yield problem(("design", "arms"), "a parallel trial has two arms or more. Add them, or write kind: single-arm.")
    elif plan.design.kind is DesignKind.PARALLEL and len(references) != 1:
        text = f"exactly one arm has role: reference; here {len(references)} have. Correct the roles."
        yield problem(("design", "arms"), text)
    if plan.design.kind is DesignKind.SINGLE_ARM and len(arms) > 1:
        yield problem(
            ("design", "arms"), f"a single-arm trial has one arm, here are {len(arms)}. Write kind: parallel."
        )
    spellings = [spelling for arm in arms for spelling in {arm.name, arm.code or arm.name}]
    for repeated in sorted({spelling for spelling in spellings if spellings.count(spelling) > 1}):
        yield problem(("design", "arms"), f'"{repeated}" names more than one arm. Give each its own name and code.')


def _schedule(plan: Plan) -> Iterator[Problem]:
    """Check the schedule; windows only where the visits themselves are in order."""
    found = list(_visits(plan))
    yield from found or _windows(plan)


def _visits(plan: Plan) -> Iterator[Problem]:
    """Check the visits: unique, in the order of time, the baseline first."""
    visits, problem = plan.schedule, plan.places.problem
    for position, visit in enumerate(visits):
        if visit.visit in plan.visit_names[:position]:
            yield problem(("schedule", position, "visit"), "this visit stands there twice. Rename or remove one.")
    if visits[0].at > 0:
        text = f"the first visit is the baseline; {hours_as_text(visits[0].at)} is after time zero."
        yield problem(("schedule", 0, "at"), text)
    for position, (earlier, later) in enumerate(pairwise(visits), start=1):
        if later.at <= max(earlier.at, 0):
            before = f"{earlier.visit} ({hours_as_text(earlier.at)})"
            text = f"{hours_as_text(later.at)} is not after {before}. Put the visits in order."
            yield problem(("schedule", position, "at"), text)


def _windows(plan: Plan) -> Iterator[Problem]:
    """Check that each window has a length, holds its visit, and meets the next one."""
    found, problem = windows(plan), plan.places.problem
    for position, window in enumerate(found):
        start, until = hours_as_text(window.start), hours_as_text(window.until)
        if window.start >= window.until:
            yield problem(("schedule", position), f"from {start} is not before until {until}. Swap them.")
        elif not window.start <= window.nominal <= window.until:
            yield problem(("schedule", position), f"at {hours_as_text(window.nominal)} is outside {start} to {until}.")
    for position, (earlier, later) in enumerate(pairwise(found[1:]), start=2):
        ends, starts = hours_as_text(earlier.until), hours_as_text(later.start)
        if earlier.start < earlier.until > later.start < later.until:
            text = f"from {starts} overlaps with {earlier.visit}, which ends at {ends}. Let it begin there."
            yield problem(("schedule", position), text)
        elif earlier.until < later.start:
            text = f"assessments from {ends} to {starts} count neither for {earlier.visit} nor for this visit."
            yield problem(("schedule", position), text, "warning")
