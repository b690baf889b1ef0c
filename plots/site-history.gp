# SPDX-License-Identifier: GPL-2.0-only
# $data: a block per kernel of day, value, alone?, with empty lines where nights are
# missing.  $steps: day, value, up?
set lmargin at screen 76.0 / width
set rmargin at screen 1 - 36.0 / width
set tmargin at screen 1 - real(top_px) / height
set bmargin at screen 28.0 / height
if (log_y) { set logscale y }
set xrange [x_min:x_max]
set yrange [y_min:y_max]
set grid ytics linetype 1 linecolor rgb col_grid linewidth 1
plot for [k = 0:kernels - 1] $data index k using 1:2 with lines linewidth 1.8 \
         linecolor rgb value(sprintf('col_%d', k)), \
     for [k = 0:kernels - 1] $data index k using 1:(column(3) == 1 ? column(2) : NaN) \
         with points pointtype value(sprintf('pt_%d', k)) pointsize 0.4 \
         linecolor rgb value(sprintf('col_%d', k)), \
     $steps using 1:(column(3) == 1 ? column(2) : NaN) with points pointtype 9 pointsize 1.1 \
         linecolor rgb col_up, \
     $steps using 1:(column(3) == 0 ? column(2) : NaN) with points pointtype 11 pointsize 1.1 \
         linecolor rgb col_down
