/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The user's terminal in raw mode: each key goes to the guest.  A guardian
 * process puts the old settings back, also when cgmark is killed.
 */
#ifndef CGMARK_TERMINAL_H
#define CGMARK_TERMINAL_H

#include <sys/types.h>
#include <termios.h>

struct terminal {
	int fd;
	pid_t guardian; /* -1: not in raw mode */
	int lifeline;	/* closed when cgmark ends */
	pid_t group;	/* in the foreground while it is ours */
	struct termios before;
};

#define TERMINAL_INIT           \
	{                       \
		-1, -1, -1, -1, \
	}

/* 0 or -errno, not logged. */
int terminal_raw(struct terminal *t, int fd);
/* Idempotent. */
void terminal_restore(struct terminal *t);
/* Rows and columns; 24 and 80 where they are not known. */
void terminal_size(int fd, unsigned short *rows, unsigned short *cols);

#endif
