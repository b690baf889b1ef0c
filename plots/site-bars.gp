# SPDX-License-Identifier: GPL-2.0-only
# $bars: row, difference.  The name of each stands above its bar.
set lmargin at screen 12.0 / width
set rmargin at screen 1 - 12.0 / width
set tmargin at screen 1 - real(top_px) / height
set bmargin at screen real(bottom_px) / height
room = (x_max - x_min) * 0.02
set xrange [x_min - room:x_max + room]
set yrange [rows - 0.45:-0.55]
unset ytics
unset xtics
set arrow from 0, graph 0 to 0, graph 1 nohead linecolor rgb col_muted linewidth 1 back
set xlabel 'instructions per operation' textcolor rgb col_muted offset 0,0.8
set style fill solid 1.0 noborder
plot $bars using (column(2) > 0 ? 0 : NaN):1:(0):(column(2)):(column(1) + 0.05):(column(1) + 0.4) \
         with boxxyerror linecolor rgb col_up, \
     $bars using (column(2) < 0 ? 0 : NaN):1:(column(2)):(0):(column(1) + 0.05):(column(1) + 0.4) \
         with boxxyerror linecolor rgb col_down
