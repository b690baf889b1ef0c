/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "file.h"
#include "macro.h"
#include "monotonic.h"
#include "process.h"

#define NS_PER_MS 1000000ULL
/* Capacity of a pipe: one read empties it. */
#define READ_BYTES 65536

/* --- in the child --- */

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

/* Closes all from 3 on except these; keep loses its close-on-exec flags. */
static int keep_only(const int *keep, size_t nr, int report_fd)
{
	int fds[PROCESS_MAX_KEEP + 1];
	unsigned from = 3;

	if (nr > PROCESS_MAX_KEEP)
		return -EINVAL;
	for (size_t i = 0; i < nr; i++) {
		fds[i] = keep[i];
		if (keep[i] <= STDERR_FILENO)
			return -EBADF;
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

/*
 * Duplicates above stderr, so that no redirection overwrites the source of the
 * next: cgmark may have been started with stdin closed.
 */
static int lift(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

static int redirect(const struct process *p)
{
	const int from[] = { p->in_fd, p->out_fd, p->err_fd };
	int lifted[ARRAY_SIZE(from)];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return -errno;
	for (int i = 0; i < (int)ARRAY_SIZE(from); i++) {
		int fd = i == STDIN_FILENO && from[i] < 0 ? null : from[i];

		lifted[i] = fd < 0 ? -1 : lift(fd);
		if (fd >= 0 && lifted[i] < 0)
			return -errno;
	}
	for (int i = 0; i < (int)ARRAY_SIZE(from); i++)
		if (lifted[i] >= 0 && dup2(lifted[i], i) < 0)
			return -errno;
	return 0;
}

/* Failures are ignored: the privilege is optional. */
static void run_at_once(const cpu_set_t *cpus)
{
	const struct sched_param param = { .sched_priority = 1 };

	sched_setaffinity(0, sizeof(*cpus), cpus);
	sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param);
}

static int execute(const struct process *p, int report_fd)
{
	if (!p->argv) {
		close(report_fd);
		_exit(p->fn(p->arg));
	}
	/* Not execvp() for a path: that would fall back to a shell. */
	if (strchr(p->argv[0], '/'))
		execv(p->argv[0], p->argv);
	else
		execvp(p->argv[0], p->argv);
	return -errno;
}

/* Returns -errno if the program or function could not be started. */
static int run_child(const struct process *p, pid_t parent, int report_fd)
{
	static const struct rlimit no_core;
	int r;

	setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG,
		  p->death_signal ? p->death_signal : SIGKILL) < 0)
		return -errno;
	/* The parent may have died before the line above. */
	if (getppid() != parent)
		_exit(1);
	reset_signals();
	setrlimit(RLIMIT_CORE, &no_core);
	if (p->cpus)
		run_at_once(p->cpus);
	r = redirect(p);
	if (r == 0)
		r = keep_only(p->keep, p->nr_keep, report_fd);
	return r < 0 ? r : execute(p, report_fd);
}

/* --- start and end --- */

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

/* 0 once the program runs; the child is to be reaped whenever *pid > 0. */
static int fork_child(const struct process *p, pid_t *pid)
{
	pid_t parent = getpid();
	int fds[2], r;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;

	_cleanup_close_ int in = fds[0];
	int out = fds[1];

	*pid = fork();
	if (*pid == 0) {
		int report = lift(out);

		report = report < 0 ? out : report;
		r = run_child(p, parent, report);
		if (write(report, &r, sizeof(r)) < 0)
			_exit(126);
		_exit(127);
	}
	r = *pid < 0 ? -errno : 0;
	close(out);
	if (r < 0)
		return r;
	/* Here too, so that the group exists when this function returns. */
	setpgid(*pid, *pid);
	return read_report(in);
}

int process_start(const struct process *p, pid_t *ret_pid, int *ret_pidfd)
{
	_cleanup_close_ int pidfd = -1;
	pid_t pid = -1;
	int r = fork_child(p, &pid);

	if (r == 0) {
		pidfd = pidfd_open(pid, 0);
		r = pidfd < 0 ? -errno : 0;
	}
	if (r < 0) {
		if (pid > 0) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
		}
		return r;
	}
	*ret_pid = pid;
	*ret_pidfd = steal_fd(&pidfd);
	return 0;
}

