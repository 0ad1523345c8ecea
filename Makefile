# Hai lệnh cần biết: make run (trình diễn), make test (kiểm thử). Mỗi lệnh tự cài đặt những gì nó cần.
PYTHON ?= python3
ARGS ?=
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
# Some tests wait for servers: one more than there are cores.
WORKERS ?= $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 1) + 1)")

# What Python compiles is kept: hundreds of processes would each compile it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check fix bench i18n lock clean

run: .venv/run.done
	$(BIN)/python -m lotrinh demo $(ARGS)

test: .venv/dev.done
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

check: .venv/dev.done
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.tools.rooms

fix: .venv/dev.done
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/dev.done
	$(BIN)/python benchmarks/run.py $(ARGS)

# Câu tiếng Việt trong mã nguồn -> bản dịch tiếng Anh cần điền thêm; rồi biên dịch.
i18n: .venv/dev.done
	$(BIN)/python -m tests.tools.translations

.venv/bin/python .venv/Scripts/python.exe:
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed: make PYTHON=python3.11 …')"
	$(PYTHON) -m venv .venv

.venv/run.done: requirements/run.txt pyproject.toml | $(BIN)/python$(if $(filter Windows_NT,$(OS)),.exe)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	$(BIN)/python -c "open('$@', 'w').close()"

.venv/dev.done: requirements/dev.txt pyproject.toml | $(BIN)/python$(if $(filter Windows_NT,$(OS)),.exe)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	$(BIN)/python -c "open('$@', 'w').close()"

# Needs uv on the path; writes no address of any index. server.txt is what deploy/Dockerfile installs.
lock:
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/run.txt
	uv pip compile pyproject.toml --extra build --extra dev --extra postgresql --extra redis --extra otel --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/dev.txt
	uv pip compile pyproject.toml --extra build --extra postgresql --extra redis --extra otel --constraint requirements/dev.txt --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/server.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
