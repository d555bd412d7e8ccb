# sections.awk - one section of the page for each test: what was found, its pictures, its lists, all its values
# SPDX-License-Identifier: MIT
# Needs number.awk, data.awk, words.awk, verdict.awk, contended.awk, inline.awk and page.awk; reads report.txt. Where a test has
# modelled figures they stand first, and what is less telling is folded away.
# Tested by plots/test

BEGIN {
	n_kinds = split("first more counted", kinds, " ")
	kind_title["more"] = "More of the model: latency, instructions, messages"
	kind_title["counted"] = "Exact counts and wall clock"
}

# Where a picture stands in its section: "first", or folded away as "more" or "counted".
function kind_of(f,    test) {
	test = figure_test[f]
	if (!(test in modelled))
		return "first"
	if (figure_mode[f] != "model")
		return "counted"
	if (figure_stem[f] == "-" || figure_stem[f] ~ /-(instructions|messages|doorbells|latency-median)-model/)
		return "more"
	return figure_stem[f] ~ /-latency-model$/ && unit_of[test, "throughput", "model"] != "" ? "more" : "first"
}

function print_figure(f) {
	print "<figure>"
	inline(figure_stem[f], figure_words[f])
	if (figure_beyond[f] > 0)
		print "<figcaption><span class=\"mark\">Means nothing beyond " host_words() ":</span> the host has no more, and what is shaded shows the emulator's scheduling.</figcaption>"
	if (figure_stem[f] ~ /-throughput-model$/ && has_lists(figure_test[f]))
		print "<figcaption>What these curves wait for: <a href=\"#" figure_test[f] "-lines\">most contended cache lines</a>.</figcaption>"
	if (figure_stem[f] ~ /-parts-model$/)
		print "<figcaption>Send: until all others that hold the page have been asked. Wake: until the last to be done has taken it up. Invalidate: what that " \
			"one does. Acknowledge: until the core that unmaps knows. What others do meanwhile is in no part.</figcaption>"
	print "</figure>"
}

function print_pictures(test, kind,    f, notes, n) {
	for (f = 1; f <= n_figures; f++)
		if (figure_test[f] == test && kind_of(f) == kind)
			n++
	if (n == 0)
		return
	if (kind != "first")
		print "<details><summary>" kind_title[kind] "</summary>"
	print "<div class=\"plots\">"
	for (f = 1; f <= n_figures; f++)
		if (figure_test[f] == test && kind_of(f) == kind) {
			if (figure_stem[f] == "-")
				notes = notes (notes == "" ? "" : " ") escape(figure_words[f])
			else
				print_figure(f)
		}
	print "</div>"
	if (notes != "")
		print "<p>" notes "</p>"
	if (kind != "first")
		print "</details>"
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
		print "<th>" cores_words(cores[c]) "</th>"
	print "</tr></thead><tbody>"
	for (k = 1; k <= n_modes; k++)
		for (m = 1; m <= n_metrics; m++)
			for (d = 0; d <= n_distances[test]; d++)
				for (s = 1; s <= n_series; s++)
					value_row(test, d == 0 ? "-" : distance[test, d], series[s], modes[k], metrics[m])
	print "</tbody></table></div></details>"
}

function print_section(test,    k) {
	print "<section id=\"" test "\"><h3>" title_of(test) "</h3>"
	if (sentence[test] != "")
		print "<p>The test: " escape(sentence[test]) ".</p>"
	print_falls(test)
	report_list("failed", test)
	for (k = 1; k <= n_kinds; k++) {
		print_pictures(test, kinds[k])
		if (kinds[k] == "first")
			print_lists(test)
	}
	print_values(test)
	print "</section>"
}

function fill_tests(    t) {
	print "<nav>"
	for (t = 1; t <= n_tests; t++)
		print "<a href=\"#" tests[t] "\">" title_of(tests[t]) "</a>"
	print "</nav>"
	for (t = 1; t <= n_tests; t++)
		print_section(tests[t])
}

FILENAME == "rows.tsv" && $4 == "model" { modelled[$1] }
