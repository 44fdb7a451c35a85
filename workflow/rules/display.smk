"""The tables and figures, one folder for each section of the report."""


rule display:
    input:
        results=results_shown,
        individual=individual_shown,
    output:
        report(
            directory("results/{trial}/displays/{section}"),
            patterns=["figures/{name}.svg"],
            caption="../report/figure.rst",
            category="{trial}",
            subcategory="{section}",
            labels={"figure": "{name}"},
        ),
    log:
        "results/{trial}/logs/display/{section}.log",
    benchmark:
        "results/{trial}/benchmarks/display/{section}.tsv"
    wildcard_constraints:
        section="|".join(Section),
    params:
        plan=plan_file,
        individual="results/{trial}/individual",
        code=of_code("postinfusion.cli.display"),
        part=part(sections.for_display, "section"),
    shell:
        "python -m postinfusion display {wildcards.section:q} --plan {params.plan:q} --trial {wildcards.trial:q}"
        " --results {input.results:q} --individual {params.individual:q} --out {output:q} 2>&1 | tee {log:q}"
