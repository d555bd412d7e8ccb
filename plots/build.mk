# build.mk - pictures of the newest results, and the check of what draws them
# SPDX-License-Identifier: MIT
RESULTS ?= $(BUILD)/results/latest
# By the environment: a folder's name may hold whatever it likes.
export RESULTS

.PHONY: plots plots-readme plots-test
plots: ## draw build/results/latest again (RESULTS=folder for another)
	plots/report "$$RESULTS"

plots-readme: ## draw the README's picture from build/results/latest (RESULTS=folder for another)
	plots/report --readme "$$RESULTS" docs/images/overview.svg

plots-test: ## check that plots draws what it should and refuses what it cannot read
	plots/test
