"""From the data and the plan of each trial to its report: reads the plans, includes the rules, names the targets."""


include: "workflow/rules/plans.smk"
include: "workflow/rules/export.smk"
include: "workflow/rules/check.smk"
include: "workflow/rules/derive.smk"
include: "workflow/rules/analyse.smk"
include: "workflow/rules/ard.smk"
include: "workflow/rules/display.smk"
include: "workflow/rules/report.smk"


report: "workflow/report/workflow.rst"


wildcard_constraints:
    trial="|".join(map(re.escape, PLANS)),


rule all:
    """Every file of every trial, also the ones in between: what a failed run left out is missed by the next one."""
    default_target: True
    input:
        [files_of(trial) for trial in PLANS],
