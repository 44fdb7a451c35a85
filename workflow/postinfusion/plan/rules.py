"""The rules between the parts of a plan: names that another part must have, arms, times, and what goes together."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from postinfusion.errors import Problem, counted, listed, nearest
from postinfusion.plan import (
    category_rules,
    claim_constructs,
    claim_rules,
    crossover_rules,
    event_rules,
    masking_rules,
    pooling_rules,
    scale_rules,
    stage_rules,
    timing,
    uncontrolled_rules,
    variability_rules,
    weight_rules,
)
from postinfusion.plan.analyses import Analysis, Mmrm, ModelPart, TwoStage, Weight
from postinfusion.plan.design import ArmRole, Rule
from postinfusion.plan.endpoints import Form, Treatment
from postinfusion.plan.left_out import LeftOut
from postinfusion.plan.named import Names, names_in
from postinfusion.plan.places import Path
from postinfusion.plan.plan import Plan
from postinfusion.plan.uses import BASELINE
from postinfusion.vocabulary import BODY_MASS_INDEX, FOR_AGE, OUTPUTS, DesignKind

PRIMARY = "primary"
PARTICIPANTS_COLUMNS = (
    "site", "diagnosis", "subtype", "sex", "age", "height_cm", "illness_years", "failed_treatments", "co_treatment",
)  # fmt: skip
"""Participants' columns that can describe a group or enter a model."""
WEIGHT_MEASURES = ("WEIGHT", BODY_MASS_INDEX, *FOR_AGE)

_PARTS: Mapping[str, Path] = {
    Names.POPULATION: ("populations",),
    Names.ARM: ("design", "arms"),
    Names.ENDPOINT: ("endpoints",),
    Names.ANALYSIS: ("analyses",),
    Names.ESTIMAND: ("estimands",),
    Names.LATER_VISIT: ("schedule",),
    Names.GROUP: ("sources", "participants"),
    Names.COVARIATE: ("sources", "participants"),
    Names.VARIABLE: ("sources", "participants"),
}
"""Where the names of each kind are given: where that could not be read, no name of the kind is told as unknown."""


def check(plan: Plan) -> tuple[Problem, ...]:
    """Give everything in which the parts of a plan do not fit each other; warnings too.

    Parameters
    ----------
    plan
        The plan, or what is left of one: then nothing is told that follows from what it lacks.
    """
    rules = _Rules(plan, plan.left_out)
    found = [*rules.design(), *rules.populations(), *rules.estimands(), *rules.analyses(), *rules.outputs()]
    return (
        *timing.check(plan),
        *found,
        *rules.claims(),
        *claim_rules.check(plan),
        *claim_constructs.check(plan),
        *scale_rules.check(plan),
        *crossover_rules.check(plan),
        *category_rules.check(plan),
        *event_rules.check(plan),
        *masking_rules.check(plan),
        *pooling_rules.check(plan),
        *uncontrolled_rules.check(plan),
        *variability_rules.check(plan),
        *weight_rules.check(plan),
        *stage_rules.check(plan),
    )


