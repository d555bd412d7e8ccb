# build.mk - tests that run on the host: `make unit` and `make fuzz`
# SPDX-License-Identifier: MIT
# Every tests/unit/X_test.c is a suite of its own, built once under ASan+UBSan and once under
# ThreadSanitizer. It is linked with lib/X.c, or with UNIT_SOURCES_X where another build.mk
# or the list below says so.

BUILD ?= build
HOST_CC ?= gcc
HOST_CFLAGS := -std=gnu17 -O1 -g -Wall -Wextra -Werror -I. -pthread -fno-omit-frame-pointer
HOST_ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all
HOST_TSAN := -fsanitize=thread

# First, so that other rooms' tests can name their sources.
-include tests/*/build.mk

UNIT_SOURCES_core_set :=
UNIT_SOURCES_freestanding := $(BUILD)/unit/freestanding.o
UNIT_SOURCES_cpio := lib/cpio.c tests/fuzz/archive.c

UNIT_SUITES := $(patsubst tests/unit/%_test.c,%,$(wildcard tests/unit/*_test.c))
UNIT_PROGRAMS := $(foreach suite,$(UNIT_SUITES),$(BUILD)/unit/asan/$(suite) \
	$(BUILD)/unit/tsan/$(suite))
UNIT_HEADERS := $(wildcard abi/*.h abi/*.def lib/*.h tests/unit/*.h tests/fuzz/*.h)

.PHONY: unit
unit: $(UNIT_PROGRAMS)
	@tests/unit/run $(UNIT_PROGRAMS)

# unit_program(suite, sanitizer's folder, sanitizer's flags)
define unit_program
$(BUILD)/unit/$(2)/$(1): tests/unit/$(1)_test.c $(UNIT_SOURCES_$(1)) $(UNIT_HEADERS)
	@mkdir -p $$(@D)
	$(HOST_CC) $(HOST_CFLAGS) $(3) -o $$@ $$(filter %.c %.o,$$^) -lcmocka
endef

$(foreach suite,$(UNIT_SUITES),$(if $(filter undefined,$(origin UNIT_SOURCES_$(suite))),\
	$(eval UNIT_SOURCES_$(suite) := lib/$(suite).c))\
	$(eval $(call unit_program,$(suite),asan,$(HOST_ASAN)))\
	$(eval $(call unit_program,$(suite),tsan,$(HOST_TSAN))))

# As the kernel has it, but under names that leave the C library's functions alone.
$(BUILD)/unit/freestanding.o: lib/freestanding.c lib/string.h
	@mkdir -p $(@D)
	$(HOST_CC) -std=gnu17 -O2 -g -Wall -Wextra -Werror -I. -ffreestanding -mgeneral-regs-only \
		-fPIE -c -o $@ $<
	objcopy --prefix-symbols=tested_ $@
