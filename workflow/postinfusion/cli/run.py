"""``postinfusion run``: make the reports of trials, with one line for each step and the result of each trial.

Snakemake does the work, in a process of its own. Its long messages stay in ``.snakemake/log``: what people see are
the lines that the steps print themselves.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path

from postinfusion.errors import PostinfusionError
from postinfusion.io import read
from postinfusion.io.plans import default_trials, plan_files

HOME = Path(__file__).resolve().parents[3]
OWN_DATA = "Your own data:  .venv/bin/postinfusion new FILE..."
_NOTICE = re.compile(r"^Using workflow specific profile .*\n", re.MULTILINE)
_LOCKED = "LockException"
LOCKED = (
    "Another run is making results of these trials, or one was cut off by force. Wait until it has ended; "
    "if none is running: .venv/bin/snakemake --unlock"
)
# Snakemake names the command of a failed job, which ends with the log file that it writes.
_FAILED_JOB = re.compile(r"^Command .* tee (results/([^/]+)/logs/\S+\.log)' returned non-zero", re.MULTILINE)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("trials", nargs="*", metavar="TRIAL", help="name or path of a plan; none: config/config.yaml")
    parser.add_argument("--cores", type=int, default=_cores(), help="jobs at the same time (here: %(default)s)")
    parser.add_argument("--directory", type=Path, default=HOME, help="where results/ goes; left out: the repository")


def run(arguments: Namespace) -> int:
    """Bring the results of the trials up to date, then print what each found and where its report is."""
    if not (HOME / "Snakefile").is_file():
        raise PostinfusionError("There is no workflow here: run needs a clone of the repository. Run make in one.")
    trials = [str(Path(trial).resolve()) if "/" in trial else trial for trial in arguments.trials]
    code, messages = _snakemake(_command(trials, arguments.cores, arguments.directory))
    failed = {trial: log for log, trial in reversed(_FAILED_JOB.findall(messages))}
    if code and not failed:
        print(LOCKED if _LOCKED in messages else _NOTICE.sub("", messages).strip(), file=sys.stderr)
        return 1
    for trial in plan_files(HOME, trials or default_trials(HOME)):
        print("\n".join(_closing_lines(trial, arguments.directory / "results" / trial, failed.get(trial, ""))))
    if not trials:
        print(OWN_DATA)
    return 1 if code else 0


def _cores() -> int:
    """Give the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _command(trials: Iterable[str], cores: int, directory: Path) -> list[str]:
    """Give the command that runs the workflow."""
    chosen = ", ".join(f'"{trial}"' for trial in trials)
    return [
        *(sys.executable, "-m", "snakemake", "--snakefile", str(HOME / "Snakefile")),
        *("--directory", str(directory), "--cores", str(cores)),
        *("--workflow-profile", str(HOME / "workflow" / "profiles" / "default")),
        *("--quiet", "host", "progress", "reason", "rules"),
        *(("--config", f"trials=[{chosen}]") if chosen else ()),
    ]


def _snakemake(command: Sequence[str]) -> tuple[int, str]:
    """Run the workflow; the steps print to the console, Snakemake's own messages are given with its exit code."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - no shell, own words
        try:
            _, messages = process.communicate()
        except KeyboardInterrupt:  # Snakemake got it too, ends its jobs and removes what is half written
            _, messages = process.communicate()
    return process.returncode, messages


def _closing_lines(trial: str, results: Path, log: str) -> list[str]:
    """Give the result of a trial and the link to its report, or which step stopped."""
    if log:
        step = log.partition("/logs/")[2].removesuffix(".log")
        return [f"{trial:<15} stopped at {step}, as told above and in {log}"]
    headline, report = results / "report" / "headline.txt", results / "report" / "report.html"
    text = read.text(headline).strip() if headline.is_file() else "The report is ready."
    return [f"{trial:<15} {text}", f"{'':<15} {report.resolve().as_uri()}"]
