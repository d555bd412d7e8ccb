# summary.awk - the page's table: each test at its fewest and at its most cores, Tessera beside Linux
# SPDX-License-Identifier: MIT
# Needs number.awk, data.awk and page.awk (cell, class_of, is_beyond, escape). A dash stands where nothing was measured; a
# throughput measured on more cores than the host has is marked. Ablations are left to the pictures.
# Tested by plots/test

function end_cells(test, s, mode, list, unit,    c, n, text, first, last, beyond_first, beyond_last) {
	n = 0
	for (c = 1; c <= n_cores; c++) {
		if (!sum_parts(test, "-", s, mode, list, cores[c]))
			continue
		text = unit == "" ? as_count(part_sum) : with_prefix(part_sum, unit)
		if (list ~ / /)
			text = "<span title=\"kernel " as_count(part[1]) ", user " as_count(part[2]) "\">" text "</span>"
		last = text
		beyond_last = is_beyond(mode, unit, cores[c])
		span_last = cores[c]
		if (n++ == 0) {
			first = text
			beyond_first = beyond_last
			span_first = cores[c]
		}
	}
	if (n == 0)
		return cell("") cell("")
	note_span(mode)
	return cell(first, beyond_first) (n == 1 ? cell("") : cell(last, beyond_last))
}

# Remembers from how many to how many cores a row's figures go.
function note_span(mode,    words) {
	words = span_first == span_last ? span_first "" : span_first " → " span_last
	if (span == "")
		span = words
	else if (index(span, words) == 0)
		span = span "; " mode " " words
}

function summary_row(test, s, name,    cells) {
	span = ""
	cells = end_cells(test, s, "count", "instructions_kernel instructions_user", "") \
		end_cells(test, s, "count", "lines_moved", "") \
		(unit_of[test, "throughput", "wall"] == "B" ? cell("") cell("") : end_cells(test, s, "wall", "throughput", "ops"))
	if (span == "")
		return
	print "<tr><td class=\"name\">" name "</td><td class=\"name " class_of(s) "\">" escape(label[s]) "</td><td>" span "</td>" cells "</tr>"
	summary_rows++
}

function fill_summary(    t, s, before) {
	if (!("count" in has_mode) && !("wall" in has_mode))
		return
	print "<h2>Exact counts and wall clock</h2>"
	print "<div class=\"table\"><table><thead><tr><th class=\"name\" rowspan=\"2\">test</th><th class=\"name\" rowspan=\"2\">system</th><th rowspan=\"2\">cores</th>"
	print "<th colspan=\"2\">instructions per operation</th><th colspan=\"2\">lines moved per operation</th><th colspan=\"2\">operations per second</th></tr>"
	print "<tr><th>fewest</th><th>most</th><th>fewest</th><th>most</th><th>fewest</th><th>most</th></tr></thead>"
	for (t = 1; t <= n_tests; t++) {
		print "<tbody class=\"test\">"
		before = summary_rows
		for (s = 1; s <= n_series; s++)
			if (style[series[s]] <= 2)
				summary_row(tests[t], series[s], summary_rows > before ? "" : "<a href=\"#" tests[t] "\">" title_of(tests[t]) "</a>")
		print "</tbody>"
	}
	print "</table></div>"
	print "<p><small>Fewest and most: the first and the last number in the column <em>cores</em>. A dash: not measured, or the test has no " \
		"meaning there. † more cores than the host has.</small></p>"
}
