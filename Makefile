# What a person needs; `make help` lists it. The tools for checks are pinned here.

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0

export CGO_ENABLED := 0

GO_FOLDERS  := $(wildcard api changes cmd cmdb domain internal migrations policies reports) $(wildcard web/*.go)
UI_PACKAGES := web/node_modules/.package-lock.json
UI          := web/dist/index.html
UI_SOURCES  := $(shell find web/src web/public web/scripts -type f ! -name schema.d.ts 2>/dev/null) \
	$(wildcard web/index.html web/vite.config.ts web/tsconfig*.json web/package.json docs/openapi.json)

# A rule that fails leaves no half-made file that looks done.
.DELETE_ON_ERROR:

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## build all and start on http://localhost:8080 with SQLite in ./data and a demo organisation
	bin/cabinet serve --demo --data data

.PHONY: build
build: $(UI) ## build the UI and bin/cabinet
	@scripts/check-tools go
	go build -trimpath -o bin/cabinet ./cmd/cabinet

.PHONY: ui
ui: $(UI) ## build the UI only, if it is out of date

.PHONY: test
test: $(UI_PACKAGES) ## everything: vet, Go tests on SQLite and PostgreSQL, type check, UI and browser tests
	scripts/test-services $(MAKE) --no-print-directory -k test-go test-ui test-browser

.PHONY: check
check: ## format, vet, staticcheck, govulncheck, archtest, generated files up to date
	@scripts/check-tools go
	@echo '--- gofmt'
	@unformatted=$$(gofmt -l $(GO_FOLDERS)) && test -z "$$unformatted" || \
		{ echo "not formatted, run make fmt: $$unformatted"; exit 1; }
	@echo '--- go vet'
	@go vet ./...
	@echo '--- staticcheck'
	@go run $(STATICCHECK) ./...
	@echo '--- govulncheck'
	@scripts/check-vulnerabilities $(GOVULNCHECK)
	@echo '--- archtest'
	@go test ./internal/archtest
	@echo '--- generated files'
	@scripts/test-services --without-browser scripts/check-generated

.PHONY: bench
bench: build ## run the benchmark suite on both databases and print a table
	scripts/test-services --without-browser --durable bin/cabinet bench

.PHONY: generate
generate: ## write the generated files anew: docs/flows, docs/openapi.json, migrations/*/schema.sql
	scripts/test-services --without-browser go generate ./...

.PHONY: fmt
fmt: ## format the Go source
	gofmt -w $(GO_FOLDERS)

.PHONY: clean
clean: ## remove what was built; the data folder stays
	rm -rf bin web/node_modules web/test-results web/playwright-report
	if [ -d web/dist ]; then find web/dist -mindepth 1 ! -name .gitkeep -delete; fi

# The parts of `make test`, for services that run already.

.PHONY: test-go
test-go:
	@echo '--- go vet'
	@go vet ./...
	@echo '--- go test'
	@go test -timeout 30m ./...

.PHONY: test-ui
test-ui: $(UI_PACKAGES)
	@echo '--- UI: types'
	@cd web && npm run --silent gen && npm run --silent check
	@echo '--- UI: unit tests'
	@cd web && npm test --silent

.PHONY: test-browser
test-browser: build
	@echo '--- UI: browser tests'
	@cd web && npm run --silent e2e

# The stamps of the UI. npm writes the first one itself, with an old date.

$(UI_PACKAGES): web/package-lock.json web/package.json
	@scripts/check-tools node npm
	cd web && npm ci --prefer-offline --no-audit --no-fund
	@touch $@

$(UI): $(UI_PACKAGES) $(UI_SOURCES)
	cd web && npm run gen && npm run build
	@touch $@
