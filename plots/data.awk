# data.awk - the checked results in memory: loaded by figures.awk, headline.awk and page.awk alike
# SPDX-License-Identifier: MIT
# Reads series.tsv, definitions.tsv, distances.tsv, machine.tsv and rows.tsv, told apart by FILENAME; order_data() belongs at END.
# value[], low[], high[] are looked up through has(), which leaves the last key in `key`.
# Tested by plots/test

BEGIN {
	FS = "\t"
	n_metrics = split("throughput latency cycles instructions_kernel instructions_user lines_moved lines_written lines_read lines_near " \
		"lines_memory cycles_lines cycles_queues cycles_walks cycles_privileged cycles_send cycles_wake " \
		"cycles_invalidate cycles_acknowledge messages doorbells latency_median latency_longest", metrics, " ")
	n_modes = split("model count wall", modes, " ")
	for (i = 1; i <= n_metrics; i++)
		known_metric[metrics[i]]
}

FILENAME == "series.tsv" { series[++n_series] = $1; label[$1] = $2; style[$1] = $3; next }
FILENAME == "definitions.tsv" { defined[++n_defined] = $1; operation[$1] = $2; sentence[$1] = $3; next }
FILENAME == "distances.tsv" { distance_words[$1] = $2; next }
FILENAME == "machine.tsv" {
	machine[$1] = $2
	machine_order[++n_machine] = $1
	if ($1 == "host_cores")
		host_cores = $2 + 0
	next
}
FILENAME == "rows.tsv" {
	key = $1 SUBSEP $2 SUBSEP $3 SUBSEP $4 SUBSEP $6 SUBSEP $5
	value[key] = $7
	low[key] = $9
	high[key] = $10
	repetitions[key] = $11
	unit_of[$1, $6, $4] = $8
	any[$1, $2, $4, $6, $5]
	has_mode[$4]
	if ($4 == "model")
		note_machine($12)
	if (!($6 in known_metric)) {
		known_metric[$6]
		metrics[++n_metrics] = $6
	}
	if (!($1 in measured)) {
		measured[$1]
		appeared[++n_appeared] = $1
	}
	if ($2 != "-" && !(($1, $2) in distance_known)) {
		distance_known[$1, $2]
		distance[$1, ++n_distances[$1]] = $2
	}
	if (!($5 in core_known)) {
		core_known[$5]
		cores[++n_cores] = $5
	}
}

# The modelled machine as the results name it; a sweep has one.
function note_machine(name) {
	if (name in machine_noted)
		return
	machine_noted[name]
	modelled_machine = modelled_machine (modelled_machine == "" ? "" : ", ") name
}

function has(test, d, s, mode, metric, c) {
	key = test SUBSEP d SUBSEP s SUBSEP mode SUBSEP metric SUBSEP c
	return key in value
}

function has_any(test, d, mode, metric, c) {
	return (test, d, mode, metric, c) in any
}

# The core counts at which anybody has this metric, ascending, into `counts`; returns how many.
function counts_of(test, d, mode, metric, counts,    i, n) {
	n = 0
	for (i = 1; i <= n_cores; i++)
		if (has_any(test, d, mode, metric, cores[i]))
			counts[++n] = cores[i]
	return n
}

# Adds up the metrics of a list at one point: part[1] to part[n], part_sum and its range; 0 if it has none of them.
function sum_parts(test, d, s, mode, list, c,    name, n, i, found) {
	part_sum = part_low = part_high = found = 0
	n = split(list, name, " ")
	for (i = 1; i <= n; i++) {
		part[i] = 0
		if (!has(test, d, s, mode, name[i], c))
			continue
		found = 1
		part_sum += part[i] = value[key]
		part_low += low[key]
		part_high += high[key]
	}
	return found
}

# Tests in the order of the table, then as they appeared; cores and numeric distances ascending.
function order_data(    i, j, t, hold) {
	for (i = 1; i <= n_defined; i++)
		if (defined[i] in measured) {
			tests[++n_tests] = defined[i]
			delete measured[defined[i]]
		}
	for (i = 1; i <= n_appeared; i++)
		if (appeared[i] in measured)
			tests[++n_tests] = appeared[i]
	for (i = 2; i <= n_cores; i++)
		for (j = i; j > 1 && cores[j - 1] + 0 > cores[j] + 0; j--) {
			hold = cores[j]; cores[j] = cores[j - 1]; cores[j - 1] = hold
		}
	for (t = 1; t <= n_tests; t++)
		for (i = 2; i <= n_distances[tests[t]]; i++)
			for (j = i; j > 1 && distance[tests[t], j - 1] + 0 > distance[tests[t], j] + 0; j--) {
				hold = distance[tests[t], j]
				distance[tests[t], j] = distance[tests[t], j - 1]
				distance[tests[t], j - 1] = hold
			}
}

function distance_name(d) { return d in distance_words ? distance_words[d] : plain_words(d) }

function title_of(test) { return as_title(test) }

function written(number, unit) {
	return unit == "s" || unit == "B" ? with_prefix(number, unit) : as_count(number)
}
