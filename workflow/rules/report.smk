"""The report of each trial."""


rule report:
    input:
        ard="results/{trial}/ard/ard.parquet",
        check="results/{trial}/check.json",
        displays=lambda wildcards: displays_of(wildcards.trial),
    output:
        html=report(
            "results/{trial}/report/report.html",
            caption="../report/report.rst",
            category="{trial}",
        ),
        provenance="results/{trial}/provenance.json",
    log:
        "results/{trial}/logs/report.log",
    benchmark:
        "results/{trial}/benchmarks/report.tsv"
    params:
        plan=plan_file,
        displays="results/{trial}/displays",
        code=of_code("postinfusion.cli.report"),
        part=part(sections.for_report),
    shell:
        "python -m postinfusion report {params.plan:q} --ard {input.ard:q} --displays {params.displays:q}"
        " --check {input.check:q} --out {output.html:q} --provenance {output.provenance:q} 2>&1 | tee {log:q}"
