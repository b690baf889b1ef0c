/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loads that run beside what is measured, in a process and a cgroup of their
 * own.  Each does a fixed amount of work at fixed times of the guest's clock,
 * so that what it takes from a point does not depend on who is scheduled when.
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
 */
#ifndef CGMARK_LOAD_H
#define CGMARK_LOAD_H

#include "bench.h"

#define LOAD_NAMES "none,attach,listen,agent,agent-binary,rebind"

struct load;

/* NULL: there is none of this name. */
const struct load *load_find(const char *name);
/* In setup(): what the load needs.  0, BENCH_SKIP or -errno. */
int load_setup(struct bench_ctx *ctx, const struct load *load);
/* In begin(): starts it; when this returns it has begun.  0 or -errno. */
int load_start(struct bench_ctx *ctx, const struct load *load);
/*
 * In check(): it still runs and has done something; notes how much.  0 or
 * -errno.
 */
int load_check(struct bench_ctx *ctx, const struct load *load);

#endif
