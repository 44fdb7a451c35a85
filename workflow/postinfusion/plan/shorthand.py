"""What a plan may leave out because another part of it says the same: roles of arms, the comparison, the endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_EXPERIMENTAL, _REFERENCE = "experimental", "reference"


def written_out(tree: object) -> object:
    """Give the tree of a plan with the parts that it may leave out; the given tree stays as it is.

    Roles of arms follow from ``design.reference_arm``, the comparison of an estimand from the roles, the endpoint of a
    model and the visit of a randomisation test beside it from its estimand. What cannot be told stays left out, and is
    told as missing.
    """
    if not isinstance(tree, Mapping):
        return tree
    design = _with_roles(tree.get("design"))
    arms = design.get("arms") if isinstance(design, Mapping) else None
    estimands = _each(tree.get("estimands"), lambda estimand: _with_treatment(estimand, arms))
    analyses = _each(tree.get("analyses"), lambda analysis: _with_endpoint(analysis, estimands))
    analyses = _each(analyses, lambda analysis: _with_visit(analysis, analyses, estimands))
    parts = {"design": design, "estimands": estimands, "analyses": analyses}
    return {**tree, **{name: part for name, part in parts.items() if name in tree}}


def _with_roles(design: Any) -> Any:  # noqa: ANN401 - any part of a tree
    """Give the design with the roles that its reference arm implies."""
    arms = design.get("arms") if isinstance(design, Mapping) else None
    reference = design.get("reference_arm") if isinstance(design, Mapping) else None
    if not (isinstance(arms, list) and isinstance(reference, str) and reference):
        return design
    return {**design, "arms": [_with_role(arm, reference) for arm in arms]}


def _with_role(arm: Any, reference: str) -> Any:  # noqa: ANN401 - any part of a tree
    """Give an arm with its role, unless it says one itself."""
    if not isinstance(arm, Mapping) or "role" in arm:
        return arm
    return {**arm, "role": _REFERENCE if reference in (arm.get("name"), arm.get("code")) else _EXPERIMENTAL}


def _each(entries: Any, change: Any) -> Any:  # noqa: ANN401 - any part of a tree
    """Give a part of the plan with each of its entries that has keys changed."""
    if not isinstance(entries, Mapping):
        return entries
    return {key: change(entry) if isinstance(entry, Mapping) else entry for key, entry in entries.items()}


def _with_treatment(estimand: Mapping[str, Any], arms: Any) -> Mapping[str, Any]:  # noqa: ANN401 - a part of a tree
    """Give an estimand with its comparison: the first experimental arm against the reference."""
    if "treatment" in estimand or not isinstance(arms, list):
        return estimand
    found = [arm for arm in arms if isinstance(arm, Mapping) and isinstance(arm.get("name"), str)]
    named = {
        role: [arm["name"] for arm in found if arm.get("role", _EXPERIMENTAL) == role]
        for role in (_EXPERIMENTAL, _REFERENCE)
    }
    if not named[_EXPERIMENTAL]:
        return estimand
    against = {"against": named[_REFERENCE][0]} if named[_REFERENCE] else {}
    return {**estimand, "treatment": {"arm": named[_EXPERIMENTAL][0], **against}}


def _with_endpoint(analysis: Mapping[str, Any], estimands: Any) -> Mapping[str, Any]:  # noqa: ANN401 - a part of a tree
    """Give a model with the endpoint of the question that it answers; an intercurrent event has none."""
    endpoint, event = _asked(analysis, estimands, "endpoint"), analysis.get("event")
    has_none = isinstance(event, Mapping) and "intercurrent" in event
    return {**analysis, "endpoint": endpoint} if "endpoint" not in analysis and endpoint and not has_none else analysis


def _with_visit(
    analysis: Mapping[str, Any],
    analyses: Any,  # noqa: ANN401 - a part of a tree
    estimands: Any,  # noqa: ANN401 - a part of a tree
) -> Mapping[str, Any]:
    """Give an analysis that stands beside a model with the visit of the question that the model answers."""
    of = analysis.get("of")
    model = analyses.get(of) if isinstance(analyses, Mapping) and isinstance(of, str) else None
    visit = _asked(model, estimands, "visit") if isinstance(model, Mapping) else None
    return {**analysis, "visit": visit} if "visit" not in analysis and visit else analysis


def _asked(model: Mapping[str, Any], estimands: Any, what: str) -> str | None:  # noqa: ANN401 - a part of a tree
    """Give endpoint or visit of the question that a model answers; None where it cannot be told."""
    name = model.get("estimand")
    question = estimands.get(name) if isinstance(estimands, Mapping) and isinstance(name, str) else None
    variable = question.get("variable") if isinstance(question, Mapping) else None
    found = variable.get(what) if isinstance(variable, Mapping) else None
    return found if isinstance(found, str) else None
