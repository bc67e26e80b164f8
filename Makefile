# Everything sets itself up: `make demo` and `make test` need Python 3.11+, pip and make, nothing else.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
# A developer's environment has all that the demonstration needs; without one, it gets a smaller one of its own.
DEMO_VENV := $(if $(wildcard $(VENV)/.ready),$(VENV),.venv-demo)
COMPILE := $(RUN) -m uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
  --quiet
LOCK := $(COMPILE) pyproject.toml --extra all
# What Google's client library needs to run, of which the demonstration only reads the discovery documents, and what
# files in buckets need.
UNUSED := google-api-core google-auth-httplib2 googleapis-common-protos httplib2 opentelemetry-api proto-plus protobuf \
  pyparsing uritemplate google-cloud-storage google-cloud-core google-resumable-media google-crc32c azure-storage-blob
# What MLflow's server and models of scikit-learn do without: 230 MB of 650.
UNUSED_BY_MLFLOW := contourpy docker fonttools kiwisolver matplotlib pillow pyarrow
GROUP_LOCK := $(COMPILE) --group pyproject.toml
# What is installed where it is deployed.
EXTRA_LOCK := $(COMPILE) pyproject.toml --constraint requirements/dev.txt --extra
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-check test-kind test-pages fuzz check lint types layers generate generated bench bench-quick bench-secrets sweep site lock new-check clean

# Only what is used is compiled to byte code, when it is used: most of it never is.
define install
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || { echo "mlposture needs Python 3.11 or newer; run make PYTHON=python3.11"; exit 1; }
$(PYTHON) -m venv $(1)
$(1)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps --no-compile -r $(2)
$(1)/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
touch $@
endef

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## Create .venv with the locked dependencies

$(VENV)/.ready: requirements/dev.txt pyproject.toml
	@echo "Installing what developers need into $(VENV): 490 MB, in one to three minutes, this once ..."
	@$(call install,$(VENV),requirements/dev.txt)

demo: $(DEMO_VENV)/.ready ## Scan three simulated clouds; leaves reports and dossiers in demo-out/
	@$(DEMO_VENV)/bin/python examples/demo.py $(if $(VERBOSE),--verbose) demo-out

.venv-demo/.ready: requirements/demo.txt pyproject.toml
	@echo "Installing what the demonstration needs into .venv-demo: 230 MB, in about a minute, this once ..."
	@$(call install,.venv-demo,requirements/demo.txt)

test: setup ## Run all tests
	$(RUN) -m pytest -n auto --dist worksteal

fuzz: setup ## Damage 100,000 saved inventories, configurations and journals, for an hour or more; FUZZ_SEED=… for others
	FUZZ=12500 $(RUN) -m pytest -n auto --dist worksteal tests/test_fuzz.py

test-check: setup ## Test one check: make test-check ARGS=slug
	@$(RUN) scripts/test_part.py check $(ARGS)

test-kind: setup ## Test one kind, its collector and its checks: make test-kind ARGS=NotebookInstance
	@$(RUN) scripts/test_part.py kind $(ARGS)

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
	$(RUN) scripts/build_google_shapes.py
	$(RUN) scripts/build_partitions.py
	$(RUN) scripts/build_docs.py
	$(RUN) scripts/build_roles.py
	$(RUN) scripts/build_performance.py

generated: setup
	$(RUN) scripts/build_frameworks.py --check
	$(RUN) scripts/build_schema.py --check
	$(RUN) scripts/build_shapes.py --check
	$(RUN) scripts/build_google_shapes.py --check
	$(RUN) scripts/build_partitions.py --check
	$(RUN) scripts/build_docs.py --check
	$(RUN) scripts/build_roles.py --check
	$(RUN) scripts/build_performance.py --check

bench: setup ## Measure everything, beside the peer (half an hour, 3 GB), and record the results
	$(RUN) benchmarks/run.py --record

bench-quick: setup ## Measure a small part in about a minute, without the peer
	$(RUN) benchmarks/run.py --quick

bench-secrets: setup .venv-judges/.ready ## Measure how well secrets are recognised, beside detect-secrets
	$(RUN) benchmarks/secret_detection.py --peer .venv-judges/bin/python

# What judges our work, or looks at it, has environments of its own.
.venv-judges/.ready .venv-oscal/.ready .venv-formats/.ready .venv-browser/.ready .venv-mlflow/.ready .venv-lineage/.ready .venv-cards/.ready .venv-deploy/.ready .venv-site/.ready: .venv-%/.ready: requirements/%.txt
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps --no-compile -r $<
	touch $@

test-pages: setup .venv-browser/.ready ## Look at all pages in a browser; MLPOSTURE_SCREENSHOTS=DIR keeps what it looks like
	$(RUN) -m pytest tests/reports/test_pages.py

site: .venv-site/.ready ## Make a site of docs/ in site-out/
	.venv-site/bin/python -m sphinx -b html -j auto -W --keep-going -q -c docs/site -d .venv-site/doctrees . site-out
	@echo "site-out/index.html is its first page"

sweep: setup ## Run the long versions of tests that leave moments, worlds and faults to chance, for about an hour
	MLPOSTURE_SWEEP=50 $(RUN) -m pytest -n auto --dist worksteal tests/test_stops.py tests/test_every_reply.py \
	  tests/test_random_worlds.py tests/scanner/history/test_killed_writers.py -k "random or no_reply or killed"

new-check: setup ## Write the stubs of a check: make new-check ARGS="aws sagemaker endpoints SLUG --kind Endpoint"
	$(RUN) scripts/new_check.py $(ARGS)

lock: setup ## Resolve the dependencies anew, with hashes and without index lines
	$(RUN) -m pip install --quiet --disable-pip-version-check uv
	$(LOCK) --group dev -o requirements/dev.txt
	$(LOCK) --group demo --constraint requirements/dev.txt $(UNUSED:%=--no-emit-package %) -o requirements/demo.txt
	for group in judges oscal formats browser lineage cards deploy site; do $(GROUP_LOCK):$$group -o requirements/$$group.txt || exit 1; done
	$(GROUP_LOCK):build --constraint requirements/dev.txt -o requirements/build.txt
	for extra in aws gcp azure all serve; do $(EXTRA_LOCK) $$extra -o requirements/$$extra.txt || exit 1; done
	$(GROUP_LOCK):mlflow $(UNUSED_BY_MLFLOW:%=--no-emit-package %) -o requirements/mlflow.txt

clean: ## Remove everything that was built
	rm -rf $(VENV) .venv-demo .venv-judges .venv-oscal .venv-formats .venv-browser .venv-mlflow .venv-lineage .venv-cards .venv-deploy .venv-site site-out demo-out build dist node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
