# Every target is one go command; README.md has each in its plain form.
STEP =
ARGS =
WORKSHOP = @go -C scripts tool workshop

start check hint show catchup reset doctor run demo stubs verify fuzz mutants:
	$(WORKSHOP) $@ $(STEP) $(ARGS)

test: verify

.PHONY: start check hint show catchup reset doctor run demo stubs verify fuzz mutants test
.DEFAULT_GOAL = start
