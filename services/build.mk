# build.mk - services that are domains of their own: of services/NAME and what all of them share, one ELF for each isolation class
# SPDX-License-Identifier: MIT
SERVERS := $(BUILD)/services
SERVER_NAMES := $(shell sed -n 's/^X.\([a-z]*\),.*/\1/p' abi/server.def)
# Those that ask for more than the ways into the gate from ring 0 take along yet.
SERVERS_OF_RING_3 := twin keeper fs
SERVER_PARTS := lib/freestanding.c
SERVER_PARTS_fs := lib/cpio.c
SERVER_IMAGES := $(foreach name,$(SERVER_NAMES),$(SERVERS)/$(name) $(SERVERS)/$(name).0 $(SERVERS)/$(name).1) $(SERVERS)/crude.refused
server_number = $(shell sed -n 's/^X.$(1), *\([0-9]*\),.*/\1/p' abi/server.def)

# A service leaves the vector registers to the programs, whose threads come in with theirs.
SERVER_CFLAGS := -std=gnu17 -I. -O2 -g -Wall -Wextra -Werror -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fcf-protection=none -mgeneral-regs-only -mno-red-zone -ffunction-sections -fdata-sections -Wl,--gc-sections -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack
# In ring 0, far from where addresses have 32 bits. Tables of jumps would be taken for instructions by who looks through the image.
SERVER_INNER_CFLAGS := -fpie -fno-jump-tables -Wl,-z,max-page-size=4096

server_sources = $(wildcard services/$(1)/*.c services/runtime/*.c services/runtime/class$(2)/*.[Sc]) $(SERVER_PARTS) $(SERVER_PARTS_$(1))

# server(name), server_inner(name, class)
define server
$(SERVERS)/$(1): $(call server_sources,$(1),2) $(wildcard services/$(1)/*.h abi/*)
	@mkdir -p $$(@D)
	$$(QUIET_CC)$$(CC) $$(SERVER_CFLAGS) -fno-pic -o $$@ $$(filter %.c %.S,$$^)
endef

define server_inner
$(SERVERS)/$(1).$(2).lds: services/inner.lds.S abi/domain.h abi/server.def
	@mkdir -p $$(@D)
	@$$(CC) -I. -E -P -DNUMBER=$(call server_number,$(1)) -x assembler-with-cpp $$< -o $$@

# One that could not be in ring 0 says so in its place.
$(SERVERS)/$(1).$(2): $(SERVERS)/$(1).$(2).lds $(call server_sources,$(1),$(2)) $(wildcard services/$(1)/*.h services/runtime/*.h abi/*) tools/check-image
	$$(QUIET_CC)$$(CC) $$(SERVER_CFLAGS) $$(SERVER_INNER_CFLAGS) -Wl,-T,$$< -o $$@.elf $$(filter %.c %.S,$$^)
	@tools/check-image $$@.elf >$$@.why && objcopy --strip-debug $$@.elf $$@ || cp $$@.why $$@
endef

# For tests: one that is refused, as it would be there.
$(SERVERS)/crude.refused: $(SERVERS)/crude.1
	@objcopy --strip-debug $<.elf $@

$(foreach name,$(SERVERS_OF_RING_3),$(SERVERS)/$(name).0 $(SERVERS)/$(name).1): services/build.mk
	@mkdir -p $(@D)
	@echo "it asks for more than services in ring 0 can" >$@

$(foreach name,$(SERVER_NAMES),$(eval $(call server,$(name))))
$(foreach name,$(filter-out $(SERVERS_OF_RING_3),$(SERVER_NAMES)),$(foreach class,0 1,$(eval $(call server_inner,$(name),$(class)))))
