# model.awk - the head of the page when there are modelled figures: what scales, what collapses, and one table
# SPDX-License-Identifier: MIT
# Needs number.awk, data.awk, verdict.awk, contended.awk, summary.awk, inline.awk and page.awk. Says nothing without the model.
# Tessera's general composition and Linux stand beside one another; ablations are left to the sections of the tests.
# Tested by plots/test

function link_to(test) { return "<a href=\"#" test "\">" title_of(test) "</a>" }

# The verdict that counts: "cut off" for a curve that does not reach the most cores, since nobody knows how it goes on.
function counted_verdict(test, s,    said) {
	if (is_of_machine(test) || has_fixed_workers(test) || !read_ends(test, s))
		return ""
	said = verdict(test, s)
	return end_most < model_most ? "cut off" : said
}

# How a system fares: a sentence that counts and names.
function print_tally(s,    t, said, n, all, names) {
	all = 0
	for (t = 1; t <= n_tests; t++)
		if ((said = counted_verdict(tests[t], s)) != "") {
			all += said != "cut off"
			n[said]++
			names[said] = names[said] (names[said] == "" ? "" : ", ") link_to(tests[t])
		}
	if (all == 0 && n["cut off"] == 0)
		return
	print "<li><strong class=\"" class_of(s) "\">" escape(label[s]) "</strong> " \
		(all == 0 ? "cannot be judged" : "scales in " n["scales"] + 0 " of " all (all == 1 ? " test" : " tests")) \
		(n["scales partly"] ? "; partly in " n["scales partly"] ": " names["scales partly"] : "") \
		(n["collapses"] ? "; it collapses in " n["collapses"] ": " names["collapses"] : "") \
		(n["cut off"] ? (all == 0 ? ": " : "; not judged: ") names["cut off"] " (no figure at " cores_words(model_most) ")" : "") ".</li>"
}

# Tests that both systems ran, by how many times Linux's throughput Tessera's is, at the most cores that both have.
function print_ratios(one, other,    t, i, n, ratio, names, hold, words) {
	n = 0
	for (t = 1; t <= n_tests; t++) {
		hold = times_faster(tests[t], one, other)
		if (hold == 0 || is_of_machine(tests[t]) || common_cores(tests[t], one, other) != model_most)
			continue
		for (i = ++n; i > 1 && ratio[i - 1] < hold; i--) {
			ratio[i] = ratio[i - 1]
			names[i] = names[i - 1]
		}
		ratio[i] = hold
		names[i] = tests[t]
	}
	if (n == 0)
		return
	words = escape(label[one]) "'s throughput over " escape(label[other]) "'s at " cores_words(model_most) ": ×" three_digits(ratio[1]) " in " \
		link_to(names[1])
	for (i = 2; i <= 3 && i < n; i++)
		words = words ", ×" three_digits(ratio[i]) " in " link_to(names[i])
	if (n > 1)
		words = words "; the least is ×" three_digits(ratio[n]) ", in " link_to(names[n])
	print "<li>" words ".</li>"
}

# The first and the last modelled value of a metric, as cells; `ends` tells which: "both" or "last".
function end_numbers(test, s, metric, ends,    c, first, last, n) {
	n = 0
	for (c = 1; c <= n_cores; c++)
		if (has(test, "-", s, "model", metric, cores[c])) {
			last = as_count(value[key])
			if (n++ == 0)
				first = last
		}
	if (ends == "last")
		return cell(n > 0 ? last : "")
	return cell(n > 0 ? first : "") cell(n > 1 ? last : "")
}

# The cores of a row where they are not those of the table's head; "" if the series has no modelled figure.
function read_span(test, s,    c) {
	span_fewest = span_most = 0
	for (c = 1; c <= n_cores; c++)
		if (has(test, "-", s, "model", "throughput", cores[c]) || has(test, "-", s, "model", "latency", cores[c])) {
			if (span_fewest == 0)
				span_fewest = cores[c] + 0
			span_most = cores[c] + 0
		}
	return span_fewest > 0
}

function span_words() {
	if (span_fewest == model_fewest && span_most == model_most)
		return ""
	return " <small>" (span_fewest == span_most ? span_most : span_fewest " → " span_most) "</small>"
}

# The line that costs most, unless it costs next to nothing.
function worst_cell(test, s, c,    name) {
	if (read_list(test, s, c) < 1 || list[1, "cycles"] < 1)
		return "<td class=\"name faint\">–</td>"
	name = line_name(1)
	return "<td class=\"name\"><a href=\"#" test "-lines\" title=\"" escape(name) "\"><code>" escape(length(name) > 26 ? substr(name, 1, 25) "…" : name) \
		"</code></a> " as_count(list[1, "cycles"]) "</td>"
}

