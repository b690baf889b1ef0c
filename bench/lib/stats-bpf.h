/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * way=bpf of the statistics: an iterator over cgroups ("iter.s/cgroup"), whose
 * program reads the kernel's structures and says for each group the numbers that
 * the files have, in their order and units.
 *
 *   memory.usage_in_bytes, memory.current   mem_cgroup.memory.usage
 *   memory.stat        mem_cgroup.vmstats: state[] and events[], on v1 also
 *                      state_local[] and events_local[]; the limits of v1 are
 *                      the least memory.max and memsw.max of all ancestors
 *   cpu.stat of v1     task_group.cfs_bandwidth: nr_periods, nr_throttled,
 *                      throttled_time, nr_burst, burst_time
 *   pids.current       pids_cgroup.counter
 *
 * It calls cgroup_rstat_flush() where memory.stat would: if more updates than
 * the kernel tolerates (vmstats.stats_updates) are not in the numbers yet.
 *
 * Not to be had: cpu.stat of v2, whose user_usec and system_usec are made when
 * the text is; io.stat, a list per device.  All that one walk says has to fit
 * in BPF_CGROUPS_BYTES.
 */
#ifndef CGMARK_STATS_BPF_H
#define CGMARK_STATS_BPF_H

#include "bench.h"
#include "stats-groups.h"

/*
 * In begin(): make the program for these groups and files.  0, BENCH_SKIP (not
 * to be had, or not from this kernel) or -errno with the reason recorded.
 */
int stats_bpf_begin(struct bench_ctx *ctx, const struct stats_groups *g);
/*
 * In run(): walk once.  The number of groups or -errno; *ret are their numbers,
 * *nr of each, until the next walk.
 */
int stats_bpf_read(const uint64_t **ret, unsigned *nr);

#endif
