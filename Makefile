# make run     the demo warehouse at http://localhost:8000
# make install what it needs, for real work
# make test    every check and every test
# make fmt     put the code in order
# make bench   how fast it is      make soak   faults, for as long as you like (ARGS="--help")
# make lock    choose versions again, pinned by hash      make messages   collect what is to be translated

VENV  := .venv
BIN   := $(VENV)/bin
FLASK := $(BIN)/flask --app wsgi
PORT  ?= 8000
HOST  ?= 127.0.0.1
ARGS  ?=
# One worker more than there are processors, for half of the tests wait (for a browser, a film, another program); four
# at most, for each of them has a browser.
WORKERS ?= $(shell n=$$(($$(nproc 2>/dev/null || echo 2) + 1)); [ $$n -gt 4 ] && n=4; echo $$n)
# The first Python here that is new enough.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run install test check fmt bench soak lock messages

help:
	@sed -n 's/^# make/make/p' Makefile

# ------------------------------------------------------------------ what is installed, once

# A stamp is newer than the lock that it installed; it goes when the folder goes.
$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { echo "Trueshelf needs Python 3.11 or newer (Debian 12, Ubuntu 24.04): apt-get install python3"; exit 1; }
	@.ci/packages run
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(BIN)/python
	@.ci/packages test
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.run

# ------------------------------------------------------------------ run

install: $(VENV)/.run

run: $(VENV)/.run
	@$(FLASK) demo
	@echo "Trueshelf: http://localhost:$(PORT)"
	@exec $(FLASK) serve --host $(HOST) --port $(PORT)

# ------------------------------------------------------------------ test

test: check
	$(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal --durations 15 $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

fmt: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench $(ARGS)
	$(if $(ARGS),,$(BIN)/python -m tests.bench.beside)
	$(if $(ARGS),,$(BIN)/python -m tests.bench.bench_labels)
	$(if $(ARGS),,$(BIN)/python -m tests.bench.bench_barcode)

soak: $(VENV)/.dev
	$(BIN)/python -m tests.soak $(ARGS)

# ------------------------------------------------------------------ what is generated

COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe \
	--strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options

# The lock is made with the oldest Python that we support: what only that one needs is left in, and harms no newer one.
lock: $(VENV)/.dev
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "make lock needs a $(VENV) of Python 3.11"; exit 1; }
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	@if grep -nE '://|--(index|extra-index|find-links|trusted)' requirements.lock requirements-dev.lock; then \
		echo "a lock must not name where the packages come from"; exit 1; fi

TRANSLATIONS := app/translations
LANGUAGES ?= de

messages: $(VENV)/.dev
	$(BIN)/pybabel --quiet extract --mapping-file pyproject.toml --project Trueshelf --copyright-holder "The Trueshelf authors" \
		--add-comments "Translators:" --strip-comments --add-location file --sort-by-file --width 120 --output-file $(VENV)/messages.pot .
	@for language in $(LANGUAGES); do \
		po=$(TRANSLATIONS)/$$language/LC_MESSAGES/messages.po; \
		if [ -e $$po ]; then \
			$(BIN)/pybabel --quiet update --input-file $(VENV)/messages.pot --output-dir $(TRANSLATIONS) --locale $$language \
				--width 120 --no-fuzzy-matching --ignore-pot-creation-date || exit 1; \
		else \
			$(BIN)/pybabel --quiet init --input-file $(VENV)/messages.pot --output-dir $(TRANSLATIONS) --locale $$language \
				--width 120 || exit 1; \
		fi; \
		$(BIN)/python -c 'import sys; from babel.messages.pofile import read_po; c = read_po(open(sys.argv[1], "rb")); \
			print(f"{sys.argv[1]}: {sum(not m.string if isinstance(m.string, str) else not all(m.string) for m in c if m.id)} of {len(c)} not translated")' $$po; \
	done
