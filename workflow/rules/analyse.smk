"""The analyses: one job for all descriptive ones, and one for each model."""


rule analyse_descriptive:
    input:
        adam="results/{trial}/adam",
    output:
        results="results/{trial}/analyses/descriptive.parquet",
        individual=directory("results/{trial}/individual"),
    log:
        "results/{trial}/logs/analyse/descriptive.log",
    benchmark:
        "results/{trial}/benchmarks/analyse/descriptive.tsv"
    params:
        plan=plan_file,
        ids=lambda wildcards: sections.jobs(PLANS[wildcards.trial])["descriptive"],
        code=of_code("postinfusion.cli.analyse"),
        part=part(sections.for_analyse),
    shell:
        "python -m postinfusion analyse {params.plan:q} {params.ids:q} --adam {input.adam:q} --out {output.results:q}"
        " --individual {output.individual:q} 2>&1 | tee {log:q}"


rule analyse:
    input:
        adam="results/{trial}/adam",
    output:
        "results/{trial}/analyses/{job}.parquet",
    log:
        "results/{trial}/logs/analyse/{job}.log",
    benchmark:
        "results/{trial}/benchmarks/analyse/{job}.tsv"
    wildcard_constraints:
        job=r"(?!descriptive\.)[a-z0-9-]+",
    params:
        plan=plan_file,
        code=of_code("postinfusion.cli.analyse"),
        part=part(sections.for_analyse, "job"),
    shell:
        "python -m postinfusion analyse {params.plan:q} {wildcards.job:q} --adam {input.adam:q} --out {output:q}"
        " 2>&1 | tee {log:q}"
