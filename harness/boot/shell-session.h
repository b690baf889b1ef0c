/* SPDX-License-Identifier: GPL-2.0-only */
/* A session of guest-shell.h: shell-loop.c runs it, shell-talk.c has PID 1. */
#ifndef CGMARK_SHELL_SESSION_H
#define CGMARK_SHELL_SESSION_H

#include "boot-read.h"
#include "copier.h"
#include "escape.h"
#include "guest-shell.h"
#include "shell-line.h"
#include "terminal.h"

#define MS 1000000ULL

enum { SOCK_CONTROL, SOCK_IN, SOCK_OUT, SOCK_ERR, NR_SOCKS };

enum {
	AT_SIGNAL,
	AT_PROCESS,
	AT_CONSOLE,
	AT_STATUS,
	AT_DIAG,
	AT_CONTROL,
	AT_IN,
	AT_OUT = AT_IN + 2,
	AT_ERR = AT_OUT + 2,
	NR_AT = AT_ERR + 2,
};

struct session {
	const struct guest_shell *sh;
	struct guest_shell_result *ret;
	struct machine m;
	struct boot_read read;
	struct strbuf diag;
	struct terminal terminal;
	struct escape escape;
	int signal_fd;
	int console_fd;	     /* to keep the kernel log; -1: not */
	int socks[NR_SOCKS]; /* our ends */
	struct shell_lines lines;
	struct strbuf to_say; /* on the control socket */
	struct copier in, out, err;

	bool started, exited, over;
	uint64_t out_bytes, err_bytes; /* what the guest sent, once it exited */
	uint64_t deadline;	       /* of boot or command; 0: none */
	uint64_t pong_deadline;	       /* asked whether it lives; 0: not */
	bool pong;
	char *stop_reason;
};

/* Say something to PID 1, once it listens. */
__printf(2, 3) void shell_say(struct session *se, const char *fmt, ...);
/* Ask it to run the command. */
void shell_ask(struct session *se);
/* Its socket takes some of what is to be said. */
void shell_send(struct session *se);
/* It has said something. */
void shell_read_control(struct session *se);

#endif
