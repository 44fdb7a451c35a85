"""A rule runs one command of the package, keeps its log and its benchmark, and knows when it is stale."""

from __future__ import annotations

import ast
import re

import pytest

from architecture.source import REPOSITORY, Module, modules
from postinfusion.cli import commands
from postinfusion.plan.plan import Plan

RULES = sorted((REPOSITORY / "workflow" / "rules").glob("*.smk"))
BODY = re.compile(r'shell:\n((?: +"[^\n]*"\n)+)')
COMMAND = re.compile(r"python -m postinfusion (\w+) [^|;&]* 2>&1 \| tee \{log:q\}")
# What each step reads of a plan must be in the part that it is handed; see postinfusion.plan.sections.
DERIVES = {"seed", "sources", "missing_codes", "instruments", "scoring", "design", "schedule", "populations", "privacy"}
HANDED = {
    "derive": DERIVES,
    "sources": {*DERIVES, "endpoints", "estimands"},
    "analyses": {"seed", "design", "schedule", "populations", "endpoints", "analyses", "estimands", "instruments"},
}
SYNTHESIS = {
    "analyses/claims.py",
    "analyses/claim_evidence.py",
    "analyses/claim_counts.py",
    "analyses/result_families.py",
}
"""These modules serve the step synthesise, which is handed more than an analysis."""
SYNTHESISED = {"design", "schedule", "estimands", "endpoints", "analyses", "claims", "multiplicity", "instruments"}
DERIVED = {"baseline_visit", "visit_names", "nominal_hours", "places"}


def _bodies() -> dict[str, str]:
    found = {}
    for file in RULES:
        for number, body in enumerate(BODY.findall(file.read_text(encoding="utf-8"))):
            found[f"{file.stem} {number}"] = "".join(line.strip()[1:-1] for line in body.splitlines())
    return found


@pytest.mark.parametrize("body", _bodies().values(), ids=_bodies())
def test_a_rule_is_one_command_of_the_package(body: str) -> None:
    command = COMMAND.fullmatch(body)
    assert command
    assert command[1] in commands()


@pytest.mark.parametrize("body", _bodies().values(), ids=_bodies())
def test_paths_with_spaces_are_quoted(body: str) -> None:
    assert not [name for name in re.findall(r"\{([^}]*)\}", body) if not name.endswith(":q")]


@pytest.mark.parametrize("file", [file for file in RULES if file.stem != "plans"], ids=lambda file: file.stem)
def test_a_rule_has_log_benchmark_and_digest(file: object) -> None:
    text = file.read_text(encoding="utf-8")
    rules = len(re.findall(r"^ *rule\b.*:", text, re.MULTILINE))
    counts = {
        word: len(re.findall(rf"^ +{word}", text, re.MULTILINE)) for word in ("log:", "benchmark:", "shell:", "code=")
    }
    assert rules
    assert set(counts.values()) == {rules}


def test_no_rule_computes() -> None:
    for file in RULES:
        assert not re.search(
            r"^ +(run|script|notebook):|import (pandas|numpy|scipy)", file.read_text(encoding="utf-8"), re.MULTILINE
        )


@pytest.mark.parametrize("layer", HANDED)
def test_a_step_reads_of_the_plan_only_what_it_is_handed(layer: str) -> None:
    found = (module for module in modules() if module.layer == layer and module.path not in SYNTHESIS)
    assert {name for module in found for name in _read_of_the_plan(module)} <= HANDED[layer] | DERIVED


def test_the_synthesis_reads_of_the_plan_only_what_it_is_handed() -> None:
    found = (module for module in modules() if module.path in SYNTHESIS)
    assert {name for module in found for name in _read_of_the_plan(module)} <= SYNTHESISED | DERIVED


def _read_of_the_plan(module: Module) -> set[str]:
    names = {
        node.attr
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).rpartition(".")[2] == "plan"
    }
    return names & {*Plan.model_fields, "baseline_visit", "visit_names", "nominal_hours", "places"}
