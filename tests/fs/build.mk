# build.mk - the file service as it is when a test plays the machine
# SPDX-License-Identifier: MIT
# Its sources see tests/fs/prelude.h first, which counts what they write and gives each core variables of its own; nothing else differs.
$(BUILD)/unit/fs/%.c: services/fs/%.c tests/fs/prelude.h
	@mkdir -p $(@D)
	@{ echo '#include "tests/fs/prelude.h"'; echo '#line 1 "$<"'; cat $<; } >$@

FS_SOURCES := $(patsubst services/fs/%.c,$(BUILD)/unit/fs/%.c,$(filter-out services/fs/replica.c,$(wildcard services/fs/*.c))) lib/cpio.c \
	$(addprefix tests/fs/,fake.c check.c calls.c dump.c)

FS_SUITES := $(patsubst tests/unit/%_test.sources,%,$(shell grep -l 'FS_SOURCES' tests/unit/*_test.sources))
$(foreach suite,$(FS_SUITES),$(BUILD)/unit/asan/$(suite) $(BUILD)/unit/tsan/$(suite)): $(wildcard tests/fs/*.h services/fs/*.h)
