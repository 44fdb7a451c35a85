"""What each report is made from: inputs, plan, code and versions."""

from postinfusion.io.provenance import ANALYSES, software


rule provenance:
    input:
        "results/{trial}/check.json",
    output:
        "results/{trial}/provenance.json",
    log:
        "results/{trial}/logs/provenance.log",
    benchmark:
        "results/{trial}/benchmarks/provenance.tsv"
    params:
        plan=plan_file,
        code=[of_code("postinfusion.cli.provenance"), of_code(ANALYSES)],
        software=software(),
        part=part(sections.for_report),
    shell:
        "python -m postinfusion provenance {params.plan:q} --check {input:q} --out {output:q} 2>&1 | tee {log:q}"
