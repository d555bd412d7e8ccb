# Makefile - everything that Tessera builds and runs; `make help` lists it
# SPDX-License-Identifier: MIT
# Each folder's own rules are in its build.mk. Output goes to $(BUILD) alone.

BUILD ?= build
V ?= 0
export BUILD

# It is to hold nothing but what was built, since `clean` removes it.
build_step := $(if $(filter-out help clean,$(or $(MAKECMDGOALS),help)),claim,check)
wrong_build := $(shell tools/build-folder $(build_step) '$(subst ','\'',$(BUILD))')
ifneq ($(wrong_build),)
$(error BUILD='$(BUILD)': $(wrong_build))
endif

ifeq ($(V),0)
QUIET_CC = @printf '  CC    %s\n' $@;
QUIET_LD = @printf '  LD    %s\n' $@;
QUIET_CPIO = @printf '  CPIO  %s\n' $@;
MAKEFLAGS += --no-print-directory
endif

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

include services/build.mk
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
	tools/build-folder remove $(BUILD)
