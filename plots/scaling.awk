# scaling.awk - data of the model's one picture that says most: throughput per core against cores, a panel for each test
# SPDX-License-Identifier: MIT
# Needs number.awk, data.awk, words.awk, verdict.awk and picture.awk (quote, cut_to_fit). A panel is a test with at least two
# modelled core counts of Tessera's general composition or of Linux; ablations, and tests of the machine alone, stay on the
# page. In a panel a level curve is a test that scales. Writes scaling.dat (a block per panel and system: cores, value, min,
# max), scaling-panels.gp and scaling-draw.gp; nothing without panels.
# Tested by plots/test

function panel(words) { print words > "scaling-panels.gp" }

# Writes one curve; returns its block's number, or -1, and leaves its verdict's figures.
function write_block(test, s,    c, points) {
	points = 0
	if (s == "" || verdict(test, s) == "")
		return -1
	for (c = 1; c <= n_cores; c++) {
		if (!has(test, "-", s, "model", "throughput", cores[c]))
			continue
		printf "%d %.10g %.10g %.10g\n", cores[c], value[key] / cores[c], low[key] / cores[c], high[key] / cores[c] > "scaling.dat"
		if (high[key] / cores[c] > most)
			most = high[key] / cores[c]
		if (points++ == 0 && (least == 0 || cores[c] + 0 < least))
			least = cores[c] + 0
		if (cores[c] + 0 > widest)
			widest = cores[c] + 0
	}
	printf "\n\n" > "scaling.dat"
	return n_blocks++
}

# Zero and one or two pleasant values.
function panel_ticks(most,    step, at) {
	step = pleasant_step(most / 3, "")
	axis_high = most * 1.08
	axis_ticks = ""
	for (at = 0; at <= axis_high; at += step)
		add_tick(at, "")
}

function range_ticks(fewest, most,    middle) {
	middle = power(2, int(log(sqrt(fewest * most)) / log(2) + 0.5))
	return "'" fewest "' " fewest (middle > fewest && middle < most ? ", '" middle "' " middle : "") (most > fewest ? ", '" most "' " most : "")
}

function add_panel(test,    k, block, words) {
	most = least = widest = 0
	for (k = 1; k <= 2; k++) {
		block[k] = write_block(test, system_shown[k])
		words[k] = block[k] < 0 ? "" : label[system_shown[k]] " ×" three_digits(gain)
	}
	if (block[1] < 0 && block[2] < 0)
		return
	panel_ticks(most)
	panel("place = " n_panels++ "; tessera = " block[1] "; linux = " block[2] "; name = " quote(title_of(test)) "; high = " sprintf("%.10g", axis_high))
	panel("tessera_words = " quote(words[1]) "; linux_words = " quote(words[2]))
	panel("value_ticks = \"" axis_ticks "\"; core_ticks = \"" range_ticks(least, widest) "\"; fewest = " least "; most = " widest)
	panel("load 'scaling-panel.gp'")
	for (k = 1; k <= 2; k++)
		drawn[k] += block[k] >= 0
}

function draw(words) { print words > "scaling-draw.gp" }

END {
	order_data()
	find_systems()
	panel("load 'scaling.gp'")
	for (t = 1; t <= n_tests; t++)
		if (!is_of_machine(tests[t]))
			add_panel(tests[t])
	panel("unset multiplot")
	if (n_panels == 0)
		exit
	columns = n_panels < 4 ? n_panels < 3 ? 2 : 3 : 4
	rows = int((n_panels + columns - 1) / columns)
	draw("load 'style.gp'")
	draw("machine = " quote(cut_to_fit(mode_words("model"), 49)) "; has_tessera = " (drawn[1] > 0) "; has_linux = " (drawn[2] > 0))
	draw("columns = " columns "; width = " 240 * columns "; height = " 66 + 166 * rows)
	draw("stem = 'scaling'; script = 'scaling-panels.gp'")
	draw("load 'picture.gp'")
}
