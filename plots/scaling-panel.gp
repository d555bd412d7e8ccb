# scaling-panel.gp - one panel of scaling.svg: a test's throughput per core, Tessera and Linux
# SPDX-License-Identifier: MIT
# scaling-panels.gp sets what differs: place, name, words, ticks, and the blocks of scaling.dat (-1: the system has none).
left = (place % columns) * width / columns
top = 66 + (place / columns) * 166
set lmargin at screen across(left + 44)
set rmargin at screen across(left + 240 - 16)
set tmargin at screen pixel(top + 44)
set bmargin at screen pixel(top + 134)
set label name at screen across(left + 13), screen pixel(top + 12) left font 'DejaVu Sans:Bold,11' textcolor rgb ink
if (tessera >= 0) {
	set label tessera_words at screen across(left + 13), screen pixel(top + 28) left font ',10.5' textcolor lt 1
}
if (linux >= 0) {
	set label linux_words at screen across(left + (tessera >= 0 ? 116 : 13)), screen pixel(top + 28) left font ',10.5' textcolor lt 2
}
eval 'set ytics scale 0 ('.value_ticks.') font ",10" offset 0.6, 0'
eval 'set xtics scale 0.4 ('.core_ticks.') font ",10" offset 0, 0.35'
set yrange [0:high]
set xrange [fewest / (most > fewest ? 1.06 : 2):most * (most > fewest ? 1.06 : 2)]
plot for [i=1:2] 'scaling.dat' index ((i == 1 ? linux : tessera) < 0 ? 0 : (i == 1 ? linux : tessera)) \
	using 1:((i == 1 ? linux : tessera) < 0 ? NaN : $3):(0):($3 < $4 ? $4 - $3 : NaN) with vectors heads size screen 0.003,90 lt 3 - i lw 1, \
     for [i=1:2] 'scaling.dat' index ((i == 1 ? linux : tessera) < 0 ? 0 : (i == 1 ? linux : tessera)) \
	using 1:((i == 1 ? linux : tessera) < 0 ? NaN : $2) with linespoints lt 3 - i ps 0.6
unset label
