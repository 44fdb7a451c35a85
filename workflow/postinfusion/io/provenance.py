"""What a report was made from: inputs, plan, code and versions, by their digests and numbers."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version

from postinfusion.io.digest import of_code, of_section
from postinfusion.plan.plan import Plan
from postinfusion.plan.sections import for_report

ANALYSES = "postinfusion.cli.analyse"
"""The command whose code makes the numbers."""
SOFTWARE = ("postinfusion", "numpy", "scipy", "pandas", "pyarrow", "statsmodels", "matplotlib", "snakemake")


def provenance(plan: Plan, inputs: Mapping[str, str]) -> dict[str, object]:
    """Give what the results of a trial come from; equal results come from equal entries, so no time is among them.

    Parameters
    ----------
    plan
        The plan of the trial.
    inputs
        Data file → SHA-256 of its content, as the check found it.
    """
    return {
        "Inputs (SHA-256)": dict(inputs),
        "Plan (digest)": of_section(for_report(plan)),
        "Code of the analyses (digest)": of_code(ANALYSES),
        "Seed": plan.seed,
        "Software": software(),
    }


def software() -> dict[str, str]:
    """Give the versions of Python and of the packages that decide results."""
    return {"Python": platform.python_version()} | {name: version(name) for name in SOFTWARE}
