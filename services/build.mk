# build.mk - services that are domains: of services/NAME and what all of them share, one ELF for each isolation class; alone, and with another one joined
# SPDX-License-Identifier: MIT
SERVERS := $(BUILD)/services
SERVER_NAMES := $(shell sed -n 's/^X.\([a-z]*\),.*/\1/p' abi/server.def)
# Those that ask for more than the ways into the gate from ring 0 take along yet.
SERVERS_OF_RING_3 := twin keeper fs
SERVER_PARTS := lib/freestanding.c
SERVER_PARTS_fs := lib/cpio.c
# What a service that others can be joined to has when it is alone; and one that can be joined.
SERVER_ALONE := services/runtime/alone/joined.c
SERVER_ALONE_pager := services/pager/alone/pager.c services/pager/own/cache.c

# Images with a service joined to another one, as abi/composition.def has them: of_image(name, field), the fields being service, joined, variant.
IMAGE_NAMES := $(shell sed -n 's/^IMAGE.\([a-z_]*\),.*/\1/p' abi/composition.def)
of_image = $(word $(2),$(shell sed -n 's/^IMAGE.$(1), *\([a-z]*\), *\([a-z]*\), *\([a-z]*\),.*/\1 \2 \3/p' abi/composition.def))
SERVER_IMAGES := $(foreach name,$(SERVER_NAMES) $(IMAGE_NAMES),$(SERVERS)/$(name) $(SERVERS)/$(name).0 $(SERVERS)/$(name).1) $(SERVERS)/crude.refused
server_number = $(shell sed -n 's/^X.$(1), *\([0-9]*\),.*/\1/p' abi/server.def)

# A service leaves the vector registers to the programs, whose threads come in with theirs.
SERVER_CFLAGS := -std=gnu17 -I. -O2 -g -Wall -Wextra -Werror -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fcf-protection=none -mgeneral-regs-only -mno-red-zone -ffunction-sections -fdata-sections -Wl,--gc-sections -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack
# Compiled as a whole: what many small parts say to each other is inlined.
SERVER_CFLAGS_fs := -flto=1
# In ring 0, far from where addresses have 32 bits. Tables of jumps would be taken for instructions by who looks through the image.
SERVER_INNER_CFLAGS := -fpie -fno-jump-tables -Wl,-z,max-page-size=4096

# server_sources(service, class), alone_sources(service), joined_sources(joined, variant)
server_sources = $(wildcard services/$(1)/*.c services/runtime/*.c services/runtime/class$(2)/*.[Sc]) $(SERVER_PARTS) $(SERVER_PARTS_$(1))
alone_sources = $(SERVER_ALONE) $(SERVER_ALONE_$(1))
joined_sources = $(wildcard services/$(1)/*.c services/$(1)/joined/*.c services/$(1)/$(2)/*.c)
# What they include: headers(sources)
headers = $(wildcard $(addsuffix *.h,$(sort $(dir $(1)))) abi/*)

# server(image, service, what is linked with it), server_inner(the same, class)
define server
$(SERVERS)/$(1): $(call server_sources,$(2),2) $(3) $(call headers,$(call server_sources,$(2),2) $(3))
	@mkdir -p $$(@D)
	$$(QUIET_CC)$$(CC) $$(SERVER_CFLAGS) $$(SERVER_CFLAGS_$(2)) -fno-pic -o $$@.elf $$(filter %.c %.S,$$^)
	@objcopy --strip-debug $$@.elf $$@
endef

# What says, in its place, that it could not be there.
define server_outer
$(SERVERS)/$(1).0 $(SERVERS)/$(1).1: services/build.mk
	@mkdir -p $$(@D)
	@echo "it asks for more than services in ring 0 can" >$$@
endef

define server_inner
$(SERVERS)/$(1).$(4).lds: services/inner.lds.S abi/domain.h abi/server.def
	@mkdir -p $$(@D)
	@$$(CC) -I. -E -P -DNUMBER=$(call server_number,$(2)) -x assembler-with-cpp $$< -o $$@

# One that could not be in ring 0 says so in its place.
$(SERVERS)/$(1).$(4): $(SERVERS)/$(1).$(4).lds $(call server_sources,$(2),$(4)) $(3) $(call headers,$(call server_sources,$(2),$(4)) $(3)) tools/check-image
	$$(QUIET_CC)$$(CC) $$(SERVER_CFLAGS) $$(SERVER_CFLAGS_$(2)) $$(SERVER_INNER_CFLAGS) -Wl,-T,$$< -o $$@.elf $$(filter %.c %.S,$$^)
	@tools/check-image $$@.elf >$$@.why && objcopy --strip-debug $$@.elf $$@ || cp $$@.why $$@
endef

# rules(image, service, what is linked with it)
rules = $(eval $(call server,$(1),$(2),$(3)))$(if $(filter $(2),$(SERVERS_OF_RING_3)),\
	$(eval $(call server_outer,$(1))),$(foreach class,0 1,$(eval $(call server_inner,$(1),$(2),$(3),$(class)))))

# For tests: one that is refused, as it would be there.
$(SERVERS)/crude.refused: $(SERVERS)/crude.1
	@objcopy --strip-debug $<.elf $@

$(foreach name,$(SERVER_NAMES),$(call rules,$(name),$(name),$(call alone_sources,$(name))))
$(foreach name,$(IMAGE_NAMES),$(call rules,$(name),$(call of_image,$(name),1),$(call joined_sources,$(call of_image,$(name),2),$(call of_image,$(name),3))))
