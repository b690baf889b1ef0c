/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether kernels of different runs can be compared.
 *
 * A count is a function of kernel, guest, plan, perturbation and QEMU.  If all
 * but the kernel are equal, it does not matter on which day it was taken.  A time
 * depends on the day as well, and no interval within a run says by how much.
 */
#ifndef CGMARK_RUN_MATCH_H
#define CGMARK_RUN_MATCH_H

#include "run.h"

struct run_match {
	char **differs; /* what forbids it: "guest image: A and B"; owned */
	size_t nr_differs;
	char **remarks; /* what does not, but readers have to know; owned */
	size_t nr_remarks;
};

/* The caller releases *ret. */
void run_match(const struct run *a, const struct run *b, struct run_match *ret);
void run_match_release(struct run_match *m);

#endif
