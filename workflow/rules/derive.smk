"""The analysis datasets."""


rule derive:
    input:
        source_files,
        # a new verdict of the same data makes no new datasets
        verdict=ancient("results/{trial}/check.json"),
    output:
        directory("results/{trial}/adam"),
    log:
        "results/{trial}/logs/derive.log",
    benchmark:
        "results/{trial}/benchmarks/derive.tsv"
    params:
        plan=plan_file,
        data=data_folder,
        code=of_code("postinfusion.cli.derive"),
        part=part(lambda plan, wildcards: sections.for_derive(plan)),
    shell:
        "python -m postinfusion derive {params.plan:q} --data {params.data:q} --out {output:q} 2>&1 | tee {log:q}"
