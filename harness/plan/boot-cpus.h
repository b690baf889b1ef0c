/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The param cpus_possible, which a boot has to be made for: a kernel cannot be given
 * room for more CPUs once it runs.
 */
#ifndef CGMARK_BOOT_CPUS_H
#define CGMARK_BOOT_CPUS_H

#include <stdbool.h>

#include "run.h"

/* Its values: 1 to this, the APIC ids of a microvm, or "real". */
#define BOOT_CPUS_PARAM "cpus_possible"
#define BOOT_CPUS_MAX 255

/* A point with another value, or NULL. */
const struct run_point *boot_cpus_bad(const struct run *run);
/* 0: as many as the machine has; "real" as well, which is implied. */
unsigned boot_cpus_of_point(const struct run_point *p);
/* The same of all points that the boot has. */
unsigned boot_cpus_of(const struct run *run, const struct run_boot *b);
/* The least value above that one that a point has; false: there is none. */
bool boot_cpus_next(const struct run *run, unsigned above, unsigned *ret);
/* How many values the points have; without points 1. */
size_t boot_cpus_nr(const struct run *run);
/* Which points have that value, and how many.  Caller frees. */
bool *boot_cpus_points(const struct run *run, unsigned cpus, size_t *nr);

#endif
