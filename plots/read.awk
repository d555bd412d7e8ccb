# read.awk - checks results.csv and hands on its rows in base units
# SPDX-License-Identifier: MIT
# Needs csv.awk. Refuses a file that it does not understand, naming line, column and remedy: a wrong figure is worse than none.
# Writes to `rows`: test, distance ("-": none), series, mode, cores, metric, value, unit, min, max, repetitions, machine,
# and to `series`: system/composition, label, line style; all tab-separated. Seconds and bytes are base units.
# A test named NAME_distance_D is the test NAME at distance D.
# I1 a key (test, system, composition, mode, cores, metric) occurs once
# I2 0 <= min <= value <= max
# Tested by plots/test

BEGIN {
	expected = "test,system,composition,machine,mode,cores,metric,value,unit,min,max,repetitions"
	n_columns = split(expected, column, ",")
	split("ns 1e-9 us 1e-6 µs 1e-6 ms 1e-3 s 1 seconds 1", time, " ")
	split("B 1 bytes 1 kB 1000 KiB 1024 MiB 1048576 GiB 1073741824", size, " ")
	for (i = 1; i in time; i += 2)
		factor["s", time[i]] = time[i + 1]
	for (i = 1; i in size; i += 2)
		factor["B", size[i]] = size[i + 1]
	styles_used = 4
}

function complain(words) {
	if (++complaints <= 5)
		print "plots: results.csv line " NR ": " words | "cat >&2"
}

function check_name(i) {
	if (field[i] !~ /^[A-Za-z0-9_.+-]+$/)
		complain(column[i] " is \"" field[i] "\": expected a word of letters, digits, and _ . + -")
}

function check_number(i) {
	if (!is_number(field[i]))
		complain(column[i] " is \"" field[i] "\": expected a number from 0; a run that failed leaves its line out")
}

function check_fields(    i) {
	check_name(1)
	check_name(2)
	if (field[3] == "")
		field[3] = "-"
	check_name(3)
	check_name(7)
	if (field[5] != "model" && field[5] != "wall" && field[5] != "count")
		complain("mode is \"" field[5] "\": expected model, count or wall")
	if (field[6] !~ /^[0-9]+$/ || field[6] + 0 < 1)
		complain("cores is \"" field[6] "\": expected a whole number from 1")
	if (field[12] !~ /^[0-9]+$/ || field[12] + 0 < 1)
		complain("repetitions is \"" field[12] "\": expected a whole number from 1")
	check_number(8)
	for (i = 10; i <= 11; i++)
		if (field[i] == "")
			field[i] = field[8]
		else
			check_number(i)
	if (field[10] + 0 > field[8] * 1.000001 || field[11] * 1.000001 < field[8] + 0)
		complain("value " field[8] " lies outside min " field[10] " to max " field[11])
}

function check_key(    key) {
	key = field[1] SUBSEP field[2] SUBSEP field[3] SUBSEP field[5] SUBSEP field[6] + 0 SUBSEP field[7]
	if (key in seen)
		complain("repeats line " seen[key] " (same test, system, composition, mode, cores and metric): keep one of them")
	seen[key] = NR
}

function style_of(kind, composition) {
	if (kind == "linux" && !linux_seen++)
		return 2
	if (kind == "tessera")
		return composition == "general" || composition == "-" ? 1 : composition == "one_replica" ? 3 : \
			composition == "locked_queue" ? 4 : ++styles_used
	return ++styles_used
}

function note_series(name) {
	if (name in style)
		return
	style[name] = style_of(field[2], field[3])
	system_of[name] = field[2]
	composition_of[name] = field[3]
	compositions[field[2]]++
	order[++n_series] = name
}

# One row, its value in base units, its test parted from its distance.
function hand_on(    unit, scale, i, test, distance) {
	unit = field[9]
	scale = 1
	for (i in base_units)
		if ((i, field[9]) in factor) {
			scale = factor[i, field[9]]
			unit = i
		}
	test = field[1]
	distance = "-"
	if (match(test, /_distance_[A-Za-z0-9_.+-]+$/)) {
		distance = substr(test, RSTART + length("_distance_"))
		test = substr(test, 1, RSTART - 1)
	}
	gsub(/\t/, " ", unit)
	gsub(/\t/, " ", field[4])
	printf "%s\t%s\t%s\t%s\t%s\t%s\t%.10g\t%s\t%.10g\t%.10g\t%s\t%s\n", test, distance, field[2] "/" field[3], field[5], field[6] + 0,
		field[7], field[8] * scale, unit, field[10] * scale, field[11] * scale, field[12], \
		field[4] > rows
	n_rows++
}

BEGIN { base_units["s"]; base_units["B"] }

{ sub(/\r$/, "") }

NR == 1 {
	if ($0 != expected) {
		complain("the header is\n  " $0 "\nbut plots read\n  " expected)
		exit
	}
	next
}

/^[ \t]*$/ { next }

{
	if ((n = split_line($0)) != n_columns) {
		complain(n " columns, expected " n_columns " (" expected ")")
		next
	}
	before = complaints
	check_fields()
	check_key()
	if (complaints == before) {
		note_series(field[2] "/" field[3])
		hand_on()
	}
}

function label_of(name,    kind, composition) {
	kind = toupper(substr(system_of[name], 1, 1)) substr(system_of[name], 2)
	composition = composition_of[name]
	if (composition == "-" || composition == "general" || compositions[system_of[name]] == 1 && system_of[name] != "tessera")
		return kind
	gsub(/_/, " ", composition)
	return kind ", " composition
}

# Tessera first, then its ablations, Linux, and whatever else there is.
function rank_of(number) {
	return number == 2 ? 4.5 : number
}

END {
	if (NR == 0)
		complain("the file is empty; the runner begins it with\n  " expected)
	if (complaints > 5)
		print "plots: and " complaints - 5 " more such lines" | "cat >&2"
	if (complaints == 0 && n_rows == 0) {
		print "plots: results.csv holds its header and no result: every run failed; report.txt beside it tells why" | "cat >&2"
		exit 1
	}
	if (complaints > 0)
		exit 1
	for (i = 1; i <= n_series; i++)
		print rank_of(style[order[i]]) "\t" order[i] "\t" label_of(order[i]) "\t" style[order[i]] | ("sort -n | cut -f 2- >" series)
	close("sort -n | cut -f 2- >" series)
}
