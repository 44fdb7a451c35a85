"""Add up the benchmarks of all jobs below a results folder: seconds and largest memory of each step.

Run it with ``make timings`` after a run from nothing: a job that was up to date keeps the figures of its last run.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path


def main(results: Path) -> None:
    """Print a table with one row for each step."""
    steps: dict[str, list[dict[str, str]]] = defaultdict(list)
    for file in sorted(results.glob("*/benchmarks/**/*.tsv")):
        step = file.relative_to(results).parts[2].removesuffix(".tsv")
        with file.open(encoding="utf-8") as lines:
            steps[step].extend(csv.DictReader(lines, delimiter="\t"))
    print("| step | jobs | seconds | CPU seconds | largest memory (MB) |\n|---|---:|---:|---:|---:|")
    for step, jobs in steps.items():
        seconds, cpu = (sum(_number(job[name]) for job in jobs) for name in ("s", "cpu_time"))
        memory = max(_number(job["max_rss"]) for job in jobs)
        print(f"| {step} | {len(jobs)} | {seconds:.1f} | {cpu:.1f} | {memory:.0f} |")


def _number(text: str) -> float:
    """Give a cell of a benchmark as a number; a job that was too short to be measured has none."""
    return 0.0 if text in {"-", "NA", ""} else float(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
