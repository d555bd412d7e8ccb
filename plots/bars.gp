# bars.gp - groups of bars, one bar per series, piled up from parts of the strengths in `strengths`, the strongest below
# SPDX-License-Identifier: MIT
# stem.dat: one block per series, in the order of `styles`: centre left right min max label 0 top1 top2 ..
plot for [p=1:words(strengths)] for [i=1:words(styles)] stem.'.dat' index i - 1 using 1:(0):2:3:(column(6 + p)):(column(7 + p)) \
	with boxxyerror fs transparent solid real(word(strengths, p)) noborder lt int(word(styles, i)), \
     for [i=1:words(styles)] stem.'.dat' index i - 1 using 1:4:(0):($4 < $5 ? $5 - $4 : NaN) \
	with vectors heads size screen 0.004,90 lw 1.2 lc rgb ink, \
     for [i=1:words(styles)] stem.'.dat' index i - 1 using 1:5:6 \
	with labels center offset 0, 0.7 font ',10.5' textcolor rgb ink
