/* SPDX-License-Identifier: GPL-2.0-only */
/* Operations that are slow now and then, which the centre of a boot leaves out. */
#ifndef CGMARK_TAIL_H
#define CGMARK_TAIL_H

#include "pairs.h"
#include "verdict.h"

/*
 * Given the verdict on the centre (not INVALID) and its pairs, looks whether the
 * tail decides: where it regressed and the centre did not, or changed where the
 * centre shows nothing.  Then *p, *verdict and *reason become those of the
 * statistic that is returned; else STAT_CENTRE is.
 */
enum statistic tail_judge(const struct subject *s, struct pairs *p,
			  enum verdict *verdict, char **reason);

#endif
