/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies from one descriptor to another under poll(), between a shell's ends in
 * guest and host.  It neither reads ahead of its writer nor waits for it.
 */
#ifndef CGMARK_COPIER_H
#define CGMARK_COPIER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COPIER_BYTES 32768

struct copier {
	int from; /* not owned; -1: nothing more comes */
	int to;	  /* not owned; -1: nobody takes it any more */
	/*
	 * `to` may block, as it is shared with other processes: write no more
	 * at once than a pipe that is ready takes.
	 */
	bool may_block;
	/* Changes what was read, in place; returns its new length.  Or NULL. */
	size_t (*filter)(void *arg, char *buf, size_t len);
	void *arg;
	uint64_t bytes; /* written */
	int read_error; /* why from is -1: 0, or errno */
	int write_error;
	size_t at, len;
	char buf[COPIER_BYTES];
};

void copier_init(struct copier *c, int from, int to);
/* What to poll for: `from` while there is room, `to` while there is data. */
void copier_wants(const struct copier *c, struct pollfd fds[2]);
/* Do what poll() found to be possible. */
void copier_pump(struct copier *c, const struct pollfd fds[2]);
/* All that came was written, and nothing more comes. */
static inline bool copier_ended(const struct copier *c)
{
	return c->from < 0 && c->len == 0;
}

#endif
