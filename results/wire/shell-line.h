/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a shell's two ends tell each other: lines over a socket or port.
 *
 * From the host, before the command runs:
 *	tty ROWS COLS	give it a terminal; else it gets three pipes
 *	cwd PATH	env NAME=VALUE	arg WORD
 *	start
 * and while it runs:
 *	winsize ROWS COLS
 *	ping
 * From the guest:
 *	started
 *	pong
 *	exited STATUS OUT ERR	and how many bytes came out of it before
 *	killed SIGNAL OUT ERR
 *
 * In PATH, WORD and NAME=VALUE "%0a" is a LF and "%25" a '%'.
 */
#ifndef CGMARK_SHELL_LINE_H
#define CGMARK_SHELL_LINE_H

#include <stddef.h>

/* As long as the longest argument that Linux takes, escaped. */
#define SHELL_LINE_MAX (3 * 128 * 1024 + 16)
/* Of the command, and of its environment. */
#define SHELL_WORDS_MAX 65536

/* Lines that come in; zeroed: none yet. */
struct shell_lines {
	char *buf;
	size_t at, len, alloc;
};

/*
 * Take what is there.  1: more may come.  0: end of file.  -errno; -EMSGSIZE:
 * too long for a line.
 */
int shell_lines_read(struct shell_lines *l, int fd);
/* The next line without its LF, until the next call; NULL: none is whole. */
char *shell_lines_next(struct shell_lines *l);
void shell_lines_release(struct shell_lines *l);

/* The caller frees.  NULL: no memory. */
char *shell_escape(const char *text);
/* In place.  0, or -EINVAL: this was not made by shell_escape(). */
int shell_unescape(char *text);

#endif
