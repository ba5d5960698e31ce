# Every target is one go command; README.md has each in its plain form.
STEP =
WORKSHOP = @go -C scripts tool workshop

start check hint show catchup reset doctor run demo stubs verify:
	$(WORKSHOP) $@ $(STEP)

test: verify

.PHONY: start check hint show catchup reset doctor run demo stubs verify test
.DEFAULT_GOAL = start
