/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A CPU of the host for each guest.  Concurrent cgmark processes reserve CPUs
 * with sockets in the abstract namespace: these vanish with the process,
 * whatever ends it, and need no directory that everybody may write to.
 */
#ifndef CGMARK_GUEST_CPU_H
#define CGMARK_GUEST_CPU_H

#include <sched.h>
#include <sys/types.h>

#define GUEST_CPU_NAME "cgmark" /* in the names of the sockets; tests differ */

/*
 * Returns a CPU that this process may use and that runs none of its guests:
 * one that no other process has reserved, if possible, otherwise one to share.
 * A reservation lasts until the process ends.  *set becomes that CPU alone.
 * Returns -1 and leaves *set alone if there is no such CPU.
 */
int guest_cpu_get(const char *name, cpu_set_t *set);

/* owner runs on this CPU, until it has been reaped. */
void guest_cpu_set_owner(int cpu, pid_t owner);

#endif
