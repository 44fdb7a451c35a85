"""The results of all analyses as one long table."""


rule ard:
    input:
        lambda wildcards: analyses_of(wildcards.trial),
    output:
        parquet="results/{trial}/ard/ard.parquet",
        csv="results/{trial}/ard/ard.csv",
        public="results/{trial}/ard/public.parquet",
    log:
        "results/{trial}/logs/ard.log",
    benchmark:
        "results/{trial}/benchmarks/ard.tsv"
    params:
        plan=plan_file,
        code=of_code("postinfusion.cli.ard"),
        part=part(sections.for_ard),
    shell:
        "python -m postinfusion ard {params.plan:q} --out {output.parquet:q} --csv {output.csv:q}"
        " --public {output.public:q} {input:q} 2>&1 | tee {log:q}"
