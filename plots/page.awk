# page.awk - fills the template page.html: one page that needs no other file and no script
# SPDX-License-Identifier: MIT
# Needs number.awk, data.awk and summary.awk; reads figures.tsv, report.txt, results.base64 and the pictures in the current
# folder, page.html and page.css in `here`. A line "@name@" of the template is replaced by what fill_name() prints.
# Everything that comes from a file of results is escaped. The pictures' colours become variables of page.css.
# Tested by plots/test

function escape(words) {
	gsub(/&/, "\\&amp;", words)
	gsub(/</, "\\&lt;", words)
	gsub(/>/, "\\&gt;", words)
	gsub(/"/, "\\&quot;", words)
	return words
}

function print_file(name,    line) {
	while ((getline line < name) > 0)
		print line
	close(name)
}

function map_colours() {
	split("31, 35, 40|89, 99,110|189,193,197|216,222,228|255,244,214|255,255,255|0,114,178|213, 94, 0|0,158,115|204,121,167|230,159, 0|86,180,233|138,143,152|140,109, 31", rgb, "|")
	n_colours = split("ink faint faint-light line shade card tessera linux replica queue other-1 other-2 other-3 other-4", variable, " ")
	for (i = 1; i <= n_colours; i++) {
		gsub(/ /, "", rgb[i])
		colour[rgb[i]] = "var(--" variable[i] ")"
	}
}

function recolour(line,    out, code) {
	out = ""
	while (match(line, /rgb\( *[0-9]+, *[0-9]+, *[0-9]+\)/)) {
		code = substr(line, RSTART + 4, RLENGTH - 5)
		gsub(/ /, "", code)
		out = out substr(line, 1, RSTART - 1) (code in colour ? colour[code] : "rgb(" code ")")
		line = substr(line, RSTART + RLENGTH)
	}
	return out line
}

# A picture in the page: without its own background and without the markers, which all pictures share.
function inline(stem, words,    line, skipping) {
	while ((getline line < (stem ".svg")) > 0) {
		if (line ~ /^<\?xml/ || line ~ /^<(title|desc)>/ || line ~ /^<rect .*fill="#ffffff"/)
			continue
		if (line ~ /<defs>/)
			skipping = 1
		if (!skipping) {
			if (line ~ /^<svg/)
				line = "<svg role=\"img\" aria-label=\"" escape(words) "\""
			print recolour(line)
		}
		if (line ~ /<\/defs>/)
			skipping = 0
	}
	close(stem ".svg")
}

function fill_markers(    line, inside) {
	print "<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">"
	while ((getline line < (figure_stem[1] ".svg")) > 0) {
		if (line ~ /<defs>/)
			inside = 1
		if (inside)
			print line
		if (line ~ /<\/defs>/)
			break
	}
	close(figure_stem[1] ".svg")
	print "</svg>"
}

function host_words() {
	return host_cores == 1 ? "1 core" : host_cores " cores"
}

function fill_warning() {
	if (wall_most == 0 || host_cores >= wall_most)
		return
	print "<div class=\"warning\" role=\"note\">"
	if (host_cores == 0)
		print "<p><strong>Take no scaling from the wall-clock curves.</strong> Nothing says how many cores the host had."
	else
		print "<p><strong>Beyond " host_words() ", the wall-clock curves say nothing about Tessera or Linux.</strong> The host had " \
			host_words() ", the guest up to " wall_most ". Wall-clock scaling means nothing then: the curves show the emulator's scheduling. " \
			"Such points are shaded in every picture and marked † in the tables."
	print "Exact counts do not depend on the host and hold at every number of cores.</p>"
	print "</div>"
}

function fill_overview() {
	if (!overview)
		return
	print "<figure class=\"wide\">"
	inline("overview", "Instructions and cache lines moved per operation, Tessera beside Linux")
	print "</figure>"
}

function fill_command() {
	if ("command" in machine)
		print "<pre><code>" escape(machine["command"]) "</code></pre>"
	else
		print "<p class=\"faint\">The results do not name the command that made them.</p>"
}

function fill_machine(    i) {
	print "<dl class=\"facts\">"
	for (i = 1; i <= n_machine; i++)
		if (machine_order[i] != "command")
			print "<dt>" escape(plain_words(machine_order[i])) "</dt><dd>" escape(machine[machine_order[i]]) "</dd>"
	print "</dl>"
}

function is_beyond(mode, unit, c) {
	return mode == "wall" && unit != "B" && c > host_cores
}

# The cell of one figure; † where the host had too few cores.
function cell(text, beyond) {
	if (text == "")
		return "<td class=\"faint\">–</td>"
	return "<td>" (beyond ? "<span class=\"beyond\">" text " †</span>" : text) "</td>"
}

function class_of(s) {
	return style[s] == 1 ? "tessera" : style[s] == 2 ? "linux" : "other"
}

function print_figure(f,    words) {
	print "<figure>"
	inline(figure_stem[f], figure_words[f])
	if (figure_beyond[f] > 0)
		print "<figcaption><span class=\"mark\">Means nothing beyond " host_words() ":</span> the host has no more, and what is shaded shows the emulator's scheduling.</figcaption>"
	print "</figure>"
}

function value_row(test, d, s, mode, metric,    c, n, cells, unit) {
	unit = unit_of[test, metric, mode]
	cells = ""
	n = 0
	for (c = 1; c <= n_cores; c++) {
		if (!has(test, d, s, mode, metric, cores[c])) {
			cells = cells cell("")
			continue
		}
		n++
		cells = cells cell("<span title=\"min " written(low[key], unit) ", max " written(high[key], unit) ", repetitions " \
			escape(repetitions[key]) "\">" written(value[key], unit) "</span>", is_beyond(mode, unit, cores[c]))
	}
	if (n > 0)
		print "<tr><td class=\"name\">" metric_title(test, metric, mode) (d == "-" ? "" : ", " escape(distance_name(d))) "</td><td class=\"name " \
			class_of(s) "\">" escape(label[s]) "</td><td class=\"name\">" mode "</td>" cells "</tr>"
}

function print_values(test,    c, m, d, s, k) {
	print "<details><summary>All values of this test</summary><div class=\"table\"><table><thead><tr><th class=\"name\">metric</th><th class=\"name\">system</th><th class=\"name\">mode</th>"
	for (c = 1; c <= n_cores; c++)
		print "<th>" cores[c] (cores[c] == 1 ? " core" : " cores") "</th>"
	print "</tr></thead><tbody>"
	for (m = 1; m <= n_metrics; m++)
		for (k = 1; k <= 2; k++)
			for (d = 0; d <= n_distances[test]; d++)
				for (s = 1; s <= n_series; s++)
					value_row(test, d == 0 ? "-" : distance[test, d], series[s], k == 1 ? "wall" : "count", metrics[m])
	print "</tbody></table></div></details>"
}

function fill_tests(    t, f, notes) {
	print "<nav>"
	for (t = 1; t <= n_tests; t++)
		print "<a href=\"#" tests[t] "\">" title_of(tests[t]) "</a>"
	print "</nav>"
	for (t = 1; t <= n_tests; t++) {
		print "<section id=\"" tests[t] "\"><h3>" title_of(tests[t]) "</h3>"
		if (sentence[tests[t]] != "")
			print "<p>The test: " escape(sentence[tests[t]]) ".</p>"
		print "<div class=\"plots\">"
		notes = ""
		for (f = 1; f <= n_figures; f++)
			if (figure_test[f] == tests[t]) {
				if (figure_stem[f] == "-")
					notes = notes (notes == "" ? "" : " ") escape(figure_words[f])
				else
					print_figure(f)
			}
		print "</div>"
		if (notes != "")
			print "<p>" notes "</p>"
		print_values(tests[t])
		print "</section>"
	}
}

# The lines of report.txt that begin with "failed: " (or, with `others`, all that do not), as a list.
function report_list(others,    line, n, failed) {
	n = 0
	while ((getline line < "report.txt") > 0) {
		failed = sub(/^failed: /, "", line)
		if (line ~ /^[ \t]*$/ || failed && others || !failed && !others)
			continue
		if (n++ == 0)
			print "<ul class=\"reasons\">"
		print "<li>" escape(line) "</li>"
	}
	close("report.txt")
	if (n > 0)
		print "</ul>"
	return n
}

function fill_failures() {
	if (report_list(0) == 0)
		print "<p>None.</p>"
	print "<h2>Remarks of the runner</h2>"
	if (report_list(1) == 0)
		print "<p>None.</p>"
}

function fill_footer() {
	print "<p>The figures of this page: <a download=\"results.csv\" href=\"data:text/csv;base64,"
	print_file("results.base64")
	print "\">results.csv</a>. The pictures lie beside this page as SVG and PNG. Drawn by <code>make plots</code>.</p>"
}

function fill(name) {
	if (name == "style") print_file(here "/page.css")
	else if (name == "markers") fill_markers()
	else if (name == "warning") fill_warning()
	else if (name == "overview") fill_overview()
	else if (name == "command") fill_command()
	else if (name == "machine") fill_machine()
	else if (name == "summary") fill_summary()
	else if (name == "tests") fill_tests()
	else if (name == "failures") fill_failures()
	else if (name == "footer") fill_footer()
}

FILENAME == "figures.tsv" {
	figure_test[++n_figures] = $1
	figure_stem[n_figures] = $2
	figure_beyond[n_figures] = $3
	figure_words[n_figures] = $4
}

FILENAME == "rows.tsv" && $4 == "wall" && $8 != "B" && $5 > wall_most { wall_most = $5 }

END {
	order_data()
	map_colours()
	summary_rows = 0
	while ((getline line < (here "/page.html")) > 0)
		if (line ~ /^@[a-z]+@$/)
			fill(substr(line, 2, length(line) - 2))
		else
			print line
}
