/* SPDX-License-Identifier: GPL-2.0-only */
/* Records that cgmark explain lists, in place of what functions cost. */
#ifndef CGMARK_EXPLAIN_RECORD_H
#define CGMARK_EXPLAIN_RECORD_H

#include "exit-status.h"
#include "explain.h"

enum record {
	RECORD_NONE,
	RECORD_SHARING,
	RECORD_LOCKS,
	NR_RECORDS,
};

/* As --event has it; RECORD_NONE has no name, and is what is not found. */
const char *record_name(enum record r);
enum record record_find(const char *name);

struct explain_record {
	const struct run *run;
	unsigned kernels[EX_BOTH]; /* may be the same */
	const bool *wanted;	   /* by point */
	bool named; /* the points were: show those without a change */
	size_t top; /* lines of memory; 0: all */
	bool json;
	bool source; /* name fields of structures */
};

enum exit_status explain_record(enum record r,
				const struct explain_record *how);

#endif
