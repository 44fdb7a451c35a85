"""``synthesise``: the results of all analyses → the verdict on every claim."""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("plan", type=Path, help="the plan of the trial")
    parser.add_argument("--ard", type=Path, required=True, help="results of the trial (Parquet)")
    parser.add_argument("--out", type=Path, required=True, help="file for the verdicts (Parquet)")


def run(arguments: argparse.Namespace) -> int:
    """Judge the claims from the results alone, write the verdicts, and print how many claims could be judged."""
    from postinfusion.analyses.claims import judged_claims, synthesise
    from postinfusion.cli.step_line import print_step
    from postinfusion.io import read, write

    began = perf_counter()
    plan, trial = read.plan(arguments.plan), arguments.plan.stem
    claims = synthesise(plan, trial, read.ard(arguments.ard))
    write.frame(arguments.out, claims)
    judged, asked = judged_claims(claims)
    print_step(trial, "claims", f"{judged} of {asked} judged, the others are not testable", perf_counter() - began)
    return 0
