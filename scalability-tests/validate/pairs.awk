# pairs.awk - published and modelled points of the same experiment, for published.gp
# SPDX-License-Identifier: MIT
# Needs plots/csv.awk. Reads published.csv and all.csv. Writes `out`N.dat for panel N (two blocks: published, modelled; cores
# and value) for each experiment that was modelled at two core counts at least, and one line for each panel:
# number, machine, unit, name.

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
	metric = field[2] ~ /^burst/ ? "cycles" : "throughput"
	panel = field[2] SUBSEP (field[2] ~ /^burst/ ? "any" : field[3]) SUBSEP field[5]
	if (field[8] != metric || !(panel in unit))
		next
	modelled[panel] = modelled[panel] field[7] " " field[9] "\n"
	count[panel]++
}

END {
	for (i = 1; i <= n_panels; i++) {
		if (count[panels[i]] < 2)
			continue
		split(panels[i], part, SUBSEP)
		drawn++
		printf "%s\n\n%s", published[panels[i]], modelled[panels[i]] >(out drawn ".dat")
		name = part[1] (part[2] == "any" ? "" : ", " (part[2] == "linux" ? "Linux" : "Tessera"))
		print drawn, part[3], unit[panels[i]] == "cycles" ? "cycles" : "throughput", name
	}
}
