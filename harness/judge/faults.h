/* SPDX-License-Identifier: GPL-2.0-only */
/* Reasons to give no verdict on a point: what makes it V_INVALID. */
#ifndef CGMARK_FAULTS_H
#define CGMARK_FAULTS_H

#include <stdbool.h>

#include "notes.h"
#include "pairs.h"

/* Do two kernels have the same vmlinux, as far as is known? */
bool same_vmlinux(const struct run *run, unsigned a, unsigned b);
/* The same vmlinux with the same command line has to count the same. */
bool same_kernel(const struct run *run, unsigned a, unsigned b);

/*
 * The first fault, most telling first, in words (caller frees), or NULL.
 * *exact: the repeat boots of both kernels were bit-identical.
 */
char *fault_find(const struct subject *s, const struct pairs *p,
		 struct notes *notes, bool *exact);

#endif
