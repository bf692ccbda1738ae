# Two commands do everything on a fresh machine with Python 3.11 or later and make: `make outlook` and `make test`.

COUNTRY ?= KAZ
PYTHON ?= $(shell for candidate in python3 python3.13 python3.12 python3.11; do \
	$$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$candidate && break; done)
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: outlook test check bench picture wheel pins clean

outlook: $(VENV)/.installed-run
	$(BIN)/ainalym outlook $(COUNTRY) --force

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto --dist loadfile --cov --cov-report=term

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/engine.py
	$(BIN)/python benchmarks/golden.py
	$(BIN)/python benchmarks/outlook.py
	$(BIN)/python benchmarks/web.py

picture: $(VENV)/.installed-dev
	$(BIN)/python tools/draw_picture.py

# The wheel alone, in an environment of its own, must give the outlook: what travels in it is all that a user has.
wheel: $(VENV)/.installed-dev
	rm -rf dist build/wheel
	$(BIN)/python -m build --no-isolation --wheel --outdir dist
	$(PYTHON) -m venv build/wheel
	build/wheel/bin/python -m pip install --quiet --require-hashes -r requirements/run.txt
	build/wheel/bin/python -m pip install --quiet --no-deps dist/*.whl
	cd build/wheel && bin/ainalym outlook KAZ --out outlook --force && bin/ainalym check KAZ

pins:
	uv pip compile --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-strip-extras --generate-hashes \
		--no-header --quiet pyproject.toml --group build -o requirements/run.txt
	uv pip compile --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-strip-extras --generate-hashes \
		--no-header --quiet pyproject.toml --all-extras --group dev -o requirements/dev.txt

clean:
	rm -rf $(VENV) build dist outlook-*

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Ainalym needs Python 3.11 or later; none was found."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.installed-dev: requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@ $(VENV)/.installed-run
