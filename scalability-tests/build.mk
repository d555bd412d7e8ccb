# scalability-tests: the runner, and the targets that boot machines: run, scale
# SPDX-License-Identifier: MIT
# Variables given to make reach the runner through the environment; `$(BUILD)/runner help` lists them.
BUILD ?= build
SCALE_DIR := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
RUNNER_DIR := $(SCALE_DIR)/runner
RUNNER_SOURCES := $(filter-out $(RUNNER_DIR)/exit_status.c,$(wildcard $(RUNNER_DIR)/*.c))
RUNNER_HEADERS := $(wildcard $(RUNNER_DIR)/*.h $(RUNNER_DIR)/*.def) $(SCALE_DIR)/tests.def
RUNNER_CFLAGS := -std=gnu17 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror
RUNNER := BUILD='$(BUILD)' $(BUILD)/runner
# The kernel whose rings are locked queues: an ablation, and no other's dependency.
SCALE_KERNELS := $(BUILD)/tessera.elf $(BUILD)/tessera-locked.elf

include $(wildcard $(SCALE_DIR)/*/build.mk)

$(BUILD)/runner: $(RUNNER_SOURCES) $(RUNNER_HEADERS)
	@mkdir -p $(@D)
	$(CC) $(RUNNER_CFLAGS) -o $@ $(filter %.c,$^) -lhwloc

# make itself ends with 2 whatever failed; this lets `make run` end with the guest program's own status.
$(BUILD)/exit_status.so: $(RUNNER_DIR)/exit_status.c
	@mkdir -p $(@D)
	@$(CC) $(RUNNER_CFLAGS) -fPIC -shared -o $@ $<

ifneq ($(filter run,$(MAKECMDGOALS)),)
-load $(BUILD)/exit_status.so
endif

.PHONY: run run-guest scale runner runner-test linux

# `run` is expanded after run-guest has run, so that the status is there.
run: run-guest
	@$(exit-as $(BUILD)/run.status)
	@exit "$$(cat $(BUILD)/run.status)"

run-guest: $(BUILD)/tessera.elf $(BUILD)/initrd.cpio $(BUILD)/runner
	@status=0; $(RUNNER) run || status=$$?; echo "$$status" >$(BUILD)/run.status

# A point that fails does not keep the others from being drawn.
scale: $(SCALE_KERNELS) $(BUILD)/initrd.cpio $(BUILD)/libcount.so $(BUILD)/runner
	@case "$${SYSTEMS:-linux}" in *linux*) $(SCALE_DIR)/linux/fetch $(BUILD)/linux || true ;; esac
	@status=0; $(RUNNER) scale || status=$$?; [ "$$status" -le 1 ] || exit "$$status"; \
	plots/report $(BUILD)/results/latest && exit "$$status"

runner: $(BUILD)/runner

linux:
	$(SCALE_DIR)/linux/fetch $(BUILD)/linux

# The machine that the runner is tested with: 32 bits, no library, booted as the kernel is.
$(BUILD)/runner-guest: $(RUNNER_DIR)/test/guest.c
	@mkdir -p $(@D)
	$(CC) -m32 -march=i686 -std=gnu17 -O2 -Wall -Wextra -Werror -ffreestanding -fno-pic -fno-stack-protector \
		-fno-asynchronous-unwind-tables -nostdlib -static -Wl,-m,elf_i386 -Wl,--build-id=none -Wl,-Ttext=0x100000 \
		-Wl,-e,start -Wl,-N -Wl,--no-warn-rwx-segments -Wl,-z,noexecstack -o $@ $<

runner-test: $(BUILD)/runner $(BUILD)/runner-guest
	BUILD='$(BUILD)' $(RUNNER_DIR)/test/run
