# build.mk - modules as they are when a thread plays a core
# SPDX-License-Identifier: MIT
# An instance's variables are at one address on every core and in different memory: on the host a variable of
# the thread. Each line of a module that defines a variable becomes _Thread_local (variables.sed), the module
# sees prelude.h first, and nothing else differs. Suites name the result in their .sources:
# $(BUILD)/unit/cores/percpu/inbox.c, or all of $(SPACES_SOURCES).

$(BUILD)/unit/cores/%.c: %.c tests/cores/prelude.h tests/cores/variables.sed
	@mkdir -p $(@D)
	@{ echo '#include "tests/cores/prelude.h"'; echo '#line 1 "$<"'; sed -E -f tests/cores/variables.sed $<; } >$@

# What a play of address spaces (spaces.h) is made of.
SPACES_SOURCES := $(addprefix $(BUILD)/unit/cores/, \
	$(addprefix kernel/memory/,allowance.c backing.c change.c copy.c frames.c holders.c hole.c huge.c loans.c map.c move.c object.c pool.c shootdown.c \
		slots.c tables.c view.c vspace.c) \
	$(addprefix percpu/,backlog.c frame_table.c inbox.c) $(addprefix services/memory/,memory.c units.c)) \
	services/memory/lenders.c percpu/ring.c lib/command_line.c $(addprefix tests/cores/,objects.c play.c processor.c spaces.c)

CORES_SUITES := $(patsubst tests/unit/%_test.sources,%,$(shell grep -l 'unit/cores\|SPACES_SOURCES' tests/unit/*_test.sources))
$(foreach suite,$(CORES_SUITES),$(BUILD)/unit/asan/$(suite) $(BUILD)/unit/tsan/$(suite)): $(wildcard tests/cores/*.h)
