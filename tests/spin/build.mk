# tests/spin/build.mk - `make spin`: the protocol models and their planted bugs
# SPDX-License-Identifier: MIT
.PHONY: spin
spin:
	@BUILD=$(BUILD) tests/spin/run
