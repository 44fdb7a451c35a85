"""Read a plan: YAML text to a checked :class:`Plan`, or every mistake in it at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import ValidationError

from postinfusion.errors import PlanError, Problem
from postinfusion.plan import messages, rules, yaml_text
from postinfusion.plan.answers import Answers, answers, is_question
from postinfusion.plan.places import Path, Places, Tree
from postinfusion.plan.plan import Plan
from postinfusion.plan.rest import rest


@dataclass(frozen=True)
class Reading:
    """A plan as far as it can be read.

    Attributes
    ----------
    plan
        The plan; where it has mistakes, what is left of it without them, which may be nothing.
    errors
        Every mistake.
    answers
        What a drafted plan still asks; each missing answer is among the errors.
    """

    plan: Plan | None
    errors: tuple[Problem, ...] = ()
    answers: Answers = field(default_factory=Answers)


def parse(text: str, file: str) -> Plan:
    """Give the plan that a YAML text describes.

    Parameters
    ----------
    text
        Content of the file.
    file
        Name of the file for messages, as the user knows it.

    Raises
    ------
    PlanError
        With every mistake: what is no YAML, what the models refuse, and names that no other part of the plan has.
    """
    found = reading(text, file)
    if found.errors or found.plan is None:
        raise PlanError(found.errors)
    return found.plan


def reading(text: str, file: str) -> Reading:
    """Give the plan that a YAML text describes as far as it can be read, with every mistake in it.

    Parameters
    ----------
    text
        Content of the file.
    file
        Name of the file for messages, as the user knows it.
    """
    try:
        document = yaml_text.read(text, file)
    except PlanError as error:
        return Reading(None, error.problems)
    places, tree = Places(file, document), document.tree
    if not isinstance(tree, dict):
        text = 'a plan has keys such as "title: ...". Begin with plan: 1.'
        return Reading(None, (Problem(file, "line 1", text),))
    waits_for = answers(places, text)
    found = [*waits_for.problems(places), *document.repeated.values()]
    paths: list[Path] = [*waits_for.paths, *document.repeated]
    plan: Plan | None = None
    try:
        plan = Plan.model_validate(tree).at(places)
    except ValidationError as refused:
        refusals = [
            refusal
            for refusal in refused.errors(include_url=False)
            if not (waits_for.covers(_place_of(refusal, tree)) or is_question(refusal["input"]))
        ]
        found += messages.problems(refusals, Plan, places)
        paths += [messages.path_of(refusal, tree) for refusal in refusals]
    plan = rest(places, paths) if paths else plan
    of_rules = rules.check(plan) if plan else ()
    return Reading(plan, (*found, *(problem for problem in of_rules if problem.severity == "error")), waits_for)


def _place_of(refusal: messages.Refusal, tree: Tree) -> Path:
    """Give the path of what is refused; of an analysis whose method is unknown that is the method."""
    path = messages.path_of(refusal, tree)
    return (*path, "method") if str(refusal["type"]).startswith("union_tag") else path
