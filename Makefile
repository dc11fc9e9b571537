# `make setup` once, then `make demo`. Everything is built in .venv/ and .cache/, nothing outside this folder.

PYTHONS := python3.11 python3.12 python3.13 python3
UV_VERSION := 0.13.9
PIP := .venv/bin/pip --disable-pip-version-check --no-input --quiet

# What Python has compiled once is kept, whatever is set outside: a hundred processes of the tests import the same.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo lint check test browser bench soak lock clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 16

setup: .venv/ready ## build .venv with everything that the lock file names
	@:

demo: setup ## show the whole pipeline on invented posts
	.venv/bin/hearken demo

lint: setup ## style and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check --quiet .
	.venv/bin/mypy

check: lint ## lint, and the unit tests
	.venv/bin/pytest -n 2 tests/schemas tests/ingest tests/enrich tests/sinks tests/contracts tests/house

# Three workers for two cores, since they wait for servers; worksteal keeps the tests of a module together.
test: lint browser ## lint, and every test
	.venv/bin/pytest -n 3 --dist worksteal

# Playwright never downloads a browser of its own: Debian's is taken, or whatever is on the PATH.
browser: setup ## the browser that the dashboard is tested in, where root may install it
	@if ! command -v chromium chromium-browser google-chrome >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update --quiet=2 && \
	    DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends chromium fonts-noto-cjk >/dev/null; \
	fi

bench: setup ## measure speed and memory
	.venv/bin/pytest -m bench -s tests/bench

soak: setup ## the fault tests at full length, with their figures
	.venv/bin/pytest -m soak -s --timeout 3600

lock: .cache/uv/bin/uv ## pin every package again after a change in pyproject.toml; newest releases: remove the lock first
	.cache/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --no-emit-index-url --extra parquet --extra plot --extra stack --group dev pyproject.toml --output-file requirements.lock

clean: ## remove what was built
	rm -rf .venv .cache .hypothesis dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# pip, because it takes certificates, mirrors and folders of wheels from its usual configuration.
# Without --no-compile it compiles thousands of modules, of which few are ever imported.
.venv/locked: requirements.lock
	@for candidate in $(PYTHONS); do \
	    if $$candidate -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then \
	        python=$$candidate; break; \
	    fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo 'hearken needs Python 3.11, 3.12 or 3.13 with its venv module, and finds none on the PATH' >&2; exit 1; \
	fi; \
	echo "building .venv with $$($$python --version), about a minute" >&2; \
	$$python -m venv --clear .venv
	@$(PIP) install --no-compile --require-hashes -r requirements.lock
	@touch $@

.venv/ready: .venv/locked pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.cache/uv/bin/uv:
	@python3 -m venv --clear .cache/uv
	@.cache/uv/bin/pip install --disable-pip-version-check --quiet uv==$(UV_VERSION)
