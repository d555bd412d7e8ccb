# build.mk - the kernel: one ELF, linked twice so that it knows the names of its own functions
# SPDX-License-Identifier: MIT

KERNEL_ROOMS := lib kernel/arch percpu kernel/memory sched ipc kernel/entry services/memory services/names services/linux
KERNEL_C := $(foreach room,$(KERNEL_ROOMS),$(wildcard $(room)/*.c))
KERNEL_S := $(wildcard kernel/arch/*.S) ipc/gate_fast.S ipc/gate_inner.S kernel/entry/servers.S
KERNEL_OBJECTS := $(KERNEL_C:%.c=$(BUILD)/kernel/%.o) $(KERNEL_S:%.S=$(BUILD)/kernel/%.o)

# `far` says nothing to GCC; tests/checks has clang enforce it.
KERNEL_CFLAGS := -std=gnu17 -I. -O2 -g -Wall -Wextra -Wvla -Wno-override-init -Werror -Dfar= \
	-Dmemcpy=__builtin_memcpy -ffreestanding -fno-pic -fno-stack-protector -fno-omit-frame-pointer -momit-leaf-frame-pointer \
	-fno-asynchronous-unwind-tables -fcf-protection=none -mno-red-zone -mgeneral-regs-only -mcmodel=kernel

.PHONY: kernel
kernel: $(BUILD)/tessera.elf ## build the kernel

$(BUILD)/kernel/%.o: %.c
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) $(KERNEL_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/kernel/%.o: %.S
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) -I. -Wa,-I$(SERVERS) -MMD -MP -c $< -o $@

$(BUILD)/kernel/kernel/entry/servers.o: $(SERVER_IMAGES)

$(BUILD)/kernel/tessera.lds: kernel/tessera.lds.S kernel/arch/layout.h
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) -I. -E -P -x assembler-with-cpp $< -o $@

$(BUILD)/kernel/no-symbols.o:
	@mkdir -p $(@D)
	@tools/symbols < /dev/null | $(CC) -x assembler -c - -o $@

KERNEL_LINK = $(LD) -nostdlib -static -z max-page-size=4096 -z noexecstack --no-warn-rwx-segments --build-id=none -T $(BUILD)/kernel/tessera.lds

# An ablation, for measuring alone: one locked queue a receiver in place of the rings.
LOCKED_OBJECTS := $(filter-out %/percpu/ring.o,$(KERNEL_OBJECTS)) $(BUILD)/kernel/scalability-tests/ablations/locked_ring.o

$(BUILD)/tessera.elf: $(KERNEL_OBJECTS)
$(BUILD)/tessera-locked.elf: $(LOCKED_OBJECTS)

$(BUILD)/tessera.elf $(BUILD)/tessera-locked.elf: $(BUILD)/kernel/tessera.lds $(BUILD)/kernel/no-symbols.o tools/symbols
	@$(KERNEL_LINK) $(filter %.o,$^) -o $@.first
	@nm -n $@.first | tools/symbols | $(CC) -x assembler -c - -o $@.symbols.o
	$(QUIET_LD)$(KERNEL_LINK) $(filter-out %/no-symbols.o,$(filter %.o,$^)) $@.symbols.o -o $@

-include $(KERNEL_OBJECTS:.o=.d) $(BUILD)/kernel/scalability-tests/ablations/locked_ring.d
