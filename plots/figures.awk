# figures.awk - decides which pictures the results allow
# SPDX-License-Identifier: MIT
# Needs number.awk, data.awk, words.awk, verdict.awk, picture.awk, curves.awk, bars.awk and parts.awk. Writes STEM.dat for each picture, the drawing
# commands and figures.tsv. A picture with no data is not made. Nor are counts of messages that are zero everywhere: words
# say that better. Cache lines are drawn even then, because zero is the claim.
# Tested by plots/test

function counted_pictures(test, mode) {
	curves(test, mode, "throughput")
	if (!is_bytes(test, "throughput", mode))
		speedup(test, mode)
	distance_bars(test, mode, "throughput", "throughput", metric_title(test, "throughput", mode), "")
}

# The model's own: how the load is carried by each core, and where its cycles and lines go.
function modelled_pictures(test) {
	parts_picture(test)
	curves(test, "model", "throughput")
	if (!is_bytes(test, "throughput", "model") && !has_fixed_workers(test))
		per_core(test, "model")
	curves(test, "model", "cycles")
	line_bars(test, "model")
	distance_bars(test, "model", "throughput", "throughput", "throughput", "")
}

# One picture for each metric that no other picture holds.
function other_pictures(test, mode,    m) {
	for (m = 1; m <= n_metrics; m++) {
		if (metrics[m] == "throughput" || metrics[m] == "instructions_user")
			continue
		if (mode == "model" && metrics[m] ~ /^(cycles|lines_)/)
			continue
		if (metrics[m] == "instructions_kernel") {
			instruction_bars(test, mode)
			distance_bars(test, mode, "instructions_kernel instructions_user", "instructions", "instructions per operation", "kernel,user")
			continue
		}
		curves(test, mode, metrics[m])
		distance_bars(test, mode, metrics[m], metrics[m], metric_title(test, metrics[m], mode), "")
	}
}

END {
	order_data()
	find_systems()
	for (t = 1; t <= n_tests; t++)
		for (k = 1; k <= n_modes; k++) {
			if (modes[k] == "model")
				modelled_pictures(tests[t])
			else
				counted_pictures(tests[t], modes[k])
			other_pictures(tests[t], modes[k])
		}
}
