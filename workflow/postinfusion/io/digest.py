"""Digests by which the workflow knows that a result is stale: of the code that makes it, and of its part of the plan.

Snakemake sees neither an edit of an imported module nor which part of a plan was edited; a rule carries these
digests as parameters, and a changed parameter runs the job again.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from postinfusion.io import write

ROOT = "postinfusion"
READINGS = Path(".snakemake") / "postinfusion" / "readings.json"
"""What was read in modules at earlier runs, in the working directory of the workflow."""
_DIGITS = 16


@dataclass(frozen=True)
class _Reading:
    """What is read in the syntax tree of a module: its digest, and the names that it may import."""

    digest: str
    targets: tuple[str, ...]


def of_section(section: Mapping[str, object]) -> str:
    """Give the digest of a part of the plan, as JSON-like values; the order of keys counts, as it does in tables."""
    return sha256(json.dumps(section, default=str).encode()).hexdigest()[:_DIGITS]


@cache
def of_code(module: str) -> str:
    """Give the digest of all that a module's results can depend on within the package.

    Parameters
    ----------
    module
        Full name of the module of a command, for example ``postinfusion.cli.derive``.

    Notes
    -----
    The import closure is read from the syntax trees, so nothing is imported. Docstrings do not count, nor does
    what is imported for type checkers alone. The data files of every package in the closure do.
    """
    digest = sha256()
    for part in [*closure(module), *_data_files(module)]:
        digest.update(f"{part} {_fingerprint(part)}\n".encode())
    return digest.hexdigest()[:_DIGITS]


@cache
def closure(module: str) -> tuple[str, ...]:
    """Give the names of the modules of the package that a module imports, directly or not, itself included; sorted.

    Raises
    ------
    ValueError
        The package has no module of that name.
    """
    if module not in _modules():
        raise ValueError(f"{module!r} is no module of {ROOT}")
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(_imports(name))
    return tuple(sorted(found))


@cache
def _modules() -> dict[str, Path]:
    """Give every module of the package with its file."""
    return {_name_of(path): path for path in _package().rglob("*.py")}


@cache
def _package() -> Path:
    """Give the folder of the package."""
    return Path(str(files(ROOT)))


def keep_readings() -> None:
    """Keep what was read in the modules for the next run: syntax trees are slow to read, and seldom change."""
    found = {_key(name): [reading.digest, list(reading.targets)] for name, reading in _READ.items()}
    if found.keys() - _kept().keys():
        write.json(READINGS, {"reader": _reader(), "readings": found})


_READ: dict[str, _Reading] = {}
"""What this process has read, by the name of the module."""


@cache
def _kept() -> dict[str, _Reading]:
    """Give what earlier runs read, by the key of the module; nothing when another reader wrote it, or it is damaged."""
    try:
        found = json.loads(READINGS.read_text(encoding="utf-8"))
        readings = found["readings"] if found["reader"] == _reader() else {}
        return {key: _Reading(digest, tuple(targets)) for key, (digest, targets) in readings.items()}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


@cache
def _reader() -> str:
    """Give the digest of what reads modules: this module and the version of Python."""
    return sha256(Path(__file__).read_bytes() + sys.version.encode()).hexdigest()


@cache
def _key(name: str) -> str:
    """Give the key of a module: the digest of its name and of every byte of its file."""
    return sha256(f"{name}\n".encode() + _modules()[name].read_bytes()).hexdigest()


def _reading(name: str) -> _Reading:
    """Give what is read in a module; it is read once, and again only when it has changed since an earlier run."""
    if name not in _READ:
        _READ[name] = _kept().get(_key(name)) or _read(name)
    return _READ[name]


def _read(name: str) -> _Reading:
    """Read the syntax tree of a module."""
    tree = _tree(name)
    statements = _statements(tree, into_functions=not _is_package(name))
    targets = dict.fromkeys(target for statement in statements for target in _targets(statement, name))
    return _Reading(sha256(ast.dump(tree).encode()).hexdigest(), tuple(targets))


def _name_of(path: Path) -> str:
    """Give the full name of the module in a file."""
    parts = path.relative_to(_package()).with_suffix("").parts
    return ".".join([ROOT, *parts[: -1 if parts[-1] == "__init__" else None]])


def _is_package(name: str) -> bool:
    """Say whether a module is the ``__init__`` of a package."""
    return _modules()[name].name == "__init__.py"


def _tree(name: str) -> ast.Module:
    """Give the syntax tree of a module without docstrings and without imports for type checkers alone."""
    tree = ast.parse(_modules()[name].read_bytes())
    for block in [block for node in [tree, *_statements(tree)] for block in _blocks(node)]:
        block[:] = [statement for statement in block if not _is_prose(statement)]
    return tree


def _is_prose(statement: ast.AST) -> bool:
    """Say whether a statement cannot change a result: a docstring, of an attribute too, or ``if TYPE_CHECKING:``."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)
    return (
        isinstance(statement, ast.If) and isinstance(statement.test, ast.Name) and statement.test.id == "TYPE_CHECKING"
    )


