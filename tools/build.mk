# tools/build.mk - the boot image for real machines, and the debugger
# SPDX-License-Identifier: MIT
# `iso` is made anew each time: INIT and APPEND are in it.
BUILD ?= build

.PHONY: iso iso-test
iso: $(BUILD)/tessera.elf $(BUILD)/initrd.cpio ## make BUILD/tessera.iso, BIOS and UEFI: INIT="/bin/prog args" starts by itself
	@tools/iso $(BUILD)/tessera.elf $(or $(INITRD),$(BUILD)/initrd.cpio) $(BUILD)/tessera.iso

iso-test: ## boot the image under BIOS and UEFI, from a disc and a stick
	@$(MAKE) iso INIT= APPEND= INITRD=
	@tools/iso-test $(BUILD)/tessera.elf $(BUILD)/initrd.cpio $(BUILD)/tessera.iso

.PHONY: debug debug-test
debug: $(BUILD)/tessera.elf $(BUILD)/initrd.cpio $(BUILD)/runner ## boot it stopped, with gdb attached: SMP= INIT= MACHINE= as for run, GDB_OPTIONS=
	@tools/debug $(GDB_OPTIONS)

debug-test: $(BUILD)/tessera.elf $(BUILD)/initrd.cpio $(BUILD)/runner ## check what the debugger shows
	@tools/debug-test
