# words.awk - what metrics, modes and pictures are called
# SPDX-License-Identifier: MIT
# Needs number.awk and data.awk. A picture of the model says so and names the machine: it must never look measured.
# Tested by plots/test

BEGIN {
	part_words["cycles_send"] = "until all were asked to forget a page"
	part_words["cycles_wake"] = "until the last of them began"
	part_words["cycles_invalidate"] = "in which the last of them forgot"
	part_words["cycles_acknowledge"] = "until it was known"
}

function is_bytes(test, metric, mode) { return unit_of[test, metric, mode] == "B" }

function metric_title(test, metric, mode) {
	if (is_bytes(test, metric, mode))
		return metric == "throughput" || metric == "memory" ? "memory" (test == "footprint" ? " per core" : "") : plain_words(metric)
	if (operation[test] == "bytes" && metric == "latency")
		return test == "footprint" ? "boot time" : "time until it is taken"
	if (metric == "lines_moved")
		return "cache lines moved"
	if (metric == "lines_read" || metric == "lines_written")
		return "lines taken to " (metric == "lines_read" ? "read" : "write")
	if (metric == "lines_near")
		return "lines from the shared cache"
	if (metric == "cycles_lines" || metric == "cycles_queues")
		return metric == "cycles_lines" ? "cycles that lines take to come" : "cycles waited until lines were free"
	if (metric in part_words)
		return "cycles " part_words[metric]
	if (metric == "latency_median" || metric == "latency_longest")
		return metric == "latency_median" ? "median latency" : "latency of the longest"
	if (metric == "lines_memory")
		return "lines from memory or another group's cache"
	return plain_words(metric)
}

# What one operation is called, several of them.
function operations_of(test) { return operation[test] == "" ? "operations" : operation[test] }

# What the axis counts, in words.
function metric_axis(test, metric, mode,    what) {
	what = metric_title(test, metric, mode)
	if (metric == "throughput" && !is_bytes(test, metric, mode))
		return operations_of(test) " per second"
	if (metric == "latency" && operation[test] != "bytes")
		return "time per operation"
	if (metric == "latency_median" || metric == "latency_longest")
		return "time of the " (metric == "latency_median" ? "median" : "longest") " operation"
	if (metric ~ /^(cycles.*|lines_.*|messages|doorbells|instructions_.*)$/)
		return what " per operation"
	return what
}

# What stands in a picture's corner: how its figures came about.
function mode_words(mode) {
	return mode == "count" ? "exact count" : mode == "wall" ? "wall clock" : "modelled, " modelled_machine
}

# A picture's file name; the mode is named only where it is not the metric's usual one.
function file_stem(test, metric, mode,    usual) {
	usual = metric ~ /^(instructions|lines_moved|messages|doorbells)/ ? "count" : "wall"
	if (is_bytes(test, metric, mode) && metric == "throughput")
		metric = "memory"
	gsub(/_/, "-", metric)
	return test "-" metric (mode == usual ? "" : "-" mode)
}
