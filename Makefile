# make              sets up and runs every trial of config/config.yaml
# make TRIAL=name   runs one trial
# make test         sets up and runs the tests
# make lint         style, types, import contracts
# make lock         pins the environment anew after an edit of pyproject.toml
# make validate     compares every model with the numbers of other programs and of publications
# make type-one-error REPLICATES=5000   simulates small trials: does the inference keep its level?
# make verdict-shares REPLICATES=400  simulates the shipped trials over many seeds: how often does each verdict come out?
# make coverage REPLICATES=400        the same for estimates: are they unbiased, do their intervals hold the truth?
# make benchmark    times the engine beside statsmodels, and R where it is installed
# make timings      adds up the time and memory of the jobs
.PHONY: run test lint lock benchmark timings type-one-error verdict-shares coverage validate set-up
run: set-up
	@.venv/bin/postinfusion run $(TRIAL)

test: set-up
	@OPENBLAS_NUM_THREADS=1 .venv/bin/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

lint: set-up
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/snakefmt --check Snakefile workflow/rules
	.venv/bin/mypy
	.venv/bin/lint-imports

lock: set-up
	.venv/bin/uv pip compile --universal --generate-hashes --python-version 3.11 pyproject.toml --group dev -o requirements.txt

set-up:
	@PYTHON="$(PYTHON)" sh workflow/setup.sh

type-one-error: set-up
	@OPENBLAS_NUM_THREADS=1 PYTHONPATH=tests .venv/bin/python -m simulation.type_one_error $(or $(REPLICATES),1000)

verdict-shares: set-up
	@OPENBLAS_NUM_THREADS=1 PYTHONPATH=tests .venv/bin/python -m simulation.verdict_shares $(or $(REPLICATES),100)

coverage: set-up
	@OPENBLAS_NUM_THREADS=1 PYTHONPATH=tests .venv/bin/python -m simulation.coverage $(or $(REPLICATES),100)

validate: set-up
	@PYTHONPATH=tests .venv/bin/python -m reference.validate

benchmark: set-up
	@OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 .venv/bin/python workflow/benchmarks/engine.py

timings:
	@.venv/bin/python workflow/timings.py results
