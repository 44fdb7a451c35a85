"""Everything is read and validated before anything is written, so that bad data leave earlier results as they are."""


rule check:
    input:
        source_files,
    output:
        "results/{trial}/check.json",
    log:
        "results/{trial}/logs/check.log",
    benchmark:
        "results/{trial}/benchmarks/check.tsv"
    params:
        plan=plan_file,
        data=data,
        code=of_code("postinfusion.cli.check"),
        part=part(sections.for_check),
    shell:
        "python -m postinfusion check {params.plan:q} --data {params.data:q} --out {output:q} 2>&1 | tee {log:q}"
