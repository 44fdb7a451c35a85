"""The data of real trials that a package of the environment ships."""

from importlib.metadata import version

for trial in filter(PLANS.__contains__, EXPORTS):

    rule:
        name:
            f"export_{trial}"
        output:
            [DATA[trial] / file for file in EXPORTS[trial]],
        log:
            f"results/{trial}/logs/export.log",
        benchmark:
            f"results/{trial}/benchmarks/export.tsv"
        params:
            trial=trial,
            out=DATA[trial],
            package=version(PACKAGES[trial]),
            code=of_code("postinfusion.cli.export"),
        shell:
            "python -m postinfusion export {params.trial:q} --out {params.out:q} 2>&1 | tee {log:q}"
