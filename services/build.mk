# build.mk - services that are domains: of services/NAME and what all of them share, one ELF for each isolation class; alone, and with another one joined
# SPDX-License-Identifier: MIT
SERVERS := $(BUILD)/services
SERVER_NAMES := $(shell sed -n 's/^X.\([a-z]*\),.*/\1/p' abi/server.def)
# In the kernel's half there is room for one store, which is fs's (kernel/memory/window.h).
SERVERS_OF_RING_3 := keeper
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
SERVER_LINK := -Wl,--gc-sections -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack
SERVER_CFLAGS := -std=gnu17 -I. -O2 -g -Wall -Wextra -Werror -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fcf-protection=none -mgeneral-regs-only -mno-red-zone -ffunction-sections -fdata-sections $(SERVER_LINK)
# Compiled as a whole: what many small parts say to each other is inlined.
SERVER_CFLAGS_fs := -flto=1
# In ring 0, far from where addresses have 32 bits. Tables of jumps would be taken for instructions by who looks through the image.
SERVER_INNER_CFLAGS := -fpie -fno-jump-tables
SERVER_INNER_LINK := -Wl,-z,max-page-size=4096

SERVER_LAYOUTS := $(shell seq 16 16 1024)

$(BUILD)/scan-image: tools/scan_image.c lib/image_check.c lib/image_check.h
	@mkdir -p $(@D)
	$(QUIET_CC)cc -std=gnu17 -I. -O2 -Wall -Wextra -Werror -o $@ $(filter %.c,$^)

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
	@echo "the store in ring 0 is another one's" >$$@
endef

define server_inner
# Compiled once, and laid out until no distance in the code has the bytes of a privileged instruction. One that could not be in ring 0 says so in its place; of one
# for which no layout is found, the kernel says so.
$(SERVERS)/$(1).$(4): services/inner.lds.S abi/domain.h $(call server_sources,$(2),$(4)) $(3) $(call headers,$(call server_sources,$(2),$(4)) $(3)) \
		tools/check-image $(BUILD)/scan-image
	@rm -rf $$@.parts && mkdir -p $$@.parts
	$$(QUIET_CC)n=0; for source in $$(filter-out services/inner.lds.S,$$(filter %.c %.S,$$^)); do \
		n=$$$$((n + 1)); $$(CC) $$(SERVER_CFLAGS) $$(SERVER_CFLAGS_$(2)) $$(SERVER_INNER_CFLAGS) -c -o $$@.parts/$$$$n.o $$$$source || exit 1; done
	@$$(CC) $$(SERVER_CFLAGS) $$(SERVER_CFLAGS_$(2)) $$(SERVER_INNER_CFLAGS) -Wl,--no-gc-sections -r -flinker-output=nolto-rel -Wl,-e,_start -o $$@.o $$@.parts/*.o
	@for align in $$(SERVER_LAYOUTS); do \
		$$(CC) -I. -E -P -DNUMBER=$(call server_number,$(2)) -DALIGNMENT=$$$$align -x assembler-with-cpp $$< -o $$@.lds && \
		$$(CC) $$(SERVER_LINK) $$(SERVER_INNER_LINK) -Wl,-T,$$@.lds -o $$@.elf $$@.o || exit 1; \
		! $(BUILD)/scan-image $$@.elf >/dev/null || break; done
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
