# tests/guest/build.mk - `make guest-tests`, `make guest-long`: programs that test a booted system, and the driver that boots it
# SPDX-License-Identifier: MIT
GUEST_TESTS := bases closes composition orphans mapped mapped-chaos across attacks advice borrow fickle files hostile kills greedy inside ipc huge mremap revoke store token chaos exhaust wander fork leave paths native storm relay remap page-registers poke everywhere fault survivor memory-hog thread-bomb spawn-bomb bad-pointers syscall-fuzz
GUEST_TEST_BIN := $(BUILD)/guest-tests
GUEST_TEST_ROOT := $(BUILD)/guest-tests.root
# Further files that a program is made of, each with its header.
GUEST_TEST_PARTS_attacks := attack_calls attack_instructions attack_pager attack_tokens
GUEST_TEST_FLAGS_attacks := -mno-red-zone # it pushes where C does not know
GUEST_TEST_FLAGS_hostile := -mno-red-zone
GUEST_TEST_PARTS_chaos := chaos_work region
GUEST_TEST_PARTS_mapped-chaos := mapped_work region
GUEST_TEST_PARTS_exhaust := region
GUEST_TEST_PARTS_files := files_names files_say
GUEST_TEST_PARTS_huge := region
GUEST_TEST_PARTS_wander := region
GUEST_TEST_PROGRAMS := $(addprefix $(GUEST_TEST_BIN)/,$(GUEST_TESTS))

define guest_test_program
$(GUEST_TEST_BIN)/$(1): tests/guest/$(subst -,_,$(1)).c $(GUEST_TEST_PARTS_$(1):%=tests/guest/%.c) $(wildcard $(GUEST_TEST_PARTS_$(1):%=tests/guest/%.h)) tests/guest/child.h tests/guest/native_call.h tests/guest/pin.h scalability-tests/guest/token_access.h abi/kernel.h abi/token.h abi/native.h abi/native.def services/linux/calls.def
	@mkdir -p $$(@D)
	$$(QUIET_CC)musl-gcc -std=gnu17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -I. -static -pthread $$(GUEST_TEST_FLAGS_$(1)) -o $$@ $$(filter %.c %.S,$$^)
endef
$(GUEST_TEST_BIN)/composition: abi/composition.def
$(GUEST_TEST_BIN)/attacks: tests/guest/attack.h abi/clerk.h abi/device.h abi/fs.h abi/store.h $(wildcard services/fs/*.h)
$(addprefix $(GUEST_TEST_BIN)/,hostile attacks): tests/guest/attacks.h abi/attacks.def abi/defence.def abi/hostile.h abi/domain.h
$(addprefix $(GUEST_TEST_BIN)/,across attacks composition fickle hostile inside ipc store): services/runtime/class2/call.S abi/service.h abi/ipc.h abi/server.def
$(foreach test,$(GUEST_TESTS),$(eval $(call guest_test_program,$(test))))

# The programs of everyday, these, and files that are no programs.
.SECONDEXPANSION:
$(BUILD)/guest-tests.cpio: $$(GUEST_PROGRAMS) $(GUEST_TEST_PROGRAMS) tests/guest/break
	@rm -rf $(GUEST_TEST_ROOT)
	@mkdir -p $(addprefix $(GUEST_TEST_ROOT)/,bin dev proc sys tmp)
	@cp $(GUEST_PROGRAMS) $(GUEST_TEST_PROGRAMS) $(GUEST_TEST_ROOT)/bin/
	@tests/guest/break $(GUEST_TEST_ROOT)/bin/true $(GUEST_TEST_ROOT)/broken
	@chmod -R 0755 $(GUEST_TEST_ROOT)
	$(QUIET_CPIO)cd $(GUEST_TEST_ROOT) && find . | LC_ALL=C sort | cpio -o -H newc --quiet --reproducible --owner 0:0 > $(abspath $@).part
	@mv $@.part $@

# Cores that share the host's take turns.
$(BUILD)/libturns.so: tests/guest/turns.c scalability-tests/count/qemu_plugin.h
	@mkdir -p $(@D)
	$(QUIET_CC)$(HOST_CC) -std=gnu17 -O2 -g -Wall -Wextra -Werror -I. -fPIC -fvisibility=hidden -shared -o $@ $<

.PHONY: guest-tests guest-long attack-tests
guest-tests: $(BUILD)/tessera.elf $(BUILD)/guest-tests.cpio $(BUILD)/libturns.so
	@BUILD=$(BUILD) tests/guest/run

attack-tests: $(BUILD)/tessera.elf $(BUILD)/guest-tests.cpio ## every attack of abi/attacks.def is refused, and with its defence off it goes through
	@BUILD=$(BUILD) tests/guest/run -t tests/guest/attacks.table

guest-long: $(BUILD)/tessera.elf $(BUILD)/guest-tests.cpio $(BUILD)/libturns.so ## guest tests that take minutes: a page taken back a million times at 8 cores
	@BUILD=$(BUILD) tests/guest/run -t tests/guest/long.table
