"""The analyses: one job for all descriptive ones, and one for each model."""


rule analyse_descriptive:
    input:
        adam="results/{trial}/adam",
    output:
        results="results/{trial}/analyses/descriptive.parquet",
        individual=directory("results/{trial}/individual/descriptive"),
    log:
        "results/{trial}/logs/analyse/descriptive.log",
    benchmark:
        "results/{trial}/benchmarks/analyse/descriptive.tsv"
    params:
        plan=plan_file,
        keys=lambda wildcards: sections.descriptive(PLANS[wildcards.trial]),
        code=of_code("postinfusion.cli.analyse"),
        part=part(lambda plan, wildcards: sections.for_analyses(plan, sections.descriptive(plan))),
    shell:
        "python -m postinfusion analyse {params.plan:q} {params.keys:q} --adam {input.adam:q} --out {output.results:q}"
        " --individual {output.individual:q} 2>&1 | tee {log:q}"


rule analyse:
    input:
        adam="results/{trial}/adam",
    output:
        "results/{trial}/analyses/{key}.parquet",
    log:
        "results/{trial}/logs/analyse/{key}.log",
    benchmark:
        "results/{trial}/benchmarks/analyse/{key}.tsv"
    wildcard_constraints:
        key="(?!descriptive$)[a-z0-9-]+",
    params:
        plan=plan_file,
        code=of_code("postinfusion.cli.analyse"),
        part=part(lambda plan, wildcards: sections.for_analyses(plan, [wildcards.key])),
    shell:
        "python -m postinfusion analyse {params.plan:q} {wildcards.key:q} --adam {input.adam:q} --out {output:q}"
        " 2>&1 | tee {log:q}"
