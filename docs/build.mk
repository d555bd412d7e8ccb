# build.mk - reference pages from the tables in the code, and the check that documentation names what exists
# SPDX-License-Identifier: MIT
REFERENCES := linux-calls native-calls statuses counters boot-words servers scalability-tests defences service-attacks pager-attacks program-attacks

.PHONY: docs docs-test
docs: ## write reference pages from the code's tables to build/docs
	@mkdir -p $(BUILD)/docs
	@for page in $(REFERENCES); do tools/reference $$page >$(BUILD)/docs/$$page.md || exit 1; done
	@echo "docs: $(BUILD)/docs/{$$(echo $(REFERENCES) | tr ' ' ',')}.md"

docs-test: docs ## check links, file names and function names in the documentation
	@tools/check-docs
