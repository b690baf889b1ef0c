/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A CPU of the host for each guest.  Processes of cgmark that run side by side
 * tell each other by sockets in the abstract namespace, which are gone with the
 * process whatever ends it, and need no directory that all may write to.
 */
#ifndef CGMARK_GUESTCPU_H
#define CGMARK_GUESTCPU_H

#include <sched.h>
#include <sys/types.h>

#define GUESTCPU_NAME "cgmark" /* in the names of the sockets; tests differ */

/*
 * Returns a CPU that this process may run on and has no guest of its own on:
 * one that no other process has taken, if there is any, else one to be shared.
 * -1 if there is none.  What was taken is kept until the process ends.  set
 * becomes that CPU alone; it stays as it is if there is none.
 */
int guestcpu_get(const char *name, cpu_set_t *set);

/* The CPU is for this process, until it was reaped. */
void guestcpu_set_owner(int cpu, pid_t owner);

#endif
