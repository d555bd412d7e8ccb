# bars.awk - groups of bars, one bar per series: instructions and cache lines by core count, anything by distance
# SPDX-License-Identifier: MIT
# Needs number.awk, data.awk, words.awk and picture.awk; loaded by figures.awk. A bar piles up the metrics of `list`, each in
# its shade. Group g is the point of group_distance[g] ("-": none) and group_cores[g].
# Tested by plots/test

function bar_parts(test, s, mode, list, g) {
	return sum_parts(test, group_distance[g], s, mode, list, group_cores[g])
}

# Writes one series' bars, its place in each group being `place` of `present`.
function write_bars(test, s, mode, list, place, present,    g, i, n, width, left, top, name) {
	n = split(list, name, " ")
	width = 0.86 / present
	if (width > 0.115 * n_groups)
		width = 0.115 * n_groups
	for (g = 1; g <= n_groups; g++) {
		if (!bar_parts(test, s, mode, list, g))
			continue
		left = g + (place - present / 2) * width
		printf "%.4f %.4f %.4f %.10g %.10g \"%s\" 0", left + width / 2, left + width * 0.06, left + width * 0.94, part_low, part_high,
			written(part_sum, unit_of[test, name[1], mode]) > (stem ".dat")
		top = 0
		for (i = 1; i <= n; i++)
			printf " %.10g", top += part[i] > (stem ".dat")
		printf "\n" > (stem ".dat")
		if (part_high > most)
			most = part_high
	}
	printf "\n\n" > (stem ".dat")
}

# Fills in_bars[] with the series that have a bar; returns how many do.
function find_bars(test, mode, list,    s, g, present) {
	present = 0
	for (s = 1; s <= n_series; s++) {
		for (g = 1; g <= n_groups && !bar_parts(test, series[s], mode, list, g); g++)
			continue
		present += in_bars[s] = g <= n_groups
	}
	return present
}

# Entries of the legend for the parts of a pile, and the strengths in which bars.gp draws them.
function pile_legend(names,    i, n, name, colour) {
	n = split(names, name, ",")
	split(n == 2 ? "faint faint_light" : "faint faint_second faint_third faint_fourth", colour, " ")
	for (i = 1; i <= n; i++)
		legend_entry(name[i], "pt 5 ps 1.1 lc rgb " colour[i])
	command("strengths = '" (n == 0 ? "1.0" : n == 2 ? "1.0 0.4" : "1.0 0.62 0.36 0.16") "'")
}

# `what` is the title behind the test's name; `parts` names the parts of a pile, by commas, if there are several.
function bars(test, mode, list, metric, what, parts, axis,    s, g, place, present, words, ticks, unit, beyond, name) {
	split(list, name, " ")
	unit = unit_of[test, name[1], mode]
	stem = file_stem(test, metric, mode) (axis == "" ? "" : "-distance")
	if ((present = find_bars(test, mode, list)) == 0)
		return
	words = title_of(test) ": " what (axis == "" ? "" : " by distance")
	begin_picture(words, mode, unit)
	most = place = 0
	for (s = 1; s <= n_series; s++)
		if (in_bars[s]) {
			add_series(series[s], "pt 5 ps 1.1")
			write_bars(test, series[s], mode, list, place++, present)
		}
	pile_legend(parts)
	for (g = 1; g <= n_groups; g++)
		ticks = ticks (g > 1 ? ", " : "") quote(group_name[g]) " " g
	command("set xtics scale 0 (" ticks ")")
	command("set xrange [0.4:" n_groups + 0.6 "]")
	x_words(axis)
	linear_axis(most * 1.06, unit)
	beyond = mode == "wall" && unit != "B" ? shade_beyond_host(group_cores, 1) : 0
	y_axis(parts == "" ? metric_axis(test, name[1], mode) : what)
	end_picture(test, stem, mode, "bars.gp", beyond, words)
}

function set_group(g, d, c, name) {
	group_distance[g] = d
	group_cores[g] = c
	group_name[g] = name
	n_groups = g
}

# At most `room` groups: the fewest cores, the most, and what lies evenly between; 0 if the test has no such counts.
function group_by_cores(test, mode, metric, room,    counts, n, i, at, last) {
	n = counts_of(test, "-", mode, metric, counts)
	n_groups = last = 0
	for (i = 1; i <= room && n > 0; i++) {
		at = n <= room ? i : 1 + int((i - 1) * (n - 1) / (room - 1) + 0.5)
		if (at > last && at <= n)
			set_group(n_groups + 1, "-", counts[at], counts[at] (counts[at] == 1 ? " core" : " cores"))
		last = at
	}
	return n_groups
}

function instruction_bars(test, mode) {
	if (!group_by_cores(test, mode, "instructions_kernel", 2) && !group_by_cores(test, mode, "instructions_user", 2))
		return
	bars(test, mode, "instructions_kernel instructions_user", "instructions", "instructions per operation", "kernel,user", "")
}

# Where the lines came from that one operation touched and did not have.
function line_bars(test, mode) {
	if (!group_by_cores(test, mode, "lines_written", 4) && !group_by_cores(test, mode, "lines_memory", 4))
		return
	bars(test, mode, "lines_written lines_read lines_near lines_memory", "lines", "cache lines fetched per operation",
		"taken to write,taken to read,shared cache,memory", "")
}

# Metrics at each distance, on the largest machine that has distances.
function distance_bars(test, mode, list, metric, what, parts,    d, n, counts, largest, name) {
	split(list, name, " ")
	largest = n_groups = 0
	for (d = 1; d <= n_distances[test]; d++) {
		n = counts_of(test, distance[test, d], mode, name[1], counts)
		if (n > 0 && counts[n] > largest)
			largest = counts[n]
	}
	for (d = 1; d <= n_distances[test]; d++)
		if (has_any(test, distance[test, d], mode, name[1], largest))
			set_group(n_groups + 1, distance[test, d], largest, distance_name(distance[test, d]))
	if (n_groups > 0)
		bars(test, mode, list, metric, what, parts, "what the two cores share, on a machine of " largest)
}