function model_row(test, s, name, other,    said, n, cells, faster) {
	n = read_ends(test, s)
	said = verdict(test, s)
	if (said != "" && end_most < model_most)
		said = "cut off"
	cells = cell(n > 0 ? with_prefix(end_first, "") : "") cell(n > 1 ? with_prefix(end_last, "") : "") \
		cell(said == "" ? "" : "×" three_digits(gain)) cell(said == "" ? "" : percent(kept))
	cells = cells "<td class=\"name " (said == "scales partly" ? "partly" : said == "cut off" ? "faint" : said) "\">" (said == "" ? "–" : said) "</td>"
	faster = other == "" ? 0 : times_faster(test, s, other)
	cells = cells cell(faster ? "×" three_digits(faster) : "") end_numbers(test, s, "cycles", "both") end_numbers(test, s, "lines_moved", "last")
	print "<tr><td class=\"name\">" name "</td><td class=\"name " class_of(s) "\">" escape(label[s]) span_words() "</td>" cells \
		worst_cell(test, s, span_most) "</tr>"
}

function print_model_rows(test,    k, rows) {
	rows = 0
	for (k = 1; k <= 2; k++)
		if (system_shown[k] != "" && read_span(test, system_shown[k])) {
			if (rows == 0)
				print "<tbody class=\"test\">"
			model_row(test, system_shown[k], rows++ ? "" : link_to(test), k == 1 ? system_shown[2] : "")
		}
	if (rows)
		print "</tbody>"
}

function print_model_table(    t, pass, begun, ends) {
	ends = "<th>" cores_words(model_fewest) "</th><th>" cores_words(model_most) "</th>"
	print "<div class=\"table\"><table class=\"model\"><thead><tr><th class=\"name\" rowspan=\"2\">test</th><th class=\"name\" rowspan=\"2\">system</th>" \
		"<th colspan=\"2\">operations per second</th><th rowspan=\"2\">speed-up</th><th rowspan=\"2\">kept<br />per core</th>" \
		"<th class=\"name\" rowspan=\"2\">verdict</th><th rowspan=\"2\">beside<br />Linux</th><th colspan=\"2\">cycles per operation</th>" \
		"<th rowspan=\"2\">lines<br />moved</th><th class=\"name\" rowspan=\"2\">worst line and the<br />cycles that it costs</th></tr>"
	print "<tr>" ends ends "</tr></thead>"
	for (pass = 0; pass <= 1; pass++)
		for (t = 1; t <= n_tests; t++)
			if (is_of_machine(tests[t]) == pass && tests[t] in modelled) {
				if (pass && !begun++)
					print "<tbody><tr><td class=\"name group\" colspan=\"12\">The machine itself: user code alone, no system is judged by it</td></tr></tbody>"
				print_model_rows(tests[t])
			}
	print "</table></div>"
}

function note_model_cores(    c) {
	for (c = 1; c <= n_cores; c++)
		if (cores[c] in model_cores) {
			if (model_fewest == 0)
				model_fewest = cores[c] + 0
			model_most = cores[c] + 0
		}
}

function fill_model(    t) {
	if (!("model" in has_mode))
		return
	note_model_cores()
	print "<h2>What scales, what collapses</h2>"
	print "<p class=\"lead\">Modelled, not measured: the machine <strong>" escape(modelled_machine) "</strong>, " \
		(model_fewest == model_most ? cores_words(model_most) : model_fewest " to " cores_words(model_most)) \
		". Every instruction and every cache line of both systems is accounted for by a model of that machine; see the <a href=\"#words\">glossary</a>.</p>"
	print "<ul class=\"findings\">"
	print_tally(system_shown[1])
	print_tally(system_shown[2])
	if (system_shown[1] != "" && system_shown[2] != "")
		print_ratios(system_shown[1], system_shown[2])
	print "</ul>"
	if (is_drawn("scaling")) {
		print "<figure class=\"full\" style=\"max-width: " picture_width("scaling") * 1.32 "px\">"
		for (t = 1; t <= n_tests; t++)
			link_of[title_of(tests[t])] = "#" tests[t]
		inline("scaling", "Throughput per core as cores are added, one panel for each test, Tessera beside Linux")
		split("", link_of)
		print "</figure>"
	}
	print_model_table()
	print "<p><small><em>scales</em>: at the most cores each core does at least " SCALES_FROM * 100 " % of what each does at the fewest (<em>kept per " \
		"core</em>). <em>collapses</em>: at the most cores all together do less than " COLLAPSE_BELOW * 100 " % of what they do at their best number. " \
		"<em>scales partly</em>: neither. <em>cut off</em>: its " \
		"points at the most cores failed. <em>beside Linux</em>: Tessera's throughput over Linux's, at the most cores that both have. Lines moved and the worst line " \
		"(its name, and the cycles of an operation that it costs) are those at the most cores. Numbers beside a system: its fewest and most cores, where they differ from the head.</small></p>"
}

FILENAME == "rows.tsv" && $4 == "model" { model_cores[$5] }
