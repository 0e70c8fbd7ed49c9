# `make demo` runs the main job, `make test` the tests. Each does all the set-up it needs.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO_RUN ?= runs/demo-$(shell date +%Y%m%d-%H%M%S)
# Nothing but wheels whose hashes stand in the requirements is ever installed.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all:

.PHONY: demo test lessons docs check lock clean help

help:
	@sed -n 's/^## //p' Makefile

## make demo    train a denoiser in a minute and write its report
demo: $(VENV)/.ready-demo
	$(BIN)/hourglass demo --output $(DEMO_RUN)

## make test    all tests, linters and type checks
test: $(VENV)/.ready-test
	$(BIN)/python -m pytest -n 2 --dist loadfile

## make lessons execute every lesson in the quick setting, with all that they assert
lessons: $(VENV)/.ready-test
	$(BIN)/python scripts/lessons.py

## make docs    build the pages: lessons and decisions
docs: $(VENV)/.ready-test
	$(BIN)/python -m sphinx --quiet --fail-on-warning -b html docs docs/_build/html
	@echo docs/_build/html/index.html

## make check   linters, format, types and floors alone
check: $(VENV)/.ready-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

## make lock    resolve and pin the requirements again (needs uv)
lock:
	scripts/lock

## make clean   remove the virtual environment and all caches
clean:
	rm -rf $(VENV) docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/.python:
	@$(PYTHON) scripts/check_python.py
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.ready-demo: requirements/cpu.txt pyproject.toml | $(VENV)/.python
	$(INSTALL) -r requirements/cpu.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-test: requirements/dev.txt $(VENV)/.ready-demo
	$(INSTALL) -r requirements/dev.txt
	@touch $@
