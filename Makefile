# Everything a newcomer needs: `make demo` to talk to the bot, `make test` before a pull request.
# Variables: PYTHON=python3.13 picks the interpreter, ARGS='…' is handed to the command, VENV=… moves the environment,
# JOBS=0 runs the tests one after the other.

PYTHON ?= python3
VENV ?= .venv
ARGS ?=
JOBS ?= 2

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test check lock bench bench-reliability clean

help: ## Show this list.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | while IFS='|' read -r name what; do printf '%-12s %s\n' "$$name" "$$what"; done

demo: $(VENV)/.installed ## Talk to the bot on this terminal; no token and no server needed.
	@$(BIN)/psfbot demo $(ARGS)

test: $(VENV)/.installed-test ## Run the tests. ARGS='-k name' picks some.
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

check: $(VENV)/.installed-check ## Lint, check the format and the types, and lint the Dockerfile.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict psfbot $(if $(wildcard plugins/*/*.py),plugins)
	@$(BIN)/hadolint Dockerfile

lock: $(VENV)/.made ## Pin every dependency with its hashes in requirements.lock.
	@PIP='$(PIP)' BIN='$(BIN)' sh -eu -c '$$PIP uv; copy=$$(mktemp -d); trap "rm -rf $$copy" EXIT; \
	  cp -R pyproject.toml README.md LICENSE psfbot "$$copy"; \
	  $$BIN/uv export --quiet --directory "$$copy" --no-cache --format requirements-txt --no-emit-project \
	    --no-header --output-file "$$PWD/requirements.lock"' </dev/null

bench: $(VENV)/.installed-test ## Measure how fast it is.
	@for script in bench/*.py; do \
	  [ -f "$$script" ] || { echo 'There is nothing to measure: bench/ holds no script.' >&2; exit 1; }; \
	  $(BIN)/python "$$script" $(ARGS) || exit; \
	done

bench-reliability: $(VENV)/.installed-test ## The long runs with kills and outages; writes docs/reliability.md. ARGS=--short
	@$(BIN)/python bench/long/reliability.py $(ARGS)

clean: ## Remove what make and the tools have made.
	@rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage htmlcov
	@find psfbot plugins tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# The stamps: each is made once, and again when the dependencies may have changed.

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { \
	  echo 'psfbot needs Python 3.11 or newer, and there is no $(PYTHON). Install it, or name another: make PYTHON=python3.13 …' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "psfbot needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make PYTHON=python3.13 …" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo '$(PYTHON) cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) </dev/null >&2
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml
	@echo 'Installing psfbot into $(VENV), once …' >&2
	@$(PIP) --editable . </dev/null >&2
	@touch $@

$(VENV)/.installed-test: $(VENV)/.made pyproject.toml
	@echo 'Installing psfbot and what its tests need into $(VENV), once …' >&2
	@$(PIP) --editable '.[test]' </dev/null >&2
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-check: $(VENV)/.made pyproject.toml
	@echo 'Installing psfbot and what its checks need into $(VENV), once …' >&2
	@$(PIP) --editable '.[check]' </dev/null >&2
	@touch $@ $(VENV)/.installed
