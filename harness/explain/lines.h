/* SPDX-License-Identifier: GPL-2.0-only */
/* Source lines of a function, from debug information. */
#ifndef CGMARK_LINES_H
#define CGMARK_LINES_H

#include "annotate.h"
#include "exit-status.h"
#include "explain.h"

struct source_range {
	char *file;	      /* NULL: unknown */
	unsigned first, last; /* lines that ran, of the function itself */
};

/*
 * Does each vmlinux have lines, and is it the one measured?  If not, logs what
 * to do.
 */
enum exit_status source_check(const struct run *run,
			      const struct explain_kernel kernels[EX_BOTH]);
/*
 * The lines of a function that ran at a point; ret owns its file.  0 or -errno,
 * logged.
 */
int source_of(const char *vmlinux, const struct profile_point *p,
	      const char *function, struct source_range *ret);

#endif
