# picture.awk - the gnuplot commands that all pictures share: headline, legend, axes, shading, end
# SPDX-License-Identifier: MIT
# Needs number.awk, data.awk and words.awk; loaded by figures.awk. Commands go to draw-1.gp to draw-N.gp, N being `processes`, in turn: they are
# drawn side by side. One line per picture goes to figures.tsv
# (for page.awk): test, stem, mode, core count drawn beyond the host's (0: none), words. Names in the results hold no
# quote (read.awk), words of tests.def may: quote() everything that is not a number.
# Tested by plots/test

function quote(words) {
	gsub(/'/, "''", words)
	return "'" words "'"
}

function command(words) { print words > draw_file }

# The corner's words share their line with the headline; the page has a long machine's name in full. mawk cuts between
# bytes: what may be left of a letter goes, too.
function cut_to_fit(words, headline_length,    room) {
	room = int((690 - 9.3 * headline_length) / 6.7)
	if (length(words) <= room)
		return words
	words = substr(words, 1, room > 10 ? room - 1 : 9)
	sub(/[\300-\377][\200-\277]*$/, "", words)
	return words "…"
}

function begin_commands() {
	draw_file = "draw-" 1 + n_pictures++ % processes ".gp"
	command("load 'style.gp'")
}

function begin_picture(headline, mode, unit) {
	begin_commands()
	head(headline, mode, unit)
}

function head(headline, mode, unit) {
	command("set label " quote(headline) " at screen headline_x, headline_y left font 'DejaVu Sans:Bold,14.5' textcolor rgb ink")
	if (unit != "B" || mode == "model")
		command("set label " quote(cut_to_fit(mode_words(mode), length(headline))) " at screen 0.975, headline_y right font ',10.5' textcolor rgb faint")
	legend_x = 0.030
	legend_row = 0
	styles = ""
}

# Entries follow one another, and a full row is followed by another. `marker` is how gnuplot calls the mark; "shade" is a patch of it.
function legend_entry(words, marker,    width, at) {
	width = (length(words) * 7.1 + 36) / 720
	if (legend_x + width > 1.01) {
		legend_x = 0.030
		legend_row++
	}
	at = " at screen " legend_x " + %s, screen legend_y - " legend_row * 0.047
	if (marker == "shade")
		command("set object rectangle center screen " legend_x ", screen legend_y - " legend_row * 0.047 \
			" size screen 0.016, screen 0.030 fillcolor rgb shade fillstyle solid border lc rgb faint")
	else if (marker != "")
		command("set label ''" sprintf(at, 0) " point " marker)
	command("set label " quote(words) sprintf(at, 0.012) " left textcolor rgb ink")
	legend_x += width
}

# The next block of the data belongs to this series.
function add_series(s, marker) {
	legend_entry(label[s], "lt " style[s] " " marker)
	styles = styles (styles == "" ? "" : " ") style[s]
}

# Shades what the host could not run at once, and says so in the legend; returns the core count, or 0.
function shade_beyond_host(counts, n,    i, from) {
	if (host_cores == 0 || counts[n] <= host_cores)
		return 0
	for (i = 1; counts[i] <= host_cores; i++)
		continue
	from = i == 1 ? "graph 0" : sqrt(counts[i - 1] * counts[i])
	command("set object rectangle from " from ", graph 0 to graph 1, graph 1 behind fillcolor rgb shade fillstyle solid noborder")
	legend_entry("more cores than the host has (" host_cores ")", "shade")
	return counts[n]
}

function x_words(words) {
	command("set label " quote(words) " at graph 0.5, screen 0.035 center textcolor rgb ink")
}

function core_axis(counts, n,    margin) {
	margin = n > 1 ? 1.12 : 2
	command("set logscale x 2")
	command("set xrange [" counts[1] / margin ":" counts[n] * margin "]")
	command("set xtics (" core_ticks(counts, n) ")")
	x_words("cores")
}

function y_axis(words) {
	command("set yrange [" axis_low ":" axis_high "]")
	command("set ytics (" axis_ticks ")")
	if (axis_log)
		command("set logscale y")
	command("set label " quote(words (axis_log ? " (log scale)" : "")) " at screen 0.024, graph 0.5 center rotate textcolor rgb ink")
}

function end_picture(test, stem, mode, script, beyond, words) {
	if (legend_row > 0)
		command("set tmargin at screen " 0.80 - 0.047 * legend_row)
	command("stem = " quote(stem) "; styles = " quote(styles) "; script = " quote(script))
	command("load 'picture.gp'")
	close(stem ".dat")
	printf "%s\t%s\t%s\t%s\t%s\n", test, stem, mode, beyond, words > "figures.tsv"
}
