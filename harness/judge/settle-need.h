/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGMARK_SETTLE_NEED_H
#define CGMARK_SETTLE_NEED_H

#include "run.h"

/* One point of one contender that further boots would tell more about. */
struct settle_need {
	unsigned contender; /* index in run.kernels */
	unsigned point;
	enum boot_role role; /* BOOT_SETTLE or BOOT_CONFIRM */
	unsigned nr; /* boots of each kernel, each on a fresh perturbation */
};

#endif
