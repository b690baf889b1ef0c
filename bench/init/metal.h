/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The streams on a real machine.  There nobody listens: they are kept in memory
 * while a program measures, and go to the scratch partition (metal-block.h) between
 * programs.  The kernel's command line says where, whose and for how long:
 *
 *   cgmark.scratch=PARTUUID cgmark.nonce=HEX cgmark.deadline=SECONDS
 *
 * A partition that does not begin with this nonce is not written.
 */
#ifndef CGMARK_INIT_METAL_H
#define CGMARK_INIT_METAL_H

#include <stdbool.h>

struct metal_args {
	char scratch[40];
	char nonce[40];
	unsigned deadline_s;
};

/*
 * Reads a command line.  1: it asks for this; 0: it does not; -EINVAL: it does so
 * in a way that cannot be.
 */
int metal_args_parse(const char *cmdline, struct metal_args *ret);

/*
 * On such a machine opens the partition, starts the deadline, and gives descriptors
 * for the streams; false elsewhere.  What goes wrong ends in system_bail_out().
 */
bool metal_begin(int *status_fd, int *samples_fd);
/* Writes what came since the last time, and the kernel's log; elsewhere nothing. */
void metal_flush(void);
/* The same, and that all is there. */
void metal_end(void);

#endif
