# One word runs everything; each target does the set-up it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Whole files to a process: the costly fixtures are made once a file. Three, because many tests wait for servers.
TEST := $(BIN)/python -m pytest -n 3 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format lint types contracts replay killtest simulate bench docs lock clean

help: ## Show these targets.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Otklik needs Python 3.11 or newer (try: make PYTHON=python3.11 $(MAKECMDGOALS))"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt --editable '.[dev,notebooks,train]'
	@touch $@

setup: $(STAMP) ## Make the virtual environment in .venv and install everything.

demo: setup ## Three simulated nights on a local review site, with everything real.
	$(BIN)/otklik demo

test: setup ## The test suite.
	$(TEST)

check: setup format lint types contracts ## What CI runs: set-up, format, lint, types, contracts, tests.
	$(TEST)

format: setup
	$(BIN)/ruff format --check .

lint: setup
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy

contracts: setup
	$(BIN)/lint-imports

replay: setup ## Every night of the real files (needs the shared data).
	$(BIN)/python -m pytest -m replay -s tests/replay

killtest: setup ## kill -9 at 20 random moments of a night, then compare with an undisturbed one.
	$(BIN)/python -m benchmarks.killtest

simulate: setup ## A simulated month in each of 200 towns, and a year in 10: no promise may break. Can be interrupted.
	$(BIN)/python -m pytest -q -m simulate tests/simulation
	$(BIN)/python -m benchmarks.simulate --seeds 200 --nights 30 --results .simulated.jsonl
	$(BIN)/python -m benchmarks.simulate --first 1001 --seeds 10 --nights 365 --results .simulated.jsonl

bench: setup ## Ratios against named alternatives.
	$(BIN)/python -m benchmarks.classify
	$(BIN)/python -m benchmarks.ingest

docs: setup ## Write docs/warehouse.md from the comments of the schema, and the README's table of sources.
	$(BIN)/python -m warehouse.dictionary > docs/warehouse.md
	$(BIN)/python -m console.readme

lock: setup ## Write constraints.txt from what is installed now.
	{ head -1 constraints.txt; $(BIN)/python -m pip freeze --exclude-editable --exclude pip --exclude setuptools | sed -E 's/\+cpu$$//'; } > constraints.new
	mv constraints.new constraints.txt

clean: ## Remove the virtual environment and the demo's data.
	rm -rf $(VENV) demo
