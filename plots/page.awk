# page.awk - fills the template page.html: one page that needs no other file and no script
# SPDX-License-Identifier: MIT
# Needs number.awk, data.awk, inline.awk, model.awk, summary.awk and sections.awk; reads figures.tsv, report.txt, results.base64
# and the pictures in the current folder, page.html and page.css in `here`. A line "@name@" of the template is replaced by
# what fill_name() prints. Everything that comes from a file of results is escaped.
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
	print "Exact counts and modelled figures do not depend on the host and hold at every number of cores.</p>"
	print "</div>"
}

function is_drawn(stem,    line, there) {
	there = (getline line < (stem ".svg")) > 0
	close(stem ".svg")
	return there
}

function fill_overview() {
	if (!is_drawn("overview"))
		return
	print "<h2>Exact counts</h2>"
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

# A list of lines of report.txt: "failed", points without figures (of one test, if it is named: the third word of the line);
# "remark", all others. Returns how many there are.
function report_list(kind, test,    line, n, failed, word) {
	n = 0
	while ((getline line < "report.txt") > 0) {
		failed = sub(/^(failed|refused): /, "", line)
		split(line, word, " ")
		if (line ~ /^[ \t]*$/ || failed != (kind == "failed") || test != "" && word[3] != test)
			continue
		if (n++ == 0)
			print (test == "" ? "" : "<p class=\"fall\"><strong>Not drawn:</strong></p>") "<ul class=\"reasons\">"
		print "<li>" escape(line) "</li>"
	}
	close("report.txt")
	if (n > 0)
		print "</ul>"
	return n
}

function fill_failures() {
	if (report_list("failed", "") == 0)
		print "<p>None.</p>"
	print "<h2>Remarks of the runner</h2>"
	if (report_list("remark", "") == 0)
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
	else if (name == "model") fill_model()
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
	figure_mode[n_figures] = $3
	figure_beyond[n_figures] = $4
	figure_words[n_figures] = $5
}

FILENAME == "rows.tsv" && $4 == "wall" && $8 != "B" && $5 > wall_most { wall_most = $5 }

END {
	order_data()
	map_colours()
	find_systems()
	summary_rows = 0
	while ((getline line < (here "/page.html")) > 0)
		if (line ~ /^@[a-z]+@$/)
			fill(substr(line, 2, length(line) - 2))
		else
			print line
}
