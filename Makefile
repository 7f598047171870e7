# Everything a contributor does. `make` alone prints this list; `make run` and `make test` need nothing
# but make and Python 3.11: what they install goes into .venv, from hash-pinned locks.

.DEFAULT_GOAL := help
.NOTPARALLEL:

# Bytecode is kept, or every start would compile a hundred thousand lines again.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= $(shell command -v python3.11 || command -v python3)
NO_PYTHON = Accord needs Python 3.11 or newer: install it, or say where it is with make PYTHON=/path/to/python3.11
VENV := .venv
BIN := $(VENV)/bin

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F '|' '{ printf "  make %-16s %s\n", $$1, $$2 }'

# --- run

# In the foreground of a terminal (+), `set -m` gives the server a process group of its own: Ctrl-C ends the server, and make has
# no error to report; `trap` keeps the shell alive if Python dies of the signal itself, early in its start. Elsewhere the server
# is all there is to signal.
run: $(VENV)/.project ## serve the API with demo data on http://127.0.0.1:8000 (PORT=... for another port)
	@export ENV=development; case $$(ps -o stat= -p $$$$ 2>&1) in *+*) set -m; trap : INT;; *) exec $(BIN)/python -m app serve;; esac; \
	$(BIN)/python -m app serve || test $$? -eq 130

migrate: $(VENV)/.project ## bring the database of DATABASE_URL to the newest schema
	$(BIN)/python -m app migrate

# --- develop

install: $(VENV)/.dev $(VENV)/.project ## make .venv with everything that development needs

generate: install ## write app/schemas from openapi.yaml, and the reference of settings from app/core/config
	$(BIN)/accord generate
	$(BIN)/python -m app settings --reference markdown > docs/configuration.md
	$(BIN)/python -m app settings --reference env > .env.example

docs: install ## build the book of docs/ and serve it on http://127.0.0.1:8001 (PORT=... for another port; BUILD=1 only builds)
	$(BIN)/zensical build --strict --config-file docs/zensical.toml
	$(if $(BUILD),,$(BIN)/zensical serve --config-file docs/zensical.toml --dev-addr 127.0.0.1:$(or $(PORT),8001))

console: install ## build /console from codegen/console with npm, after a change of its sources
	PATH=$(CURDIR)/$(BIN):$$PATH && cd codegen/console && npm ci --no-audit --no-fund && npm run build

format: install ## format the code and apply the automatic fixes of the linter
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

# --- check

check: lint check-generated ## the inner loop: everything but the slow tests, within a minute
	$(BIN)/python -m pytest -m "not slow" -n auto

test: lint check-generated ## exactly what CI runs: every check and every test, with real servers and a browser
	$(BIN)/python -m pytest -m "not sensitive and not alone" -n 3 --dist loadscope --no-loadscope-reorder --max-worker-restart 0
	$(BIN)/python -m pytest -m sensitive -n 2 --dist loadscope --max-worker-restart 0
	$(BIN)/python -m pytest -m alone

lint: install ## formatting, lint, types, import layers, and the house rules of openapi.yaml
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy --num-workers 2
	$(BIN)/lint-imports --no-logo
	$(BIN)/accord lint

check-generated: install ## whether app/schemas and the reference of settings are what `make generate` writes
	$(BIN)/accord check
	$(BIN)/python -m app settings --reference markdown | diff docs/configuration.md - || { echo 'run make generate'; exit 1; }
	$(BIN)/python -m app settings --reference env | diff .env.example - || { echo 'run make generate'; exit 1; }

# Every check runs, even if an earlier one fails.
check-contract: install ## check that document, code and handlers agree, and that clients of the last release still work (BASE=file: of that)
	@failed=0; \
	$(BIN)/accord check || failed=1; \
	$(BIN)/accord lint || failed=1; \
	$(BIN)/python -m app check || failed=1; \
	$(BIN)/accord compatible openapi.yaml $(if $(BASE),--base $(BASE)) || failed=1; \
	exit $$failed

contract: install ## only the contract tests: the service fuzzed against its document, four times as long as in `make test`
	SCHEMATHESIS_EXAMPLES=50 $(BIN)/python -m pytest tests/contract

security: install ## the security checks on SQLite and PostgreSQL, and the authorization matrix
	$(BIN)/python -m pytest tests/security tests/faults/test_mail.py -k 'security or s78'

extending: install ## follow docs/tutorial.md and extending.md on copies, and run all of `make check` and `make contract` there
	EXTENDING=1 $(BIN)/python -m pytest tests/extending

faults: install ## kill each component under load: a table of acknowledged, lost and duplicated requests, and seconds of outage
	SLOW_CLIENTS_SECONDS=5 $(BIN)/python -m pytest tests/faults

bench: install ## server time of each operation
	$(BIN)/python -m tests.bench

# --- maintain

lock: install ## pin the dependencies of pyproject.toml again (UPGRADE=1: the newest versions)
	$(call compile,requirements-dev.lock,--extra generate --extra testing --group build --group dev)
	$(call compile,requirements.lock,--group build --constraint requirements-dev.lock)
	$(call compile,requirements-traces.lock,--group build --group traces --constraint requirements-dev.lock)

clean: ## remove .venv and every cache; data/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis .schemathesis build dist docs/site docs/.cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help run migrate install generate docs console format check test lint check-generated check-contract contract security extending faults bench lock clean

# --- how .venv is made: one stamp for each step, so that a step runs again only when what it reads has changed

# Made anew when the Python that it was made with is gone.
ifneq ($(shell test -e $(BIN)/python || echo gone),)
.PHONY: $(VENV)/.created
endif

$(VENV)/.created:
	@$(if $(shell $(if $(PYTHON),$(PYTHON),false) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>&1 | grep True),,$(error $(NO_PYTHON)))
	@echo 'Making $(VENV), once.'
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

# uv is only a faster pip, so the machine may do without it. Its pin is cut out of the lock, with its hashes.
$(VENV)/.uv: $(VENV)/.created
	@sed -n '/^uv==/,/^ *#/p' requirements-dev.lock > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --require-hashes -r $(VENV)/uv.txt || echo 'Going on with pip alone, which takes a minute longer.'
	@touch $@

$(VENV)/.run: requirements.lock $(VENV)/.uv
	@echo 'Installing requirements.lock'
	@$(call install,--require-hashes -r requirements.lock)
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo 'Installing requirements-dev.lock'
	@$(call install,--require-hashes -r requirements-dev.lock)
	@touch $@

# The toolkit, editable, so that it runs from this tree. Its build backend is in the lock: nothing is fetched here.
$(VENV)/.project: codegen/pyproject.toml $(VENV)/.run
	@$(call install,--no-deps --no-build-isolation --editable codegen)
	@touch $@

# uv does not read pip's configuration, so pip gets its turn where uv reaches no index.
install = $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python $(1) || $(BIN)/python -m pip install --quiet $(1)

# The others are compiled within the first, so all pin the same versions. No index address is written into them.
compile = $(BIN)/uv pip compile --quiet pyproject.toml codegen/pyproject.toml --output-file $(1) $(2) --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)
