# SPDX-License-Identifier: GPL-2.0-only
# $data: a block per kernel of x, median, least, greatest.
set lmargin at screen 76.0 / width
set rmargin at screen 1 - 12.0 / width
set tmargin at screen 1 - real(top_px) / height
set bmargin at screen 44.0 / height
if (log_x) { set logscale x }
if (log_y) { set logscale y }
set xrange [x_min:x_max]
set yrange [y_min:y_max]
set grid ytics linetype 1 linecolor rgb col_grid linewidth 1
set xlabel x_title textcolor rgb col_muted offset 0,0.2
plot for [k = 0:kernels - 1] $data index k using 1:3:(0):(column(4) - column(3)) \
         with vectors nohead linewidth 5 linecolor rgb col_band, \
     for [k = 0:kernels - 1] $data index k using 1:2 with linespoints linewidth 2 \
         linecolor rgb value(sprintf('col_%d', k)) \
         pointtype value(sprintf('pt_%d', k)) pointsize 0.7
