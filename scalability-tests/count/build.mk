# count: the QEMU plugin that counts exactly, $(BUILD)/libcount.so
# SPDX-License-Identifier: MIT
BUILD ?= build
COUNT_DIR := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
COUNT_PURE := $(addprefix $(COUNT_DIR)/,boot.c lines.c stale.c ticks.c windows.c)
COUNT_HEADERS := $(wildcard $(COUNT_DIR)/*.h) $(addprefix $(COUNT_DIR)/../../abi/,marker.h domain.h)
COUNT_CFLAGS := -std=gnu17 -O2 -g -Wall -Wextra -Werror -pthread

$(BUILD)/libcount.so: $(COUNT_DIR)/count.c $(COUNT_PURE) $(COUNT_HEADERS)
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) $(COUNT_CFLAGS) -fPIC -fvisibility=hidden -shared -o $@ $(filter %.c,$^)

.PHONY: count count-check
count: $(BUILD)/libcount.so

count-check: $(BUILD)/tessera.elf $(BUILD)/initrd.cpio $(BUILD)/libcount.so
	$(COUNT_DIR)/check $(BUILD)
