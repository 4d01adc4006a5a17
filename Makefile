# make demo | practice | test | test-full | lint | bench | screens | build | clean       (needs Python >= 3.11 and the registries)
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := demo
PYTHON ?= python3
DATA ?= data
PORT ?= 8000
BIN := .venv/bin
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

SOURCES := $(shell find frontend -path '*/node_modules' -prune -o -path 'frontend/dist' -prune -o -type f -print 2>/dev/null)
RULES := $(wildcard rules/*.yaml)

# Playwright's own node lacks a library on a bare Debian; ours runs.
BROWSER = PERISAI_CHROMIUM="$$(cat .build/browser)" PLAYWRIGHT_NODEJS_PATH="$$(command -v node)"

.PHONY: demo practice test test-full lint bench screens build clean lock format
demo: build
	exec $(BIN)/perisai demo --data "$(DATA)" --port $(PORT) $(ARGS)

practice: build
	exec $(BIN)/perisai practice --data "$(DATA)" $(ARGS)

build: .build/base .build/frontend

# Stamps: a target runs again only when what it depends on has changed.
.build:
	mkdir -p .build
.build/base: requirements/base.txt pyproject.toml deploy/bootstrap.py | .build
	$(PYTHON) deploy/bootstrap.py base
	touch $@
.build/dev: requirements/dev.txt .build/base | .build
	$(PYTHON) deploy/bootstrap.py dev
	touch $@
.build/node: requirements/node.txt .build/base | .build
	$(PYTHON) deploy/bootstrap.py node
	touch $@
.build/packages: frontend/package.json frontend/package-lock.json .build/node
	@# A registry that lacks other systems' optional binaries makes npm ci refuse the lock; install keeps to it as well.
	cd frontend && { npm ci --loglevel=error >.npm.log 2>&1 || npm install --no-save --loglevel=error >.npm.log 2>&1 || { cat .npm.log; exit 1; }; }
	rm -f frontend/.npm.log
	touch $@
.build/frontend: .build/packages $(SOURCES) $(RULES)
	cd frontend && npm run build
	touch $@
.build/browser: .build/dev deploy/browser.py
	$(BIN)/python deploy/browser.py > $@.new
	mv $@.new $@

# Browser tests wait much of their time, so parts of the tests run beside each other: see tests/parts.py.
test: build .build/dev .build/browser
	cd frontend && npm test
ifdef ARGS
	$(BROWSER) $(BIN)/python -m pytest -m "not full" $(ARGS)
else
	@$(BROWSER) $(BIN)/python -m tests.parts
endif
test-full: build .build/dev .build/browser
	cd frontend && npm test
	$(BROWSER) $(BIN)/python -m pytest --timeout=3600 --session-timeout=0 $(ARGS)

lint: .build/dev .build/packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet perisai
	cd frontend && npm run lint && npm run typecheck

format: .build/dev .build/packages
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd frontend && npm run format

bench: build .build/dev .build/browser
	$(BROWSER) $(BIN)/perisai bench $(ARGS)

screens: build .build/dev .build/browser
	$(BROWSER) $(BIN)/python docs/screens/take.py $(ARGS)

# After a change of requirements/*.in: hashed, and naming no registry.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links
lock: .build/dev
	for name in base dev node; do $(COMPILE) requirements/$$name.in -o requirements/$$name.txt; done

# Data folders stay: they hold people's work.
clean:
	rm -rf .build .venv frontend/node_modules frontend/dist .mypy_cache .ruff_cache *.egg-info
