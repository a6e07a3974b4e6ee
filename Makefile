# Everything that people and CI do with this repository. `make help` lists the targets.

GO       ?= go
CIRCUITS ?= testdata/circuits/*.qasm
FUZZTIME ?= 30s
BENCH    ?= .
KILLS    ?= 50
LOAD     ?= TestLoad|TestWakeUp|TestIdle|TestLongPolls|TestFairness|TestLargeBesideSmall
SHARED   ?= ../shared
PYTHON   ?= python3
VENV     := .cache/python

SCHEMATHESIS_TIME ?= 600

export CGO_ENABLED ?= 0

.PHONY: help run build test test-go postgres browser test-python test-aer wheel wheels race fuzz bench lint generate verify docs check-corpora bench-peers bench-adaptive kill-test bench-serve schemathesis screenshots clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  %-14s %s\n", $$1, $$2 }'

run: ## run the circuits of testdata and print their counts
	$(GO) run ./cmd/qcos execute $(CIRCUITS)

build: ## build bin/qcos, static and stripped
	$(GO) build -trimpath -ldflags '-s -w' -o bin/qcos ./cmd/qcos

test: test-go test-python ## run all tests

test-go: postgres browser ## run the tests of the binary and the Go client
	$(GO) test -timeout 15m ./...

postgres: ## install the PostgreSQL server that tests start for themselves, where it is missing and may be installed
	@if [ -n "$$QCOS_TEST_PG_URL" ] || command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get install -y -q postgresql || echo "PostgreSQL could not be installed: its tests are skipped"; \
	else echo "there is no PostgreSQL server (see QCOS_TEST_PG_URL): its tests are skipped"; fi

browser: ## install the browser and the keyring that tests drive, where they are missing and may be installed
	@if command -v chromium >/dev/null && command -v gnome-keyring-daemon >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		{ apt-get update -q && apt-get install -y -q --no-install-recommends chromium dbus gnome-keyring; } >/dev/null || echo "chromium and gnome-keyring could not be installed: their tests are skipped"; \
	else echo "chromium or gnome-keyring is missing: their tests are skipped"; fi

test-python: build $(VENV)/ready ## check and test the Python client (sets up .cache/python)
	cd pkg/python && ../../$(VENV)/bin/ruff format --check . && ../../$(VENV)/bin/ruff check . && ../../$(VENV)/bin/mypy
	cd pkg/python && QCOS_TEST_BINARY=$(CURDIR)/bin/qcos ../../$(VENV)/bin/pytest

test-aer: build $(VENV)/ready ## compare circuits of Qiskit's library with Aer (installs Aer into .cache/python)
	$(VENV)/bin/pip install -q --disable-pip-version-check qiskit-aer
	cd pkg/python && QCOS_TEST_BINARY=$(CURDIR)/bin/qcos ../../$(VENV)/bin/pytest tests/test_aer.py

$(VENV)/ready: pkg/python/pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install -q --disable-pip-version-check --upgrade 'pip>=25.1'
	$(VENV)/bin/pip install -q --disable-pip-version-check -e 'pkg/python[qiskit]' --group pkg/python/pyproject.toml:dev
	touch $@

# A wheel is a platform, the operating system and architecture of its binary, and the tag by which pip knows it.
WHEELS := linux/amd64:manylinux2014_x86_64.musllinux_1_1_x86_64 linux/arm64:manylinux2014_aarch64.musllinux_1_1_aarch64 \
	darwin/amd64:macosx_11_0_x86_64 darwin/arm64:macosx_11_0_arm64 windows/amd64:win_amd64 windows/arm64:win_arm64

wheel: $(VENV)/ready ## write the Python wheel for this platform, which carries the binary, to dist/
	@$(MAKE) --no-print-directory wheels WHEELS="$(filter $(shell $(GO) env GOOS)/$(shell $(GO) env GOARCH):%,$(WHEELS))"

wheels: $(VENV)/ready ## write the Python wheels for all platforms and the source distribution to dist/
	@mkdir -p dist; set -e; for row in $(WHEELS); do \
		os=$${row%%/*}; rest=$${row#*/}; arch=$${rest%%:*}; tag=$${rest#*:}; binary=.cache/wheel/$$os-$$arch/qcos; \
		[ $$os != windows ] || binary=$$binary.exe; \
		GOOS=$$os GOARCH=$$arch $(GO) build -trimpath -buildvcs=false -ldflags '-s -w' -o $$binary ./cmd/qcos; \
		(cd pkg/python && QCOS_WHEEL_BINARY=$(CURDIR)/$$binary QCOS_WHEEL_TAG=$$tag SOURCE_DATE_EPOCH=1577836800 \
			../../$(VENV)/bin/python -m hatchling build -t wheel -d ../../dist); \
	done
	@cd pkg/python && SOURCE_DATE_EPOCH=1577836800 ../../$(VENV)/bin/python -m hatchling build -t sdist -d ../../dist

race: ## run the tests with the race detector, which needs cgo
	CGO_ENABLED=1 $(GO) test -race -short -timeout 30m ./...

fuzz: ## fuzz every target for FUZZTIME (30s)
	@set -e; $(GO) list -f '{{$$p := .ImportPath}}{{range .TestGoFiles}}{{$$.Dir}}/{{.}} {{$$p}}{{"\n"}}{{end}}{{range .XTestGoFiles}}{{$$.Dir}}/{{.}} {{$$p}}{{"\n"}}{{end}}' ./... | \
	while read -r file package; do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$$file"); do \
			echo "$$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$package"; \
		done; \
	done

bench: ## run the benchmarks that match BENCH (all)
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./...

lint: ## check formatting, vet, and run golangci-lint where it is installed
	@files=$$(gofmt -l cmd internal pkg); if [ -n "$$files" ]; then echo "not formatted (run gofmt -w):"; echo "$$files"; exit 1; fi
	$(GO) vet ./...
	@if command -v golangci-lint >/dev/null; then golangci-lint run; \
	else echo "golangci-lint is not installed: only gofmt and go vet were run"; fi

screenshots: ## take the pictures of the pages in docs/screenshots anew, with chromium
	@mkdir -p docs/screenshots
	$(GO) test ./internal/web -run TestScreenshots -count 1 -args -screenshots $(CURDIR)/docs/screenshots

generate: ## write generated code and documentation anew
	$(GO) generate ./...

docs: ## write the generated documentation anew
	$(GO) generate ./internal/cli ./internal/config

verify: generate ## fail where generated files are not up to date
	@git diff --exit-code || { echo "generated files are stale: commit the difference above"; exit 1; }
	@new=$$(git ls-files --others --exclude-standard); if [ -n "$$new" ]; then echo "not committed:"; echo "$$new"; exit 1; fi

check-corpora: build ## hold the command line against the corpora beside the repository
	@if [ ! -d $(SHARED)/checks ]; then echo "$(SHARED)/checks is not there: nothing was checked"; exit 0; fi; set -ex; \
	python3 $(SHARED)/checks/language.py --qcos bin/qcos -v $(SHARED)/corpora/qasm2-valid $(SHARED)/corpora/qasm2-invalid; \
	python3 $(SHARED)/checks/results.py --qcos bin/qcos --circuits $(SHARED)/corpora/qasmbench --results $(SHARED)/corpora/qasmbench/results --max-qubits 24 -v

bench-peers: ## time circuits in turn with a peer (QCOS_PEERS_ENGINE, QCOS_PEERS_CIRCUITS; installs the peers into .cache)
	@if [ ! -d $(SHARED)/peers ]; then echo "$(SHARED)/peers is not there: nothing was measured"; exit 0; fi; set -e; \
	if [ -z "$$QCOS_PEERS_PYTHON" ]; then \
		[ -x .cache/peers/bin/python ] || { python3 -m venv .cache/peers; .cache/peers/bin/pip install -q -r $(SHARED)/peers/requirements.txt; }; \
		export QCOS_PEERS_PYTHON=$$PWD/.cache/peers/bin/python; \
	fi; \
	$(GO) test -count 1 -timeout 2h -tags peers -run TestPeers -v ./internal/run

bench-adaptive: ## time programs whose course depends on measurements in turn with Aer and Braket (QCOS_PEERS_PROGRAMS; installs the peers into .cache)
	@set -e; if [ -z "$$QCOS_PEERS_PYTHON" ]; then \
		[ -x .cache/adaptive/bin/python ] || python3 -m venv .cache/adaptive; \
		.cache/adaptive/bin/pip install -q --disable-pip-version-check -r testdata/peers/requirements.txt; \
		export QCOS_PEERS_PYTHON=$$PWD/.cache/adaptive/bin/python; \
	fi; \
	$(GO) test -count 1 -timeout 3h -tags peers -run TestAdaptivePeers -v ./internal/run

kill-test: ## kill servers, workers and the database under load, KILLS (50) times each, and hold the service to its promises
	QCOS_KILLS=$(KILLS) $(GO) test -count 1 -timeout 2h -run 'Killed|Restarted' -v ./internal/servetest

bench-serve: ## load a service on both databases and report rates, latencies, memory and each process's share (LOAD: tests that match)
	$(GO) test -count 1 -timeout 1h -tags load -run '$(LOAD)' -v ./internal/servetest

schemathesis: build ## attack the API of a server with generated requests for SCHEMATHESIS_TIME seconds (600; installs Schemathesis into .cache)
	@[ -x .cache/schemathesis/bin/st ] || { python3 -m venv .cache/schemathesis && .cache/schemathesis/bin/pip install -q schemathesis==4.32.5; }
	testdata/schemathesis/run.sh bin/qcos .cache/schemathesis/bin/st $(SCHEMATHESIS_TIME)

clean: ## remove what was built
	rm -rf bin dist .cache/wheel
