"""Measure reading of large files: seconds and memory for a CSV of 2 GB and a Parquet file of 50 million rows.

``.venv/bin/python workflow/benchmarks/reading.py [csv|parquet] [size]``, where size is in GB or millions of rows. The
files are made in a temporary folder, read in a process of their own, and removed.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PLAN = """\
plan: 1
title: A large trial
data: synthetic
seed: 1
sources:
  participants: {{file: people.csv}}
  assessments: {{file: {file}, columns: {{measure: scale}}, clock: hours}}
design: {{kind: single-arm, time_zero: randomisation, arms: [{{name: Ketamine, role: experimental}}]}}
schedule: [{{visit: Baseline, at: 0 h}}]
populations: {{all: {{rule: allocated}}}}
endpoints: {{madrs: {{measure: MADRS, label: MADRS, better: lower}}}}
analyses: {{flow: {{population: all, method: disposition}}}}
"""
PEOPLE = 100_000
BLOCK = 1_000_000
MEBIBYTE = 2**20
IDS = pa.array([f"P{number:06d}" for number in range(PEOPLE)])
RATERS = pa.array([f"R{number}" for number in range(17)])
FORM = pa.array(["montgomery_asberg_depression_rating_scale_clinician"])
EVENTS = pa.array([f"follow_up_after_treatment_arm_1_visit_{number}" for number in range(40)])


def rows(start: int, number: int, rng: np.random.Generator) -> pa.Table:
    """Give some assessments; each time of a participant is another one."""
    row = np.arange(start, start + number)
    return pa.table(
        {
            "id": IDS.take(pa.array(row % PEOPLE)),
            "scale": pa.array(["MADRS"]).take(pa.array(row * 0)),
            "value": rng.integers(0, 61, number).astype("float64"),
            "taken": (row // PEOPLE) * 6.5,
            "rater": RATERS.take(pa.array(row % len(RATERS))),
            "form": FORM.take(pa.array(row * 0)),
            "event": EVENTS.take(pa.array(row // PEOPLE % len(EVENTS))),
        }
    )


def write_csv(path: Path, gigabytes: float) -> None:
    """Write assessments until the file is large enough."""
    from pyarrow import csv

    rng, start = np.random.default_rng(1), 0
    with path.open("wb") as file:
        while file.tell() < gigabytes * 1e9:
            csv.write_csv(rows(start, BLOCK, rng), file, csv.WriteOptions(include_header=start == 0))
            start += BLOCK


def write_parquet(path: Path, millions: float) -> None:
    """Write so many assessments."""
    rng = np.random.default_rng(1)
    with pq.ParquetWriter(path, rows(0, 1, rng).schema) as file:
        for start in range(0, int(millions * 1e6), BLOCK):
            file.write_table(rows(start, BLOCK, rng))


def read(folder: Path, file: str) -> None:
    """Read the files as the command check does, and print rows, seconds and memory."""
    from postinfusion.plan.parse import parse
    from postinfusion.sources.read import readable_tables

    plan, began = parse(PLAN.format(file=file), "large.yaml"), time.perf_counter()
    found = readable_tables(plan, folder)
    seconds = time.perf_counter() - began
    cpu = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEBIBYTE
    size = (folder / file).stat().st_size / 1e9
    number = len(found.tables["assessments"])
    what = f"| {file} | {size:.2f} GB | {number / 1e6:.1f} million rows "
    print(f"{what}| {seconds:.0f} s | {cpu:.0f} CPU s | {peak:,.0f} MB |")
    for problem in found.problems:
        print(problem, file=sys.stderr)


def main(kind: str, size: float) -> None:
    """Make one large file and read it in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        people = "\n".join(f"P{number:06d},Ketamine" for number in range(PEOPLE))
        (folder / "people.csv").write_text(f"id,arm\n{people}\n")
        (write_csv if kind == "csv" else write_parquet)(folder / f"scores.{kind}", size)
        subprocess.run([sys.executable, __file__, "read", name, f"scores.{kind}"], check=True)  # noqa: S603


if __name__ == "__main__":
    if sys.argv[1:2] == ["read"]:
        read(Path(sys.argv[2]), sys.argv[3])
    else:
        chosen = sys.argv[1:2] or ["csv", "parquet"]
        for each in chosen:
            main(each, float(sys.argv[2]) if len(sys.argv) > 2 else {"csv": 2.0, "parquet": 50.0}[each])
