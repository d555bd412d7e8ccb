# scaling.gp - the head above the panels of scaling-panel.gp, and what they share
# SPDX-License-Identifier: MIT
pixel(y) = 1 - real(y) / height
across(x) = real(x) / width
set multiplot
unset label
set label 'Operations per second and core, from zero, against cores' at screen across(13), screen pixel(22) left \
	font 'DejaVu Sans:Bold,14.5' textcolor rgb ink
set label machine at screen across(width - 14), screen pixel(columns > 2 ? 22 : 48) right font ',10.5' textcolor rgb faint
at = 20
if (has_tessera) {
	set label '' at screen across(at), screen pixel(48) point lt 1
	set label 'Tessera' at screen across(at + 9), screen pixel(48) left textcolor rgb ink
	at = at + 78
}
if (has_linux) {
	set label '' at screen across(at), screen pixel(48) point lt 2
	set label 'Linux' at screen across(at + 9), screen pixel(48) left textcolor rgb ink
}
if (columns > 2) {
	set label 'level: scales; ×: throughput at the most cores over that at the fewest' at screen across(width - 14), screen pixel(48) right \
		font ',10.5' textcolor rgb faint
}
set border 1 lw 1 lc rgb faint
set logscale x 2
set offsets 0, 0, 0, 0
