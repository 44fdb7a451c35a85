"""Digests by which the workflow knows that a result is stale: of the code that makes it, and of its part of the plan.

Snakemake sees neither an edit of an imported module nor which part of a plan was edited; a rule carries these
digests as parameters, and a changed parameter runs the job again.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

ROOT = "postinfusion"
_DIGITS = 16


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


def _name_of(path: Path) -> str:
    """Give the full name of the module in a file."""
    parts = path.relative_to(_package()).with_suffix("").parts
    return ".".join([ROOT, *parts[: -1 if parts[-1] == "__init__" else None]])


def _is_package(name: str) -> bool:
    """Say whether a module is the ``__init__`` of a package."""
    return _modules()[name].name == "__init__.py"


@cache
def _tree(name: str) -> ast.Module:
    """Give the syntax tree of a module without docstrings and without imports for type checkers alone."""
    tree = ast.parse(_modules()[name].read_bytes())
    _WithoutProse().visit(tree)
    return tree


class _WithoutProse(ast.NodeTransformer):
    """Drops what cannot change a result: docstrings, of attributes too, and ``if TYPE_CHECKING:``."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        """Drop a statement that is only a text."""
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else node

    def visit_If(self, node: ast.If) -> ast.AST | None:
        """Drop a branch for type checkers."""
        is_for_types = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return None if is_for_types else self.generic_visit(node)


def _imports(name: str) -> Iterator[str]:
    """Give the modules of the package that a module imports itself, its parent packages first.

    Imports inside functions count, except in the ``__init__`` of a package, where they are doors that open only on
    demand: the public functions of the package and the commands of the command line.
    """
    statements = _import_statements(_tree(name), into_functions=not _is_package(name))
    named = [name.rpartition(".")[0], *(target for node in statements for target in _targets(node, name))]
    yield from (target for target in named if target in _modules())


def _import_statements(tree: ast.AST, *, into_functions: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """Give the import statements below a node."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif into_functions or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _import_statements(node, into_functions=into_functions)


def _targets(node: ast.Import | ast.ImportFrom, name: str) -> Iterator[str]:
    """Give the full names that an import statement in a module may mean: modules, and names within modules."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    base = _base(node, name)
    yield base
    yield from (f"{base}.{alias.name}" for alias in node.names)


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
    is_module = part in _modules()
    content = ast.dump(_tree(part)).encode() if is_module else (_package() / part).read_bytes()
    return sha256(content).hexdigest()