int process_reap(pid_t pid, int *wait_status, struct rusage *usage)
{
	siginfo_t info;

	/* Until it is reaped its number, and its group's, cannot be reused. */
	while (waitid(P_PID, pid, &info, WEXITED | WNOWAIT) < 0 &&
	       errno == EINTR)
		;
	kill(-pid, SIGKILL);
	while (wait4(pid, wait_status, 0, usage) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

int process_exit_code(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status)
					: WEXITSTATUS(wait_status);
}

int process_pipe(int *reader, int *writer)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	/* The ends are two file descriptions, each with flags of its own. */
	if (fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0) {
		int r = -errno;

		close(fds[0]);
		close(fds[1]);
		return r;
	}
	*reader = fds[0];
	*writer = fds[1];
	return 0;
}

/* --- run to completion --- */

/* A file in memory, which unlike a pipe cannot fill up. */
static int open_input(const void *data, size_t len)
{
	_cleanup_close_ int fd = memfd_create("stdin", MFD_CLOEXEC);
	const char *at = data;

	if (fd < 0)
		return -errno;
	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		len -= n;
	}
	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	return steal_fd(&fd);
}

/* Reads what is available.  Sets the fd to -1 at the end of the stream. */
static int collect(struct pollfd *pfd, struct strbuf *to, size_t max_bytes)
{
	char buf[READ_BYTES];
	ssize_t n = pfd->fd < 0 ? 0 : read(pfd->fd, buf, sizeof(buf));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0)
		pfd->fd = -1;
	else
		strbuf_add(to, buf, n);
	return max_bytes && to && to->len > max_bytes ? -EFBIG : 0;
}

/* Timeout for poll(), rounded up; -1: none. */
static int ms_left(uint64_t end_ns)
{
	uint64_t now = now_ns();

	if (!end_ns)
		return -1;
	return now < end_ns ? (end_ns - now) / NS_PER_MS + 1 : 0;
}

/* Until the process ends: its children may hold the pipes much longer. */
static int follow(const struct process *p, int pidfd, int out_fd, int err_fd)
{
	uint64_t end_ns =
		p->timeout_ms ? now_ns() + p->timeout_ms * NS_PER_MS : 0;
	struct pollfd fds[] = {
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = out_fd, .events = POLLIN },
		{ .fd = err_fd, .events = POLLIN },
	};
	int r = 0;

	while (r == 0) {
		int n = poll(fds, ARRAY_SIZE(fds), ms_left(end_ns));
		bool ended = n > 0 && fds[0].revents;

		if (n < 0 && errno != EINTR)
			return -errno;
		r = collect(&fds[1], p->out, p->max_bytes);
		if (r == 0)
			r = collect(&fds[2], p->err, p->max_bytes);
		if (ended)
			return r;
		if (r == 0 && end_ns && now_ns() >= end_ns)
			r = -ETIMEDOUT;
	}
	return r;
}

/* Starts it, closes the child's ends of the pipes, and follows it. */
static int run_piped(struct process *p, int out_fd, int err_fd)
{
	_cleanup_close_ int pidfd = -1;
	int r, status;
	pid_t pid;

	r = process_start(p, &pid, &pidfd);
	if (p->out)
		close(p->out_fd);
	if (p->err)
		close(p->err_fd);
	if (r < 0)
		return r;
	r = follow(p, pidfd, out_fd, err_fd);
	if (r < 0)
		kill(-pid, SIGKILL);
	if (process_reap(pid, &status, NULL) < 0)
		return -ECHILD;
	return r < 0 ? r : process_exit_code(status);
}

int process_run(const struct process *spec)
{
	_cleanup_close_ int in = -1, out = -1, err = -1;
	struct process p = *spec;
	int r;

	if (p.input) {
		in = p.in_fd = open_input(p.input, p.input_len);
		if (in < 0)
			return in;
	}
	r = p.out ? process_pipe(&out, &p.out_fd) : 0;
	if (r < 0)
		return r;
	r = p.err ? process_pipe(&err, &p.err_fd) : 0;
	if (r < 0) {
		if (p.out)
			close(p.out_fd);
		return r;
	}
	return run_piped(&p, out, err);
}

bool process_is_stopped(pid_t pid)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	const char *state;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (pid <= 0 || read_file(path, &text) < 0 || !text.len)
		return false;
	/* "PID (NAME) STATE ..."; the name may hold anything. */
	state = strrchr(text.buf, ')');
	return state &&
	       (!strncmp(state, ") T", 3) || !strncmp(state, ") t", 3));
}
