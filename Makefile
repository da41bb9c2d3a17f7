# Everything a developer or an operator of one machine does. `make` alone explains.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHARED ?= ../shared
# What the contracts must stay compatible with.
BREAKING_BASE ?= HEAD~1

SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.DEFAULT_GOAL := help
.PHONY: help setup up demo browser test check generate permissions preview-messages deliveries bench overload soak dashboard trace golden faults cluster-test reconnects lock clean

help: ## print this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F'\t' '{printf "  make %-16s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## create .venv with pinned packages and fetch other people's protos
$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python tools/protos.py fetch
	$(BIN)/python tools/vapid.py build/vapid-key
	@# Generated packages are imported from gen/, as the services are from here.
	@echo "$(CURDIR)/gen" > $$($(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")/orderbuddy.pth
	@touch $@

up: setup ## run it all here: database, services, edge, demo restaurant; Ctrl-C ends it
	@$(BIN)/python -m tools.up

demo: setup ## play a guest and a kitchen against the running system
	@$(BIN)/python -m tools.demo

NODE := build/node/.ready
$(NODE): $(VENV)/.ready tests/browser/package.json tests/browser/package-lock.json
	@mkdir -p build/node
	cp tests/browser/package.json tests/browser/package-lock.json build/node/
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix build/node --no-audit --no-fund --loglevel=error
	@touch $@

browser: $(NODE) ## install what tests in a browser need: Debian's Chromium, the apps' SDKs
	@command -v chromium >/dev/null || { $(SUDO) apt-get update -qq && \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; }

test: setup browser ## run all tests
	$(BIN)/python -m pytest -n 3 --dist loadfile

check: setup ## formatting, lint, types, protos, import direction, freshness of gen/, licences, known vulnerabilities
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy services edge tools tests bench examples
	$(BIN)/buf lint
	$(BIN)/buf build -o /dev/null
	$(BIN)/python tools/protos.py breaking $(BREAKING_BASE)
	$(BIN)/lint-imports
	$(BIN)/python tools/protos.py check
	$(BIN)/python -m tools.licences
	$(BIN)/python -m tools.audit

generate: setup ## rewrite gen/ from proto/
	$(BIN)/python tools/protos.py generate

permissions: setup ## rewrite docs/permissions.md, the table of who may do what
	@$(BIN)/python -m tools.permissions

preview-messages: setup browser ## render every message in every language into build/messages: HTML, PNG and text
	@$(BIN)/python -m tools.preview_messages

bench: setup ## measure hot paths against a floor, in one run
	@$(BIN)/python -m bench

overload: setup ## half, whole and twice the load that the system can serve: goodput, refusals, memory, recovery
	@$(BIN)/python -m bench.overload

soak: setup ## steady load for SECONDS=3600: memory, files, threads, lag and warnings of each process
	@$(BIN)/python -m bench.soak $(SECONDS)

golden: setup $(NODE) ## replay the old system's recordings (SHARED=folder that holds golden/)
	@$(BIN)/python -m tools.golden $(SHARED)/golden

faults: setup ## kill the checkout at each step, then everything under load; count what was lost, doubled, charged for nothing
	@$(BIN)/python -m tools.crash_points
	@$(BIN)/python -m tools.faults 120

deliveries: setup ## 2,000 orders, failing providers, kill -9: what had to be said against what arrived
	@$(BIN)/python -m tools.deliveries

cluster-test: setup ## three replicas of everything on this machine: kills, then an upgrade; count what was lost, doubled, failed
	@$(BIN)/python -m tools.cluster_test

reconnects: setup ## cut displays and sockets while orders move, compare what they heard with the histories
	@$(BIN)/python -m tools.reconnects

PROMETHEUS := build/prometheus/usr/bin/prometheus
$(PROMETHEUS):
	@mkdir -p build/prometheus
	cd build/prometheus && apt-get download -qq prometheus && dpkg -x prometheus_*.deb . && rm prometheus_*.deb

dashboard: setup browser $(PROMETHEUS) ## check the alerts, render the Grafana dashboard from a minute of load: build/dashboard
	@$(BIN)/python -m tools.dashboard 60

trace: setup ## draw the trace of an order: docs/images/order-trace.svg
	@$(BIN)/python -m tools.trace_order

LOCK := $(BIN)/uv pip compile --quiet --no-header --no-emit-index-url --universal
lock: setup ## pin the newest versions that fit pyproject.toml
	$(LOCK) --extra local --extra dev pyproject.toml -o requirements.lock
	@# What the image holds: the same versions, nothing for development.
	$(LOCK) --constraint requirements.lock pyproject.toml -o requirements.runtime.lock

clean: ## remove what was made here, but not the data of `make up`
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
