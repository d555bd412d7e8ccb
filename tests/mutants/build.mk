# build.mk - `make mutants`: each defect planted in a module must fail the module's unit tests
# SPDX-License-Identifier: MIT
# ONLY= chooses suites by a pattern of the shell: make mutants ONLY='ring inbox'.

.PHONY: mutants
mutants:
	@MAKE="$(MAKE)" tests/mutants/run $(BUILD)/mutants $(ONLY)
