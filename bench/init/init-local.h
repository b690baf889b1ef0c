/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plan on a kernel that runs already (machine local): an ordinary process in
 * a root and a cgroup that were made for it, with the channels in its environment.
 */
#ifndef CGMARK_INIT_LOCAL_H
#define CGMARK_INIT_LOCAL_H

/* Set in the environment, with any value, by who made that root. */
#define INIT_LOCAL_ENV "CGMARK_LOCAL"

/* Returns the exit status. */
int init_local(void);

#endif
