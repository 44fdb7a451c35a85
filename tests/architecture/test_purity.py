"""Only ``io`` touches the disk, only provenance and logs know the time, and nothing in a plan is run as code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from architecture.source import Module, calls, modules

DISK = re.compile(
    r"(^|\.)(open|read_text|read_bytes|write_text|write_bytes|mkdir|unlink|rmdir|touch|rmtree|savefig|to_csv|"
    r"read_csv|read_parquet|read_excel|read_pickle|read_json|to_parquet|to_excel|to_pickle|to_feather|read_table|"
    r"write_table|iterdir|glob|rglob|NamedTemporaryFile|mkstemp|mkdtemp|TemporaryDirectory)$"
)
CLOCK = re.compile(
    r"(^|\.)(datetime\.(now|today|utcnow)|date\.today|time\.(time|localtime|gmtime|strftime|ctime)|"
    r"Timestamp\.(now|today)|getfqdn|gethostname|uname|getuser|getcwd|Path\.cwd|Path\.home)$"
)
EVALUATION = {"eval", "exec", "compile", "os.system", "pickle.load", "pickle.loads", "yaml.load"}
FINDS_PLANS = {"cli/trial.py"}
"""A command looks for a plan by its name from the current folder on."""


def test_the_disk_is_left_to_io() -> None:
    assert not _offenders(_disk_calls, but={"io", "cli"})


def test_commands_write_through_io() -> None:
    assert not _offenders(_writes, but={module.layer for module in modules()} - {"cli"})


def test_results_know_no_time_and_no_machine() -> None:
    found = _offenders(lambda module: [name for name, _ in calls(module) if CLOCK.search(name)], but={"io"})
    assert not {path: names for path, names in found.items() if path not in FINDS_PLANS}


def test_nothing_is_evaluated_as_code() -> None:
    assert not _offenders(lambda module: [name for name, _ in calls(module) if name in EVALUATION])


def test_only_commands_print() -> None:
    assert not _offenders(lambda module: [name for name, _ in calls(module) if name == "print"], but={"cli"})


def _offenders(find: object, but: set[str] | frozenset[str] = frozenset()) -> dict[str, list[str]]:
    found = {module.path: list(find(module)) for module in modules() if module.layer not in but}
    return {path: names for path, names in found.items() if names}


def _disk_calls(module: Module) -> Iterator[str]:
    """Give the calls that reach the disk: not those on a buffer, on a data file of the package, or that give text."""
    buffers = _buffers(module)
    for name, call in calls(module):
        used = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
        gives_text = name.endswith("to_csv") and not call.args
        if DISK.search(name) and not gives_text and not used & {*buffers, "files", "BytesIO", "StringIO"}:
            yield name


def _writes(module: Module) -> Iterator[str]:
    """Give the calls of a command that write by themselves."""
    written = re.compile(r"(^|\.)(open|write_text|write_bytes|to_parquet|unlink|rename|rmtree|mkdir|savefig)$")
    yield from (name for name, _ in calls(module) if written.search(name))
    yield from (name for name, call in calls(module) if name.endswith("to_csv") and call.args)


def _buffers(module: Module) -> set[str]:
    """Give the names that hold a buffer in memory."""
    assigned = [node for node in ast.walk(module.tree) if isinstance(node, ast.Assign)]
    made = [node for node in assigned if re.search(r"(BytesIO|StringIO)\(|\bfiles\(", ast.unparse(node.value))]
    return {target.id for node in made for target in node.targets if isinstance(target, ast.Name)}
