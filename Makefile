# Everything a newcomer needs: `make demo` shows the system, `make test` checks it.
# Nothing outside this folder and the user's cache is touched.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv pip install --quiet --python $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help install demo test check bench docs lock clean

help:  ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(BIN)/uv: requirements/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Kanhu needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@echo "→ creating $(VENV)"
	@if $(PYTHON) -m pip --version >/dev/null 2>&1; then \
	  $(PYTHON) -m venv --without-pip $(VENV) && pip="$(PYTHON) -m pip --python $(BIN)/python"; \
	else \
	  $(PYTHON) -m venv $(VENV) && pip="$(BIN)/python -m pip"; \
	fi && $$pip --quiet --disable-pip-version-check install --require-hashes -r requirements/bootstrap.txt
	@touch $@

$(VENV)/.run: $(BIN)/uv requirements/run.txt requirements/headless.txt pyproject.toml
	@echo "→ installing what the service needs (about 6 GB with the model tools; a minute or a few)"
	@$(UV) --require-hashes -r requirements/run.txt
	@$(BIN)/python -c 'import cv2' 2>/dev/null || { \
	  echo "→ this machine has no display libraries: using OpenCV without windows"; \
	  $(BIN)/uv pip uninstall --quiet --python $(BIN)/python opencv-python; \
	  $(UV) --no-deps --require-hashes -r requirements/headless.txt; }
	@$(UV) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@echo "→ installing what the tests need"
	@$(UV) --require-hashes -r requirements/dev.txt
	@touch $@

install: $(VENV)/.run  ## Create .venv and prepare the person model
	@$(BIN)/monitor models fetch
	@$(BIN)/monitor models export

demo: install  ## Start the demo district and print where to sign in
	@exec $(BIN)/monitor demo

check: $(VENV)/.dev  ## Lint, format, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/hadolint docker/Dockerfile
	@$(BIN)/python docs/generate.py --check

test: $(VENV)/.dev install  ## Install what the tests need and run them all
	@$(BIN)/pytest -n 2 --dist loadfile --ignore tests/system --ignore tests/web/browser
	@$(BIN)/pytest -n 2 --dist loadfile tests/web/browser tests/system

bench: $(VENV)/.dev install  ## Run the benchmarks and print one table
	@$(BIN)/python -m benchmarks

docs: $(VENV)/.dev  ## Write the generated reference pages anew
	@$(BIN)/python docs/generate.py

lock: $(BIN)/uv  ## Pin the dependencies anew, with hashes and without addresses
	@compile() { $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade \
	    --generate-hashes --no-emit-index-url --no-header --extra build --extra postgres \
	    pyproject.toml "$$@"; }; \
	compile -o requirements/service.txt; \
	compile --extra models -o requirements/run.txt; \
	compile --extra models --extra dev -o requirements/dev.txt

clean:  ## Remove the environment, models and data of the demo
	@rm -rf $(VENV) var models/*.pt models/*_openvino* models/*_onnx models/*_report models/local.toml models/pins.json \
	  .mypy_cache .ruff_cache .pytest_cache .hypothesis
