# headline.gp - two panels that share their rows: instructions (log) and cache lines moved (log of 1 + lines)
# SPDX-License-Identifier: MIT
# headline.dat: block 0 Tessera, 1 Linux; see headline.awk. Hollow: fewest cores; filled: most cores.
pixel(y) = 1 - real(y) / height
set multiplot
unset label
set label 'Instructions and cache lines moved per operation' at screen headline_x, screen pixel(22) left \
	font 'DejaVu Sans:Bold,14.5' textcolor rgb ink
set label 'exact count' at screen 0.975, screen pixel(22) right font ',10.5' textcolor rgb faint
set label '' at screen 0.030, screen pixel(50) point lt 1
set label 'Tessera' at screen 0.042, screen pixel(50) left textcolor rgb ink
if (systems == 2) {
	set label '' at screen 0.130, screen pixel(50) point lt 2
	set label 'Linux' at screen 0.142, screen pixel(50) left textcolor rgb ink
}
set label 'hollow: '.fewest.(fewest eq '1' ? ' core' : ' cores').(widest eq '' ? '' : ', filled: '.widest.' cores') \
	at screen 0.975, screen pixel(50) right font ',10.5' textcolor rgb faint
set border 1 lw 1 lc rgb faint
set yrange [-0.6:rows - 0.4]
set tmargin at screen pixel(70)
set bmargin at screen pixel(height - 52)
set grid xtics noytics
set lmargin at screen 0.265
set rmargin at screen 0.612
eval 'set ytics scale 0 ('.names.') textcolor rgb ink'
eval 'set xtics ('.instruction_ticks.')'
set logscale x
set xrange [instructions_low:instructions_high]
set label 'instructions, user and kernel (log scale)' at graph 0.5, screen pixel(height - 14) center textcolor rgb ink
plot for [i=1:systems] 'headline.dat' index i - 1 using 2:1:($3 - $2):(0) with vectors nohead lt i, \
     for [i=1:systems] 'headline.dat' index i - 1 using 2:1 with points lt i pt 7 ps 0.95 lc rgb 'white', \
     for [i=1:systems] 'headline.dat' index i - 1 using 2:1 with points lt i pt (i == 1 ? 6 : 4) ps 0.85 lw 1.3, \
     for [i=1:systems] 'headline.dat' index i - 1 using 3:1 with points lt i, \
     for [i=1:systems] 'headline.dat' index i - 1 using ($2 > $3 ? $2 : $3):1:4 with labels left offset 0.9, 0 \
	font ',10.5' textcolor rgb ink
unset label
unset logscale x
set lmargin at screen 0.680
set rmargin at screen 0.965
unset ytics
eval 'set xtics ('.lines_ticks.')'
set xrange [-0.06:lines_high]
set label 'cache lines moved (log scale from 0)' at graph 0.5, screen pixel(height - 14) center textcolor rgb ink
plot for [i=1:systems] 'headline.dat' index i - 1 using 5:1:($6 - $5):(0) with vectors nohead lt i, \
     for [i=1:systems] 'headline.dat' index i - 1 using 5:1 with points lt i pt 7 ps 0.95 lc rgb 'white', \
     for [i=1:systems] 'headline.dat' index i - 1 using 5:1 with points lt i pt (i == 1 ? 6 : 4) ps 0.85 lw 1.3, \
     for [i=1:systems] 'headline.dat' index i - 1 using 6:1 with points lt i, \
     for [i=1:systems] 'headline.dat' index i - 1 using ($5 > $6 ? $5 : $6):1:7 with labels left offset 0.9, 0 \
	font ',10.5' textcolor rgb ink
unset multiplot
