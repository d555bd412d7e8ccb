# figures.awk - decides which pictures the results allow
# SPDX-License-Identifier: MIT
# Needs number.awk, data.awk, picture.awk, curves.awk and bars.awk. Writes STEM.dat for each picture, draw.gp and
# figures.tsv. A picture with no data is not made. Nor are counts of messages that are zero everywhere: words
# say that better. Cache lines are drawn even then, because zero is the claim.
# Tested by plots/test

function pictures_of(test, mode,    m) {
	for (m = 1; m <= n_metrics; m++) {
		if (metrics[m] == "instructions_user")
			continue
		if (metrics[m] == "instructions_kernel") {
			instruction_bars(test, mode)
			distance_bars(test, mode, metrics[m], "instructions_user")
			continue
		}
		curves(test, mode, metrics[m])
		if (metrics[m] == "throughput" && unit_of[test, metrics[m], mode] != "B")
			speedup(test, mode)
		distance_bars(test, mode, metrics[m], "")
	}
}

END {
	order_data()
	for (t = 1; t <= n_tests; t++) {
		pictures_of(tests[t], "wall")
		pictures_of(tests[t], "count")
	}
}
