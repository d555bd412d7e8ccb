# Makefile - everything that Tessera builds and runs; `make help` lists it
# SPDX-License-Identifier: MIT
# Each folder's own rules are in its build.mk. Output goes to $(BUILD) alone.

BUILD ?= build
V ?= 0
export BUILD

# Everything below $(BUILD) is ours to remove, so it is one word, and a folder of its own.
ifneq ($(words $(BUILD)),1)
$(error BUILD is to be one folder without blanks in its name, not '$(BUILD)')
endif
ifneq ($(filter $(abspath $(BUILD)),/ $(abspath .) $(abspath ..) $(HOME)),)
$(error BUILD='$(BUILD)' holds more than what is built: name a folder of its own)
endif

ifeq ($(V),0)
QUIET_CC = @printf '  CC    %s\n' $@;
QUIET_LD = @printf '  LD    %s\n' $@;
QUIET_CPIO = @printf '  CPIO  %s\n' $@;
MAKEFLAGS += --no-print-directory
endif

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

include kernel/build.mk
-include scalability-tests/build.mk
-include plots/build.mk
-include tests/build.mk
-include tools/build.mk
-include docs/build.mk

.PHONY: help clean
help: ## this list
	@printf 'Tessera: a mosaic of per-core kernels, joined by address tokens.\n\nmake TARGET [VARIABLE=value ...]\n\n'
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort -u | awk -F ':.*## ' '{ printf "  %-12s %s\n", $$1, $$2 }'

clean: ## remove everything that was built or measured
	rm -rf $(BUILD)
