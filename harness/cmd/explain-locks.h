/* SPDX-License-Identifier: GPL-2.0-only */
/* cgmark explain --event locks: how long locks are held, on two kernels or one. */
#ifndef CGMARK_EXPLAIN_LOCKS_H
#define CGMARK_EXPLAIN_LOCKS_H

#include "exit-status.h"
#include "explain.h"

struct explain_locks {
	const struct run *run;
	unsigned kernels[EX_BOTH]; /* may be the same */
	const bool *wanted;	   /* by point */
	bool named; /* the points were: show those without a change */
	bool json;
};

enum exit_status explain_locks(const struct explain_locks *how);

#endif
