# `make serve` and `make test` do all their set-up. The first run takes some minutes; later ones
# install again only when requirements.txt or constraints.txt changed.

PYTHON ?= python3
VENV ?= .venv
ADDRESS ?= 127.0.0.1:8000

RUN := $(VENV)/bin/python
READY := $(VENV)/.ready
COPIES := build/reproducible
TOO_OLD := Python 3.11 or later is needed: make PYTHON=python3.11 …

# Of another index torch alone is taken: nothing else there can pass itself off as one of our packages.
# usage: $(call install,PYTHON,REQUIREMENTS)
define install
$(if $(TORCH_INDEX),$(1) -m pip install --no-deps --index-url $(TORCH_INDEX) \
  $(shell sed -n 's/^\(torch==[^ ]*\).*/\1/p' requirements.txt))
$(1) -m pip install --disable-pip-version-check --requirement $(2)
endef

export NO_MKDOCS_2_WARNING := 1

# Tests start Python some hundred times: what is compiled once is kept, also where that is switched off.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help serve test build audit labs bench offline pdf zensical lint format reproducible pins colab katex \
  clean

help: ## list these commands (the default)
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' Makefile

serve: $(READY) ## build the site, serve it and rebuild whatever you edit
	@echo "The site will be at http://$(ADDRESS)/ once it is built. Ctrl-C stops the server."
	$(RUN) -m mkdocs serve --livereload --dev-addr $(ADDRESS)

test: lint ## check style, then run every test, those in a browser included
	$(RUN) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

build: $(READY) ## build the site into site/; OFFLINE=true makes a copy that needs no server
	$(RUN) -m mkdocs build --strict

audit: $(READY) ## repeat every lesson 20 times on fresh randomness, and record how often claims hold
	$(RUN) -m course_code.publish audit --record

labs: $(READY) ## try every lab, and write the solved notebooks for teachers into build/solutions
	$(RUN) -m course_code.publish labs --solutions

offline: $(READY) ## build a copy that needs no server, zipped: build/offline.zip
	rm -rf build/offline build/offline.zip
	OFFLINE=true $(RUN) -m mkdocs build --strict --site-dir build/offline
	cd build/offline && $(abspath $(RUN)) -m zipfile -c ../offline.zip .

pdf: build ## print the site as one PDF for each language, into build/pdf: needs Chromium
	$(RUN) -m course_code.publish pdf

zensical: $(READY) ## build the site with Zensical instead, and prove it: see CONTRIBUTING.md
	rm -rf build/zensical
	$(RUN) -m course_code.publish --export build/zensical
	$(PYTHON) -m venv $(VENV)-zensical
	$(VENV)-zensical/bin/python -m pip install --disable-pip-version-check --quiet \
	  --requirement requirements-zensical.txt
	set -e; for language in en zh; do \
	  (cd build/zensical && PYTHONPATH=$(CURDIR) $(abspath $(VENV))-zensical/bin/python \
	    -m zensical build --strict --config-file zensical.$$language.yml); \
	done
	$(RUN) -m course_code.publish prove build/zensical/site --declared docs/zensical.txt

bench: build ## measure builds, lessons, live figures and training: 20 minutes on a quiet machine
	$(RUN) -m benchmarks.unchanged
	$(RUN) -m benchmarks.serve
	$(RUN) -m benchmarks.lessons
	$(RUN) -m benchmarks.figures --site site
	$(RUN) -m benchmarks.training

lint: $(READY) ## check style alone
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

format: $(READY) ## mend style
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

reproducible: $(READY) ## run all lessons and build twice: every byte but runs.json must be equal
	rm -rf $(COPIES)
	set -e; for copy in $(COPIES)/one $(COPIES)/another; do \
	  mkdir -p $$copy; \
	  cp -R course_code docs mkdocs*.yml $$copy; \
	  (cd $$copy && $(abspath $(RUN)) -m mkdocs build --strict); \
	done
	diff --recursive --exclude=runs.json $(COPIES)/one/site $(COPIES)/another/site
	@echo "Two builds from nothing gave the same bytes."

pins: $(READY) ## write constraints.txt anew, from a fresh install of requirements.txt
	$(RUN) -m venv --clear $(VENV)-pins
	grep -v '^-c' requirements.txt > $(VENV)-pins/wanted.txt
	$(call install,$(VENV)-pins/bin/python,$(VENV)-pins/wanted.txt)
	( echo '# What requirements.txt brings in, as tested. `make pins` writes this file.'; \
	  $(VENV)-pins/bin/python -m pip freeze --all -r $(VENV)-pins/wanted.txt \
	  | sed '1,/^## /d' | grep -vE '^(cuda|nvidia|pip==|triton)' ) > constraints.txt

colab: $(READY) ## write constraints-colab.txt anew: what Colab has installed of what notebooks need
	$(RUN) -m course_code.publish colab

katex: $(READY) ## take KaTeX's and MiniSearch's releases anew, with npm
	$(RUN) -m course_code.publish.markup.vendored $(RELEASES)

clean: ## remove all that builds have made, stored runs included; .venv stays
	rm -rf site .site.* build .lessons .cache .pytest_cache .ruff_cache
	find course_code tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("$(TOO_OLD)")'
	$(PYTHON) -m venv $(VENV)
	$(call install,$(RUN),requirements.txt)
	@touch $(READY)
