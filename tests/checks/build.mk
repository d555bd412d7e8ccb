# tests/checks/build.mk - `make checks`: the rules of the source, and of the image, each with its own proof
# SPDX-License-Identifier: MIT
.PHONY: checks
checks: $(BUILD)/tessera.elf
	@BUILD=$(BUILD) tests/checks/run
