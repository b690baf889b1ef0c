# SPDX-License-Identifier: GPL-2.0-only
# One panel.  $data: a block per kernel of x, median, least, greatest.
set lmargin at screen real(panel_left) / width
set rmargin at screen real(panel_right) / width
set tmargin at screen 1 - real(panel_top) / height
set bmargin at screen 1 - real(panel_bottom) / height
if (log_x) { set logscale x } else { unset logscale x }
if (log_y) { set logscale y } else { unset logscale y }
set xrange [x_min:x_max]
set yrange [y_min:y_max]
set grid ytics linetype 1 linecolor rgb col_grid linewidth 1
set title panel_title textcolor rgb col_text offset 0,-0.4
set xlabel x_title textcolor rgb col_muted offset 0,0.2
set label 9999 y_title at screen real(panel_left - 82) / width, graph 0.5 rotate by 90 center textcolor rgb col_muted
plot for [k = 0:curves - 1] $data index k using 1:3:(0):(column(4) - column(3)) \
         with vectors nohead linewidth 5 linecolor rgb col_band, \
     for [k = 0:curves - 1] $data index k using 1:2 with linespoints linewidth 2.2 \
         linecolor rgb value(sprintf('curve_col_%d', k)) \
         pointtype value(sprintf('curve_pt_%d', k)) pointsize 0.8
