/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "macro.h"
#include "process.h"
#include "terminal.h"

/* In the guardian: its stdin is the terminal. */
static int guard(void *arg)
{
	const struct terminal *t = arg;
	sigset_t all;
	char byte;
	pid_t now;

	/* It outlives what ends cgmark, and may set the terminal from the
	 * background. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	while (read(t->lifeline, &byte, 1) < 0 && errno == EINTR)
		;
	/* Whoever has the terminal by now set it as he likes it. */
	now = tcgetpgrp(STDIN_FILENO);
	if (now == t->group || now < 0)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &t->before);
	return 0;
}

/* 0 or -errno.  The guardian reads from *lifeline, which cgmark keeps open. */
static int start_guardian(struct terminal *t)
{
	_cleanup_close_ int pidfd = -1, reader = -1, writer = -1;
	int fds[2], r;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	reader = fds[0];
	writer = fds[1];
	/* Above stderr, as process_start() wants it. */
	t->lifeline = fcntl(reader, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (t->lifeline < 0)
		return -errno;

	struct process p = {
		PROCESS_INIT, .fn = guard,
		.arg = t,     .keep = &t->lifeline,
		.nr_keep = 1, .death_signal = SIGURG, /* which does nothing */
	};

	p.in_fd = t->fd;
	r = process_start(&p, &t->guardian, &pidfd);
	close(t->lifeline);
	t->lifeline = r < 0 ? -1 : steal_fd(&writer);
	return r;
}

int terminal_raw(struct terminal *t, int fd)
{
	struct termios raw;
	int r;

	*t = (struct terminal)TERMINAL_INIT;
	t->fd = fd;
	t->group = getpgrp();
	if (tcgetattr(fd, &t->before) < 0)
		return -errno;
	r = start_guardian(t);
	if (r < 0) {
		t->guardian = -1;
		return r;
	}
	raw = t->before;
	cfmakeraw(&raw);
	if (tcsetattr(fd, TCSADRAIN, &raw) < 0) {
		r = -errno;
		terminal_restore(t);
		return r;
	}
	return 0;
}

void terminal_restore(struct terminal *t)
{
	if (t->guardian < 0)
		return;
	tcsetattr(t->fd, TCSADRAIN, &t->before);
	close(t->lifeline);
	process_reap(t->guardian, NULL, NULL);
	t->guardian = -1;
	t->lifeline = -1;
}

void terminal_size(int fd, unsigned short *rows, unsigned short *cols)
{
	struct winsize ws = { 0 };

	ioctl(fd, TIOCGWINSZ, &ws);
	*rows = ws.ws_row ? ws.ws_row : 24;
	*cols = ws.ws_col ? ws.ws_col : 80;
}
