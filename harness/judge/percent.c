/* SPDX-License-Identifier: GPL-2.0-only */
#include "percent.h"

#include <math.h>

#include "alloc.h"

char *percent(double l)
{
	double p = expm1(l) * 100;

	if (isinf(l))
		return xstrdup(l > 0 ? "+inf" : "-100%");
	if (p == 0)
		return xstrdup("0%");
	return xasprintf(fabs(p) < 0.005 ? "%+.1g%%" : "%+.2f%%", p);
}