@dataclass(frozen=True)
class _Rules:
    """A plan with the names that are taken as known."""

    plan: Plan
    left_out: LeftOut

    def design(self) -> Iterator[Problem]:
        """Check arms, strata and time zero."""
        design, problem = self.plan.design, self.plan.places.problem
        if not any(self.left_out.touches("design", part) for part in ("arms", "kind", "reference_arm")):
            yield from _arms(self.plan)
        yield from self.unknown(("design", "strata"), design.strata, self.groups, "a participants' column or covariate")
        yield from self.repeated(("design", "strata"), design.strata)
        named = "infusions" in self.plan.sources or "infusions" in self.left_out
        if design.has_infusions and not named and not design.infusions:
            text = (
                'first-infusion needs a source "infusions", or the planned ones under design, infusions. Add one of '
                "them, or choose randomisation or first-dose."
            )
            yield problem(("design", "time_zero"), text)
        if design.infusions and not self.may_have_infusions:
            yield problem(
                ("design", "infusions"), "planned infusions need time_zero: first-infusion. Correct one of them."
            )
        if any(later <= earlier for earlier, later in pairwise(design.infusions)):
            yield problem(("design", "infusions"), "planned infusions must be in the order of time. Sort them.")

    def populations(self) -> Iterator[Problem]:
        """Check that supplied populations have a flag, and that flags belong to one."""
        flags = self.plan.flags
        supplied = [name for name, population in self.plan.populations.items() if population.rule is Rule.SUPPLIED]
        for name in supplied:
            if name not in flags and "participants" not in self.left_out:
                text = f'supplied needs "{name}: their column" under sources, participants, flags. Add it.'
                yield self.plan.places.problem(("populations", name, "rule"), text)
        yield from self.implied_populations()
        way = ("sources", "participants", "flags")
        yield from self.unknown(way, flags, supplied, "a population with rule supplied")
        for name, population in self.plan.populations.items():
            if population.rule is Rule.INFUSIONS_RECEIVED and not self.may_have_infusions:
                text = "infusions-received needs time_zero: first-infusion. Choose another rule."
                yield self.plan.places.problem(("populations", name, "rule"), text)

    def implied_populations(self) -> Iterator[Problem]:
        """Check once each population that analyses use without naming it."""
        used = [
            analysis.population
            for analysis in self.plan.analyses.values()
            if not getattr(analysis, "estimand", "") and "population" not in analysis.model_fields_set
        ]
        for name in dict.fromkeys(used):
            if self.is_unknown(name, self.plan.populations, "a population"):
                lacking = f"{counted(used.count(name), 'line')} under analyses that name no population use it"
                text = f'"{name}" is not here, and {lacking}. {nearest(name, self.plan.populations)}'.strip()
                yield self.plan.places.problem(("populations",), f"{text} Add it, or name a population in each.")

    def estimands(self) -> Iterator[Problem]:
        """Check the names in the estimands."""
        arms = self.plan.design.arm_names
        for key, estimand in self.plan.estimands.items():
            way: Path = ("estimands", key)
            treatment, variable = estimand.treatment, estimand.variable
            yield from self.unknown((*way, "population"), [estimand.population], self.plan.populations, "a population")
            yield from self.unknown((*way, "treatment", "arm"), [treatment.arm], arms, "an arm")
            yield from self.against((*way, "treatment"), treatment)
            yield from self.unknown(
                (*way, "variable", "endpoint"), [variable.endpoint], self.plan.endpoints, "an endpoint"
            )
            yield from self.visits((*way, "variable", "visit"), [variable.visit], form=variable.form)
            if treatment.arm == treatment.against:
                yield self.plan.places.problem(
                    (*way, "treatment"), "an arm cannot be compared with itself. Name two arms."
                )
        yield from self.primary()

    def against(self, way: Path, treatment: Treatment) -> Iterator[Problem]:
        """Check the arm that another is compared with: a comparison needs it, a single arm has none."""
        others = [name for name in self.plan.design.arm_names if name != treatment.arm]
        if treatment.against:
            yield from self.unknown((*way, "against"), [treatment.against], self.plan.design.arm_names, "an arm")
        elif self.plan.design.kind is not DesignKind.SINGLE_ARM and others and not self.may_have_a_reference:
            text = f"the key against is missing: it names the arm to compare with. There are: {listed(others)}."
            yield self.plan.places.problem(way, text)

    def primary(self) -> Iterator[Problem]:
        """Check that the report will have a primary result, where there is any model."""
        models = [model for model in self.plan.analyses.values() if isinstance(model, ModelPart | TwoStage)]
        if not models or self.left_out.touches("estimands") or self.left_out.touches("analyses"):
            return
        if PRIMARY not in self.plan.estimands:
            text = f"none is called {PRIMARY}, so the report has no primary result. Declare it first."
            yield self.plan.places.problem(("estimands",) if self.plan.estimands else (), text, "warning")
        elif all(model.estimand != PRIMARY for model in models):
            text = f"no analysis answers it. Write estimand: {PRIMARY} in the one that does."
            yield self.plan.places.problem(("estimands", PRIMARY), text, "warning")

    def analyses(self) -> Iterator[Problem]:
        """Check the names in the analyses, and what goes together in one."""
        for key, analysis in self.plan.analyses.items():
            way: Path = ("analyses", key)
            yield from self.listed_twice(way, analysis)
            for inner, kind, names in names_in(analysis):
                if inner != ("population",) or "population" in analysis.model_fields_set:
                    yield from self.named((*way, *inner), kind, names)
            if isinstance(analysis, Weight):
                yield from self.weight(way, analysis)
            if isinstance(analysis, ModelPart) and analysis.estimand:
                yield from self.same_endpoint(way, analysis)
            if isinstance(analysis, Mmrm):
                yield from self.enough_visits(way, analysis)

    def claims(self) -> Iterator[Problem]:
        """Check the names in the claims and in the families of results."""
        for claim, judged in self.plan.claims.judged.items():
            for inner, kind, names in names_in(judged):
                yield from self.named(("claims", "judged", claim, *inner), kind, names)
        for family, members in self.plan.multiplicity.items():
            for inner, kind, names in names_in(members):
                yield from self.named(("multiplicity", family, *inner), kind, names)

    def named(self, way: Path, kind: Names, names: Iterable[str]) -> Iterator[Problem]:
        """Check names of one kind."""
        if kind is Names.LATER_VISIT:
            yield from self.visits(way, names, form=Form.CHANGE)
        else:
            yield from self.unknown(way, names, self.known(kind), kind.value)

    def known(self, kind: Names) -> Iterable[str]:
        """Give the names of one kind that the plan has."""
        plan = self.plan
        names: dict[Names, Iterable[str]] = {
            Names.POPULATION: plan.populations,
            Names.ESTIMAND: plan.estimands,
            Names.ENDPOINT: plan.endpoints,
            Names.ANALYSIS: plan.analyses,
            Names.ARM: plan.design.arm_names,
            Names.LATER_VISIT: plan.visit_names,
            Names.GROUP: self.groups,
            Names.COVARIATE: [BASELINE, *self.groups],
            Names.VARIABLE: [*self.groups, *plan.endpoints],
        }
        return names[kind]

    def listed_twice(self, way: Path, analysis: Analysis) -> Iterator[Problem]:
        """Check that no list of an analysis holds a name twice."""
        for key in type(analysis).model_fields:
            value = getattr(analysis, key)
            if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
                yield from self.repeated((*way, key), [str(name) for name in value])

    def repeated(self, way: Path, names: Iterable[str]) -> Iterator[Problem]:
        """Give a problem for each name that stands in a list more than once."""
        found = list(names)
        for name in dict.fromkeys(name for name in found if found.count(name) > 1):
            yield self.plan.places.problem(way, f'"{name}" stands there {_times(found.count(name))}. Keep one of them.')

    def weight(self, way: Path, analysis: Weight) -> Iterator[Problem]:
        """Check that an analysis of weight is one of weight."""
        for name in analysis.endpoints:
            endpoint = self.plan.endpoints.get(name)
            if endpoint and endpoint.measure not in WEIGHT_MEASURES:
                text = f'"{name}" measures {endpoint.measure}, which is neither WEIGHT nor BMI. Remove it here.'
                yield self.plan.places.problem((*way, "endpoints"), text)

    def same_endpoint(self, way: Path, analysis: ModelPart) -> Iterator[Problem]:
        """Check that an analysis answers a question about its own endpoint, at a visit that it has."""
        estimand = self.plan.estimands.get(analysis.estimand)
        if estimand is None:
            return
        endpoint, visit = estimand.variable.endpoint, estimand.variable.visit
        if endpoint != analysis.endpoint in self.plan.endpoints and endpoint not in self.left_out:
            text = f"estimand {analysis.estimand} is about {endpoint}. Make them agree."
            yield self.plan.places.problem((*way, "endpoint"), text)
        is_lacking = isinstance(analysis, Mmrm) and analysis.visits and visit not in analysis.visits
        if is_lacking and visit not in self.left_out:
            text = f"{visit}, the visit of estimand {analysis.estimand}, is not among them. Add it."
            yield self.plan.places.problem((*way, "visits"), text)

    def enough_visits(self, way: Path, analysis: Mmrm) -> Iterator[Problem]:
        """Check that a model of repeated measures has at least two visits, each once."""
        visits = tuple(dict.fromkeys(analysis.visits)) or self.plan.visit_names[1:]
        is_known = bool(analysis.visits) or not self.left_out.touches("schedule")
        if is_known and len(visits) < 2:
            text = "a model of repeated measures needs two visits or more. Add visits, or use method: ancova."
            yield self.plan.places.problem((*way, "visits"), text)

    def visits(self, way: Path, names: Iterable[str], *, form: Form) -> Iterator[Problem]:
        """Check that visits are in the schedule, and come after the baseline where changes are analysed."""
        named = list(names)
        yield from self.unknown(way, named, self.plan.visit_names, "a visit of the schedule")
        is_known = not self.left_out.touches("schedule")
        if form is Form.CHANGE and is_known and self.plan.baseline_visit in named:
            text = f'"{self.plan.baseline_visit}" is the baseline, which the others are compared with. Remove it here.'
            yield self.plan.places.problem(way, text)

    def outputs(self) -> Iterator[Problem]:
        """Check the outputs that are not wanted."""
        yield from self.unknown(("outputs", "drop"), self.plan.outputs.drop, OUTPUTS, "an output")

    def unknown(self, way: Path, names: Iterable[str], allowed: Iterable[str], noun: str) -> Iterator[Problem]:
        """Give a problem for each name that is not among the allowed ones."""
        known = list(dict.fromkeys(allowed))
        for name in names:
            if self.is_unknown(name, known, noun):
                remedy = nearest(name, known) or (f"There are: {listed(known)}." if known else "There are none.")
                yield self.plan.places.problem(way, f'"{name}" is not {noun}. {remedy}')

    def is_unknown(self, name: str, known: Container[str], noun: str) -> bool:
        """Say whether a name is not known, and not for the reason that its part could not be read."""
        return name not in known and name not in self.left_out and not self.left_out.holds(*_PARTS.get(noun, (noun,)))

    @property
    def may_have_a_reference(self) -> bool:
        """The arm that the others are compared with could not be read, or is not yet said."""
        return self.left_out.touches("design", "arms") or self.left_out.holds("design", "reference_arm")

    @property
    def may_have_infusions(self) -> bool:
        """Time zero is the first infusion, or it could not be read what it is."""
        return self.plan.design.has_infusions or self.left_out.touches("design", "time_zero")

    @property
    def groups(self) -> list[str]:
        """The names of participants' columns and covariates."""
        return [*PARTICIPANTS_COLUMNS, *self.plan.covariates]


