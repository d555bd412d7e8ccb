# build.mk - services that are domains of their own: one ELF each, of services/NAME and what all of them share
# SPDX-License-Identifier: MIT
SERVERS := $(BUILD)/services
SERVER_NAMES := $(shell sed -n 's/^X.\([a-z]*\),.*/\1/p' abi/server.def)
SERVER_IMAGES := $(SERVER_NAMES:%=$(SERVERS)/%)
SERVER_RUNTIME := $(wildcard services/runtime/*.S services/runtime/*.c) lib/freestanding.c
SERVER_PARTS_fs := lib/cpio.c

# A service leaves the vector registers to the programs, whose threads come in with theirs.
SERVER_CFLAGS := -std=gnu17 -I. -O2 -g -Wall -Wextra -Werror -ffreestanding -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fcf-protection=none -mgeneral-regs-only -mno-red-zone -ffunction-sections -fdata-sections -Wl,--gc-sections -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack

define server
$(SERVERS)/$(1): $(wildcard services/$(1)/*.[ch]) $(SERVER_PARTS_$(1)) $(SERVER_RUNTIME) $(wildcard abi/* lib/*.h)
	@mkdir -p $$(@D)
	$$(QUIET_CC)$$(CC) $$(SERVER_CFLAGS) -o $$@ $$(filter %.c %.S,$$^)
endef
$(foreach name,$(SERVER_NAMES),$(eval $(call server,$(name))))
