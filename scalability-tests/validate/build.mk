# validate: the check of what judges the machine model; `make validate` itself is the runner's
# SPDX-License-Identifier: MIT
.PHONY: validate-test
validate-test: ## check that the judgement of `make validate` can say both
	@scalability-tests/validate/test