def _arms(plan: Plan) -> Iterator[Problem]:
    """Check the roles, names and codes of the arms."""
    arms, problem = plan.design.arms, plan.places.problem
    references = [arm for arm in arms if arm.role is ArmRole.REFERENCE]
    if named := _unknown_reference(plan):
        yield problem(("design", "reference_arm"), named)
        return
    if plan.design.kind is not DesignKind.SINGLE_ARM and len(arms) < 2:
        text = f"a {plan.design.kind} trial has two arms or more. Add them, or write kind: single-arm."
        yield problem(("design", "arms"), text)
    elif plan.design.kind is not DesignKind.SINGLE_ARM and len(references) != 1:
        text = f"exactly one arm has role: reference; here {len(references)} have. Correct the roles."
        yield problem(("design", "arms"), text)
    if plan.design.kind is DesignKind.SINGLE_ARM and len(arms) > 1:
        yield problem(
            ("design", "arms"), f"a single-arm trial has one arm, here are {len(arms)}. Write kind: parallel."
        )
    spellings = [spelling for arm in arms for spelling in {arm.name, arm.code or arm.name}]
    for repeated in sorted({spelling for spelling in spellings if spellings.count(spelling) > 1}):
        yield problem(("design", "arms"), f'"{repeated}" names more than one arm. Give each its own name and code.')


def _unknown_reference(plan: Plan) -> str:
    """Say that the reference arm is none of the arms; empty where it is one, or where none is named."""
    name, names = plan.design.reference_arm, [arm.name for arm in plan.design.arms]
    if not name or name in [spelling for arm in plan.design.arms for spelling in (arm.name, arm.code)]:
        return ""
    return f'"{name}" is not an arm. {nearest(name, names) or f"There are: {listed(names)}."}'


def _times(number: int) -> str:
    """Give how often something happens, in words."""
    return "twice" if number == 2 else f"{number} times"
