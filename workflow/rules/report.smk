"""The report of each trial."""


rule report:
    input:
        ard=results_of_report,
        claims="results/{trial}/ard/claims.parquet",
        check="results/{trial}/check.json",
        provenance="results/{trial}/provenance.json",
        displays=lambda wildcards: displays_of(wildcards.trial),
    output:
        html=report(
            "results/{trial}/report/report.html",
            caption="../report/report.rst",
            category="{trial}",
        ),
        headline="results/{trial}/report/headline.txt",
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
        "python -m postinfusion report --plan {params.plan:q} --trial {wildcards.trial:q} --ard {input.ard:q}"
        " --claims {input.claims:q}"
        " --displays {params.displays:q} --check {input.check:q} --provenance {input.provenance:q}"
        " --out {output.html:q} --headline {output.headline:q} 2>&1 | tee {log:q}"
