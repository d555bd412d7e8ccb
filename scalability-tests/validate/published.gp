# published.gp - a panel for each experiment: measured on the real machine, and modelled; both axes logarithmic
# SPDX-License-Identifier: MIT
# `panels` and panelN.dat are pairs.awk's. Line type 2 is what was published, 1 what is modelled.
panels = system('wc -l <panels') + 0
columns = panels < 3 ? panels : panels == 4 ? 2 : 3
rows = (panels + columns - 1) / columns
part(line, i) = system(sprintf("sed -n '%dp' panels | cut -d ' ' -f %s", line, i))
set multiplot
set label 1 'Published measurements, and the same experiments modelled' at screen 0.018, screen 0.965 left \
	font 'DejaVu Sans:Bold,14.5' textcolor rgb ink
set label 2 '' at screen 0.028, screen 0.925 point lt 2
set label 3 'measured on the real machine' at screen 0.042, screen 0.925 left
set label 4 '' at screen 0.338, screen 0.925 point lt 1
set label 5 'modelled' at screen 0.352, screen 0.925 left
set label 6 'Linux: 3.5 measured, 6.1 modelled' at screen 0.982, screen 0.925 right \
	textcolor rgb faint font ',10.5'
set logscale xy
set xrange [0.9:95]
set xtics (1, 2, 10, 20, 40, 80) scale 0.4 font ',10'
set ytics font ',10' format '%.0s%c'
do for [i=1:panels] {
	left = real((i - 1) % columns) / columns
	top = 0.88 - 0.88 * real((i - 1) / columns) / rows
	set lmargin at screen left + 0.075
	set rmargin at screen left + 1.0 / columns - 0.02
	set tmargin at screen top - 0.075
	set bmargin at screen top - 0.88 / rows + 0.055
	set label 7 part(i, '4-') at screen left + 0.03, screen top - 0.022 left font 'DejaVu Sans:Bold,11' textcolor rgb ink
	set label 8 part(i, '2').', '.(part(i, '3') eq 'cycles' ? 'cycles each' : 'operations a second').', by cores' \
		at screen left + 0.03, screen top - 0.052 left font ',10' textcolor rgb faint
	plot 'panel'.i.'.dat' index 0 with linespoints lt 2, '' index 1 with linespoints lt 1
	unset label 1; unset label 2; unset label 3; unset label 4; unset label 5; unset label 6
}
unset multiplot
