"""The package's modules as syntax trees, and the files that git keeps."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "workflow" / "postinfusion"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One module of the package: its path within the package, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    def __str__(self) -> str:
        return self.path

    @property
    def layer(self) -> str:
        """The package or module right below the top."""
        return self.path.split("/", maxsplit=1)[0].removesuffix(".py")

    def functions(self) -> Iterator[tuple[str, Function]]:
        """Every function with its name, methods as ``Class.method``; functions within functions count as part."""
        for node in self.tree.body:
            if isinstance(node, ast.ClassDef):
                yield from ((f"{node.name}.{item.name}", item) for item in node.body if isinstance(item, Function))
            elif isinstance(node, Function):
                yield node.name, node


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the package."""
    return tuple(_module(path) for path in sorted(PACKAGE.rglob("*.py")))


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file that git keeps or would keep, when this is a clone; all files of the package otherwise."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    names = listed.stdout.split("\0")[:-1] if listed.returncode == 0 else []
    files = [REPOSITORY / name for name in names] or list(PACKAGE.rglob("*.py"))
    return tuple(file for file in files if file.is_file())


def body_lines(function: Function) -> int:
    """How many lines a function has after its signature and docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def calls(module: Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a module, with its name as written: ``open``, ``path.read_text``, ``pd.read_csv``."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def _module(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(path.relative_to(PACKAGE).as_posix(), text, ast.parse(text))
