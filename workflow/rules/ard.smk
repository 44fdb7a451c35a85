"""The results of all analyses as one long table."""


rule ard:
    input:
        lambda wildcards: analyses_of(wildcards.trial),
    output:
        parquet="results/{trial}/ard/ard.parquet",
        csv="results/{trial}/ard/ard.csv",
    log:
        "results/{trial}/logs/ard.log",
    benchmark:
        "results/{trial}/benchmarks/ard.tsv"
    params:
        plan=plan_file,
        code=of_code("postinfusion.cli.ard"),
    shell:
        "python -m postinfusion ard {params.plan:q} --out {output.parquet:q} --csv {output.csv:q} {input:q}"
        " 2>&1 | tee {log:q}"
