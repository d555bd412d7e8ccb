# build.mk - `make test`, and tests that run on the host: `make unit` and `make fuzz`
# SPDX-License-Identifier: MIT
# Every tests/unit/X_test.c is a suite of its own, built once under ASan+UBSan and once under
# ThreadSanitizer. It is linked with the X.c of whichever room has one, or with the files that
# tests/unit/X_test.sources lists.

BUILD ?= build
HOST_CC ?= gcc
HOST_CFLAGS := -std=gnu17 -O1 -g -Wall -Wextra -Werror -I. -pthread -fno-omit-frame-pointer -Dfar=
HOST_ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all
HOST_TSAN := -fsanitize=thread

-include tests/*/build.mk

UNIT_ROOMS := lib kernel/arch percpu kernel/memory sched ipc kernel/entry services/names \
	services/memory services/linux services/fs services/pager
UNIT_HEADERS := $(wildcard abi/* $(addsuffix /*.h,$(UNIT_ROOMS) scalability-tests/* tests/unit tests/fuzz))
UNIT_SUITES := $(patsubst tests/unit/%_test.c,%,$(wildcard tests/unit/*_test.c))
UNIT_PROGRAMS := $(foreach suite,$(UNIT_SUITES),$(BUILD)/unit/asan/$(suite) \
	$(BUILD)/unit/tsan/$(suite))

# unit_sources(suite)
unit_sources = $(if $(wildcard tests/unit/$(1)_test.sources),\
	$(shell cat tests/unit/$(1)_test.sources),\
	$(wildcard $(addsuffix /$(1).c,$(UNIT_ROOMS))))

.PHONY: unit test
test: ## run every check there is; SEED= for another run of what is random
	@tests/run

unit: $(UNIT_PROGRAMS)
	@tests/unit/run $(UNIT_PROGRAMS)

# unit_program(suite, sanitizer's folder, sanitizer's flags)
define unit_program
$(BUILD)/unit/$(2)/$(1): tests/unit/$(1)_test.c $(UNIT_SOURCES_$(1)) $(UNIT_OBJECT_$(2)_$(1)) $(UNIT_HEADERS)
	@mkdir -p $$(@D)
	$$(QUIET_LD)$(HOST_CC) $(HOST_CFLAGS) $(3) -o $$@ $$(filter %.c %.o,$$^) -lcmocka
endef

$(foreach suite,$(UNIT_SUITES),$(eval UNIT_SOURCES_$(suite) := $(call unit_sources,$(suite))))
UNIT_SOURCES_freestanding := $(BUILD)/unit/freestanding.o
$(foreach suite,$(UNIT_SUITES),$(eval $(call unit_program,$(suite),asan,$(HOST_ASAN)))\
	$(eval $(call unit_program,$(suite),tsan,$(HOST_TSAN))))

# As the kernel has it, but under names that leave the C library's functions alone.
$(BUILD)/unit/freestanding.o: lib/freestanding.c lib/string.h
	@mkdir -p $(@D)
	$(QUIET_CC)$(HOST_CC) -std=gnu17 -O2 -g -Wall -Wextra -Werror -I. -ffreestanding -mgeneral-regs-only \
		-fPIE -c -o $@ $<
	@objcopy --prefix-symbols=tested_ $@
