"""Time the engine side by side with other programs, in one run, on one core: ``make benchmark``.

What is not installed (R with its packages, the package mixedlm) is left out and named. Times are CPU seconds, since
other work on the machine shall not count; the median of several runs.
"""

from __future__ import annotations

import csv
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from postinfusion import fit_lmm, fit_mmrm, fit_mmrm_batch, fit_mmrm_products, mmrm_products, parquet_chunks

FIXED = "ARM * AVISIT + BASE * AVISIT"
MODEL = ("CHG", FIXED, "ID", "AVISIT")
LEVELS = {"ARM": ["Control", "Active"], "AVISIT": ["V1", "V2", "V3", "V4", "V5"]}
SLOPE = ("Y", "TIME * ARM", "1 + TIME", "ID")
TARGETS = {200: 0.020, 2_000: 0.030, 20_000: 0.150, 100_000: 0.7}
PEERS = Path(__file__).with_name("peers.R")
LARGEST_FOR_PEERS = 2_000
MEBIBYTE = 2**20


@dataclass(frozen=True)
class Timing:
    """One line of the table: CPU seconds of a program for a task, and the target where there is one."""

    task: str
    program: str
    seconds: float
    target: float | None = None


def trial(n: int, visits: int = 5, seed: int = 1, drop_out: float = 0.05) -> pd.DataFrame:
    """Give a trial of n participants with dropout at random, one row per participant and visit."""
    rng = np.random.default_rng(seed)
    arm, base = rng.permutation(np.arange(n) % 2), rng.normal(30, 6, n)
    root = np.linalg.cholesky(36 * (0.5 + 0.5 * np.eye(visits)))
    values = 0.5 * base[:, None] - np.arange(visits) * (1 + 0.5 * arm[:, None]) + rng.normal(size=(n, visits)) @ root.T
    person, visit = np.nonzero(np.arange(visits) < rng.geometric(drop_out, n)[:, None])
    return pd.DataFrame(
        {
            "ID": person,
            "ARM": pd.Categorical.from_codes(arm[person], LEVELS["ARM"]),
            "AVISIT": pd.Categorical.from_codes(visit, [f"V{number + 1}" for number in range(visits)]),
            "BASE": base[person],
            "CHG": values[person, visit],
        }
    )


def courses(n: int, times: int = 6, seed: int = 1) -> pd.DataFrame:
    """Give n participants at irregular times of their own, with random intercept and slope."""
    rng = np.random.default_rng(seed)
    time_ = np.sort(rng.uniform(0, 4, (n, times)), axis=1)
    arm = np.arange(n) % 2
    own = rng.normal(size=(n, 2)) @ np.array([[2.0, 0.5], [0.0, 0.8]])
    values = 20 + own[:, :1] + (own[:, 1:] - 1 - 0.5 * arm[:, None]) * time_ + rng.normal(size=(n, times))
    return pd.DataFrame(
        {
            "ID": np.repeat(np.arange(n), times),
            "ARM": pd.Categorical.from_codes(np.repeat(arm, times), LEVELS["ARM"]),
            "TIME": time_.ravel(),
            "Y": values.ravel(),
        }
    )


def cpu_seconds(call: Callable[[], object], repeats: int) -> float:
    """Give the median CPU time of a call."""
    spent = []
    for _ in range(repeats):
        begun = time.process_time()
        call()
        spent.append(time.process_time() - begun)
    return statistics.median(spent)


def mmrm_timings() -> list[Timing]:
    """Time frame and formula to the table of coefficients: five visits, unstructured, Kenward-Roger."""
    found = []
    for n, target in TARGETS.items():
        frame = trial(n)
        seconds = cpu_seconds(lambda frame=frame: fit_mmrm(frame, *MODEL).coefficients, 25 if n <= 2_000 else 5)
        found.append(Timing(f"MMRM, {n:,} participants", "postinfusion", seconds, target))
        if n <= LARGEST_FOR_PEERS:
            found += of_r("mmrm", f"MMRM, {n:,} participants", frame)
    return found


def lmm_timings() -> list[Timing]:
    """Time a linear mixed model with correlated random slope, Satterthwaite included."""
    found = []
    for n, target in ((2_000, None), (100_000, 3.0)):
        task, frame = f"LMM, random slope, {n:,} participants", courses(n)
        seconds = cpu_seconds(lambda frame=frame: fit_lmm(frame, *SLOPE, df="satterthwaite").coefficients, 3)
        found.append(Timing(task, "postinfusion", seconds, target))
        found += of_mixedlm(task, frame)
        if n <= LARGEST_FOR_PEERS:
            found += [*of_statsmodels(task, frame), *of_r("lmm", task, frame)]
    return found


