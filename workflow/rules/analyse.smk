"""The analyses, a job for each: an edit of one makes no other again."""


rule analyse:
    input:
        adam="results/{trial}/adam",
    output:
        results="results/{trial}/analyses/{analysis}.parquet",
        individual="results/{trial}/individual/{analysis}.parquet",
    log:
        "results/{trial}/logs/analyse/{analysis}.log",
    benchmark:
        "results/{trial}/benchmarks/analyse/{analysis}.tsv"
    wildcard_constraints:
        analysis="[a-z0-9-]+",
    params:
        plan=plan_file,
        code=of_code("postinfusion.cli.analyse"),
        part=part(sections.for_analyse, "analysis"),
    shell:
        "python -m postinfusion analyse {params.plan:q} {wildcards.analysis:q} --adam {input.adam:q}"
        " --out {output.results:q} --individual {output.individual:q} 2>&1 | tee {log:q}"
