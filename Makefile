# Two commands matter: `make run` starts the product, `make test` proves it. The rest are their parts.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# One number for the whole suite: xdist workers; two cores are what we promise to run on.
WORKERS ?= 2

.PHONY: run setup test test-slow test-postgres lint format bench lock messages screenshots openapi clean help
.DEFAULT_GOAL := help

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

run: setup ## install all, prepare the demo database, start the site and print address and accounts
	@exec $(BIN)/python -m config.serve

setup: $(VENV)/.base $(VENV)/.assets ## install and prepare everything without starting the site
	@$(BIN)/python -m config.prepare

# What depends on the database is tried on both at once; everything else meets PostgreSQL in test-slow.
ON_POSTGRES := $(BIN)/python scripts/with_postgres.py --if-available -- $(BIN)/python -m pytest -n $(WORKERS)

test: $(VENV)/.dev $(VENV)/.assets ## every quick test on SQLite and in a browser, and what PostgreSQL might do otherwise
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow"
	$(ON_POSTGRES) -m "both and not slow and not browser"

test-postgres: $(VENV)/.dev $(VENV)/.assets ## the whole quick suite on PostgreSQL
	$(ON_POSTGRES) -m "not slow and not browser and not pure and not once"

test-slow: test-postgres ## the whole suite on PostgreSQL; long property, fuzz and load tests
	HUIQI_THOROUGH=1 $(BIN)/python -m pytest -n $(WORKERS) -m "slow or thorough"

lint: $(VENV)/.dev ## style, types, architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/huiqi makemigrations --check --dry-run

format: $(VENV)/.dev ## put the code in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev $(VENV)/.assets ## print the measurements of benchmarks/
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

lock: $(VENV)/.dev ## renew the locked requirements from the .in files
	@for name in base dev node; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-emit-find-links --no-annotate requirements/$$name.in -o requirements/$$name.txt || exit 1; done

messages: $(VENV)/.dev ## collect and compile the translations (needs gettext)
	$(BIN)/huiqi makemessages --all --no-location --no-obsolete --ignore=.venv --ignore=node_modules --ignore=tests
	$(BIN)/huiqi compilemessages --ignore=.venv

screenshots: $(VENV)/.dev $(VENV)/.assets ## make the pictures of the documentation anew (needs Chromium)
	$(BIN)/python scripts/screenshots.py

openapi: $(VENV)/.dev ## renew the API's snapshot after a wanted change
	$(BIN)/huiqi export_openapi_schema --api config.api.api --output huiqi/policies/tests/openapi.json --indent 2 --sorted

clean: ## remove what was installed and built, never data
	rm -rf $(VENV) node_modules static/build static/collected

$(VENV)/.base: requirements/base.txt pyproject.toml
	@test -x $(BIN)/python || { echo "Creating the virtual environment …"; $(PYTHON) -m venv $(VENV); }
	@echo "Installing the locked requirements …"
	@$(PIP) --require-hashes -r requirements/base.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements/dev.txt
	@echo "Installing what tests and checks need …"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

# Node of the machine when it is recent enough, else the one from the Python package.
$(VENV)/.node: $(VENV)/.base requirements/node.txt
	@if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' 2>/dev/null; then \
	  echo "Installing Node …"; $(PIP) --require-hashes -r requirements/node.txt; fi
	@touch $@

node_modules/.installed: $(VENV)/.node package.json package-lock.json
	@echo "Installing the page libraries …"
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

$(VENV)/.assets: node_modules/.installed $(shell find assets -type f 2>/dev/null)
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent build
	@touch $@
