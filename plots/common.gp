# SPDX-License-Identifier: GPL-2.0-only
# What all plots share.  Set before: width, height, col_*; for a file: target, png.
set encoding utf8
if (!exists('png')) { png = 0 }
if (png) {
	font_bold = 'Helvetica:Bold,13'
	set terminal pngcairo size 1.5 * width,1.5 * height noenhanced font "Helvetica,13" fontscale 1.1 background col_page linewidth 1.5 pointscale 1.5
} else {
	font_bold = 'Helvetica,Arial,sans-serif Bold,13'
	set terminal svg size width,height noenhanced font "Helvetica,Arial,sans-serif,13" background col_page linewidth 1
}
if (exists('target')) { set output target }
set border 0
set tics nomirror scale 0 textcolor rgb col_muted
set key off
set tmargin 0
set bmargin 0
set lmargin 0
set rmargin 0
