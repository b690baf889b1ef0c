# SPDX-License-Identifier: GPL-2.0-only
# Detection rate over size.  $rates: kind, size in percent, rate, low, high.
set lmargin at screen 72.0 / width
set rmargin at screen 1 - 24.0 / width
set tmargin at screen 1 - real(top_px) / height
set bmargin at screen 60.0 / height
set logscale x
set xrange [x_min:x_max]
set yrange [-4:104]
set ytics 0,25,100 format '%g%%'
set grid xtics ytics linetype 1 linecolor rgb col_grid linewidth 1
set xlabel 'what it adds to one operation' textcolor rgb col_muted offset 0,0.2
plot for [k = 0:3] $rates using (column(1) == k ? column(2) : NaN):3:4:5 \
         with yerrorbars pointtype value(sprintf('pt_%d', k)) pointsize 0.9 \
         linewidth 1.5 linecolor rgb value(sprintf('col_%d', k))
