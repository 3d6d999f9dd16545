# Every task of the project. `make demo` and `make test` need Python 3.11 or later and nothing else.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint format lock bench clean

# The first Python on the path that is new enough; `make PYTHON=/path/to/python demo` overrules it.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
    if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
    echo $$python; break; fi; done)

VENV := .venv
DEV := .venv-dev
LINTED := src tests tools $(wildcard bench)

help: ## Tell what each task does.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

demo: $(VENV)/.ready ## Make an environment, build the graph and print the first answers.
	@KG="$(VENV)/bin/kg" sh tools/demo.sh

# The tests come last, so that a run ends with their summary.
test: lint ## Run every check: format, lint, types, documents, tests.
	@# The tests start hundreds of processes, which would each compile the package anew.
	@$(DEV)/bin/python -m compileall -q src tests
	$(DEV)/bin/kg check $(if $(KG_ARTICLE),--source "$(KG_ARTICLE)")
	@# What the tests of a file share, such as a server or an installed wheel, is made once, and each
	@# worker reads the tests as they were compiled the time before. Two more than two processors
	@# have to do, since tests of servers wait.
	PYTHONDONTWRITEBYTECODE= $(DEV)/bin/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder -rs

lint: $(DEV)/.ready ## Check format, style and types.
	$(DEV)/bin/ruff format --check $(LINTED)
	$(DEV)/bin/ruff check $(LINTED)
	$(DEV)/bin/mypy

format: $(DEV)/.ready ## Put the code, the data and the command reference into canonical form.
	$(DEV)/bin/ruff format $(LINTED)
	$(DEV)/bin/ruff check --fix-only $(LINTED)
	$(DEV)/bin/kg fmt
	$(DEV)/bin/python tools/reference.py
	$(DEV)/bin/python tools/questions.py
	$(DEV)/bin/python tools/documents.py
	$(DEV)/bin/python tools/pictures.py
	$(DEV)/bin/python tools/tested.py

lock: $(DEV)/.ready ## Choose the newest versions that pyproject.toml allows, with their hashes.
	$(DEV)/bin/python tools/lock.py

bench: $(DEV)/.ready ## Measure what design promises, against other engines; writes bench/RESULTS.md.
	$(DEV)/bin/python bench/table.py

clean: ## Remove what the tasks made.
	rm -rf $(VENV) $(DEV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.ready: requirements.lock tools/environment.sh
	@PYTHON="$(PYTHON)" sh tools/environment.sh $(VENV) requirements.lock

$(DEV)/.ready: requirements-dev.lock tools/environment.sh
	@PYTHON="$(PYTHON)" sh tools/environment.sh $(DEV) requirements-dev.lock
