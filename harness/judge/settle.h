/* SPDX-License-Identifier: GPL-2.0-only */
/* What further boots are good for, on a machine that counts exactly. */
#ifndef CGMARK_SETTLE_H
#define CGMARK_SETTLE_H

#include "compare.h"

/* One point of one contender that further boots would tell more about. */
struct settle_need {
	unsigned contender; /* index in run.kernels */
	unsigned point;
	enum boot_role role; /* BOOT_SETTLE or BOOT_CONFIRM */
	unsigned nr; /* boots of each kernel, each on a fresh perturbation */
};

/*
 * Points in doubt that a known number of boots would settle, and those that
 * changed and are not confirmed.  A run that was to have fewer perturbations than
 * a verdict takes needs none: it is a look at the figures.  The caller frees *ret.
 */
size_t settle_needs(const struct comparison *c, struct settle_need **ret);

#endif
