# Everything there is to run. Each target makes the environment it needs in .venv by itself.
#
#   make demo DEMO_ARGS=--no-serve     passes arguments on to `leadpact demo`
#   make test PYTHON=python3.12        chooses the interpreter; otherwise the newest that works
#
# Written for GNU make 3.81, which macOS still brings.

RUN     = .venv/bin
RUNTIME = .venv/.runtime-installed
DEV     = .venv/.dev-installed
BENCH   = .venv/.bench-installed
INPUTS  = pyproject.toml constraints.txt

ifdef PYTHON
export PYTHON
endif

# An environment that was interrupted, moved, or made by another Python counts as not installed.
UNUSED := $(shell PYTHON='$(PYTHON)' sh scripts/environment verify)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo demo-crm test check format bench load growth pages soak docs browser constraints clean

help: ## List what there is to run
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(RUNTIME) ## See a sales and marketing SLA at work: a sample company's year, its pages, its report
	@$(RUN)/leadpact demo $(DEMO_ARGS)

demo-crm: $(DEV) ## See the loop with a customer system at work, on a stand-in for HubSpot (DEMO_ARGS=salesforce: for Salesforce) on this machine
	@$(RUN)/leadpact crm demo $(DEMO_ARGS)

test: $(DEV) ## Run the checks, all tests, and the scenarios again without the compiler
	@$(RUN)/python scripts/suite.py

check: $(DEV) ## Look for mistakes without running anything: style, format, types, layers
	@failed=; \
	for tool in 'ruff check .' 'ruff format --check .' mypy 'lint-imports --no-logo'; do \
		echo "$$tool"; $(RUN)/$$tool || failed=yes; \
	done; \
	[ -z "$$failed" ]

format: $(DEV) ## Put the source into the project's format and mend what can be mended
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

bench: $(BENCH) ## Measure what the project claims to be fast, beside others; BENCH_ARGS="--leads 1000000"
	$(RUN)/python -m benchmarks.run $(BENCH_ARGS)

load: $(BENCH) ## Measure the live side on a PostgreSQL of its own; LOAD_ARGS="--events 1000000"
	$(RUN)/python -m benchmarks.load $(LOAD_ARGS)

growth: $(BENCH) ## Ask a ledger of 5 million events what a small one is asked, and show how it finds out
	$(RUN)/python -m benchmarks.growth $(GROWTH_ARGS)

pages: $(BENCH) ## Ask a ledger of 5 million events for every page; PAGES_ARGS="--leads 20000 --database kept"
	$(RUN)/python -m benchmarks.pages $(PAGES_ARGS)

soak: $(DEV) ## Let a CRM and the ledger work for a week, with everything going wrong; SYSTEM=salesforce SOAK=2000x20000
	LEADPACT_SOAK=$(or $(SOAK),20000x200000) $(RUN)/pytest tests/ledger/test_crm_$(or $(SYSTEM),hubspot)_soak.py -n0 -q -s

docs: $(DEV) ## Write the reference in docs/, what the examples give and the pictures from the code
	$(RUN)/python scripts/reference.py
	$(RUN)/python scripts/examples.py
	$(RUN)/python scripts/pictures.py

browser: ## Find the Chromium for the page tests, or install Debian's
	@scripts/find-or-install-chromium

constraints: $(DEV) ## Resolve the newest dependencies on every supported Python: constraints.txt
	$(RUN)/python scripts/renew_constraints.py

clean: ## Remove the environment, caches and everything that was built
	rm -rf .venv build dist .cache .coverage .coverage.* .hypothesis
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find src tests scripts benchmarks examples -type d -name __pycache__ -prune \
		-exec rm -rf {} + 2>/dev/null || true

$(RUNTIME): $(INPUTS)
	@sh scripts/environment runtime

$(DEV): $(INPUTS)
	@sh scripts/environment dev

$(BENCH): $(INPUTS)
	@sh scripts/environment bench
