/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "child.h"
#include "monotonic.h"
#include "strbuf.h"

static void reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Returns only if the program could not be started. */
static void run_child(char *const argv[], pid_t parent, int out_fd)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	setpgid(0, 0);
	/* A signal that it can act on: what it started has to end too. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(out_fd, STDOUT_FILENO) < 0)
		return;
	reset_signals();
	execv(argv[0], argv);
}

/* The exec closes the report pipe without a word; a failure says why. */
static int read_report(int fd)
{
	ssize_t n;
	int err;

	do
		n = read(fd, &err, sizeof(err));
	while (n < 0 && errno == EINTR);
	return n == sizeof(err) ? -err : 0;
}

static int spawn(char *const argv[], int out_fd, pid_t *ret)
{
	pid_t parent = getpid(), pid;
	int fds[2], r;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	_cleanup_close_ int in = fds[0];
	int report = fds[1];

	pid = fork();
	if (pid == 0) {
		run_child(argv, parent, out_fd);
		r = errno;
		if (write(report, &r, sizeof(r)) < 0)
			_exit(126);
		_exit(127);
	}
	r = pid < 0 ? -errno : 0;
	close(report);
	if (r < 0)
		return r;
	/* Here too, so that the group exists when this function returns. */
	setpgid(pid, pid);
	r = read_report(in);
	if (r < 0)
		waitpid(pid, NULL, 0);
	else
		*ret = pid;
	return r;
}

int child_start(char *const argv[], pid_t *pid, int *out_fd)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;

	_cleanup_close_ int in = fds[0];
	_cleanup_close_ int out = fds[1];

	/* Ours alone is non-blocking: the ends are two file descriptions. */
	if (fcntl(in, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	int r = spawn(argv, out, pid);
	if (r < 0)
		return r;
	*out_fd = steal_fd(&in);
	return 0;
}

int child_reap(pid_t pid)
{
	siginfo_t info;
	int status;

	/* Until it is reaped its number, and its group's, cannot be reused. */
	while (waitid(P_PID, pid, &info, WEXITED | WNOWAIT) < 0 &&
	       errno == EINTR)
		;
	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

/* 0 at the end of file, 1 when there may be more, or -errno. */
static int read_more(int fd, struct strbuf *out)
{
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 1 : -errno;
	strbuf_add(out, buf, n);
	return n > 0;
}

/* 0 once fd can be read, -ETIMEDOUT at end_ns. */
static int wait_readable(int fd, uint64_t end_ns)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	for (;;) {
		uint64_t now = now_ns();

		if (now >= end_ns)
			return -ETIMEDOUT;
		if (poll(&pfd, 1, (end_ns - now) / 1000000 + 1) > 0)
			return 0;
	}
}

static int collect(pid_t pid, int fd, uint64_t end_ns, size_t max_bytes,
		   struct strbuf *out)
{
	_cleanup_close_ int pidfd = pidfd_open(pid, 0);
	int r = 1;

	if (pidfd < 0)
		return -errno;
	while (r == 1) {
		r = wait_readable(fd, end_ns);
		if (r == 0)
			r = read_more(fd, out);
		if (out->len > max_bytes)
			return -EFBIG;
	}
	/* It may have closed its stdout and still run. */
	return r < 0 ? r : wait_readable(pidfd, end_ns);
}

int child_capture(char *const argv[], unsigned timeout_ms, size_t max_bytes,
		  struct strbuf *out)
{
	_cleanup_close_ int fd = -1;
	pid_t pid;
	int r, status;

	r = child_start(argv, &pid, &fd);
	if (r < 0)
		return r;
	r = collect(pid, fd, now_ns() + timeout_ms * 1000000ULL, max_bytes,
		    out);
	if (r < 0)
		kill(-pid, SIGKILL);
	status = child_reap(pid);
	return r < 0 ? r : status;
}
