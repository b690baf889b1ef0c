/* SPDX-License-Identifier: GPL-2.0-only */
/* cgmark explain --event sharing: which lines CPUs share, on two kernels or one. */
#ifndef CGMARK_EXPLAIN_SHARING_H
#define CGMARK_EXPLAIN_SHARING_H

#include "exit-status.h"
#include "explain.h"

struct explain_sharing {
	const struct run *run;
	unsigned kernels[EX_BOTH]; /* may be the same */
	const bool *wanted;	   /* by point */
	bool named; /* the points were: show those without a change */
	size_t top;
	bool json;
	bool source; /* name fields of structures */
};

enum exit_status explain_sharing(const struct explain_sharing *how);

#endif
