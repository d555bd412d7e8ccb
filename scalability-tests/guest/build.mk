# guest: the benchmark and test programs, and the initial file system that holds them, $(BUILD)/initrd.cpio
# SPDX-License-Identifier: MIT
# Other rooms add programs by `GUEST_PROGRAMS += $(GUEST_BIN)/name` and a rule for that file.
BUILD ?= build
GUEST_DIR := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
GUEST_BIN := $(BUILD)/guest
GUEST_ROOT := $(BUILD)/initrd
GUEST_CFLAGS := -std=gnu17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror
GUEST_HEADERS := $(wildcard $(GUEST_DIR)/*.h $(GUEST_DIR)/../../abi/*.h $(GUEST_DIR)/../../abi/*.def) $(GUEST_DIR)/../tests.def
BENCH_SOURCES := $(addprefix $(GUEST_DIR)/,bench.c worker.c processes.c meeting.c model.c threads.c system_calls.c faults.c calls.c \
	rings.c names.c tokens.c ipc.c create.c wakeup.c footprint.c \
	lines.c bursts.c locks.c forks.c copies.c second.c mapping.c unmap.c protect.c pipeline.c global.c files.c file_access.c file_faults.c file_footprint.c restarts.c)
MUSL_GCC := musl-gcc $(GUEST_CFLAGS)
# Concurrency Kit is headers alone, which lie beside glibc's: behind all others.
BENCH_CK := -idirafter /usr/include
GLIBC_GCC := gcc $(GUEST_CFLAGS)
# musl-gcc knows no static PIE: it is told the start file that relocates itself.
MUSL_PIE := -fPIE -static -Wl,-pie,--no-dynamic-linker -nostartfiles /usr/lib/x86_64-linux-musl/rcrt1.o

GUEST_PROGRAMS += $(addprefix $(GUEST_BIN)/,bench linux-init true known busybox hello-musl hello-glibc hello-musl-pie \
	hello-glibc-pie pthread-musl pthread-glibc pthread-musl-pie pthread-glibc-pie)

$(GUEST_BIN):
	@mkdir -p $@

$(GUEST_BIN)/bench: $(BENCH_SOURCES) $(GUEST_DIR)/../../services/runtime/class2/call.S $(GUEST_HEADERS) | $(GUEST_BIN)
	$(QUIET_CC)$(MUSL_GCC) -I$(GUEST_DIR)/../.. $(BENCH_CK) -static -pthread -o $@ $(filter %.c %.S,$^)

$(GUEST_BIN)/linux-init: $(GUEST_DIR)/linux_init.c $(GUEST_DIR)/../count/ticks.h $(GUEST_HEADERS) | $(GUEST_BIN)
	$(QUIET_CC)$(MUSL_GCC) -static -o $@ $<

$(GUEST_BIN)/known: $(GUEST_DIR)/known.c $(GUEST_HEADERS) | $(GUEST_BIN)
	$(QUIET_CC)$(MUSL_GCC) -static -o $@ $<

$(GUEST_BIN)/true: $(GUEST_DIR)/true.c | $(GUEST_BIN)
	$(QUIET_CC)$(GLIBC_GCC) -static -nostdlib -fno-pie -no-pie -Wl,--build-id=none -o $@ $<

$(GUEST_BIN)/busybox: /bin/busybox | $(GUEST_BIN)
	@cp $< $@

$(GUEST_BIN)/%-musl: $(GUEST_DIR)/%.c | $(GUEST_BIN)
	$(QUIET_CC)$(MUSL_GCC) -static -fno-pie -no-pie -pthread -o $@ $<

$(GUEST_BIN)/%-glibc: $(GUEST_DIR)/%.c | $(GUEST_BIN)
	$(QUIET_CC)$(GLIBC_GCC) -static -fno-pie -no-pie -pthread -o $@ $<

$(GUEST_BIN)/%-musl-pie: $(GUEST_DIR)/%.c | $(GUEST_BIN)
	$(QUIET_CC)$(MUSL_GCC) $(MUSL_PIE) -pthread -o $@ $<

$(GUEST_BIN)/%-glibc-pie: $(GUEST_DIR)/%.c | $(GUEST_BIN)
	$(QUIET_CC)$(GLIBC_GCC) -fPIE -static-pie -pthread -o $@ $<

# The same bytes from the same programs: fixed modes, owner, times, order and inode numbers.
.SECONDEXPANSION:
$(BUILD)/initrd.cpio: $$(GUEST_PROGRAMS)
	@rm -rf $(GUEST_ROOT)
	@mkdir -p $(addprefix $(GUEST_ROOT)/,bin dev proc sys tmp)
	@cp $(GUEST_PROGRAMS) $(GUEST_ROOT)/bin/
	@find $(GUEST_ROOT) -exec chmod 0755 {} + -exec touch -d @0 {} +
	$(QUIET_CPIO)cd $(GUEST_ROOT) && find . | LC_ALL=C sort | cpio -o -H newc --quiet --reproducible --owner 0:0 > ../initrd.part
	@mv $(BUILD)/initrd.part $@

.PHONY: guest initrd
guest: $(GUEST_PROGRAMS)
initrd: $(BUILD)/initrd.cpio
