# build.mk - the file service as it is when a test plays the machine
# SPDX-License-Identifier: MIT
# Its sources see tests/fs/prelude.h first, which counts what they write and gives each core variables of its own; nothing else differs.
$(BUILD)/unit/fs/%.c: services/fs/%.c tests/fs/prelude.h
	@mkdir -p $(@D)
	@{ echo '#include "tests/fs/prelude.h"'; echo '#line 1 "$<"'; cat $<; } >$@

FS_SOURCES := $(patsubst services/fs/%.c,$(BUILD)/unit/fs/%.c,$(filter-out services/fs/replica.c,$(wildcard services/fs/*.c))) lib/cpio.c services/runtime/alone/joined.c \
	$(addprefix tests/fs/,fake.c check.c calls.c dump.c)

# Compiled once for all suites: one object for each sanitizer.
# fs_object(sanitizer's folder, sanitizer's flags)
define fs_object
$(BUILD)/unit/fs/$(1).o: $(FS_SOURCES) $(wildcard tests/fs/*.h services/fs/*.h abi/* lib/*.h tests/fuzz/*.h)
	$$(QUIET_CC)mkdir -p $(BUILD)/unit/fs/$(1) && cd $(BUILD)/unit/fs/$(1) && \
		$(HOST_CC) $(filter-out -I.,$(HOST_CFLAGS)) -I$(CURDIR) $(2) -c $$(abspath $$(filter %.c,$$^))
	@ld -r -o $$@ $(BUILD)/unit/fs/$(1)/*.o
endef
$(eval $(call fs_object,asan,$(HOST_ASAN)))
$(eval $(call fs_object,tsan,$(HOST_TSAN)))

FS_SUITES := $(patsubst tests/unit/%_test.c,%,$(wildcard tests/unit/fs_*_test.c tests/unit/fs_test.c))
$(foreach suite,$(FS_SUITES),$(eval UNIT_OBJECT_asan_$(suite) := $(BUILD)/unit/fs/asan.o)$(eval UNIT_OBJECT_tsan_$(suite) := $(BUILD)/unit/fs/tsan.o))
$(foreach suite,$(FS_SUITES),$(BUILD)/unit/asan/$(suite) $(BUILD)/unit/tsan/$(suite)): $(wildcard tests/fs/*.h services/fs/*.h)
