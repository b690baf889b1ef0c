/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Idle processes in v1 cgroups "0", "1", ..., and what userspace does to carry
 * them from one hierarchy to another.  No heap and no stdio, because this is
 * measured.
 */
#ifndef CGMARK_IDLE_PROCS_H
#define CGMARK_IDLE_PROCS_H

#include "cg.h"

#define IDLE_PROCS_GROUPS_MAX 8192
#define IDLE_PROCS_PROCS_BYTES (256 * 1024)

/* Path of a file in group i ("17/cgroup.procs"); returns buf. */
#define IDLE_PROCS_PATH_MAX 64
const char *idle_procs_path(char *buf, unsigned i, const char *file);

int idle_procs_mkdirs(const struct cg *top, unsigned groups);
/* Spawn a process that sleeps for good; returns its pid or -errno. */
pid_t idle_procs_spawn(void);
/* Spawn all tasks; number t goes to group t % groups. */
int idle_procs_populate(const struct cg *top, unsigned groups, unsigned tasks);
/* How many of the tasks belong to group i. */
unsigned idle_procs_share(unsigned i, unsigned groups, unsigned tasks);

/* Attach each process of a list, one per line, through an open cgroup.procs. */
int idle_procs_attach_list(int procs_fd, const char *list, size_t len);

/* Number of lines in a control file, or -errno. */
long idle_procs_count(const struct cg *top, const char *file);

#endif
