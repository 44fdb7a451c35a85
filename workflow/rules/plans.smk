"""The plans of this run, where their files lie, and the digests that tell when a result is stale."""

import os
import re
import sys
from pathlib import Path

from ruamel.yaml import YAML

from postinfusion.errors import PostinfusionError, counted, grouped_by_file
from postinfusion.io.digest import of_code, of_section
from postinfusion.io.plans import read_plans
from postinfusion.plan import sections
from postinfusion.sources.export import EXPORTS
from postinfusion.vocabulary import Section

HOME = Path(workflow.basedir)
# Jobs run the interpreter that runs this file: .venv/bin need not be on the PATH of whoever calls snakemake.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def option(name):
    """Give a global option: as given with --config, else as in config/config.yaml."""
    file = HOME / "config" / "config.yaml"
    from_file = (YAML(typ="safe").load(file) or {}) if file.is_file() else {}
    return {**from_file, **config}.get(name)


def folder(name, default):
    """Give a folder of inputs, found from this workflow's own folder, relative to the working directory."""
    return Path(os.path.relpath(HOME / (option(name) or default)))


def chosen_trials():
    """Give the names of the trials to run; none means all that have a plan."""
    trials = option("trials") or []
    return [trials] if isinstance(trials, str) else list(trials)


def plans_or_exit():
    """Give the plans, or end with everything that is wrong with them."""
    try:
        return read_plans(PLAN_FOLDER, chosen_trials())
    except PostinfusionError as error:
        found = counted(len(error.problems), "error")
        sys.exit(f"{grouped_by_file(error.problems)}\n{found} in the plans. Nothing was run; earlier results are untouched.")


PLAN_FOLDER = folder("plans", "config/trials")
DATA_FOLDER = folder("data", "data")
PLANS = plans_or_exit()


def plan_file(wildcards):
    """Give the plan of a trial."""
    return PLAN_FOLDER / f"{wildcards.trial}.yaml"


def data_folder(wildcards):
    """Give the folder of a trial's data."""
    return DATA_FOLDER / wildcards.trial


def source_files(wildcards):
    """Give the source files of a trial that exist or can be exported; `check` names the ones that are missing."""
    exported = EXPORTS.get(wildcards.trial, ())
    names = sorted({source.file for source in PLANS[wildcards.trial].sources.values()})
    files = {name: data_folder(wildcards) / name for name in names}
    return [file for name, file in files.items() if name in exported or file.is_file()]


def analyses_of(keys):
    """Give the result files of the jobs that make some analyses of a trial."""

    def files(wildcards):
        plan = PLANS[wildcards.trial]
        jobs = dict.fromkeys(sections.job_of(plan, key) for key in keys(plan, wildcards))
        return [f"results/{wildcards.trial}/analyses/{job}.parquet" for job in jobs]

    return files


def part(function):
    """Give the digest of what a step is handed of the plan."""
    return lambda wildcards: of_section(function(PLANS[wildcards.trial], wildcards))


def files_of(trial):
    """Give every file that a run makes of a trial."""
    plan, home = PLANS[trial], f"results/{trial}"
    jobs = dict.fromkeys(sections.job_of(plan, key) for key in plan.analyses)
    return [
        f"{home}/check.json",
        f"{home}/adam",
        *(f"{home}/analyses/{job}.parquet" for job in jobs),
        f"{home}/ard/ard.parquet",
        *(f"{home}/displays/{section}" for section in sections.shown(plan)),
        f"{home}/report/report.html",
    ]
