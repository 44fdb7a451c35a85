"""The analysis datasets."""


rule derive:
    input:
        source_files,
        verdict="results/{trial}/check.json",
    output:
        directory("results/{trial}/adam"),
    log:
        "results/{trial}/logs/derive.log",
    benchmark:
        "results/{trial}/benchmarks/derive.tsv"
    params:
        plan=plan_file,
        data=data,
        code=of_code("postinfusion.cli.derive"),
        part=part(sections.for_derive),
    shell:
        "python -m postinfusion derive {params.plan:q} --data {params.data:q} --out {output:q} 2>&1 | tee {log:q}"
