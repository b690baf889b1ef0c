/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loads that run beside the measured work (param load), in processes of their
 * own.
 *
 * Most run all the time, in a cgroup of their own.  Each does a fixed amount of
 * work at fixed times of the guest's clock, so that what it takes from a point
 * does not depend on scheduling.
 *
 *   none
 *   attach  an attach storm: a process moves itself 16 times a millisecond
 *           between two cgroups
 *   listen  a taskstats listener that hears of every exit
 *   agent   a monitoring agent: reads cpu.stat of each of 1000 cgroups ten
 *           times a second, 100 every 10 ms, opening the file each time
 *   agent-binary
 *           the same with binary statistics, on directory descriptors that
 *           stay open; SKIPPED on a kernel without these
 *   rebind  a rebind storm: adds freezer to a hierarchy of 16 cgroups and
 *           removes it, a hundred times a second; SKIPPED on a kernel that
 *           cannot rebind a hierarchy with cgroups
 *
 * One pauses while nothing is measured, so that a long pace costs nothing.  It
 * needs no set-up, which makes it a variant, and runs in the point's cgroup:
 *
 *   forks   about 2000 forks a second, each child exiting at once
 */
#ifndef CGMARK_LOAD_H
#define CGMARK_LOAD_H

#include "bench.h"

#define LOAD_NAMES "none,attach,listen,agent,agent-binary,rebind"
/* The param for loads that pause; _at: what others have with a load. */
#define LOAD_PARAM_PAUSES(_at) \
	PARAM_VARIANT_AXIS_AT("load", "none", "forks", _at)

struct load;

/* NULL: no load of this name that pauses, or that does not. */
const struct load *load_find(const char *name, bool pauses);
/* In setup(): make what the load needs.  0, BENCH_SKIP or -errno. */
int load_setup(struct bench_ctx *ctx, const struct load *load);
/*
 * In begin(): start the load.  On return it has begun, or it is paused and the
 * point may idle.  0 or -errno.
 */
int load_start(struct bench_ctx *ctx, const struct load *load);
/* In between(), for a load that pauses: pause it; resume it and wait. */
void load_off(void);
void load_on(void);
/* In check(): it still runs and did some work; notes how much.  0 or -errno. */
int load_check(struct bench_ctx *ctx, const struct load *load);

#endif
