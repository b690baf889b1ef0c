/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loads that run beside what is measured (param load), in processes of their
 * own.
 *
 * Most run all the time, in a cgroup of their own.  Each does a fixed amount of
 * work at fixed times of the guest's clock, so that what it takes from a point
 * does not depend on who is scheduled when.
 *
 *   none
 *   attach  an attach storm: a process moves itself 16 times a millisecond
 *           between two cgroups
 *   listen  a taskstats listener that is told of every exit
 *   agent   a monitoring agent: reads cpu.stat of each of 1000 cgroups ten
 *           times a second, 100 every 10 ms, opening the file each time
 *   agent-binary
 *           the same by binary statistics, with descriptors of the directories
 *           that are kept; a kernel without these is SKIPPED
 *   rebind  a rebind storm: freezer is added to and removed from a hierarchy
 *           of 16 cgroups, a hundred times a second; a kernel that cannot
 *           rebind a hierarchy with cgroups is SKIPPED
 *
 * One is off while nothing is measured, so that a long pace costs nothing; it
 * needs no set-up, which makes it a variant, and is in the point's cgroup:
 *
 *   forks   about 2000 forks a second, each child ending at once
 */
#ifndef CGMARK_LOAD_H
#define CGMARK_LOAD_H

#include "bench.h"

#define LOAD_NAMES "none,attach,listen,agent,agent-binary,rebind"
/* The param, for those that pause; _at: what others have with a load. */
#define LOAD_PARAM_PAUSES(_at) \
	PARAM_VARIANT_AXIS_AT("load", "none", "forks", _at)

struct load;

/* NULL: there is none of this name that pauses, or does not. */
const struct load *load_find(const char *name, bool pauses);
/* In setup(): what the load needs.  0, BENCH_SKIP or -errno. */
int load_setup(struct bench_ctx *ctx, const struct load *load);
/*
 * In begin(): starts it; when this returns it has begun, or is off and the point
 * may idle.  0 or -errno.
 */
int load_start(struct bench_ctx *ctx, const struct load *load);
/* In between(), of one that pauses: off, and on, with time to get going. */
void load_off(void);
void load_on(void);
/*
 * In check(): it still runs and has done something; notes how much.  0 or
 * -errno.
 */
int load_check(struct bench_ctx *ctx, const struct load *load);

#endif
