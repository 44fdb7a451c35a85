"""The verdicts on the claims, from the results of all analyses alone."""


rule synthesise:
    input:
        "results/{trial}/ard/ard.parquet",
    output:
        "results/{trial}/ard/claims.parquet",
    log:
        "results/{trial}/logs/synthesise.log",
    benchmark:
        "results/{trial}/benchmarks/synthesise.tsv"
    params:
        plan=plan_file,
        code=of_code("postinfusion.cli.synthesise"),
        part=part(sections.for_synthesise),
    shell:
        "python -m postinfusion synthesise {params.plan:q} --ard {input:q} --out {output:q} 2>&1 | tee {log:q}"
