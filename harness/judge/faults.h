/* SPDX-License-Identifier: GPL-2.0-only */
/* Reasons to give no verdict on a point: what makes it V_INVALID. */
#ifndef CGMARK_FAULTS_H
#define CGMARK_FAULTS_H

#include <stdbool.h>

#include "notes.h"
#include "pairs.h"

/* Are both vmlinux known and the same? */
bool same_vmlinux(const struct run *run, unsigned a, unsigned b);
/* Same vmlinux and same command line: both must count the same. */
bool same_kernel(const struct run *run, unsigned a, unsigned b);

/*
 * Describes the most telling fault that boots can have whatever they measure;
 * caller frees.  NULL: there is none.
 */
char *fault_find_any(const struct subject *s);
/*
 * The same for an exact machine, on which boots have to repeat as well.
 * *exact: the repeat boots of both kernels were bit-identical.
 */
char *fault_find(const struct subject *s, const struct pairs *p,
		 struct notes *notes, bool *exact);

#endif
