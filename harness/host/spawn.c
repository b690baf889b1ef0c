/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "macro.h"
#include "spawn.h"

static void reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int compare_int(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* Closes all from 3 on but these; close-on-exec goes from the first nr. */
static int keep_only(const int *keep, size_t nr, int report_fd)
{
	int fds[SPAWN_MAX_KEEP + 1];
	unsigned from = 3;

	if (nr > SPAWN_MAX_KEEP)
		return -EINVAL;
	for (size_t i = 0; i < nr; i++) {
		fds[i] = keep[i];
		if (fcntl(keep[i], F_SETFD, 0) < 0)
			return -errno;
	}
	fds[nr++] = report_fd;
	qsort(fds, nr, sizeof(fds[0]), compare_int);
	for (size_t i = 0; i < nr; i++) {
		if ((unsigned)fds[i] > from)
			close_range(from, fds[i] - 1, 0);
		from = fds[i] + 1;
	}
	close_range(from, ~0U, 0);
	return 0;
}

static int redirect(int out_fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(out_fd, STDOUT_FILENO) < 0 || dup2(out_fd, STDERR_FILENO) < 0)
		return -errno;
	return 0;
}

/* What is not permitted is done without. */
static void run_at_once(const cpu_set_t *cpus)
{
	const struct sched_param param = { .sched_priority = 1 };

	sched_setaffinity(0, sizeof(*cpus), cpus);
	sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param);
}

/* Returns -errno if the program or function could not be started. */
static int run_child(const struct spawn *s, pid_t parent, int report_fd)
{
	static const struct rlimit no_core;
	int r;

	setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -errno;
	/* The parent may have died before the line above. */
	if (getppid() != parent)
		_exit(1);
	reset_signals();
	setrlimit(RLIMIT_CORE, &no_core);
	if (s->cpus)
		run_at_once(s->cpus);
	r = redirect(s->out_fd);
	if (r < 0)
		return r;
	r = keep_only(s->keep, s->nr_keep, report_fd);
	if (r < 0)
		return r;
	if (!s->argv) {
		close(report_fd);
		_exit(s->fn(s->arg));
	}
	execv(s->argv[0], s->argv);
	return -errno;
}

/* The pipe closes without a word when the program was executed. */
static int read_report(int fd)
{
	ssize_t n;
	int err;

	do
		n = read(fd, &err, sizeof(err));
	while (n < 0 && errno == EINTR);
	return n == sizeof(err) ? err : 0;
}

int spawn_start(const struct spawn *s, pid_t *ret_pid, int *ret_pidfd)
{
	pid_t parent = getpid(), pid;
	int fds[2], r;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;

	_cleanup_close_ int in = fds[0];
	int out = fds[1];

	pid = fork();
	if (pid == 0) {
		r = run_child(s, parent, out);
		if (write(out, &r, sizeof(r)) < 0)
			_exit(126);
		_exit(127);
	}
	r = pid < 0 ? -errno : 0;
	close(out);
	if (r < 0)
		return r;
	/* Here too, so that the group exists when this function returns. */
	setpgid(pid, pid);
	r = read_report(in);

	_cleanup_close_ int pidfd = r < 0 ? -1 : pidfd_open(pid, 0);

	if (r == 0 && pidfd < 0)
		r = -errno;
	if (r < 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return r;
	}
	*ret_pid = pid;
	*ret_pidfd = steal_fd(&pidfd);
	return 0;
}
