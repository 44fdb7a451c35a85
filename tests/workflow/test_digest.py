"""The digest of a command covers what it imports, and nothing else of the package."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from postinfusion.io import digest
from postinfusion.io.digest import closure, of_code, of_section


def test_a_closure_holds_what_is_imported_inside_functions() -> None:
    assert "postinfusion.derive.datasets" in closure("postinfusion.cli.derive")


def test_a_closure_holds_the_packages_around_its_modules() -> None:
    assert {"postinfusion", "postinfusion.cli", "postinfusion.plan"} <= set(closure("postinfusion.cli.check"))


def test_the_doors_of_a_package_are_not_imports() -> None:
    assert not [name for name in closure("postinfusion.cli.display") if name.startswith("postinfusion.core")]


def test_what_makes_a_display_or_a_result_is_in_the_closure_of_its_command() -> None:
    """Else an edit of it would leave old results in place."""
    steps = {
        "postinfusion.present.tables": "display",
        "postinfusion.present.figures": "display",
        "postinfusion.present.methods": "display",
        "postinfusion.present.checklists": "report",
        "postinfusion.report": "report",
        "postinfusion.analyses": "analyse",
        "postinfusion.ard": "ard",
        "postinfusion.derive": "derive",
        "postinfusion.datasets": "check",
        "postinfusion.sources.gate": "check",
    }
    every = [
        f"postinfusion.cli.{name}" for name in ("check", "derive", "analyse", "ard", "synthesise", "display", "report")
    ]
    reached = {name for command in every for name in closure(command)}
    of_python = {f"postinfusion.analyses.mmrm_{name}" for name in ("batch", "products")}
    by_hand = {"postinfusion.ard.compare", "postinfusion.report.check_page", *of_python}
    for package, command in steps.items():
        inside = {name for name in digest._modules() if name.startswith(f"{package}.")} - by_hand
        assert inside <= reached, sorted(inside - reached)
        assert inside & set(closure(f"postinfusion.cli.{command}"))


def test_an_edit_of_a_figure_draws_it_again() -> None:
    figures = {name for name in digest._modules() if name.startswith("postinfusion.present.figures.")}
    assert figures <= set(closure("postinfusion.cli.display"))


def test_commands_differ_in_their_code() -> None:
    commands = ["check", "derive", "analyse", "ard", "display", "report"]
    assert len({of_code(f"postinfusion.cli.{name}") for name in commands}) == len(commands)


def test_a_module_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match=r"postinfusion\.cli\.nothing"):
        of_code("postinfusion.cli.nothing")


def test_the_order_of_a_section_counts() -> None:
    assert of_section({"a": 1, "b": 2}) != of_section({"b": 2, "a": 1})
    assert of_section({"a": (1, 2)}) == of_section({"a": [1, 2]})


@pytest.fixture
def forgetful(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Give a function that forgets what this process has read, in a folder where no run has been."""
    monkeypatch.chdir(tmp_path)
    caches = [found for found in vars(digest).values() if hasattr(found, "cache_clear")]

    def forget() -> None:
        digest._READ.clear()
        for found in caches:
            found.cache_clear()

    forget()
    yield forget
    forget()


def test_what_an_earlier_run_read_is_not_read_again(
    forgetful: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = of_code("postinfusion.cli.report")
    digest.keep_readings()
    forgetful()
    monkeypatch.setattr(digest, "_tree", lambda name: pytest.fail(f"{name} is read again"))
    assert of_code("postinfusion.cli.report") == first


@pytest.mark.parametrize("damaged", ["", "{}", '{"reader": "another", "readings": {"a": ["b", []]}}', "[1"])
def test_readings_that_are_damaged_or_of_another_reader_do_not_count(
    forgetful: Callable[[], None], damaged: str
) -> None:
    first = of_code("postinfusion.cli.report")
    digest.READINGS.parent.mkdir(parents=True)
    digest.READINGS.write_text(damaged, encoding="utf-8")
    forgetful()
    assert of_code("postinfusion.cli.report") == first


def test_nothing_is_written_when_nothing_new_was_read(forgetful: Callable[[], None]) -> None:
    of_code("postinfusion.cli.report")
    digest.keep_readings()
    written = digest.READINGS.stat().st_mtime_ns
    forgetful()
    of_code("postinfusion.cli.report")
    digest.keep_readings()
    assert digest.READINGS.stat().st_mtime_ns == written
