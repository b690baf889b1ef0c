# SPDX-License-Identifier: GPL-2.0-only
# A row per point.  $rows: row, effect, low, high, threshold, verdict, measured?
set lmargin at screen real(left_px) / width
set rmargin at screen 1 - real(right_px) / width
set tmargin at screen 1 - real(top_px) / height
set bmargin at screen real(bottom_px) / height
set xrange [x_min:x_max]
set yrange [rows - 0.5:-0.6]
unset ytics
set grid xtics linetype 1 linecolor rgb col_grid linewidth 1
set xlabel 'change of the cost of one operation (left of 0: cheaper)' textcolor rgb col_muted offset 0,0.2
set style fill solid 1.0 noborder
plot $rows using 2:1:(-$5):5:($1 - 0.5):($1 + 0.5) with boxxyerror linecolor rgb col_band, \
     $rows using (0):($1 - 0.5):(0):(1) with vectors nohead linewidth 1 linecolor rgb col_muted, \
     for [v = 0:4] $rows using (column(6) == v && column(7) == 1 ? column(3) : NaN):1:(column(4) - column(3)):(0) \
         with vectors nohead linewidth 3 linecolor rgb value(sprintf('array_col_%d', v)), \
     for [v = 0:4] $rows using (column(6) == v && column(7) == 1 ? column(2) : NaN):1 \
         with points pointtype value(sprintf('array_pt_%d', v)) pointsize 0.85 \
         linecolor rgb value(sprintf('array_col_%d', v))
