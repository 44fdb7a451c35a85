"""From the data and the plan of each trial to its report: reads the plans, includes the rules, names the targets."""


include: "workflow/rules/plans.smk"
include: "workflow/rules/export.smk"
include: "workflow/rules/check.smk"
include: "workflow/rules/derive.smk"
include: "workflow/rules/analyse.smk"
include: "workflow/rules/ard.smk"
include: "workflow/rules/synthesise.smk"
include: "workflow/rules/display.smk"
include: "workflow/rules/provenance.smk"
include: "workflow/rules/report.smk"


keep_readings()


report: "workflow/report/workflow.rst"


wildcard_constraints:
    trial="|".join(map(re.escape, PLANS)),


# Every file in between is a target too: what a failed run left out is missed, and said again, by the next one.
rule all:
    default_target: True
    input:
        expand("results/{trial}/check.json", trial=PLANS),
        expand("results/{trial}/adam", trial=PLANS),
        [analyses_of(trial) for trial in PLANS],
        expand("results/{trial}/ard/ard.parquet", trial=PLANS),
        expand("results/{trial}/ard/claims.parquet", trial=PLANS),
        [displays_of(trial) for trial in PLANS],
        expand("results/{trial}/provenance.json", trial=PLANS),
        expand("results/{trial}/report/report.html", trial=PLANS),
