/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a bisection knows so far, in a file: which run measured a kernel, or why
 * that cannot be measured.  It is written after each kernel, so that a
 * bisection that was interrupted goes on where it was.
 */
#ifndef CGMARK_STATE_H
#define CGMARK_STATE_H

#include <stddef.h>

#include "exit-status.h"

struct state_record {
	char *key;  /* kernel key, or those of two kernels */
	char *run;  /* path of its run directory, "" if it was skipped */
	char *skip; /* why, or "" */
};

struct bisect_state {
	char *path; /* of the file */
	struct state_record *records;
	size_t nr;
};

/*
 * Reads the file; none, or a damaged one (logged), is a state without records.
 */
void bisect_state_load(const char *path, struct bisect_state *ret);
void bisect_state_release(struct bisect_state *s);

/* NULL: nothing is known of this key. */
const struct state_record *bisect_state_find(const struct bisect_state *s,
					     const char *key);
/* Sets what is known, and writes the file.  Errors are logged. */
enum exit_status bisect_state_set(struct bisect_state *s, const char *key,
				  const char *run, const char *skip);

#endif
