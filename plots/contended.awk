# contended.awk - the lists of most contended cache lines: contended/SYSTEM-COMPOSITION-TEST-model-CORES.csv
# SPDX-License-Identifier: MIT
# Needs csv.awk, number.awk, data.awk, verdict.awk and page.awk (escape, class_of). A list that is not there is not spoken
# of; one that cannot be read is named, on the page and to whoever draws, and the rest is drawn without it.
# moves and cycles are per operation, most cycles first. Tested by plots/test

BEGIN {
	contended_header = "symbol,address,owner,writers,readers,moves,cycles,taker,giver"
	n_contended_columns = split(contended_header, contended_column, ",")
	CONTENDED_SHOWN = 8
	BLAMED_FROM = 0.1 # of an operation's cycles: a line that costs less does not explain a curve
}

function contended_file(test, s, c,    name) {
	name = s
	sub(/\//, "-", name)
	return "contended/" name "-" test "-model-" c ".csv"
}

function refuse_list(file, line, words) {
	contended_fault = file " line " line ": " words
	if (!(file in list_refused))
		print "plots: " contended_fault ": drawn without this list" | "cat >&2"
	list_refused[file]
	return -1
}

# Reads a point's list into list[row, column]; returns its length, -1 if there is none to be had. contended_fault tells why.
function read_list(test, s, c,    file, line, n, i, number) {
	file = contended_file(test, s, c)
	contended_fault = ""
	n = number = 0
	while ((getline line < file) > 0) {
		sub(/\r$/, "", line)
		if (++number == 1 && line != contended_header) {
			close(file)
			return refuse_list(file, 1, "the header is not " contended_header)
		}
		if (number == 1 || line == "")
			continue
		n++
		if (split_line(line) != n_contended_columns || !is_number(field[6]) || !is_number(field[7])) {
			close(file)
			return refuse_list(file, number, "expected " n_contended_columns " columns, with numbers for moves and cycles")
		}
		for (i = 1; i <= n_contended_columns; i++)
			list[n, contended_column[i]] = i == 6 || i == 7 ? field[i] + 0 : field[i]
	}
	close(file)
	return number == 0 ? -1 : n
}

function cores_words(n) { return n (n == 1 ? " core" : " cores") }

# What a line is called: its symbol, or its address where no symbol is known.
function line_name(row) {
	return list[row, "symbol"] == "-" || list[row, "symbol"] == "" ? list[row, "address"] : list[row, "symbol"]
}

function share_words(test, s, c, list, what,    share) {
	if (!sum_parts(test, "-", s, "model", list, c))
		return ""
	share = part_sum / has_cycles
	charged += share
	return share < 0.005 ? "" : ", " percent(share) " " what
}

# Where a point's cycles go, when no line explains them.
function cycles_words(test, s, c,    words) {
	if (!has(test, "-", s, "model", "cycles", c) || value[key] <= 0)
		return ""
	has_cycles = value[key]
	charged = 0
	words = share_words(test, s, c, "instructions_kernel instructions_user", "are instructions") \
		share_words(test, s, c, "cycles_lines cycles_queues", "go to cache lines") share_words(test, s, c, "cycles_walks", "to page walks") \
		share_words(test, s, c, "cycles_privileged", "to privileged operations")
	if (words == "")
		return ""
	return "no line explains it. Of the " as_count(has_cycles) " cycles of an operation there" words \
		(charged < 0.99 ? "; in the other " percent(1 - charged) " its core sleeps, or waits for an interrupt or another core's answer" : "")
}

# One sentence on what holds a point up: its worst line, or what else its cycles are.
function worst_line(test, s, c,    whole, n) {
	whole = has(test, "-", s, "model", "cycles", c) ? value[key] : 0
	if ((n = read_list(test, s, c)) < 0)
		return ""
	if (n == 0 || (whole > 0 && list[1, "cycles"] < BLAMED_FROM * whole))
		return cycles_words(test, s, c)
	return "its worst line there is <code>" escape(line_name(1)) "</code>, written by " cores_words(list[1, "writers"] + 0) " and read by " \
		list[1, "readers"] + 0 ": it moves " as_count(list[1, "moves"]) " times an operation and costs " as_count(list[1, "cycles"]) \
		(whole > 0 ? " of its " as_count(whole) : "") " cycles, taken in <code>" escape(list[1, "taker"]) "</code> and given up in <code>" \
		escape(list[1, "giver"]) "</code>"
}

# Says of each curve that does not scale where it bends, and what is to blame.
function print_falls(test,    s, said, worst, per_second) {
	for (s = 1; s <= n_series; s++) {
		said = verdict(test, series[s])
		if (said != "collapses" && said != "scales partly")
			continue
		per_second = " " escape(operations_of(test)) " per second"
		worst = worst_line(test, series[s], end_most)
		print "<p class=\"fall\"><strong class=\"" class_of(series[s]) "\">" (is_of_machine(test) ? "On " escape(label[series[s]]) ", it " : escape(label[series[s]]) " ") said ":</strong> " \
			(said == "collapses" ? with_prefix(end_best, "") per_second " at " cores_words(end_best_cores) ", " : \
			with_prefix(end_first, "") per_second " at " cores_words(end_fewest) ", ") with_prefix(end_last, "") " at " end_most \
			(worst == "" ? "." : "; " worst ".") "</p>"
	}
}

# One system's list. The share is of all cycles that the operation takes.
function print_list_rows(test, s, c, n,    i, whole) {
	whole = has(test, "-", s, "model", "cycles", c) ? value[key] : 0
	print "<tbody>"
	for (i = 1; i <= n && i <= CONTENDED_SHOWN; i++)
		print "<tr><td class=\"name " (i == 1 ? class_of(s) "\">" escape(label[s]) : "\">") "</td><td class=\"name\"><code>" escape(line_name(i)) \
			"</code></td><td>" escape(list[i, "owner"]) "</td><td>" escape(list[i, "writers"]) "</td><td>" escape(list[i, "readers"]) "</td><td>" \
			as_count(list[i, "moves"]) "</td><td>" as_count(list[i, "cycles"]) "</td>" \
			cell(whole > 0 ? percent(list[i, "cycles"] / whole) : "") "<td class=\"name\"><code>" escape(list[i, "taker"]) \
			"</code></td><td class=\"name\"><code>" escape(list[i, "giver"]) "</code></td></tr>"
	if (n > CONTENDED_SHOWN)
		print "<tr><td></td><td class=\"name faint\" colspan=\"9\">and " n - CONTENDED_SHOWN " more in <code>" \
			escape(contended_file(test, s, c)) "</code></td></tr>"
	print "</tbody>"
}

# One number of cores: every system's list, folded away.
function print_lists_at(test, c, unfolded,    s, n, begun) {
	for (s = 1; s <= n_series; s++) {
		n = read_list(test, series[s], c)
		if (n < 0 && contended_fault != "")
			print "<p class=\"faint\">Not shown: " escape(contended_fault) ".</p>"
		if (n < 1)
			continue
		if (!begun++) {
			print "<details" (unfolded ? " open=\"open\"" : "") "><summary>" cores_words(c) "</summary><div class=\"table\"><table><thead><tr>" \
				"<th class=\"name\">system</th><th class=\"name\">line</th><th>owner</th><th>writers</th><th>readers</th>" \
				"<th>moves</th><th>cycles lost</th><th>share</th><th class=\"name\">taken in</th><th class=\"name\">given up in</th></tr></thead>"
		}
		print_list_rows(test, series[s], c, n)
	}
	if (begun)
		print "</table></div></details>"
	return begun
}

function has_lists(test,    s, c) {
	for (s = 1; s <= n_series; s++)
		for (c = 1; c <= n_cores; c++)
			if (read_list(test, series[s], cores[c]) > 0 || contended_fault != "")
				return 1
	return 0
}

# All lists of a test, the most cores first. The first that has any is unfolded.
function print_lists(test,    c, shown) {
	if (!has_lists(test))
		return
	print "<details class=\"lists\" id=\"" test "-lines\"><summary>Most contended cache lines; moves and cycles per operation</summary>"
	for (c = n_cores; c >= 1; c--)
		shown += print_lists_at(test, cores[c], !shown)
	print "</details>"
}
