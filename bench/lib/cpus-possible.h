/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The param cpus_possible: how many CPUs the kernel makes room for.  Whatever it has
 * for each possible CPU costs as on a large machine, though none but the first CPUs
 * run.  "real" leaves it at what the machine has; for a number, machine sim boots
 * with that many.
 */
#ifndef CGMARK_CPUS_POSSIBLE_H
#define CGMARK_CPUS_POSSIBLE_H

#include "bench.h"

#define CPUS_POSSIBLE_AT(_at) \
	PARAM_AXIS_AT("cpus_possible", "real", "4,16,64", _at)

/* In setup(): are there as many?  0, BENCH_SKIP, or as ctx_bad_param(). */
int cpus_possible_setup(struct bench_ctx *ctx);

#endif