def batch_timing(replicates: int = 1_000) -> Timing:
    """Time simulated trials of 60 participants and 6 visits with Kenward-Roger."""
    parts = [trial(60, 6, seed).assign(REP=seed) for seed in range(replicates)]
    frame = pd.concat(parts, ignore_index=True)
    seconds = cpu_seconds(lambda: fit_mmrm_batch(frame, *MODEL, replicate="REP", specs="ARM", by="AVISIT"), 1)
    return Timing(f"{replicates:,} trials of 60 participants and 6 visits", "postinfusion", seconds, 8.0)


def streamed_timing(folder: Path, n: int = 1_000_000) -> tuple[Timing, float]:
    """Time a million participants streamed from Parquet, in a process of its own; give also its peak memory in MiB."""
    file = folder / "million.parquet"
    frame = trial(n)
    frame.astype({"ARM": str, "AVISIT": str}).to_parquet(file)
    del frame
    told = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, __file__, "--stream", str(file)], capture_output=True, text=True, check=True
    )
    seconds, memory = map(float, told.stdout.split())
    return Timing(f"MMRM, {n:,} participants, streamed from Parquet", "postinfusion", seconds, 5.0), memory


def stream(file: str) -> None:
    """Fit a model to a file chunk by chunk and print CPU seconds and peak memory, the reading included."""
    begun = time.process_time()
    chunks = parquet_chunks(file, [*LEVELS, "ID", "BASE", "CHG"], factors=list(LEVELS))
    fit_mmrm_products(mmrm_products(chunks, *MODEL, levels=LEVELS)).coefficients  # noqa: B018 - the table is the work
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEBIBYTE
    print(time.process_time() - begun, peak)


def of_statsmodels(task: str, frame: pd.DataFrame) -> list[Timing]:
    """Time statsmodels' MixedLM on the same random slope (z tests only)."""
    from statsmodels.regression.mixed_linear_model import MixedLM

    def call() -> object:
        return MixedLM.from_formula("Y ~ TIME * ARM", groups="ID", re_formula="1 + TIME", data=frame).fit(reml=True)

    return [Timing(task, "statsmodels MixedLM (z tests)", cpu_seconds(call, 1))]


def of_mixedlm(task: str, frame: pd.DataFrame) -> list[Timing]:
    """Time the package mixedlm, where it is installed, on the same random slope."""
    if find_spec("mixedlm") is None:
        return []
    from mixedlm import lmer

    plain = frame.astype({"ID": str, "ARM": str})
    seconds = cpu_seconds(lambda: lmer("Y ~ TIME * ARM + (1 + TIME | ID)", plain), 3)
    return [Timing(task, "mixedlm", seconds)]


def of_r(kind: str, task: str, frame: pd.DataFrame) -> list[Timing]:
    """Time the programs of R that are installed, on the same data; R itself takes the CPU time of each fit."""
    if shutil.which("Rscript") is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.csv"
        frame.to_csv(file, index=False)
        told = subprocess.run(  # noqa: S603 - own script, own file
            ["Rscript", str(PEERS), kind, str(file)],  # noqa: S607 - whichever R the user has
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    return [Timing(task, program, float(seconds)) for program, seconds in csv.reader(told.stdout.splitlines())]


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        streamed, memory = streamed_timing(Path(folder))
    timings = [*mmrm_timings(), streamed, batch_timing(), *lmm_timings()]
    ours = {timing.task: timing.seconds for timing in timings if timing.program == "postinfusion"}
    print("| task | program | CPU seconds | times ours | target |\n|---|---|---:|---:|---:|")
    for timing in timings:
        ratio = timing.seconds / ours[timing.task]
        target = "" if timing.target is None else f"{timing.target:g}"
        print(f"| {timing.task} | {timing.program} | {timing.seconds:.3f} | {ratio:.1f} | {target} |")
    print(f"\nPeak memory of the streamed fit: {memory:.0f} MiB.")


if __name__ == "__main__":
    stream(sys.argv[2]) if sys.argv[1:2] == ["--stream"] else main()
