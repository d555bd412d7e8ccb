# bars.gp - groups of bars, one bar per series, made of a strong lower and a light upper part
# SPDX-License-Identifier: MIT
# stem.dat: one block per series, in the order of `styles`: centre left right lower upper min max label
plot for [i=1:words(styles)] stem.'.dat' index i - 1 using 1:(0):2:3:(0):4 \
	with boxxyerror fs solid 1 noborder lt int(word(styles, i)), \
     for [i=1:words(styles)] stem.'.dat' index i - 1 using 1:4:2:3:4:($4 + $5) \
	with boxxyerror fs transparent solid 0.4 noborder lt int(word(styles, i)), \
     for [i=1:words(styles)] stem.'.dat' index i - 1 using 1:6:(0):($6 < $7 ? $7 - $6 : NaN) \
	with vectors heads size screen 0.004,90 lw 1.2 lc rgb ink, \
     for [i=1:words(styles)] stem.'.dat' index i - 1 using 1:7:8 \
	with labels center offset 0, 0.7 font ',10.5' textcolor rgb ink
