# curves.awk - one metric against cores, a curve per series; throughput also for each core, and over its own first point
# SPDX-License-Identifier: MIT
# Needs number.awk, data.awk, words.awk and picture.awk; loaded by figures.awk. A series without a point has no curve.
# `scale`: "plain"; "per_core", divided by the cores; "speedup", value(c) / value(f) * f, where f is the fewest cores that
# this series has.
# Tested by plots/test

# Writes one series and widens least and most. Returns how many points it has.
function write_curve(test, s, mode, metric, counts, n, stem, scale,    i, base, points) {
	points = 0
	for (i = 1; i <= n; i++) {
		if (!has(test, "-", s, mode, metric, counts[i]))
			continue
		if (scale == "per_core")
			base = counts[i]
		else if (points == 0)
			base = scale == "speedup" ? value[key] / counts[i] : 1
		if (base == 0)
			return 0
		printf "%s %.10g %.10g %.10g\n", counts[i], value[key] / base, low[key] / base, high[key] / base > (stem ".dat")
		points++
		if (least < 0 || low[key] / base < least)
			least = low[key] / base
		if (high[key] / base > most)
			most = high[key] / base
	}
	if (points > 0)
		printf "\n\n" > (stem ".dat")
	return points
}

# Writes all series into stem.dat and remembers the drawn ones in on_curve[]; returns the longest one's points.
function write_curves(test, mode, metric, counts, n, stem, scale,    s, points, longest) {
	least = -1
	most = longest = 0
	for (s = 1; s <= n_series; s++) {
		points = on_curve[s] = write_curve(test, series[s], mode, metric, counts, n, stem, scale)
		if (points > longest)
			longest = points
	}
	return longest
}

function curve_legend(    s) {
	for (s = 1; s <= n_series; s++)
		if (on_curve[s])
			add_series(series[s], "")
}

function curves(test, mode, metric,    counts, n, stem, unit, words, beyond) {
	n = counts_of(test, "-", mode, metric, counts)
	stem = file_stem(test, metric, mode)
	unit = unit_of[test, metric, mode]
	if (write_curves(test, mode, metric, counts, n, stem, "plain") == 0)
		return
	if (most == 0 && (metric == "messages" || metric == "doorbells")) {
		printf "%s\t-\t%s\t0\t%s per operation: 0 at every number of cores.\n", test, mode, as_title(metric) > "figures.tsv"
		return
	}
	words = title_of(test) ": " metric_title(test, metric, mode)
	begin_picture(words, mode, unit)
	curve_legend()
	if (metric == "throughput" && unit != "B")
		fitting_axis(least, most, unit, 8)
	else if (mode == "model" && (metric == "cycles" || metric == "latency"))
		fitting_axis(least, most, unit, 30)
	else
		linear_axis(most, unit)
	beyond = mode == "wall" && unit != "B" ? shade_beyond_host(counts, n) : 0
	core_axis(counts, n)
	y_axis(metric_axis(test, metric, mode))
	command("ideal = 0")
	end_picture(test, stem, mode, "curves.gp", beyond, words)
}

function speedup(test, mode,    counts, n, stem, words, beyond) {
	n = counts_of(test, "-", mode, "throughput", counts)
	stem = file_stem(test, "speedup", mode)
	if (write_curves(test, mode, "throughput", counts, n, stem, "speedup") < 2)
		return
	words = title_of(test) ": speed-up"
	begin_picture(words, mode, "")
	curve_legend()
	legend_entry("– –  ideal", "")
	if (least > 0)
		doubling_axis(least < counts[1] ? least : counts[1], most > counts[n] ? most : counts[n])
	else
		linear_axis(most > counts[n] ? most : counts[n], "")
	beyond = mode == "wall" ? shade_beyond_host(counts, n) : 0
	core_axis(counts, n)
	y_axis("speed-up over its own first point")
	command("ideal = 1")
	end_picture(test, stem, mode, "curves.gp", beyond, words)
}

# The picture in which a horizontal line means that the cores do not disturb one another.
function per_core(test, mode,    counts, n, stem, words) {
	n = counts_of(test, "-", mode, "throughput", counts)
	stem = file_stem(test, "throughput_per_core", mode)
	if (write_curves(test, mode, "throughput", counts, n, stem, "per_core") < 2)
		return
	words = title_of(test) ": throughput per core"
	begin_picture(words, mode, "")
	curve_legend()
	linear_axis(most, "")
	core_axis(counts, n)
	y_axis(operations_of(test) " per second and core")
	command("ideal = 0")
	end_picture(test, stem, mode, "curves.gp", 0, words)
}
