/* SPDX-License-Identifier: GPL-2.0-only */
#include "mann-whitney.h"

#include <math.h>

#define MATHLIB_STANDALONE
#include <Rmath.h>

double mw_p(unsigned m, unsigned n, unsigned u)
{
	unsigned other = m * n - u;

	return fmin(1, 2 * pwilcox(u < other ? u : other, m, n, 1, 0));
}

int mw_critical(unsigned m, unsigned n, double level)
{
	/* The smallest u with P(U <= u) >= level / 2. */
	int u = (int)qwilcox(level / 2, m, n, 1, 0);

	while (u >= 0 && 2 * pwilcox(u, m, n, 1, 0) > level)
		u--;
	return u;
}
