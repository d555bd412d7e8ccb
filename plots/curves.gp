# curves.gp - one curve per series against cores; min-max bars; `ideal` 1 adds the line of perfect speed-up
# SPDX-License-Identifier: MIT
# stem.dat: one block per series, in the order of `styles`, last on top: cores value min max
plot for [i=1:ideal] x with lines lw 1.4 dt (8,6) lc rgb faint, \
     for [i=1:words(styles)] stem.'.dat' index i - 1 using 1:3:(0):($3 < $4 ? $4 - $3 : NaN) \
	with vectors heads size screen 0.004,90 lt int(word(styles, i)) lw 1.2, \
     for [i=1:words(styles)] stem.'.dat' index i - 1 using 1:2 with linespoints lt int(word(styles, i))
