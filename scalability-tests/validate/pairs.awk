# pairs.awk - published and modelled points of the same experiment, for published.gp
# SPDX-License-Identifier: MIT
# Needs plots/csv.awk. Reads published.csv and all.csv. Writes `out`N.dat for panel N (two blocks: published, modelled; cores
# and value) for each experiment that was modelled at two core counts at least, and one line for each panel:
# number, machine, unit, name. An access's cycles are without the instructions around it, as they were published.

/^#/ || /^test,/ { next }

FILENAME ~ /published\.csv$/ {
	split_line($0)
	panel = field[1] SUBSEP field[2] SUBSEP field[3]
	if (!(panel in unit))
		panels[++n_panels] = panel
	unit[panel] = field[6]
	published[panel] = published[panel] field[4] " " field[5] "\n"
	next
}

{
	split_line($0)
	if (field[1] !~ /^published/ || (field[4] != "general" && field[4] != "-"))
		next
	is_burst = field[2] ~ /^burst/
	panel = field[2] SUBSEP (is_burst ? "any" : field[3]) SUBSEP field[5]
	if (is_burst && field[8] == "instructions_user")
		around[panel, field[7]] = field[9]
	if (field[8] != (is_burst ? "cycles" : "throughput") || !(panel in unit))
		next
	cores[panel, ++count[panel]] = field[7]
	modelled[panel, field[7]] = field[9]
}

END {
	for (i = 1; i <= n_panels; i++) {
		if (count[panels[i]] < 2)
			continue
		split(panels[i], part, SUBSEP)
		drawn++
		printf "%s\n\n", published[panels[i]] >(out drawn ".dat")
		for (j = 1; j <= count[panels[i]]; j++) {
			point = panels[i] SUBSEP cores[panels[i], j]
			print cores[panels[i], j], modelled[point] - around[point] >(out drawn ".dat")
		}
		name = part[1] (part[2] == "any" ? "" : ", " (part[2] == "linux" ? "Linux" : "Tessera"))
		print drawn, part[3], unit[panels[i]] == "cycles" ? "cycles" : "throughput", name
	}
}
