# headline.awk - data of the one picture that says most: instructions and cache lines moved per operation
# SPDX-License-Identifier: MIT
# Needs number.awk and data.awk. A row is a test whose both counts are known for Tessera's general composition; Linux
# stands beside it where it runs that test; ablations stay on the page. Writes headline.dat (a block per system:
# y, instructions at fewest and at most cores, their label, lines at fewest and at most cores, their label) and
# headline-draw.gp; nothing if there are no exact counts. Lines are drawn at log10(1 + lines): zero has a place.
# Tested by plots/test

function place(lines) { return log(1 + lines) / log(10) }

# Both counts of one point into part_* and lines; false unless it has both.
function both_counts(test, s, c) {
	if (!has(test, "-", s, "count", "lines_moved", c))
		return 0
	lines = value[key]
	return sum_parts(test, "-", s, "count", "instructions_kernel instructions_user", c) && part_sum > 0
}

# Widens a range of core counts, kept as "1" or "1 to 2".
function widen(range, c,    ends, n) {
	n = split(range, ends, " to ")
	if (n == 0)
		return c ""
	if (c < ends[1] + 0)
		ends[1] = c
	if (c > ends[n] + 0)
		return ends[1] " to " c
	return n == 1 && ends[1] != c ? ends[1] " to " range : n == 1 ? range : ends[1] " to " ends[2]
}

function is_counted(test, s,    c) {
	for (c = 1; c <= n_cores && !both_counts(test, s, cores[c]); c++)
		continue
	return c <= n_cores
}

# One system's marks in one row; returns whether it has any.
function marks(test, s, y,    c, n, few, few_lines, many, many_lines, last) {
	n = 0
	for (c = 1; c <= n_cores; c++) {
		if (!both_counts(test, s, cores[c]))
			continue
		many = part_sum
		many_lines = lines
		last = cores[c]
		if (n++ == 0) {
			few = many
			few_lines = lines
			fewest = widen(fewest, cores[c])
		}
		if (least == 0 || many < least) least = many
		if (many > most) most = many
		if (lines > most_lines) most_lines = lines
	}
	if (n == 0)
		return 0
	if (n > 1)
		widest = widen(widest, last)
	printf "%.3f %.10g %.10g \"%s\" %.6f %.6f \"%s\"\n", y, few, many, as_count(many), place(few_lines), place(many_lines), \
		as_count(many_lines) > "headline.dat"
	return 1
}

function lines_ticks(    text, decade) {
	text = "'0' 0"
	for (decade = 1; decade == 1 || decade / 10 < most_lines; decade *= 10)
		text = text ", '" with_prefix(decade, "") "' " place(decade)
	return text
}

function find_systems(    s) {
	for (s = 1; s <= n_series; s++) {
		if (style[series[s]] == 1)
			shown[1] = series[s]
		if (style[series[s]] == 2)
			shown[2] = series[s]
	}
}

function command(words) { print words > "headline-draw.gp" }

END {
	order_data()
	find_systems()
	rows = 0
	for (t = 1; t <= n_tests; t++)
		if (is_counted(tests[t], shown[1])) {
			row[++rows] = tests[t]
			lane[rows] = is_counted(tests[t], shown[2]) ? 0.19 : 0
		}
	if (rows == 0)
		exit
	for (s = 1; s <= 2; s++) {
		for (t = 1; t <= rows; t++)
			if (marks(row[t], shown[s], rows - t + (s == 1 ? lane[t] : -lane[t])))
				drawn[s] = 1
		printf "\n\n" > "headline.dat"
	}
	command("load 'style.gp'")
	command("rows = " rows "; systems = " (drawn[2] ? 2 : 1) "; fewest = '" fewest "'; widest = '" widest "'")
	for (t = 1; t <= rows; t++)
		names = names (t > 1 ? ", " : "") "'" as_title(row[t]) "' " rows - t
	log_axis(least, most * 3, "", 1.2)
	axis_low *= 0.97 # its own tick lies inside
	command("names = \"" names "\"")
	command("instruction_ticks = \"" axis_ticks "\"; instructions_low = " axis_low "; instructions_high = " axis_high)
	command("lines_ticks = \"" lines_ticks() "\"; lines_high = " place(most_lines) * 1.25 + 0.25)
	command("stem = 'overview'; script = 'headline.gp'; height = 118 + 34 * rows")
	command("load 'picture.gp'")
}
