# count: the QEMU plugin that counts exactly, $(BUILD)/libcount.so, and its test on the host
# SPDX-License-Identifier: MIT
BUILD ?= build
COUNT_DIR := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
COUNT_PURE := $(addprefix $(COUNT_DIR)/,boot.c lines.c ticks.c windows.c)
COUNT_HEADERS := $(wildcard $(COUNT_DIR)/*.h) $(COUNT_DIR)/../../abi/marker.h
COUNT_CFLAGS := -std=gnu17 -O2 -g -Wall -Wextra -Werror -pthread

$(BUILD)/libcount.so: $(COUNT_DIR)/count.c $(COUNT_PURE) $(COUNT_HEADERS)
	@mkdir -p $(@D)
	$(CC) $(COUNT_CFLAGS) -fPIC -fvisibility=hidden -shared -o $@ $(filter %.c,$^)

# One binary per sanitiser: they cannot be mixed.
$(BUILD)/tests/count_test.%: $(COUNT_DIR)/count_test.c $(COUNT_PURE) $(COUNT_HEADERS)
	@mkdir -p $(@D)
	$(CC) $(COUNT_CFLAGS) -fsanitize=$* -o $@ $(filter %.c,$^) -lcmocka

.PHONY: count count-test count-check
count: $(BUILD)/libcount.so

count-test: $(BUILD)/tests/count_test.thread $(BUILD)/tests/count_test.address,undefined
	$(BUILD)/tests/count_test.thread
	$(BUILD)/tests/count_test.address,undefined

count-check: $(BUILD)/tessera.elf $(BUILD)/initrd.cpio $(BUILD)/libcount.so
	$(COUNT_DIR)/check $(BUILD)
