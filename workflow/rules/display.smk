"""The tables and figures, one folder for each section of the report."""


rule display:
    input:
        # new results of other sections' analyses make no new displays
        ard=ancient("results/{trial}/ard/ard.parquet"),
        individual=individual_of_section,
        analyses=analyses_of(lambda plan, wildcards: sections.shown_in(plan, Section(wildcards.section))),
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
        code=[of_code("postinfusion.cli.display"), of_code("postinfusion.cli.ard")],
        part=part(lambda plan, wildcards: sections.for_display(plan, Section(wildcards.section))),
    shell:
        "python -m postinfusion display {params.plan:q} {wildcards.section:q} --ard {input.ard:q}"
        " --individual {input.individual:q} --out {output:q} 2>&1 | tee {log:q}"
