# Eight words: demo, test, check, bench, bench-full, audit, site, lock. `.venv` is made when it is missing and reused later.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
AUDIT := .venv-audit
READY := $(VENV)/.ready

.PHONY: demo test check check-types check-types-of-windows check-rules bench bench-full audit site lock clean bench-venv

demo: $(READY)  ## run the main job on sample_data and show what it made
	$(BIN)/contactpro-sync run sample_data/onboarding.toml --runs runs || test $$? -eq 3
	@echo; echo "Open the report in a browser: runs/onboarding/$$(cat runs/onboarding/latest)/report.html"

test: export PYTHONDONTWRITEBYTECODE =
test: $(READY)  ## run every test; each process that a test starts finds the modules compiled
	$(BIN)/pytest -n auto --dist worksteal

check: $(READY)  ## the rules of the house: format, lint, types, import directions
	$(MAKE) --jobs=2 check-types check-types-of-windows check-rules

check-types:
	$(BIN)/mypy

check-types-of-windows:
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32

check-rules:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/deptry --no-ansi .

bench: bench-venv  ## compare with scripts, in one run, with nothing installed but what a user has
	$(BENCH)/bin/python benchmarks/bench.py
	$(BENCH)/bin/python benchmarks/directory.py --users 100000 --repeat 1
	$(BIN)/python -m benchmarks.rci

bench-full: bench-venv  ## the same at every size, three times each; hours, 30 GB of disk
	$(BENCH)/bin/python benchmarks/bench.py --full
	$(BENCH)/bin/python benchmarks/directory.py
	$(BIN)/python -m benchmarks.rci

audit:  ## ask two databases for known vulnerabilities of every pinned package; no answer is a failure
	test -x $(AUDIT)/bin/python || $(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/audit.txt
	$(AUDIT)/bin/python .ci/audit.py requirements/*.txt

site: $(READY)  ## build the documents as a site; a link that leads nowhere is an error
	$(BIN)/mkdocs build

lock: $(READY)  ## pin every dependency with its hashes
	$(BIN)/uv pip compile pyproject.toml --extra all --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements/run.txt
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements/lean.txt
	$(BIN)/uv pip compile pyproject.toml --extra entra --group bench --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements/bench.txt
	$(BIN)/uv pip compile pyproject.toml --group dev --extra all --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements/dev.txt
	$(BIN)/uv pip compile --group audit --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements/audit.txt
	$(BIN)/uv pip compile --group build --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements/build.txt

$(READY): requirements/dev.txt pyproject.toml $(wildcard pipeline/distribution/contactpro_sync/*)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q -j 0 $(VENV)/lib pipeline connectors mappings >/dev/null || true  # pip uses one core
	touch $(READY)

bench-venv: $(READY)
	test -x $(BENCH)/bin/python || $(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	rm -rf dist && $(BIN)/hatchling build -t wheel
	$(BENCH)/bin/pip install --quiet --disable-pip-version-check --no-deps --force-reinstall dist/*.whl

clean:
	rm -rf $(VENV) $(BENCH) $(AUDIT) dist runs
