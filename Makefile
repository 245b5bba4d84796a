# Two commands do all the set-up: `make demo` shows what the relay does, `make test` proves it.
# Needs Python >= 3.11 and make; everything else is installed into .venv.

PYTHON ?= python3
CORPUS ?= $(wildcard ../shared/samples)
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo run test check format bench corpus month reading backlog console torture spamcheck clean

help:  ## List the targets.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "error: $(PYTHON) is older than 3.11; try: make PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -m venv .venv || \
	    { echo "error: no venv module; on Debian: apt-get install python3-venv"; exit 1; }

.venv/installed: pyproject.toml $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/installed-dev: pyproject.toml $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ .venv/installed

demo: .venv/installed  ## Show it at work: real rsync jobs, honest and lying scripts, what leaves.
	$(BIN)/relay demo

run: .venv/installed  ## Serve with config.yaml.
	$(BIN)/relay serve --config config.yaml

test: .venv/installed-dev  ## Build and run the whole suite; install the Debian packages it wants.
	@sh tests/install-packages.sh
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

check: .venv/installed-dev  ## Format, lint, types, direction of imports, known holes.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m bench.advisories

format: .venv/installed-dev  ## Put the code into its format.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/installed-dev  ## Measure ours and its peers in one run.
	@sh tests/install-packages.sh
	$(BIN)/python -m bench

corpus: .venv/installed-dev  ## Judge the labelled mails, and print a confusion matrix.
	$(BIN)/python -m bench.corpus tests/messages $(CORPUS)

month: .venv/installed-dev  ## Send a month of many hosts through the relay on a virtual clock.
	$(BIN)/python -m bench.month

reading: .venv/installed-dev  ## Measure what understanding a mail costs, as mails grow.
	$(BIN)/python -m bench.reading

backlog: .venv/installed-dev  ## Let 100,000 mails wait, and see how long a fresh failure takes.
	$(BIN)/python -m bench.backlog

console: .venv/installed-dev  ## Measure how fast the operator's pages answer with a million lines of ledger.
	$(BIN)/python -m bench.console

torture: .venv/installed-dev  ## Do the whole of what the suite does in short: see docs/reliability.md.
	@sh tests/install-packages.sh
	RELAY_TORTURE=whole $(BIN)/python -m pytest -n 2 --dist worksteal --timeout 2400 \
	    tests/torture tests/fuzz tests/ingest/test_machine.py
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]' || \
	    { echo "no atheris for this Python: fuzzing by mutation alone, as above"; exit 0; }
	$(BIN)/python -m tests.fuzz 30

spamcheck: .venv/installed-dev  ## Ask SpamAssassin about each mail before and after.
	@sh tests/install-packages.sh
	$(BIN)/python -m bench.spamcheck tests/messages $(CORPUS)

clean:  ## Remove what the targets made.
	rm -rf .venv build demo *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
