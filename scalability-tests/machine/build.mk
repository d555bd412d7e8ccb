# machine: the QEMU plugin that models many cores on one, $(BUILD)/libmodel.so
# SPDX-License-Identifier: MIT
BUILD ?= build
MACHINE_DIR := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
MACHINE_SOURCES := $(wildcard $(MACHINE_DIR)/*.c $(MACHINE_DIR)/*.S) $(MACHINE_DIR)/../count/stale.c
MACHINE_HEADERS := $(wildcard $(MACHINE_DIR)/*.h $(MACHINE_DIR)/*.def) $(MACHINE_DIR)/../count/qemu_plugin.h $(addprefix $(MACHINE_DIR)/../count/,stale.h privilege.h) $(addprefix $(MACHINE_DIR)/../../abi/,marker.h domain.h)
MACHINE_CFLAGS := -std=gnu17 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -pthread -ftls-model=initial-exec

$(BUILD)/libmodel.so: $(MACHINE_SOURCES) $(MACHINE_HEADERS)
	@mkdir -p $(@D)
	$(QUIET_CC)$(CC) $(MACHINE_CFLAGS) -fPIC -fvisibility=hidden -shared -o $@ $(MACHINE_SOURCES)

.PHONY: machine
machine: $(BUILD)/libmodel.so
