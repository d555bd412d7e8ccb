# bars.awk - groups of bars, one bar per series: instructions by core count, anything by distance
# SPDX-License-Identifier: MIT
# Needs number.awk, data.awk and picture.awk; loaded by figures.awk. A bar adds two metrics: `lower` (kernel) and
# `upper` (user; "" for none). Group g is the point of group_distance[g] ("-": none) and group_cores[g].
# Tested by plots/test

function bar_parts(test, s, mode, lower, upper, g) {
	return sum_parts(test, group_distance[g], s, mode, lower, upper, group_cores[g])
}

# Writes one series' bars, its place in each group being `place` of `present`.
function write_bars(test, s, mode, lower, upper, place, present,    g, width, left) {
	width = 0.86 / present
	if (width > 0.115 * n_groups)
		width = 0.115 * n_groups
	for (g = 1; g <= n_groups; g++) {
		if (!bar_parts(test, s, mode, lower, upper, g))
			continue
		left = g + (place - present / 2) * width
		printf "%.4f %.4f %.4f %.10g %.10g %.10g %.10g \"%s\"\n", left + width / 2, left + width * 0.06, left + width * 0.94,
			part_lower, part_upper, part_low, part_high, written(part_lower + part_upper, unit_of[test, lower, mode]) > (stem ".dat")
		if (part_high > most)
			most = part_high
	}
	printf "\n\n" > (stem ".dat")
}

# Fills in_bars[] with the series that have a bar; returns how many do.
function find_bars(test, mode, lower, upper,    s, g, present) {
	present = 0
	for (s = 1; s <= n_series; s++) {
		for (g = 1; g <= n_groups && !bar_parts(test, series[s], mode, lower, upper, g); g++)
			continue
		present += in_bars[s] = g <= n_groups
	}
	return present
}

function bars(test, mode, lower, upper, suffix, axis,    s, g, place, present, words, ticks, unit, beyond) {
	stem = file_stem(test, upper == "" ? lower : "instructions", mode) suffix
	unit = unit_of[test, lower, mode]
	if ((present = find_bars(test, mode, lower, upper)) == 0)
		return
	words = title_of(test) ": " (upper == "" ? metric_title(test, lower, mode) : "instructions per operation") (axis == "" ? "" : " by distance")
	begin_picture(words, mode, unit)
	most = place = 0
	for (s = 1; s <= n_series; s++)
		if (in_bars[s]) {
			add_series(series[s], "pt 5 ps 1.1")
			write_bars(test, series[s], mode, lower, upper, place++, present)
		}
	if (upper != "") {
		legend_entry("kernel", "pt 5 ps 1.1 lc rgb faint")
		legend_entry("user", "pt 5 ps 1.1 lc rgb faint_light")
	}
	for (g = 1; g <= n_groups; g++)
		ticks = ticks (g > 1 ? ", " : "") quote(group_name[g]) " " g
	command("set xtics scale 0 (" ticks ")")
	command("set xrange [0.4:" n_groups + 0.6 "]")
	x_words(axis)
	linear_axis(most * 1.06, unit)
	beyond = mode == "wall" && unit != "B" ? shade_beyond_host(group_cores, 1) : 0
	y_axis(upper == "" ? metric_axis(test, lower, mode) : "instructions per operation")
	end_picture(test, stem, "bars.gp", beyond, words)
}

function set_group(g, d, c, name) {
	group_distance[g] = d
	group_cores[g] = c
	group_name[g] = name
	n_groups = g
}

# Fewest and most cores at which the test's instructions were counted.
function instruction_bars(test, mode,    counts, n, metric) {
	metric = "instructions_kernel"
	if ((n = counts_of(test, "-", mode, metric, counts)) == 0)
		n = counts_of(test, "-", mode, "instructions_user", counts)
	if (n == 0)
		return
	set_group(1, "-", counts[1], counts[1] (counts[1] == 1 ? " core" : " cores"))
	if (n > 1)
		set_group(2, "-", counts[n], counts[n] " cores")
	bars(test, mode, metric, "instructions_user", "", "")
}

# A metric at each distance, on the largest machine that has distances.
function distance_bars(test, mode, metric, upper,    d, n, counts, largest) {
	largest = n_groups = 0
	for (d = 1; d <= n_distances[test]; d++) {
		n = counts_of(test, distance[test, d], mode, metric, counts)
		if (n > 0 && counts[n] > largest)
			largest = counts[n]
	}
	for (d = 1; d <= n_distances[test]; d++)
		if (has_any(test, distance[test, d], mode, metric, largest))
			set_group(n_groups + 1, distance[test, d], largest, distance_name(distance[test, d]))
	if (n_groups > 0)
		bars(test, mode, metric, upper, "-distance", "what the two cores share, on a machine of " largest)
}
