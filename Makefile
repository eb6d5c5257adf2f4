# Two commands do all the set-up: `make audit` and `make test`.
# Without byte code each of thousands of processes would compile every module again.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AS_OF := 2026-06-30T08:00:00+08:00
LISTS := examples/hospital/reference
PUBLIC := examples/hospital/exports/参考数据
IMPORT = $(BIN)/hiscomply reference import --project examples/hospital

.PHONY: audit test test-acceptance test-parts check mutate fuzz bench docs clean

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[dev,all]"
	touch $@

# Audits the example hospital. Exit code 1 is what a hospital with findings gives, so it does not fail the target.
audit: $(VENV)/installed
	@$(MAKE) --no-print-directory $(LISTS)/support_cycle.yaml
	@$(BIN)/hiscomply audit examples/hospital --as-of $(AS_OF) --no-previous; code=$$?; \
	 test $$code -ne 2 && echo "report: $$(ls -td examples/hospital/.hiscomply/runs/*/ | head -1)report.html"

examples/hospital/answer-key.json: $(wildcard examples/hospital/generate.py examples/hospital/generator/*.py examples/hospital/generator/*/*.py)
	$(BIN)/python examples/hospital/generate.py

# The lists that the example's exports bring; the last of them says that all are in.
$(LISTS)/support_cycle.yaml: examples/hospital/answer-key.json
	$(IMPORT) kev_entry $(PUBLIC)/known_exploited_vulnerabilities.json
	$(IMPORT) ssvc_decision $(PUBLIC)/vulnrichment
	$(IMPORT) support_cycle $(PUBLIC)/endoflife

# The two halves run side by side; each prints what it has to say when it ends.
test: $(VENV)/installed
	@bash tests/install-servers.sh
	@echo "two halves of the tests run side by side, about 25 minutes; each prints what it found when it ends"
	@$(MAKE) --no-print-directory --keep-going --output-sync=target -j2 test-acceptance test-parts

# What a user does, from end to end.
test-acceptance: $(VENV)/installed
	$(BIN)/pytest tests/acceptance

# Everything below that, real servers included; it gives way to the other half, which times a browser.
test-parts: $(VENV)/installed
	nice -n 5 $(BIN)/pytest --ignore tests/acceptance

# Everything that CI looks at besides the tests.
check: $(VENV)/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hiscomply policy lint
	$(BIN)/python -m hiscomply.reference_docs --check docs/reference

# Proof that the policies' cases can go red: minutes, not seconds, so it is not part of `check`.
mutate: $(VENV)/installed
	$(BIN)/hiscomply policy mutate --markdown docs/reference/mutation.md

# A million mutated files over all formats and software: a quarter of an hour, for every night. `make test` runs a share.
fuzz: $(VENV)/installed
	$(BIN)/python -m tests.fuzz --keep .fuzz

bench: $(VENV)/installed
	$(BIN)/python -m benchmarks

docs: $(VENV)/installed
	$(BIN)/python -m hiscomply.reference_docs docs/reference

clean:
	rm -rf $(VENV) dist build examples/hospital/exports $(LISTS) examples/hospital/answer-key.json examples/hospital/situations examples/hospital/.hiscomply
