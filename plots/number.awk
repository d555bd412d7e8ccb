# number.awk - how figures are written and axes are divided, shared by the other awk programs
# SPDX-License-Identifier: MIT
# Pure functions over non-negative numbers; units are "s" (seconds), "B" (bytes) or anything else (a plain
# count). mawk is the awk of Debian: no arrays of arrays, no %d above 2^31, strings are bytes.
# An axis is returned in axis_low, axis_high, axis_log and axis_ticks, the last in gnuplot's own form.
# Tested by plots/test

# Three significant digits of a number below 1000, without idle zeros.
function three_digits(value,    text) {
	if (value < 0.001 && value > 0)
		return sprintf("%.2g", value)
	text = sprintf(value >= 99.95 ? "%.0f" : value >= 9.995 ? "%.1f" : value >= 0.9995 ? "%.2f" : "%.3f", value)
	if (text ~ /\./) {
		sub(/0+$/, "", text)
		sub(/\.$/, "", text)
	}
	return text
}

# A number with its SI prefix (bytes: binary prefix) and its unit: 1.25 M, 340 ns, 64 KiB.
function with_prefix(value, unit,    base, prefixes, parts, at) {
	base = unit == "B" ? 1024 : 1000
	prefixes = unit == "B" ? "- - - - Ki Mi Gi Ti Pi Ei" : unit == "s" ? "p n µ m - k M" : "- - - - k M G T P E"
	split(prefixes, parts, " ")
	at = unit == "s" ? 5 : 4
	while (value >= base * 0.9995 && parts[at + 1] != "") {
		value /= base
		at++
	}
	while (unit == "s" && value > 0 && value < 0.9995 && at > 1) {
		value *= 1000
		at--
	}
	if (unit != "s" && unit != "B")
		unit = ""
	if (value >= 1000000)
		return sprintf("%.2g", value) unit
	return three_digits(value) (parts[at] == "-" ? (unit == "" ? "" : " " unit) : " " parts[at] unit)
}

# An exact-looking count: 58, 3 278, 0.25; from a million on with a prefix.
function as_count(value,    text) {
	if (value >= 999999.5)
		return with_prefix(value, "")
	if (value < 999.5)
		return three_digits(value)
	text = sprintf("%.0f", value)
	return substr(text, 1, length(text) - 3) " " substr(text, length(text) - 2)
}

# A share of one, in whole hundredths. The sign is escaped where it stands: its only use is the page.
function percent(share) {
	return share > 0 && share < 0.01 ? "&lt; 1 %" : sprintf("%.0f", share * 100) " %"
}

function power(base, exponent) {
	return exp(exponent * log(base))
}

function floor(value,    whole) {
	whole = int(value)
	return whole > value ? whole - 1 : whole
}

# The smallest pleasant step that is at least `least`: 1, 2, 5 times a power of ten; bytes: a power of two.
function pleasant_step(least, unit,    decade) {
	if (unit == "B")
		return power(2, -floor(-log(least) / log(2)))
	decade = power(10, floor(log(least) / log(10) + 1e-9))
	if (least <= decade * 1.000001)
		return decade
	return least <= 2 * decade ? 2 * decade : least <= 5 * decade ? 5 * decade : 10 * decade
}

function add_tick(value, unit) {
	axis_ticks = axis_ticks (axis_ticks == "" ? "" : ", ") "'" with_prefix(value, unit) "' " sprintf("%.10g", value)
}

# From zero to a little above `most`.
function linear_axis(most, unit,    step, value) {
	axis_log = 0
	axis_low = 0
	axis_ticks = ""
	if (most <= 0)
		most = 1
	step = pleasant_step(most / 5, unit)
	axis_high = -floor(-most / step + 1e-9) * step
	for (value = 0; value <= axis_high * 1.0001; value += step)
		add_tick(value, unit)
}

# From the tick below `least` to the tick above `most`; both above zero. From `crowded` decades on (not given: 2.5) only
# powers of ten are ticks, lest labels touch.
function log_axis(least, most, unit, crowded,    decades, decade, digit, value, stride) {
	axis_log = 1
	axis_ticks = ""
	crowded = crowded ? crowded : 2.5
	decades = log(most / least) / log(10)
	stride = decades > 8 ? int(decades / 6) : 1
	axis_low = power(10, floor(log(least) / log(10) + 1e-9))
	axis_high = power(10, -floor(-log(most) / log(10) + 1e-9))
	if (decades < crowded) {
		if (axis_low * 5 <= least) axis_low *= 5
		else if (axis_low * 2 <= least) axis_low *= 2
		if (axis_high / 5 >= most) axis_high /= 5
		else if (axis_high / 2 >= most) axis_high /= 2
	}
	if (axis_high <= axis_low * 1.001)
		axis_high = axis_low * 10
	for (decade = power(10, floor(log(axis_low) / log(10) + 1e-9)); decade <= axis_high * 1.001; decade *= power(10, stride))
		for (digit = 1; digit <= 5; digit += digit == 1 ? 1 : 3) {
			value = digit * decade
			if ((digit == 1 || decades < crowded) && value >= axis_low * 0.999 && value <= axis_high * 1.001)
				add_tick(value, unit)
		}
}

# Powers of two, for speed-up: one step is one doubling of the cores.
function doubling_axis(least, most,    value, stride) {
	axis_log = 1
	axis_ticks = ""
	axis_low = power(2, floor(log(least) / log(2) + 1e-9))
	axis_high = power(2, -floor(-log(most) / log(2) + 1e-9))
	if (axis_high <= axis_low)
		axis_high = axis_low * 2
	stride = power(2, 1 + int(log(axis_high / axis_low) / log(2) / 10))
	for (value = axis_low; value <= axis_high * 1.001; value *= stride)
		add_tick(value, "")
}

# A logarithmic axis where the values allow it and reach over that many times the least, else a linear one.
function fitting_axis(least, most, unit, times) {
	if (least > 0 && most / least >= times)
		log_axis(least, most, unit)
	else
		linear_axis(most, unit)
}

function is_power_of_two(value) {
	while (value > 1)
		value /= 2
	return value == 1
}

# Ticks at the real core counts; labels that would touch are left out, powers of two last. counts is ascending.
function core_ticks(counts, n,    i, j, round, free, labelled, text) {
	for (round = 1; round <= 3; round++)
		for (i = 1; i <= n; i++) {
			if (round == 1 && i > 1 && i < n || round == 2 && !is_power_of_two(counts[i]))
				continue
			free = 1
			for (j = 1; j <= n; j++)
				if (labelled[j] && (counts[i] >= counts[j] ? counts[i] / counts[j] : counts[j] / counts[i]) < 1.3)
					free = 0
			if (free || n == 1)
				labelled[i] = 1
		}
	for (i = 1; i <= n; i++)
		if (labelled[i])
			text = text (text == "" ? "" : ", ") "'" counts[i] "' " counts[i]
	return text
}

function plain_words(name) {
	gsub(/_/, " ", name)
	return name
}

function as_title(name) {
	name = plain_words(name)
	sub(/^ipc/, "IPC", name)
	return toupper(substr(name, 1, 1)) substr(name, 2)
}
