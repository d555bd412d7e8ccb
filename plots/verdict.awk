# verdict.awk - what a modelled curve of throughput says: it scales, scales partly or collapses
# SPDX-License-Identifier: MIT
# Needs data.awk. The words are defined here, once, and page.html quotes these figures:
#   collapses      at its most cores it does less than COLLAPSE_BELOW of what it does at its best number of cores
#   scales         at its most cores each core does at least SCALES_FROM of what each does at the fewest
#   scales partly  neither
# Tested by plots/test

BEGIN {
	COLLAPSE_BELOW = 0.8
	SCALES_FROM = 0.75
}

# Tests of cache lines, bursts and locks are user code alone: they show the machine, and no system is to be judged by them.
function is_of_machine(test) { return test ~ /^(line|lock|burst)_/ }

# The same cores work, however many others there are, or all but one: throughput per core would say nothing.
function has_fixed_workers(test) { return test ~ /^(ring_throughput_pair|unmap_held|file_restored|file_beside|file_beside_calm)$/ || "workers" in machine }

# The ends of a modelled curve and its best point, into end_*; returns how many points it has.
function read_ends(test, s,    c, n) {
	n = 0
	for (c = 1; c <= n_cores; c++) {
		if (!has(test, "-", s, "model", "throughput", cores[c]))
			continue
		if (n++ == 0) {
			end_fewest = cores[c] + 0
			end_first = end_best = value[key]
			end_best_cores = end_fewest
		}
		end_most = cores[c] + 0
		end_last = value[key]
		if (value[key] > end_best) {
			end_best = value[key]
			end_best_cores = end_most
		}
	}
	return n
}

# The verdict on a curve, "" if it has fewer than two points or nothing to compare with; leaves end_*, gain and kept.
function verdict(test, s) {
	if (read_ends(test, s) < 2 || end_first == 0 || has_fixed_workers(test))
		return ""
	gain = end_last / end_first
	kept = gain * end_fewest / end_most
	if (end_last < COLLAPSE_BELOW * end_best)
		return "collapses"
	return kept >= SCALES_FROM ? "scales" : "scales partly"
}

# Tessera's general composition and Linux, where the results have them.
function find_systems(    s) {
	for (s = 1; s <= n_series; s++)
		if (style[series[s]] <= 2)
			system_shown[style[series[s]]] = series[s]
}

# The most cores at which both have the test's modelled throughput; 0 if there are none.
function common_cores(test, one, other,    c) {
	for (c = n_cores; c >= 1; c--)
		if (has(test, "-", one, "model", "throughput", cores[c]) && has(test, "-", other, "model", "throughput", cores[c]))
			return cores[c]
	return 0
}

# Throughput of one system over that of the other, at the cores common_cores() tells; 0 if they cannot be compared.
function times_faster(test, one, other,    c, mine) {
	c = common_cores(test, one, other)
	if (c == 0)
		return 0
	mine = has(test, "-", one, "model", "throughput", c) ? value[key] : 0
	return has(test, "-", other, "model", "throughput", c) && value[key] > 0 ? mine / value[key] : 0
}
