# SPDX-License-Identifier: GPL-2.0-only
# $dots: deviation in percent, y in pixels, kernel, 0 measure 1 repeat 2 null.
set lmargin at screen real(left_px) / width
set rmargin at screen 1 - 12.0 / width
set tmargin at screen 1 - real(top_px) / height
set bmargin at screen real(bottom_px) / height
set xrange [-range:range]
set yrange [y_max:0]
unset ytics
set xtics step
set format x '%g%%'
set grid xtics linetype 1 linecolor rgb col_grid linewidth 1
set xlabel "distance from the kernel's median" textcolor rgb col_muted offset 0,0.2
set arrow from 0, graph 0 to 0, graph 1 nohead linecolor rgb col_muted linewidth 1 back
pick(k, m) = (column(3) == k && column(4) == m ? column(1) : NaN)
plot for [k = 0:kernels - 1] $dots using (pick(k, 2)):2 with points pointtype 6 pointsize 0.45 \
         linecolor rgb value(sprintf('col_%d', k)), \
     for [k = 0:kernels - 1] $dots using (pick(k, 0)):2 with points \
         pointtype value(sprintf('pt_%d', k)) pointsize 0.45 \
         linecolor rgb value(sprintf('col_%d', k)), \
     for [k = 0:kernels - 1] $dots using (pick(k, 1)):2 with points pointtype 1 pointsize 0.7 \
         linecolor rgb value(sprintf('col_%d', k))
