"""The digest of a command covers what it imports, and nothing else of the package."""

from __future__ import annotations

import pytest

from postinfusion.io.digest import closure, of_code, of_section


def test_a_closure_holds_what_is_imported_inside_functions() -> None:
    assert "postinfusion.derive.datasets" in closure("postinfusion.cli.derive")


def test_a_closure_holds_the_packages_around_its_modules() -> None:
    assert {"postinfusion", "postinfusion.cli", "postinfusion.plan"} <= set(closure("postinfusion.cli.check"))


def test_the_doors_of_a_package_are_not_imports() -> None:
    assert not [name for name in closure("postinfusion.cli.display") if name.startswith("postinfusion.core")]


def test_commands_differ_in_their_code() -> None:
    commands = ["check", "derive", "analyse", "ard", "display", "report"]
    assert len({of_code(f"postinfusion.cli.{name}") for name in commands}) == len(commands)


def test_a_module_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match=r"postinfusion\.cli\.nothing"):
        of_code("postinfusion.cli.nothing")


def test_the_order_of_a_section_counts() -> None:
    assert of_section({"a": 1, "b": 2}) != of_section({"b": 2, "a": 1})
    assert of_section({"a": (1, 2)}) == of_section({"a": [1, 2]})
