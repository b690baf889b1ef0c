/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test of H. B. Mann and D. R. Whitney ("On a test of whether one of two random
 * variables is stochastically larger than the other", Annals of Mathematical
 * Statistics 18 (1947), 50-60), exact: under the null hypothesis all orders of m + n
 * values are equally likely, and the number of those with a given U follows their
 * recurrence, f(m, n, u) = f(m - 1, n, u - n) + f(m, n - 1, u).  libRmath's pwilcox()
 * counts by it; nothing is approximated.
 *
 * U is the number of pairs, one of the m and one of the n values, that are in order.
 * Who counts a tie as such a pair in either direction stays on the safe side: the
 * level is then kept whatever is tied.
 */
#ifndef CGMARK_MANN_WHITNEY_H
#define CGMARK_MANN_WHITNEY_H

/* Two-sided: of U or, by symmetry, of m n - U. */
double mw_p(unsigned m, unsigned n, unsigned u);

/* The largest U with p <= level; -1: so few values never show it. */
int mw_critical(unsigned m, unsigned n, double level);

#endif