def _blocks(node: ast.AST) -> Iterator[list[ast.AST]]:
    """Give the lists of statements, and of branches with statements, that a statement holds."""
    fields = (getattr(node, name, None) for name in ("body", "orelse", "finalbody", "handlers", "cases"))
    yield from (field for field in fields if isinstance(field, list))


def _statements(node: ast.AST, *, into_functions: bool = True) -> Iterator[ast.AST]:
    """Give every statement below a node; expressions hold none, and are left alone."""
    for block in _blocks(node):
        for statement in block:
            yield statement
            if into_functions or not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from _statements(statement, into_functions=into_functions)


@cache
def _imports(name: str) -> tuple[str, ...]:
    """Give the modules of the package that a module imports itself, and its parent package.

    Imports inside functions count, except in the ``__init__`` of a package, where they are doors that open only on
    demand: the public functions of the package and the commands of the command line.
    """
    named = _reading(name).targets
    return tuple(target for target in [name.rpartition(".")[0], *named] if target in _modules())


def _targets(statement: ast.AST, name: str) -> Iterator[str]:
    """Give the full names that a statement of a module may import: modules, and names within modules."""
    if isinstance(statement, ast.Import):
        yield from (alias.name for alias in statement.names)
    elif isinstance(statement, ast.ImportFrom):
        base = _base(statement, name)
        yield from [base, *(f"{base}.{alias.name}" for alias in statement.names)]


def _base(node: ast.ImportFrom, name: str) -> str:
    """Give the module from which a statement imports, also where it is relative to its own module."""
    if not node.level:
        return node.module or ""
    steps_up = node.level - 1 if _is_package(name) else node.level
    parts = name.split(".")
    return ".".join([*parts[: len(parts) - steps_up], *filter(None, [node.module])])


def _data_files(module: str) -> list[str]:
    """Give the data files that lie in the packages of a module's closure, relative to the package; sorted."""
    packages = {_modules()[name].parent for name in closure(module) if _is_package(name)}
    return sorted(str(path.relative_to(_package())) for path in _all_data_files() if _home(path) in packages)


@cache
def _all_data_files() -> tuple[Path, ...]:
    """Give every file of the package that is not code."""
    return tuple(
        path for path in _package().rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc", ".pyi"}
    )


def _home(path: Path) -> Path:
    """Give the folder of the package that a data file belongs to: the nearest one with an ``__init__.py``."""
    return next(folder for folder in path.parents if (folder / "__init__.py").is_file())


@cache
def _fingerprint(part: str) -> str:
    """Give the digest of one module, by its name, or of one data file, by its path."""
    return _reading(part).digest if part in _modules() else sha256((_package() / part).read_bytes()).hexdigest()
