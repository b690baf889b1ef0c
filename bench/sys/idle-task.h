/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks that exist and do nothing, at no cost but the kernel's own. */
#ifndef CGMARK_IDLE_TASK_H
#define CGMARK_IDLE_TASK_H

/*
 * Make a thread of the caller, or a child process that shares the caller's
 * memory and files.  It stays in the caller's cgroup in every hierarchy until
 * it is moved or killed.  Returns its id or -errno.
 */
long idle_task_thread(void);
long idle_task_process(void);

#endif
