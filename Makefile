# Every target sets up what it needs in .venv of this clone; a second call finds it done.
# demo: the whole cycle on this machine.   test: all tests.   check: lint, types, import directions.
# bench: the measured ratios.   wheel: the package, and the tests against it.   lock: the pinned versions anew.
PYTHON ?= python3
PIP = .venv/bin/pip install --disable-pip-version-check --no-input --quiet
ARGS ?=

.PHONY: golden demo test check bench wheel lock clean
.DEFAULT_GOAL := test

# The pinned versions with their hashes, then the project itself, editable, built with what is pinned.
.venv/run: requirements.lock pyproject.toml
	@echo "Setting up .venv for running (needs Python 3.11 or later, and a package index) ..."
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: requirements-dev.lock .venv/run
	@echo "Setting up .venv for tests ..."
	@$(PIP) --require-hashes --requirement requirements-dev.lock
	@touch $@

demo: .venv/run
	@.venv/bin/inkassod demo $(ARGS)

test: .venv/dev
	@.venv/bin/python tests/servers.py
	@.venv/bin/python -m pytest -n auto $(ARGS)

check: .venv/dev
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports

bench: .venv/dev
	@.venv/bin/python benchmarks/run.py $(ARGS)

wheel: .venv/dev
	@.venv/bin/python tests/wheel.py $(ARGS)

# Renews what is generated: samples' expected values, documents' tables, the example settings. Look at the difference.
golden: .venv/dev
	@PYTHONPATH=tests .venv/bin/python tests/golden.py $(ARGS)
	@PYTHONPATH=tests .venv/bin/python tests/support/golden_dialects.py $(ARGS)
	@PYTHONPATH=tests .venv/bin/python tests/support/followed_page.py
	@PYTHONPATH=tests .venv/bin/python tests/unit/formats/test_dialects_describe.py

lock:
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --upgrade pyproject.toml --group build --output-file requirements.lock
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --constraint requirements.lock pyproject.toml --group build --group dev --output-file requirements-dev.lock

clean:
	@rm -rf .venv .demo dist build .cache
