/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Idle processes in v1 cgroups "0", "1", ..., and what userspace does to carry
 * them from one hierarchy to another.  No heap and no stdio: this is measured.
 */
#ifndef CGMARK_CROWD_H
#define CGMARK_CROWD_H

#include "cg.h"

#define CROWD_GROUPS_MAX 8192
#define CROWD_PROCS_BYTES (256 * 1024)

/* Path of a file in group i ("17/cgroup.procs"); returns buf. */
#define CROWD_PATH_MAX 64
const char *crowd_path(char *buf, unsigned i, const char *file);

int crowd_mkdirs(const struct cg *top, unsigned groups);
/* One more process, asleep for good; its pid or -errno. */
pid_t crowd_spawn(void);
/* Task number t goes to group t % groups; all of them are spawned here. */
int crowd_populate(const struct cg *top, unsigned groups, unsigned tasks);
/* How many of so many tasks group i has. */
unsigned crowd_share(unsigned i, unsigned groups, unsigned tasks);

/* Attach each process of a list, one a line, through an open cgroup.procs. */
int crowd_attach_list(int procs_fd, const char *list, size_t len);

/* Number of lines of a control file, or -errno. */
long crowd_count(const struct cg *top, const char *file);

#endif
