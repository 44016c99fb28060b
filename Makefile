# Everything runs from .venv, which comes from requirements-dev.lock and follows it.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
PATHS := src tests $(wildcard bench/*.py docs/*.py)
export UV_COMPILE_BYTECODE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test lint fix docs golden bench lock clean
.DEFAULT_GOAL := test

demo: $(STAMP)  ## check and build the example, and let the real tools judge it
	@$(BIN)/surefoot check examples/shop
	@$(BIN)/surefoot build examples/shop --output out/shop
	@if command -v promtool amtool >/dev/null; then \
		promtool check rules out/shop/prometheus/rules/*.yml && \
		promtool check config out/shop/prometheus/prometheus.yml && \
		amtool check-config out/shop/alertmanager/alertmanager.yml; \
	else echo "promtool and amtool would check it: apt-get install prometheus prometheus-alertmanager"; fi
	@find out/shop -type f | sort

test: lint  ## everything that this machine can run
	@$(BIN)/pytest -n auto

lint: $(STAMP)
	@$(BIN)/ruff check -q $(PATHS)
	@$(BIN)/ruff format -q --check $(PATHS) || { echo "not formatted: run 'make fix'"; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo >.venv/imports.txt || { cat .venv/imports.txt; exit 1; }
	@$(BIN)/deptry --no-ansi src 2>.venv/deptry.txt || { cat .venv/deptry.txt; exit 1; }
	@$(BIN)/typos

fix: $(STAMP)  ## what the tools can mend by themselves
	@$(BIN)/ruff check -q --fix $(PATHS); $(BIN)/ruff format -q $(PATHS); $(BIN)/typos -w

docs: $(STAMP)  ## the generated part of docs/reference
	@$(BIN)/python -m tests.house.requirements
	@$(BIN)/python docs/generate.py

golden: $(STAMP)  ## accept what the examples build and the transcripts print now; look at the diff
	@SUREFOOT_UPDATE=1 $(BIN)/pytest -q -m "not real" tests/golden tests/transcripts
	@git --no-pager diff --stat -- tests/golden tests/transcripts
	@git ls-files --others --exclude-standard -- tests/golden tests/transcripts

bench: $(STAMP)
	@$(BIN)/python -m bench compile

lock: $(STAMP)  ## pin every dependency anew, with hashes
	@$(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --no-header --no-annotate \
		pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --no-header --no-annotate \
		-c requirements.lock --group dev pyproject.toml -o requirements-dev.lock

clean:
	@rm -rf .venv out dist .*_cache .hypothesis

$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Surefoot needs Python 3.11 or newer")'
	@echo "Installing into .venv ..."
	@if command -v uv >/dev/null; then \
		uv venv -q --allow-existing --python $(PYTHON) .venv && \
		uv pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.lock && \
		uv pip install -q --python $(BIN)/python --no-build-isolation --no-deps -e .; \
	else \
		$(PYTHON) -m venv .venv && \
		$(BIN)/python -m pip install -qq --require-hashes -r requirements-dev.lock && \
		$(BIN)/python -m pip install -qq --no-build-isolation --no-deps -e .; \
	fi
	@touch $@
