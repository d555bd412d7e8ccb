# tests/fuzz/build.mk - `make fuzz`: broken files against the parsers, and broken parsers;
# `make fuzz-boot`: broken files against the whole machine
# SPDX-License-Identifier: MIT

FUZZ_SOURCES := $(addprefix tests/fuzz/,fuzz.c corpus.c emit.c archive.c mutate.c mutate_elf.c \
	mutate_cpio.c exercise_elf.c exercise_cpio.c)
FUZZ_OBJECTS := $(FUZZ_SOURCES:tests/fuzz/%.c=$(BUILD)/fuzz-objects/%.o)
FUZZ_PARSERS := $(BUILD)/fuzz-objects/elf.o $(BUILD)/fuzz-objects/cpio.o
FUZZ_HEADERS := $(wildcard abi/* lib/*.h tests/fuzz/*.h) services/linux/image.h
FUZZ_COMPILE := $(HOST_CC) $(HOST_CFLAGS) $(HOST_ASAN)

.PHONY: fuzz
fuzz: $(BUILD)/fuzz $(BUILD)/fuzz-corpus/busybox.cpio tests/fuzz/run tests/fuzz/plants
	@FUZZ_COMPILE="$(FUZZ_COMPILE)" tests/fuzz/run $(BUILD)

.PHONY: fuzz-boot
fuzz-boot: $(BUILD)/fuzz $(BUILD)/fuzz-corpus/busybox.cpio $(BUILD)/tessera.elf
	@tests/fuzz/boot $(BUILD)

$(BUILD)/fuzz: $(FUZZ_OBJECTS) $(FUZZ_PARSERS)
	$(QUIET_LD)$(FUZZ_COMPILE) -o $@ $^

$(FUZZ_OBJECTS): $(BUILD)/fuzz-objects/%.o: tests/fuzz/%.c $(FUZZ_HEADERS)
	@mkdir -p $(@D)
	$(QUIET_CC)$(FUZZ_COMPILE) -c -o $@ $<

$(FUZZ_PARSERS): $(BUILD)/fuzz-objects/%.o: lib/%.c $(FUZZ_HEADERS)
	@mkdir -p $(@D)
	$(QUIET_CC)$(FUZZ_COMPILE) -c -o $@ $<

# The last file that make-corpus makes stands for all of them.
$(BUILD)/fuzz-corpus/busybox.cpio: tests/fuzz/make-corpus tests/fuzz/program.c
	@tests/fuzz/make-corpus $(@D)
