"""The report of each trial."""


rule report:
    input:
        ard="results/{trial}/ard/ard.parquet",
        check="results/{trial}/check.json",
        displays=lambda wildcards: [
            f"results/{wildcards.trial}/displays/{section}" for section in sections.shown(PLANS[wildcards.trial])
        ],
    output:
        html=report("results/{trial}/report/report.html", caption="../report/report.rst", category="{trial}"),
        provenance="results/{trial}/provenance.json",
    log:
        "results/{trial}/logs/report.log",
    benchmark:
        "results/{trial}/benchmarks/report.tsv"
    params:
        plan=plan_file,
        displays=lambda wildcards: f"results/{wildcards.trial}/displays",
        code=of_code("postinfusion.cli.report"),
        part=part(lambda plan, wildcards: sections.for_report(plan)),
    shell:
        "python -m postinfusion report {params.plan:q} --ard {input.ard:q} --displays {params.displays:q}"
        " --check {input.check:q} --out {output.html:q} --provenance {output.provenance:q} 2>&1 | tee {log:q}"
