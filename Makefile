# Every target is one go command; README.md has each in its plain form.
STEP =
DIR =
URL = http://127.0.0.1:8000
ARGS =
# A Go that is too old would answer with its usage, and not say why.
ifeq ($(filter go1.%,$(shell go -C scripts env GOVERSION 2>&1)),)
$(error Go is not there, or too old: install Go 1.26 or newer from https://go.dev/dl)
endif
WORKSHOP = @go -C scripts tool workshop

start check watch hint show catchup reset doctor run demo token stubs verify fuzz mutants bench:
	$(WORKSHOP) $@ $(STEP) $(ARGS)

grade:
	$(WORKSHOP) $@ $(ARGS) "$(DIR)"

contract:
	$(WORKSHOP) $@ -url "$(URL)" $(ARGS)

test: verify

.PHONY: start check watch hint show catchup reset doctor run demo token stubs verify fuzz mutants bench grade contract test
.DEFAULT_GOAL = start
