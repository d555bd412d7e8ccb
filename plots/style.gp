# style.gp - the one look of every picture: loaded before each, so nothing carries over
# SPDX-License-Identifier: MIT
# Line types name systems, not positions: 1 Tessera, 2 Linux, 3 one_replica, 4 locked_queue, from 5 on all
# others. From 3 on lines are thin and dashed and markers hollow: drawn over what is equal, they leave it to be seen. Colours are Okabe and Ito's, told apart by colour-blind readers; markers differ too. page.css repeats the
# colours for the dark page and tells them by their exact values.
reset
set encoding utf8
ink = '#1f2328'; faint = '#59636e'; faint_light = '#bdc1c5'; faint_second = '#989ea5'; faint_third = '#c3c7cb'; faint_fourth = '#e4e6e8'
tessera = '#0072b2'; tessera_second = '#61a8cf'; tessera_third = '#a3cce3'
grid_colour = '#d8dee4'; shade = '#fff4d6'

set linetype 1 lw 2.2 lc rgb '#0072b2' pt 7 ps 0.85
set linetype 2 lw 2.2 lc rgb '#d55e00' pt 5 ps 0.85
set linetype 3 lw 1.6 dt (16,14) lc rgb '#009e73' pt 8 ps 1.0
set linetype 4 lw 1.6 dt (8,6) lc rgb '#cc79a7' pt 12 ps 1.0
set linetype 5 lw 1.6 dt (16,14) lc rgb '#e69f00' pt 10 ps 1.0
set linetype 6 lw 1.6 dt (8,6) lc rgb '#56b4e9' pt 14 ps 1.0
set linetype 7 lw 1.6 dt (16,14) lc rgb '#8a8f98' pt 6 ps 1.0
set linetype 8 lw 1.6 dt (8,6) lc rgb '#8c6d1f' pt 4 ps 1.0
set linetype 9 lw 1.6 dt (3,5) lc rgb '#009e73' pt 2 ps 0.9
set linetype 10 lw 1.6 dt (3,5) lc rgb '#cc79a7' pt 3 ps 0.9
set linetype 11 lw 1.6 dt (3,5) lc rgb '#e69f00' pt 9 ps 1.0
set linetype 12 lw 1.6 dt (3,5) lc rgb '#56b4e9' pt 11 ps 1.0
set linetype 13 lw 1.6 dt (3,5) lc rgb '#8a8f98' pt 13 ps 1.0
set linetype 14 lw 1.6 dt (3,5) lc rgb '#8c6d1f' pt 15 ps 1.0
set linetype 15 lw 1.6 dt (16,6,3,6) lc rgb '#009e73' pt 6 ps 1.0
set linetype 16 lw 1.6 dt (16,6,3,6) lc rgb '#cc79a7' pt 4 ps 1.0
set linetype 17 lw 1.6 dt (16,6,3,6) lc rgb '#e69f00' pt 12 ps 1.0
set linetype 18 lw 1.6 dt (16,6,3,6) lc rgb '#56b4e9' pt 2 ps 0.9
set linetype 19 lw 1.6 dt (16,6,3,6) lc rgb '#8a8f98' pt 3 ps 0.9
set linetype 20 lw 1.6 dt (16,6,3,6) lc rgb '#8c6d1f' pt 1 ps 0.9
set linetype cycle 20

set border 3 lw 1 lc rgb faint
set grid ytics back lt 1 lw 0.7 dt 1 lc rgb grid_colour
set tics nomirror scale 0.5 textcolor rgb ink
unset mxtics
unset mytics
unset key
set lmargin at screen 0.125
set rmargin at screen 0.975
set bmargin at screen 0.140
set tmargin at screen 0.80
set style fill solid 1 noborder

# Headline, remark and legend stand in rows of their own above the plot: they cannot cover data.
headline_x = 0.018; headline_y = 0.945; legend_y = 0.862
width = 720; height = 440
