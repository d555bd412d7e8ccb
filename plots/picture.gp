# picture.gp - draws `script` as `stem`.svg and, at twice the size, as `stem`.png
# SPDX-License-Identifier: MIT
# fontscale: gnuplot counts SVG text in pixels and PNG text in points of 4/3 pixel
set terminal svg size width, height font 'DejaVu Sans,12.5' background '#ffffff' noenhanced
set output stem.'.svg'
load script
set terminal pngcairo size 2 * width, 2 * height font 'DejaVu Sans,12.5' fontscale 1.5 linewidth 2 pointscale 2 \
	background '#ffffff' noenhanced
set output stem.'.png'
load script
unset output
