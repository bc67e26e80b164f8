# Everything sets itself up: `make demo` and `make test` need Python 3.11+, pip and make, nothing else.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types layers generate generated bench bench-quick lock new-check clean

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## Create .venv with the locked dependencies

$(VENV)/.ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "mlposture needs Python 3.11 or newer; run make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## Scan three simulated clouds; leaves demo-out/report.json and demo-out/report.sarif
	@$(RUN) examples/demo.py demo-out

test: setup ## Run all tests
	$(RUN) -m pytest -n auto --dist worksteal

check: setup lint types layers generated test ## Everything CI checks

lint: setup
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

types: setup
	$(RUN) -m mypy

layers: setup
	$(VENV)/bin/lint-imports

generate: setup ## Write the generated files anew
	$(RUN) scripts/build_frameworks.py
	$(RUN) scripts/build_schema.py
	$(RUN) scripts/build_shapes.py
	$(RUN) scripts/build_docs.py
	$(RUN) scripts/build_performance.py

generated: setup
	$(RUN) scripts/build_frameworks.py --check
	$(RUN) scripts/build_schema.py --check
	$(RUN) scripts/build_shapes.py --check
	$(RUN) scripts/build_docs.py --check
	$(RUN) scripts/build_performance.py --check

bench: setup ## Measure everything, beside the peer (half an hour, 3 GB), and record the results
	$(RUN) benchmarks/run.py --record

bench-quick: setup ## Measure a small part in about a minute, without the peer
	$(RUN) benchmarks/run.py --quick

new-check: setup ## Write the stubs of a check: make new-check ARGS="aws sagemaker endpoints SLUG --kind Endpoint"
	$(RUN) scripts/new_check.py $(ARGS)

lock: setup ## Resolve the dependencies anew, with hashes and without index lines
	$(RUN) -m pip install --quiet --disable-pip-version-check uv
	$(RUN) -m uv pip compile pyproject.toml --extra all --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --quiet -o requirements/dev.txt

clean: ## Remove everything that was built
	rm -rf $(VENV) demo-out build dist node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
