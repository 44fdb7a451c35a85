"""The plans of this run, where their files lie, and the digests that tell when a result is stale."""

import os
import re
import sys
from pathlib import Path

from postinfusion.cli.trial import data_folder
from postinfusion.errors import PostinfusionError
from postinfusion.io.digest import keep_readings, of_code, of_section
from postinfusion.io.plans import default_trials, plan_files, read_plans
from postinfusion.plan import sections
from postinfusion.sources.export import EXPORTS, PACKAGES
from postinfusion.vocabulary import Privacy, Section

HOME = Path(workflow.basedir)
# Jobs run the interpreter that runs this file: .venv/bin need not be on the PATH of whoever calls snakemake.
PATH = [str(Path(sys.executable).parent), os.getenv("PATH", os.defpath)]
os.environ.update(PATH=os.pathsep.join(PATH))


def trials_of_run():
    """Give the trials to run: as given with --config, else as in config/config.yaml."""
    trials = config.get("trials") or default_trials(HOME)
    return [trials] if isinstance(trials, str) else trials


def plans_or_exit(files):
    """Give the plans, or end with everything that is wrong with them, and with the data of those that are wrong."""
    try:
        return read_plans(files)
    except PostinfusionError as error:
        from postinfusion.cli.check import problems_of_plan, told

        found = [problems_of_plan(file) for file in files.values()]
        ending = "Nothing was run; earlier results are untouched."
        sys.exit(told(found if any(found) else [error.problems], ending))


# Paths are told from the working directory, so that results stay up to date when the whole folder is moved.
PLAN_FILES = {
    trial: Path(os.path.relpath(file))
    for trial, file in plan_files(HOME, trials_of_run()).items()
}
DATA = {
    trial: Path(os.path.relpath(data_folder(file)))
    for trial, file in PLAN_FILES.items()
}
PLANS = plans_or_exit(PLAN_FILES)


def plan_file(wildcards):
    """Give the plan of a trial."""
    return PLAN_FILES[wildcards.trial]


def data(wildcards):
    """Give the folder of a trial's data."""
    return DATA[wildcards.trial]


def source_files(wildcards):
    """Give the source files of a trial that exist or can be exported; `check` names the ones that are missing."""
    names = sorted({source.file for source in PLANS[wildcards.trial].sources.values()})
    exported = EXPORTS.get(wildcards.trial, ())
    files = {name: data(wildcards) / name for name in names}
    return [file for name, file in files.items() if name in exported or file.is_file()]


def analyses_of(trial):
    """Give the results of every analysis of a trial."""
    return [
        f"results/{trial}/analyses/{analysis}.parquet"
        for analysis in PLANS[trial].analyses
    ]


def results_of_report(wildcards):
    """Give the results that the page may show: a public one is made without those that tell of single persons."""
    is_public = PLANS[wildcards.trial].privacy.mode is Privacy.PUBLIC
    return f"results/{wildcards.trial}/ard/{'public' if is_public else 'ard'}.parquet"


def results_shown(wildcards):
    """Give the results of the analyses that a section shows, so that no other analysis makes it stale."""
    section = Section(wildcards.section)
    shown = sections.results_shown(PLANS[wildcards.trial], section)
    results = [
        f"results/{wildcards.trial}/analyses/{analysis}.parquet" for analysis in shown
    ]
    is_about_claims = section is Section.CLAIMS
    verdicts = (
        [f"results/{wildcards.trial}/ard/claims.parquet"] if is_about_claims else []
    )
    return [*verdicts, *results]


def individual_shown(wildcards):
    """Give the individual data of the analyses that a section shows."""
    shown = sections.shown_in(PLANS[wildcards.trial], Section(wildcards.section))
    return [
        f"results/{wildcards.trial}/individual/{analysis}.parquet" for analysis in shown
    ]


def displays_of(trial):
    """Give the folder of every section of a trial's report."""
    return [
        f"results/{trial}/displays/{section}"
        for section in sections.shown(PLANS[trial])
    ]


def part(step, *names):
    """Give the digest of what a step is handed of the plan; some steps also need a wildcard to know their part."""

    def digest(wildcards):
        chosen = [wildcards[name] for name in names]
        return of_section(step(PLANS[wildcards.trial], *chosen))

    return digest
