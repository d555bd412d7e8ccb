# figures.awk - decides which pictures the results allow, and writes each one's data and its gnuplot commands
# SPDX-License-Identifier: MIT
# Needs number.awk and data.awk. Writes STEM.dat per picture, draw.gp (all pictures) and figures.tsv (for page.awk):
# test, stem, beyond (core counts above the host's, wall mode only), remark. A picture with no data is not made.
# A wall-clock picture shades the core counts that the host does not have.
# Tested by plots/test

function quote(words) {
	gsub(/'/, "''", words)
	return "'" words "'"
}

function command(words) { print words > "draw.gp" }

function begin_picture(title, remark) {
	command("load 'style.gp'")
	command("set label " quote(title) " at screen headline_x, headline_y left font 'DejaVu Sans:Bold,14.5' textcolor rgb ink")
	command("set label " quote(remark) " at screen 0.975, headline_y right font ',10.5' textcolor rgb faint")
	legend_x = 0.030
	legend_row = 0
	styles = ""
}

function legend_entry(label, marker,    width) {
	width = (length(label) * 7.1 + 36) / 720
	if (legend_x + width > 1.01) {
		legend_x = 0.030
		legend_row++
	}
	at = " at screen " legend_x " + %s, screen legend_y - " legend_row * 0.047
	command("set label ''" sprintf(at, 0) " point " marker)
	command("set label " quote(label) sprintf(at, 0.012) " left textcolor rgb ink")
	legend_x += width
}

function add_series(series, marker) {
	legend_entry(label[series], "lt " style[series] " " marker)
	styles = styles (styles == "" ? "" : " ") style[series]
}

function y_axis(name, unit) {
	command("set yrange [" axis_low ":" axis_high "]")
	command("set ytics (" axis_ticks ")")
	if (axis_log)
		command("set logscale y")
	command("set label " quote(name (axis_log ? " (log scale)" : "")) " at screen 0.024, graph 0.5 center rotate textcolor rgb ink")
}

function end_picture(test, stem, script, beyond, remark) {
	if (legend_row > 0)
		command("set tmargin at screen " 0.80 - 0.047 * legend_row)
	command("stem = " quote(stem) "; styles = " quote(styles) "; script = " quote(script))
	command("load 'picture.gp'")
	close(stem ".dat")
	printf "%s\t%s\t%s\t%s\n", test, stem, beyond, remark > "figures.tsv"
}

# Shades what the host could not run at once, and gives its words room above the data.
function shade_beyond_host(counts, n,    i, first, from) {
	if (host_cores == 0 || counts[n] <= host_cores)
		return 0
	for (i = 1; counts[i] <= host_cores; i++)
		first = counts[i]
	from = i == 1 ? "graph 0" : sqrt(first * counts[i])
	command("set object rectangle from " from ", graph 0 to graph 1, graph 1 behind fillcolor rgb shade fillstyle solid noborder")
	command("set label 'more cores than the host has (" host_cores ")' at graph 0.99, graph 0.965 right font ',10.5' textcolor rgb faint")
	if (axis_log)
		axis_high *= power(axis_high / axis_low, 0.1)
	else
		axis_high *= 1.1
	return counts[n]
}

function core_axis(counts, n) {
	command("set logscale x 2")
	command("set xrange [" counts[1] / (n > 1 ? 1.12 : 2) ":" counts[n] * (n > 1 ? 1.12 : 2) "]")
	command("set xtics (" core_ticks(counts, n) ")")
	command("set xlabel 'cores'")
}

function remark_of(test, mode, metric) {
	return mode == "count" ? "exact count" : unit_of[test, metric, mode] == "B" ? "" : "wall clock"
}

# Curves of one metric against cores. speedup 1: each series divided by its own first point.
function curves(test, mode, metric, speedup,    s, i, c, n, base, scale, least, most, counts, stem, unit, title, points, beyond) {
	delete counts
	n = counts_of(test, "-", mode, metric, counts)
	stem = file_stem(test, speedup ? "speedup" : metric, mode)
	least = -1
	beyond = 0
	most = points = 0
	for (s = 1; s <= n_series; s++) {
		base[s] = 0
		for (i = 1; i <= n; i++) {
			c = counts[i]
			if (!has(test, "-", series[s], mode, metric, c))
				continue
			if (base[s] == 0)
				base[s] = !speedup ? 1 : value[key] == 0 ? -1 : value[key] / c
			if (base[s] < 0)
				continue
			printf "%s %.10g %.10g %.10g\n", c, value[key] / base[s], low[key] / base[s], high[key] / base[s] > (stem ".dat")
			points++
			if (least < 0 || low[key] / base[s] < least)
				least = low[key] / base[s]
			if (high[key] / base[s] > most)
				most = high[key] / base[s]
		}
		if (base[s] > 0)
			printf "\n\n" > (stem ".dat")
	}
	if (points == 0)
		return
	if (most == 0 && (metric == "messages" || metric == "doorbells")) {
		printf "%s\t-\t0\t%s per operation: 0 at every number of cores.\n", test, as_title(metric) > "figures.tsv"
		return
	}
	title = title_of(test) ": " (speedup ? "speed-up" : metric_title(test, metric, mode))
	begin_picture(title, remark_of(test, mode, metric))
	for (s = 1; s <= n_series; s++)
		if (base[s] > 0)
			add_series(series[s], "")
	unit = speedup ? "" : unit_of[test, metric, mode]
	command("ideal = " (speedup ? 1 : 0))
	if (speedup) {
		legend_entry("– –  ideal", "pt -1")
		if (counts[n] > most)
			most = counts[n]
		if (least > counts[1])
			least = counts[1]
	}
	if (speedup && least > 0)
		doubling_axis(least, most)
	else if (metric == "throughput")
		fitting_axis(least, most, unit)
	else
		linear_axis(most, unit)
	if (mode == "wall" && unit != "B")
		beyond = shade_beyond_host(counts, n)
	core_axis(counts, n)
	y_axis(speedup ? "speed-up over its own first point" : metric_axis(test, metric, mode))
	end_picture(test, stem, "curves.gp", beyond, title)
}

# Groups of bars: the lower part is `lower` (kernel), the upper `upper` (user; "" for none).
# Groups are core counts (by = "cores") or distances at the largest core count (by = "distance").
function bars(test, mode, lower, upper, by, counts, groups, n,    s, g, width, present, total, most, stem, d, c, left, title, what) {
	stem = file_stem(test, (upper == "" ? lower : "instructions") (by == "distance" ? "-distance" : ""), mode)
	most = present = 0
	for (s = 1; s <= n_series; s++)
		present += in_group[s] = shown(test, mode, lower, upper, by, counts, groups, n, series[s])
	if (present == 0)
		return
	what = upper == "" ? metric_title(test, lower, mode) : "instructions per operation"
	title = title_of(test) ": " what (by == "distance" ? " by distance" : "")
	begin_picture(title, remark_of(test, mode, lower))
	width = 0.86 / present
	if (width > 0.115 * n)
		width = 0.115 * n
	left = 0
	for (s = 1; s <= n_series; s++) {
		if (!in_group[s])
			continue
		add_series(series[s], "pt 5 ps 1.1")
		for (g = 1; g <= n; g++) {
			d = by == "distance" ? groups[g] : "-"
			c = by == "distance" ? counts[1] : groups[g]
			if (!sum_parts(test, d, series[s], mode, lower, upper, c))
				continue
			total = part_lower + part_upper
			left_edge = g + (left - present / 2) * width
			printf "%.4f %.4f %.4f %.10g %.10g %.10g %.10g \"%s\"\n", left_edge + width / 2, left_edge + width * 0.06,
				left_edge + width * 0.94, part_lower, part_upper, part_low, part_high,
				written(total, unit_of[test, lower, mode]) > (stem ".dat")
			if (part_high > most)
				most = part_high
		}
		printf "\n\n" > (stem ".dat")
		left++
	}
	if (upper != "") {
		legend_entry("kernel", "pt 5 ps 1.1 lc rgb faint")
		legend_entry("user", "pt 5 ps 1.1 lc rgb faint_light")
	}
	linear_axis(most * 1.06, unit_of[test, lower, mode])
	command("set xrange [0.4:" n + 0.6 "]")
	for (g = 1; g <= n; g++)
		command("set xtics " (g > 1 ? "add " : "") "('" (by == "distance" ? plain_words(groups[g]) : groups[g] (groups[g] == 1 ? " core" : " cores")) "' " g ")")
	command("set xtics scale 0")
	if (by == "distance")
		command("set xlabel 'distance between the two cores, on a machine of " counts[1] "'")
	y_axis(upper == "" ? metric_axis(test, lower, mode) : "instructions per operation")
	end_picture(test, stem, "bars.gp", mode == "wall" && host_cores > 0 && counts[1] > host_cores ? counts[1] : 0, title)
}

function shown(test, mode, lower, upper, by, counts, groups, n, s,    g) {
	for (g = 1; g <= n; g++)
		if (sum_parts(test, by == "distance" ? groups[g] : "-", s, mode, lower, upper, by == "distance" ? counts[1] : groups[g]))
			return 1
	return 0
}

# Fewest and most cores of a test's instruction counts.
function instruction_bars(test, mode,    counts, n, groups, k) {
	n = counts_of(test, "-", mode, "instructions_kernel", counts)
	if (n == 0)
		n = counts_of(test, "-", mode, "instructions_user", counts)
	if (n == 0)
		return
	groups[1] = counts[1]
	groups[2] = counts[n]
	bars(test, mode, "instructions_kernel", "instructions_user", "cores", counts, groups, n > 1 ? 2 : 1)
}

# Everything that was measured by distance, on the largest machine that has distances.
function distance_bars(test, mode, metric, upper,    d, n, counts, groups, k) {
	n = 0
	counts[1] = 0
	for (d = 1; d <= n_distances[test]; d++) {
		k = counts_of(test, distance[test, d], mode, metric, all_counts)
		if (k > 0 && all_counts[k] > counts[1])
			counts[1] = all_counts[k]
	}
	for (d = 1; d <= n_distances[test]; d++)
		if (counts[1] > 0 && has_any(test, distance[test, d], mode, metric, counts[1]))
			groups[++n] = distance[test, d]
	if (n > 0)
		bars(test, mode, metric, upper, "distance", counts, groups, n)
}

function pictures_of(test,    m, k, mode, metric, points) {
	for (k = 1; k <= 2; k++) {
		mode = k == 1 ? "wall" : "count"
		for (m = 1; m <= n_metrics; m++) {
			metric = metrics[m]
			if (metric == "instructions_user")
				continue
			if (metric == "instructions_kernel") {
				instruction_bars(test, mode)
				distance_bars(test, mode, metric, "instructions_user")
				continue
			}
			curves(test, mode, metric, 0)
			if (metric == "throughput" && counts_of(test, "-", mode, metric, points) > 1)
				curves(test, mode, metric, 1)
			distance_bars(test, mode, metric, "")
		}
	}
}

END {
	order_data()
	printf "" > "figures.tsv"
	for (t = 1; t <= n_tests; t++)
		pictures_of(tests[t])
}
