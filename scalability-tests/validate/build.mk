# validate: holds the machine model against published machines, arithmetic and itself; the check of what judges
# SPDX-License-Identifier: MIT
.PHONY: validate validate-test
validate: $(BUILD)/tessera.elf $(BUILD)/initrd.cpio $(BUILD)/libmodel.so $(BUILD)/runner ## hold the machine model against published machines: SWEEPS=
	@scalability-tests/linux/fetch $(BUILD)/linux || true
	@BUILD=$(BUILD) scalability-tests/validate/run $(SWEEPS)

validate-test: ## check that the judgement of `validate` can say both
	@scalability-tests/validate/test
