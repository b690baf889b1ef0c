# SPDX-License-Identifier: GPL-2.0-only
# What all plots share.  Set before: width, height, col_*.
set encoding utf8
font_bold = 'Helvetica,Arial,sans-serif Bold,13'
set terminal svg size width,height noenhanced font "Helvetica,Arial,sans-serif,13" background col_page linewidth 1
set border 0
set tics nomirror scale 0 textcolor rgb col_muted
set key off
set tmargin 0
set bmargin 0
set lmargin 0
set rmargin 0
