/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A "boot" of the running kernel.  The guard is a child of cgmark that starts the
 * guest's init in a root and groups of its own, on a machine that is as quiet as was
 * asked for, waits, and undoes all of it, also when cgmark is gone.  Whoever kills the
 * guard kills the init with it, and the groups are removed by cgmark, or by the next
 * run.
 */
#ifndef CGMARK_LOCAL_GUARD_H
#define CGMARK_LOCAL_GUARD_H

#include "local-steady.h"
#include "machine.h"

struct local_guard {
	const struct boot_image *img;
	const char *dir; /* an empty folder to mount on */
	int status_fd, samples_fd;
	int lock_fd; /* held until the guard has cleaned up */
	bool disturb;
	const struct local_steady *steady;
};

/* Runs in the child; returns its exit status, with the reason on stderr. */
int local_guard_main(void *arg);

#endif
