# make run    collect the shipped inputs and publish public/
# make test   run every test
# make check  formatting, lint, strict types, import rules
# make bench  feedkit against its peers and its own bounds (docs/benchmarks.md)
#
# Each does its own set-up: a virtual environment in .venv, pinned by constraints.txt.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PINS := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run test check bench clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

run: $(VENV)/.installed
	@$(BIN)/feedkit run

test: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest

check: $(VENV)/.installed-dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: $(VENV)/.installed-dev
	@$(BIN)/python bench/articles.py
	@$(BIN)/python bench/parse.py
	@$(BIN)/python bench/fetch.py
	@$(BIN)/python bench/cycle.py
	@$(BIN)/python bench/publish.py --entries 20000 --categories 200
	@$(BIN)/python bench/roundtrip.py $(firstword $(wildcard ../shared/corpus/feeds) feeds/samples)

clean:
	rm -rf $(VENV)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "feedkit needs Python 3.11 or newer; this is %s. Say which to use: make PYTHON=python3.12 …" % sys.version.split()[0])'
	@echo "Setting up $(VENV) (once) …" >&2
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(PINS) | $(BIN)/python
	@$(PIP) install --constraint constraints.txt --editable .
	@$(BIN)/python -m compileall -q feedkit  # as pip does with what it copies
	@touch $@

$(VENV)/.installed-dev: $(PINS) | $(BIN)/python
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@$(BIN)/python -m compileall -q feedkit
	@touch $@ $(VENV)/.installed
