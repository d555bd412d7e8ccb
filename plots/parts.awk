# parts.awk - a shoot-down's time in parts, piled up, beside Linux's: who is faster, and what Tessera waits for
# SPDX-License-Identifier: MIT
# Needs number.awk, data.awk, words.awk, verdict.awk and picture.awk; loaded by figures.awk. On one axis many cores would hide few, so there
# are two panels: up to PANEL_CORES, the number of holders that the goal speaks of, and beyond. Writes STEM.dat, for each panel a block of
# Tessera's bars and one of Linux's points, and STEM.gp, the picture's own script; parts.gp draws a panel.
# Tested by plots/test

BEGIN {
	PANEL_CORES = 8
	BARS_LABELLED = 9 # that have room for their figures
	PARTS = "cycles_send cycles_wake cycles_invalidate cycles_acknowledge"
}

# An operation of these is one shoot-down, of a page that all cores hold, unless WORKERS= has left some out.
function is_shootdown(test) { return test == "unmap_held" }

function latency_of(test, s, c) { return s != "" && has(test, "-", s, "model", "latency", c) ? value[key] : 0 }

# What a bar or a point stands for: its value, its range, and its label.
function put_latency(x, labelled) {
	if (high[key] > most)
		most = high[key]
	printf "%d %.10g %.10g %.10g \"%s\"", x, value[key], low[key], high[key], labelled ? written(value[key], "s") : "" > (stem ".dat")
}

# The edges of a bar's parts. What is in none of them, the call itself, lies lowest.
function put_parts(test, s, c,    i, whole, cycles, top) {
	whole = latency_of(test, s, c)
	cycles = has(test, "-", s, "model", "cycles", c) ? value[key] : 0
	sum_parts(test, "-", s, "model", PARTS, c)
	top = cycles - part_sum
	printf " 0 %.10g", top / cycles * whole > (stem ".dat")
	for (i = 1; i <= 4; i++) {
		top += part[i]
		printf " %.10g", top / cycles * whole > (stem ".dat")
	}
}

# A block always has a line, or gnuplot would not count it.
function end_block() { print "NaN NaN NaN NaN \"\" 0 0 0 0 0 0\n\n" > (stem ".dat") }

function parts_panel(test, counts, first, last, labelled,    i, ticks) {
	most = 0
	for (i = first; i <= last; i++)
		if (sum_parts(test, "-", system_shown[1], "model", PARTS, counts[i]) && latency_of(test, system_shown[1], counts[i])) {
			put_latency(i, labelled)
			put_parts(test, system_shown[1], counts[i])
			print "" > (stem ".dat")
		}
	end_block()
	for (i = first; i <= last; i++) {
		ticks = ticks (i > first ? ", " : "") quote(counts[i]) " " i
		if (latency_of(test, system_shown[2], counts[i])) {
			put_latency(i, labelled)
			print "" > (stem ".dat")
		}
	}
	end_block()
	linear_axis(most * 1.06, "s")
	command("set xrange [" first - 0.6 ":" last + 0.6 "]; set xtics scale 0 (" ticks ")")
	command("set yrange [0:" axis_high "]; set ytics (" axis_ticks ")")
	command("load 'parts.gp'; unset label")
}

# Who is faster from where on; "" where nothing can be compared.
function crossing(test, counts, n,    i, mine, other, first, from) {
	first = from = 0
	for (i = 1; i <= n; i++) {
		mine = latency_of(test, system_shown[1], counts[i])
		other = latency_of(test, system_shown[2], counts[i])
		if (!mine || !other)
			continue
		first = first ? first : counts[i]
		from = mine >= other ? 0 : from ? from : counts[i]
	}
	if (!first)
		return ""
	if (!from)
		return "No crossover up to here: at the most cores Tessera takes longer than Linux."
	return from == first ? "No crossover: Tessera takes less time than Linux at every number of cores." : \
		"Crossover: from " from " cores on Tessera takes less time than Linux."
}

function parts_legend(words) {
	legend_entry(label[system_shown[1]] ": the call itself", "pt 5 ps 1.1 lc rgb faint_light")
	legend_entry("send", "pt 5 ps 1.1 lc rgb tessera")
	legend_entry("wake", "pt 5 ps 1.1 lc rgb tessera_second")
	legend_entry("invalidate", "pt 5 ps 1.1 lc rgb tessera_third")
	legend_entry("acknowledge", "pt 5 ps 1.1 lc rgb ink")
	if (words != "") {
		legend_entry(label[system_shown[2]], "lt 2")
		legend_entry(words, "")
	}
}

# Panels are as wide as they have groups of bars.
function place_panel(first, last, n, gap,    left, share) {
	left = 0.105 + (first > 1 ? gap : 0)
	share = (0.870 - gap) / n
	command("set lmargin at screen " left + (first - 1) * share "; set rmargin at screen " left + last * share)
	command("set tmargin at screen " 0.77 - 0.047 * legend_row)
	if (gap)
		command("set label " quote(first == 1 ? "up to " PANEL_CORES " cores" : "more cores, on a scale of their own") \
			" at graph 0, graph 1.05 left font ',10.5' textcolor rgb faint")
	command("panel = " (first > 1))
}

function parts_picture(test,    counts, n, few, gap, words) {
	if (!is_shootdown(test) || "workers" in machine || system_shown[1] == "" || counts_of(test, "-", "model", "cycles_send", counts) == 0)
		return
	n = counts_of(test, "-", "model", "latency", counts)
	for (few = 0; few < n && counts[few + 1] <= PANEL_CORES; few++)
		continue
	gap = few > 0 && few < n ? 0.085 : 0
	words = title_of(test) ": where its time goes"
	stem = file_stem(test, "parts", "model")
	draw_file = stem ".gp"
	command("set multiplot")
	head(words, "model", "s")
	parts_legend(crossing(test, counts, n))
	command("set label " quote("cores that hold the page") " at screen 0.54, screen 0.035 center textcolor rgb ink")
	command("set label " quote(metric_axis(test, "latency", "model")) " at screen 0.024, graph 0.5 center rotate textcolor rgb ink")
	if (few > 0) {
		place_panel(1, few, n, gap)
		parts_panel(test, counts, 1, few, n <= BARS_LABELLED)
	}
	if (few < n) {
		place_panel(few + 1, n, n, gap)
		parts_panel(test, counts, few + 1, n, n <= BARS_LABELLED)
	}
	command("unset multiplot")
	close(draw_file)
	begin_commands()
	end_picture(test, stem, "model", stem ".gp", 0, words)
}
