# What to type. `make` alone lists it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

VENV := .venv
PYTHON := $(VENV)/bin/python
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development
# Commands that need Django, but no installation: on the settings of a test run.
MANAGE := DJANGO_SETTINGS_MODULE=tests.settings $(PYTHON) manage.py

.PHONY: help run test check bench contract browser screens format openapi migrations lock

help:
	@echo "make run      start everything, with a demo unless DEMO=false; Ctrl-C stops it"
	@echo "make test     all that CI runs: style, types, layers, tests on SQLite and on PostgreSQL with Redis"
	@echo "make check    the part of it without real processes and PostgreSQL, for daily work"
	@echo "make bench    print the figures of speed"
	@echo "make contract ask the API what openapi.yaml allows and forbids: thousands of requests, the same ones every time"
	@echo "make browser  look at every page in Chromium, wide and narrow, light and dark"
	@echo "make screens  take the pictures of docs/screens anew"
	@echo "make format   format the code, and mend what can be mended"
	@echo "make openapi  write openapi.yaml anew"
	@echo "make lock     write the locks anew after a change of requirements/*.in (UPGRADE=--upgrade takes newer versions)"

run: $(RUNTIME)
	@DEMO=$${DEMO:-true} exec $(PYTHON) manage.py up

test: $(DEVELOPMENT)
	@exec $(PYTHON) -m tests.run all

check: $(DEVELOPMENT)
	@exec $(PYTHON) -m tests.run quick

bench: $(DEVELOPMENT)
	@exec $(PYTHON) -m benchmarks

contract: $(DEVELOPMENT)
	@exec $(PYTHON) -m pytest tests/contract

browser: $(DEVELOPMENT)
	@BROWSER_MATRIX=full exec $(PYTHON) -m pytest -m browser tests/browser

screens: $(DEVELOPMENT)
	@exec $(PYTHON) -m tests.screens

format: $(DEVELOPMENT)
	$(VENV)/bin/ruff format
	$(VENV)/bin/ruff check --fix

openapi: $(DEVELOPMENT)
	$(MANAGE) spectacular --validate --fail-on-warn --file openapi.yaml

migrations: $(DEVELOPMENT)
	$(MANAGE) makemigrations

COMPILE := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
lock: $(DEVELOPMENT)
	$(COMPILE) $(UPGRADE) -o requirements/development.lock requirements/development.in
	$(COMPILE) $(UPGRADE) -c requirements/development.lock -o requirements/runtime.lock requirements/runtime.in

# The environment: uv, itself from the lock, installs what the lock says and takes away what it does not. Where uv
# cannot fetch (it does not read pip's own settings, such as a mirror), pip does the same. Both compile what they install:
# where Python may not write bytecode, as in many containers, each of the hub's processes would do it anew.
define install
	@awk '/^[a-z0-9]/ {on = /^uv==/} on' requirements/runtime.lock > $(VENV)/uv.lock
	@$(PYTHON) -m pip install --quiet --require-hashes -r $(VENV)/uv.lock
	@echo "installing requirements/$(1).lock"
	@$(VENV)/bin/uv pip sync --quiet --compile-bytecode --python $(PYTHON) --require-hashes requirements/$(1).lock \
		|| { echo "uv could not fetch them; pip installs the same"; \
			$(PYTHON) -m pip install --quiet --require-hashes -r requirements/$(1).lock; }
endef

# What development needs holds what running needs.
$(DEVELOPMENT): requirements/development.lock requirements/runtime.lock | $(PYTHON)
	$(call install,development)
	@touch $(RUNTIME) $@

$(RUNTIME): requirements/runtime.lock | $(PYTHON)
	@rm -f $(DEVELOPMENT)
	$(call install,runtime)
	@touch $@

# The distribution's own Python goes first: it is built with profiles and link-time optimisation, and all that the hub does
# takes a fifth less time on it than on one that somebody compiled in the plain way. `make PYTHONS=/path/to/python` names another.
PYTHONS := $(patsubst %,/usr/bin/python3.%,13 12 11) python3.13 python3.12 python3.11 python3
$(PYTHON):
	@for python in $(PYTHONS); do \
		$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		echo "making $(VENV) with $$python"; \
		exec $$python -m venv --clear $(VENV); \
	done; \
	echo "cannot make $(VENV): none of $(PYTHONS) is Python 3.11 or newer with venv (on Debian: apt install python3-venv)" >&2; exit 2
