# parts.gp - one panel of parts.awk: Tessera's time piled up in parts, and Linux's as a line
# SPDX-License-Identifier: MIT
# stem.dat: for each panel a block of bars, place value min max label 0 top1 .. top5, and one of points, place value min max label.
colours = faint_light.' '.tessera.' '.tessera_second.' '.tessera_third.' '.ink
plot for [p=1:5] stem.'.dat' index 2 * panel using 1:(0):($1 - 0.27):($1 + 0.27):(column(5 + p)):(column(6 + p)) \
	with boxxyerror fs solid 1 noborder fc rgb word(colours, p), \
     stem.'.dat' index 2 * panel using 1:3:(0):($3 < $4 ? $4 - $3 : NaN) with vectors heads size screen 0.004,90 lw 1.2 lc rgb ink, \
     stem.'.dat' index 2 * panel using 1:4:5 with labels center offset 0, 0.7 font ',10.5' textcolor lt 1, \
     stem.'.dat' index 2 * panel + 1 using 1:3:(0):($3 < $4 ? $4 - $3 : NaN) with vectors heads size screen 0.004,90 lt 2 lw 1.2, \
     stem.'.dat' index 2 * panel + 1 using 1:2 with linespoints lt 2, \
     stem.'.dat' index 2 * panel + 1 using 1:4:5 with labels center offset -2, 0.8 font ',10.5' textcolor lt 2
