# scalability-tests: the runner, and the targets that boot machines: run, scale
# SPDX-License-Identifier: MIT
# Variables given to make reach the runner through the environment; `$(BUILD)/runner help` lists them.
BUILD ?= build
SCALE_DIR := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
RUNNER_DIR := $(SCALE_DIR)/runner
RUNNER_SOURCES := $(wildcard $(RUNNER_DIR)/*.c) $(SCALE_DIR)/machine/costs.c
RUNNER_HEADERS := $(wildcard $(RUNNER_DIR)/*.h $(RUNNER_DIR)/*.def) $(SCALE_DIR)/tests.def \
	$(wildcard $(SCALE_DIR)/machine/costs.*) $(SCALE_DIR)/machine/limits.h kernel/arch/layout.h
RUNNER_CFLAGS := -std=gnu17 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror
# The kernel whose rings are locked queues: an ablation, and no other's dependency.
SCALE_KERNELS := $(BUILD)/tessera.elf $(BUILD)/tessera-locked.elf

include $(wildcard $(SCALE_DIR)/*/build.mk)

$(BUILD)/runner: $(RUNNER_SOURCES) $(RUNNER_HEADERS) abi/composition.def
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) $(RUNNER_CFLAGS) -o $@ $(filter %.c,$^) -lhwloc

# make itself ends with 2 whatever failed; this lets `make run` end with the guest program's own status, and `make scale`
# with the runner's.
$(BUILD)/exit_status.so: $(RUNNER_DIR)/make/exit_status.c
	@mkdir -p $(@D)
	@$(CC) $(RUNNER_CFLAGS) -fPIC -shared -o $@ $<

ifneq ($(filter run scale,$(MAKECMDGOALS)),)
-load $(BUILD)/exit_status.so
endif

.PHONY: run run-guest scale scale-measure scale-check scale-check-status validate model-test runner runner-test linux doctor

# Two runs at once have a status each: the shell's parent is this make. `run` is expanded after run-guest has run.
RUN_STATUS := $(BUILD)/run.$(shell echo $$PPID).status
run: run-guest ## boot it: SMP=4 INIT="/bin/prog args" INITRD= MACHINE= MEM= COMPOSE= APPEND= ACCEL=tcg|kvm
	@$(exit-as $(RUN_STATUS))
	@rm $(RUN_STATUS)

run-guest: $(BUILD)/tessera.elf $(BUILD)/initrd.cpio $(BUILD)/runner
	@status=0; $(BUILD)/runner run || status=$$?; echo "$$status" >$(RUN_STATUS)

SCALE_STATUS := $(BUILD)/scale.$(shell echo $$PPID).status
scale: scale-measure ## measure and plot: CORES="1 2 4" TESTS= FULL=1 MACHINE=NAME SYSTEMS= MODE=model|count|wall COSTS=
	@$(exit-as $(SCALE_STATUS))
	@rm $(SCALE_STATUS)

# A point that fails does not keep the others from being drawn. Who ends make ends the sweep, too.
scale-measure: scale-check $(SCALE_KERNELS) $(BUILD)/initrd.cpio $(BUILD)/libcount.so $(BUILD)/libmodel.so $(BUILD)/runner
	@case "$${SYSTEMS:-linux}" in *linux*) $(SCALE_DIR)/linux/fetch $(BUILD)/linux $(BUILD)/initrd.cpio || true ;; esac
	@status=0; folder=$$(setpriv --pdeathsig TERM $(BUILD)/runner scale) || status=$$?; \
	[ -z "$$folder" ] || plots/report "$$folder" || status=1; echo "$$status" >$(SCALE_STATUS)

# Settings are checked before what takes long.
scale-check: scale-check-status
	@$(exit-as $(SCALE_STATUS))

scale-check-status: $(BUILD)/runner
	@status=0; $(BUILD)/runner check || status=$$?; echo "$$status" >$(SCALE_STATUS)

# The model against what is known of it, and against published measurements.
validate: $(SCALE_KERNELS) $(BUILD)/initrd.cpio $(BUILD)/libmodel.so $(BUILD)/runner ## check the model against published machines
	@$(SCALE_DIR)/linux/fetch $(BUILD)/linux $(BUILD)/initrd.cpio || true
	@$(SCALE_DIR)/validate/run $(BUILD)

model-test: $(SCALE_KERNELS) $(BUILD)/initrd.cpio $(BUILD)/libcount.so $(BUILD)/libmodel.so $(BUILD)/runner ## boot modelled machines, and check what must be so
	@$(SCALE_DIR)/machine/test $(BUILD)

runner: $(BUILD)/runner ## build what `run` and `scale` are; build/runner help lists its variables

linux: $(BUILD)/initrd.cpio ## fetch Debian's kernel, to compare with
	$(SCALE_DIR)/linux/fetch $(BUILD)/linux $(BUILD)/initrd.cpio

# The machine that the runner is tested with: 32 bits, no library, booted as the kernel is.
$(BUILD)/runner-guest: $(RUNNER_DIR)/test/guest.c
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) -m32 -march=i686 -std=gnu17 -O2 -Wall -Wextra -Werror -ffreestanding -fno-pic -fno-stack-protector \
		-fno-asynchronous-unwind-tables -nostdlib -static -Wl,-m,elf_i386 -Wl,--build-id=none -Wl,-Ttext=0x100000 \
		-Wl,-e,start -Wl,-N -Wl,--no-warn-rwx-segments -Wl,-z,noexecstack -o $@ $<

# The plugin that it is tested with: it models nothing.
$(BUILD)/runner-fake/libmodel.so: $(RUNNER_DIR)/test/fake_model.c $(SCALE_DIR)/count/qemu_plugin.h
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) $(RUNNER_CFLAGS) -fPIC -fvisibility=hidden -shared -o $@ $<

runner-test: $(BUILD)/runner $(BUILD)/runner-guest $(BUILD)/runner-fake/libmodel.so ## check how runs end and what sweeps write
	$(RUNNER_DIR)/test/run

doctor: ## say what is here, what is missing, and whether KVM can be used
	@tools/doctor
