/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "shell-child.h"

#define NOT_FOUND 127
#define NOT_EXECUTABLE 126

/* The child's ends. */
struct ends {
	int in, out, err;
};

static void reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Their numbers are above stderr: PID 1 has a console on 0 to 2. */
static void take_ends(const struct ends *e)
{
	dup2(e->in, STDIN_FILENO);
	dup2(e->out, STDOUT_FILENO);
	dup2(e->err, STDERR_FILENO);
}

static void execute(const struct shell_request *rq) __attribute__((noreturn));
static void execute(const struct shell_request *rq)
{
	int err;

	if (chdir(*rq->cwd ? rq->cwd : "/") < 0)
		dprintf(STDERR_FILENO, "cgmark: cannot go to %s: %s\n", rq->cwd,
			strerror(errno));
	/* execvp() looks in the $PATH of this process. */
	environ = rq->envp;
	execvp(rq->argv[0], rq->argv);
	err = errno;
	dprintf(STDERR_FILENO, "cgmark: cannot run '%s' in the guest: %s\n",
		rq->argv[0], strerror(err));
	_exit(err == ENOENT || err == ENOTDIR ? NOT_FOUND : NOT_EXECUTABLE);
}

static void run_child(const struct shell_request *rq, const struct ends *e)
	__attribute__((noreturn));
static void run_child(const struct shell_request *rq, const struct ends *e)
{
	reset_signals();
	/* For a PID 1 that is only one of a test: it ends with that. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	take_ends(e);
	if (rq->tty)
		ioctl(STDIN_FILENO, TIOCSCTTY, 0);
	execute(rq);
}

static int non_blocking(int fd)
{
	return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

int shell_child_resize(const struct shell_child *c, unsigned short rows,
		       unsigned short cols)
{
	const struct winsize ws = { .ws_row = rows, .ws_col = cols };

	return ioctl(c->master, TIOCSWINSZ, &ws) < 0 ? -errno : 0;
}

static int open_terminal(const struct shell_request *rq, struct shell_child *c,
			 struct ends *e)
{
	char path[64];

	c->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (c->master < 0 || unlockpt(c->master) < 0 ||
	    ptsname_r(c->master, path, sizeof(path)) != 0)
		return -errno;
	e->in = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (e->in < 0)
		return -errno;
	e->out = e->err = e->in;
	shell_child_resize(c, rq->rows, rq->cols);
	return non_blocking(c->master) < 0 ? -errno : 0;
}

/* mine is the end of PID 1, which must not wait. */
static int open_pipe(int *mine, int *childs, int end_of_mine)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	*mine = fds[end_of_mine];
	*childs = fds[!end_of_mine];
	return non_blocking(*mine) < 0 ? -errno : 0;
}

static int open_pipes(struct shell_child *c, struct ends *e)
{
	int r = open_pipe(&c->in, &e->in, 1);

	if (r == 0)
		r = open_pipe(&c->out, &e->out, 0);
	return r < 0 ? r : open_pipe(&c->err, &e->err, 0);
}

static void close_end(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* After a failure the session ends, and all descriptors with it. */
int shell_child_start(const struct shell_request *rq, struct shell_child *c)
{
	struct ends e = { -1, -1, -1 };
	int r;

	*c = (struct shell_child){ -1, -1, -1, -1, -1 };
	r = rq->tty ? open_terminal(rq, c, &e) : open_pipes(c, &e);
	if (r < 0)
		return r;
	c->pid = fork();
	if (c->pid == 0)
		run_child(rq, &e);
	r = c->pid < 0 ? -errno : 0;
	close_end(e.in);
	if (!rq->tty) {
		close_end(e.out);
		close_end(e.err);
	}
	return r;
}
