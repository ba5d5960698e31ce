# Every target is one command; README.md has each in its plain form.
STEP =
DIR =
URL = http://127.0.0.1:8000
ARGS =
# What is set for other projects would change what is built here, and for which system.
unexport GO111MODULE GOOS GOARCH GOEXPERIMENT GOWORK
# A Go that is too old would answer with its usage, and not say why.
GO_VERSION := $(shell GO111MODULE= GOOS= GOARCH= GOEXPERIMENT= GOWORK= go -C scripts env GOVERSION 2>&1)
ifeq ($(filter 26 27 28 29 3% 4% 5% 6% 7% 8% 9%,$(word 2,$(subst ., ,$(filter go1.%,$(GO_VERSION))))),)
ifneq ($(GOTOOLCHAIN),)
$(error GOTOOLCHAIN is set to $(GOTOOLCHAIN), and the workshop needs Go 1.26 or newer. Begin with: GOTOOLCHAIN=auto make $(MAKECMDGOALS))
endif
$(error Go is not there, or too old: install Go 1.26 or newer from https://go.dev/dl)
endif
# When a program is killed, as when memory runs out, "go tool" ends as if all were well. So the
# program is started by itself, where there is a shell to do it.
ifeq ($(OS),Windows_NT)
WORKSHOP = @go -C scripts tool workshop
else
WORKSHOP = @cd scripts && program=$$(go tool -n workshop) && exec "$$program"
endif

start check watch hint show spot catchup reset doctor run rotate demo token stubs verify fuzz mutants bench rebase card:
	$(WORKSHOP) $@ $(STEP) $(ARGS)

grade:
	$(WORKSHOP) $@ $(ARGS) "$(DIR)"

contract:
	$(WORKSHOP) $@ -url "$(URL)" $(ARGS)

help:
	$(WORKSHOP) $@

test: verify

.PHONY: start check watch hint show spot catchup reset doctor run rotate demo token stubs verify fuzz mutants bench rebase card grade contract help test
.DEFAULT_GOAL = start
