/* SPDX-License-Identifier: GPL-2.0-only */
/* Exit statuses of cgmark (cgmark.1, EXIT STATUS). */
#ifndef CGMARK_EXIT_STATUS_H
#define CGMARK_EXIT_STATUS_H

#include <errno.h>

enum exit_status {
	ST_OK = 0, /* no regression */
	ST_REGRESSION = 1,
	ST_USAGE = 2,	      /* bad arguments, malformed file */
	ST_INCONCLUSIVE = 3,  /* nothing compared; doubts, with --strict */
	ST_SUBJECT = 4,	      /* the kernel failed: no build, no boot, splat */
	ST_HOST = 5,	      /* the harness or the host failed */
	ST_INTERRUPTED = 130, /* ^C or SIGTERM; what was measured is kept */
};

/* Of a file that a user named and that cannot be opened or read. */
static inline enum exit_status exit_status_unreadable(int err)
{
	switch (err) {
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case EIO:
		return ST_HOST;
	default:
		return ST_USAGE;
	}
}

#endif
