# Two commands on a fresh machine: `make demo` runs the main job, `make test` passes the tests.
# Each creates .venv and installs by itself when the lock has changed.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO_HOME ?= $(CURDIR)/var/demo
PERSONS ?= 20000
YEARS ?= 3
EXAMPLES ?= 2000
TEST_PROCESSES ?= 2

.PHONY: demo test fuzz lint lint-python lint-sql lock serve bench clean help

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /  /'

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 14) else "Osamari needs Python 3.11, 3.12 or 3.13; run: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-compile --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(BIN)/python -c 'from orchestration.dbt_manifest import prepared_manifest; prepared_manifest()'
	touch $(STAMP)

demo: $(STAMP) ## invent a city of $(PERSONS) people, take in its feeds, release its statistics into var/demo
	rm -rf "$(DEMO_HOME)"
	OSAMARI_HOME="$(DEMO_HOME)" $(BIN)/osamari sample --persons $(PERSONS) --years $(YEARS) --seed 1 --out "$(DEMO_HOME)/inbox"
	OSAMARI_HOME="$(DEMO_HOME)" $(BIN)/osamari user add --name "試行の担当者" --department 収納課 --role administrator --role operator --role collector --role provision_officer --role auditor
	OSAMARI_HOME="$(DEMO_HOME)" $(BIN)/osamari refresh
	@echo "Look at the page: $$(ls -d "$(DEMO_HOME)"/released/*/ | tail -n 1)index.html"
	@echo "Look at the asset graph: OSAMARI_HOME=\"$(DEMO_HOME)\" $(BIN)/osamari serve"

test: $(STAMP) ## pass the tests
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder --junitxml=var/tests/results.xml

fuzz: $(STAMP) ## damage files of every feed for a while: EXAMPLES=2000 tries of each property
	OSAMARI_FUZZ_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest tests/test_ingestion_csv_properties.py tests/test_ingestion_fixed_width_properties.py

lint: lint-python lint-sql ## ruff, mypy strict, SQL linter

lint-python: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lint-sql: $(STAMP)
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/tests

lock: ## renew requirements.lock (hashes, no addresses); needs uv
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --output-file requirements.lock

serve: $(STAMP) ## Dagster on this machine only, on the demo's home
	OSAMARI_HOME="$(DEMO_HOME)" $(BIN)/osamari serve

bench: $(STAMP) ## seconds, memory and ratio to the floor (not part of the tests)
	$(BIN)/osamari bench --persons $(PERSONS)

clean: ## remove the demo and everything generated
	rm -rf var .pytest_cache .mypy_cache .ruff_cache .hypothesis dbt_project/target dbt_project/logs logs
