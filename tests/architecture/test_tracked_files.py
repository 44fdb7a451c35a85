"""What git keeps is small, and names neither a machine nor where packages come from."""

from __future__ import annotations

import re
import tomllib

from architecture.source import REPOSITORY, tracked_files

LARGEST = 500_000
SAME = str.maketrans("_.", "--")
# Written in pieces, so that this file does not name them itself.
HOSTS = ["py" + "pi.org", "python" + "hosted", "registry.np" + "mjs", "deb." + "debian", "conda." + "anaconda"]
MACHINES = ["/" + "root/", "/" + "home/", "/" + "Users/", "/" + "work/"]
TOP = {
    ".ci", ".gitignore", "CHANGELOG.md", "CITATION.cff", "LICENSE", "Makefile", "README.md", "Snakefile", "config",
    "data", "pyproject.toml", "requirements.txt", "results", "tests", "workflow",
}  # fmt: skip


def test_no_file_is_large() -> None:
    sizes = {file: file.stat().st_size for file in tracked_files()}
    assert not {file: size for file, size in sizes.items() if size > LARGEST}


def test_no_file_names_a_registry_or_a_machine() -> None:
    words = re.compile("|".join(map(re.escape, [*HOSTS, *MACHINES])))
    found = {file: words.findall(file.read_text(encoding="utf-8", errors="ignore")) for file in tracked_files()}
    assert not {file: names for file, names in found.items() if names}


def test_the_top_of_the_repository_stays_tidy() -> None:
    assert {file.relative_to(REPOSITORY).parts[0] for file in tracked_files()} <= TOP


def test_results_are_not_kept() -> None:
    kept = [file.relative_to(REPOSITORY).as_posix() for file in tracked_files()]
    assert [name for name in kept if name.startswith("results/")] == ["results/README.md"]


def test_every_package_is_pinned_with_hashes() -> None:
    text = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^([a-z0-9._-]+)==.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    blocks = re.findall(r"^[a-z0-9._-]+==.*?(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(pins) == len(blocks) > 50
    assert all("--hash=sha256:" in block for block in blocks)


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.match(r"[A-Za-z0-9._-]+", item)[0].lower().translate(SAME) for item in wanted}
    text = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8")
    pinned = {name.translate(SAME) for name in re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE)}
    assert names <= pinned
