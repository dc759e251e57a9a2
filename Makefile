# minewatch. Needs Python ≥ 3.11 (with venv), make, git and, the first time, a package registry.
#   make demo    demo county at http://localhost:8000 (PORT=8001 changes it; DEMO_ONLY=1 prepares only)
#   make test    style, import order, migrations, tests (a quarter of an hour on two cores, no server)
#   make prove   every test with full counts
#   make lint    style and import order only        make lock   pin requirements*.in anew (needs uv)

PYTHON ?= python3
PORT ?= 8000
VENV ?= .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
RUN := $(VENV)/.stamp-run
DEV := $(VENV)/.stamp-dev

.PHONY: demo test prove lint lock venv dev help
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#//p' Makefile

# $(call install,FILES): hash-checked, by uv when it is there. A refusal of the network is said in words.
ifdef UV
install = VIRTUAL_ENV=$(abspath $(VENV)) $(UV) pip install --quiet --require-hashes $(1)
else
install = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes $(1)
endif
failed = { echo "安装依赖包失败：请检查网络和软件包镜像设置（pip config / PIP_INDEX_URL），然后重试。" >&2; exit 1; }

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "没有找到 $(PYTHON)：请先安装 Python 3.11 或更高版本，或用 make PYTHON=/路径/python3.11 …" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) -V) 太旧：需要 Python 3.11 或更高版本。可用 make PYTHON=/路径/python3.11 … 指定。" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python 缺少 venv 模块。Debian/Ubuntu：apt-get install python3-venv" >&2; exit 1; }
	@echo "建立 Python 环境 $(VENV) ……"
	@$(PYTHON) -m venv $(VENV)

$(RUN): requirements.txt | $(BIN)/python
	@echo "安装依赖包 ……"
	@$(call install,-r requirements.txt) || $(failed)
	@touch $@

$(DEV): requirements.txt requirements-dev.txt | $(BIN)/python
	@echo "安装测试依赖包 ……"
	@$(call install,-r requirements.txt -r requirements-dev.txt) || $(failed)
	@touch $(RUN) $@

venv: $(RUN)
dev: $(DEV)

demo: $(RUN)
	@DEMO=1 $(BIN)/python manage.py up --port $(PORT) $(if $(filter 1,$(DEMO_ONLY)),--prepare)

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo

# No server: SQLite in memory, no broker. What the caller's shell says of servers is put aside.
PLAIN := env -u DATABASE_URL -u REDIS_URL -u DEMO -u DEBUG

test: lint
	$(PLAIN) $(BIN)/python manage.py makemigrations --check --dry-run
	$(PLAIN) $(BIN)/python -m pytest -n 2 -m "not browser and not heavy and not postgres"

# Full counts, on PostgreSQL and Redis of its own, browser included; prints what each test counted.
prove: lint
	MINEWATCH_HEAVY=1 MINEWATCH_REQUIRE_SERVICES=1 .ci/with-services $(abspath $(BIN))/python -m pytest -n 2 -rA

lock:
	@command -v uv >/dev/null || { echo "make lock needs uv" >&2; exit 1; }
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --quiet requirements.in -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --quiet requirements-dev.in -o requirements-dev.txt
