/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PID 1 of a guest with a shell: mounts what is needed, runs one command for the
 * host, hands its bytes on, and says how it ended.  The host then ends the
 * machine, when it has all bytes.
 *
 * With CGMARK_CONTROL_FD, CGMARK_IN_FD, CGMARK_OUT_FD and CGMARK_ERR_FD in its
 * environment it takes these for ports, mounts nothing, and need not be PID 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "copier.h"
#include "ports.h"
#include "shell-child.h"
#include "shell-line.h"
#include "system.h"
#include "tap.h"

#define TRIES 5000
#define TRY_NS 1000000L

enum { AT_CONTROL, AT_CHILD, AT_IN, AT_OUT = 4, AT_ERR = 6, NR_AT = 8 };

static struct session {
	int control;
	int port_in, port_out, port_err;
	struct shell_lines lines;
	struct shell_request rq;
	struct shell_child child;
	int signal_fd;
	struct copier in, out, err;
	bool ended, told;
	int status; /* as of wait() */
} se;

/* --- what the host says --- */

static char *copy_word(char *word)
{
	char *copy = shell_unescape(word) < 0 ? NULL : strdup(word);

	if (!copy)
		system_bail_out("the host sent a word that is none");
	return copy;
}

static void add_word(char ***words, size_t *nr, char *word)
{
	char **v = realloc(*words, (*nr + 2) * sizeof(*v));

	if (!v || *nr >= SHELL_WORDS_MAX)
		system_bail_out("too many words to run");
	v[*nr] = copy_word(word);
	v[++*nr] = NULL;
	*words = v;
}

/* Returns true when the request is complete. */
static bool take_request(char *line)
{
	struct shell_request *rq = &se.rq;

	if (strncmp(line, "arg ", 4) == 0)
		add_word(&rq->argv, &rq->nr_args, line + 4);
	else if (strncmp(line, "env ", 4) == 0)
		add_word(&rq->envp, &rq->nr_envs, line + 4);
	else if (strncmp(line, "cwd ", 4) == 0)
		rq->cwd = copy_word(line + 4);
	else if (sscanf(line, "tty %hu %hu", &rq->rows, &rq->cols) == 2)
		rq->tty = true;
	else if (strcmp(line, "start") == 0)
		return true;
	else
		system_bail_out("the host asked for '%.40s'", line);
	return false;
}

static void take_line(char *line)
{
	unsigned short rows, cols;

	if (strcmp(line, "ping") == 0)
		dprintf(se.control, "pong\n");
	else if (se.child.master >= 0 &&
		 sscanf(line, "winsize %hu %hu", &rows, &cols) == 2)
		shell_child_resize(&se.child, rows, cols);
}

/* The host ends the machine; without a host there is nothing left to do. */
static void read_control(void)
{
	int r = shell_lines_read(&se.lines, se.control);

	if (r < 0 && r != -EAGAIN)
		system_bail_out("port cgmark.control: %s", strerror(-r));
	if (r == 0)
		system_end();
}

static void wait_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (poll(&p, 1, -1) < 0 && errno == EINTR)
		;
}

static void read_request(void)
{
	char *line;

	for (;;) {
		while ((line = shell_lines_next(&se.lines)))
			if (take_request(line))
				return;
		wait_readable(se.control);
		read_control();
	}
}

/* --- ports --- */

/* A port hangs up until the driver has heard that the host is there. */
static void wait_for_host(int fd, const char *name)
{
	const struct timespec pause_ts = { .tv_nsec = TRY_NS };
	struct pollfd p = { .fd = fd };

	for (int i = 0; i < TRIES; i++) {
		if (poll(&p, 1, 0) == 0 || !(p.revents & POLLHUP))
			return;
		nanosleep(&pause_ts, NULL);
	}
	system_bail_out("port %s: nobody on the host's side", name);
}

static int open_port(const char *name, const char *env, int flags)
{
	int fd = port_open_for(name, env, flags);

	if (fd < 0)
		system_bail_out("no port %s: %s", name, strerror(-fd));
	wait_for_host(fd, name);
	return fd;
}

static void no_waiting(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void open_ports(void)
{
	se.port_in = open_port("cgmark.in", "CGMARK_IN_FD", O_RDONLY);
	se.port_out = open_port("cgmark.out", "CGMARK_OUT_FD", O_WRONLY);
	se.port_err = open_port("cgmark.err", "CGMARK_ERR_FD", O_WRONLY);
	se.control = open_port("cgmark.control", "CGMARK_CONTROL_FD", O_RDWR);
	no_waiting(se.port_in);
	no_waiting(se.port_out);
	no_waiting(se.port_err);
}

/* --- the session --- */

static void watch_children(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	se.signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (se.signal_fd < 0)
		system_bail_out("signalfd: %s", strerror(errno));
}

/* The child, and orphans, which PID 1 inherits. */
static void reap(void)
{
	struct signalfd_siginfo si;
	int status;
	pid_t pid;

	while (read(se.signal_fd, &si, sizeof(si)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != se.child.pid)
			continue;
		se.ended = true;
		se.status = status;
	}
}

static void start(void)
{
	const struct shell_child *c = &se.child;
	int r;

	/* First: the command may be the last thing that this kernel does. */
	dprintf(se.control, "started\n");
	r = shell_child_start(&se.rq, &se.child);
	if (r < 0)
		system_bail_out("start '%.40s': %s", se.rq.argv[0],
				strerror(-r));
	copier_init(&se.in, se.port_in, se.rq.tty ? c->master : c->in);
	copier_init(&se.out, se.rq.tty ? c->master : c->out, se.port_out);
	copier_init(&se.err, c->err, se.port_err);
}

static void close_pipe(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The command learns of what happened to its pipes on the host. */
static void pass_ends_on(void)
{
	struct shell_child *c = &se.child;

	if (copier_ended(&se.in) || se.in.to < 0) {
		close_pipe(&c->in);
		se.in.from = se.in.to = -1;
	}
	if (se.out.to < 0) {
		close_pipe(&c->out);
		se.out.from = -1;
	}
	if (se.err.to < 0) {
		close_pipe(&c->err);
		se.err.from = -1;
	}
}

/*
 * After the end of the command: has all that it wrote gone out?  What it left
 * running may hold its pipes, so an empty one is the end, too.
 */
static bool is_empty(const struct copier *c)
{
	struct pollfd p = { .fd = c->from, .events = POLLIN };

	return c->len == 0 && (c->from < 0 || poll(&p, 1, 0) == 0);
}

static void tell_end(void)
{
	bool killed = WIFSIGNALED(se.status);

	dprintf(se.control, "%s %d %llu %llu\n", killed ? "killed" : "exited",
		killed ? WTERMSIG(se.status) : WEXITSTATUS(se.status),
		(unsigned long long)se.out.bytes,
		(unsigned long long)se.err.bytes);
	se.told = true;
}

static void wait_for_events(struct pollfd *fds)
{
	fds[AT_CONTROL] = (struct pollfd){ .fd = se.control, .events = POLLIN };
	fds[AT_CHILD] = (struct pollfd){ .fd = se.signal_fd, .events = POLLIN };
	copier_wants(&se.in, &fds[AT_IN]);
	copier_wants(&se.out, &fds[AT_OUT]);
	copier_wants(&se.err, &fds[AT_ERR]);
	if (poll(fds, NR_AT, -1) < 0 && errno != EINTR)
		system_bail_out("poll: %s", strerror(errno));
}

static void serve(void)
{
	struct pollfd fds[NR_AT];
	char *line;

	for (;;) {
		wait_for_events(fds);
		if (fds[AT_CONTROL].revents)
			read_control();
		while ((line = shell_lines_next(&se.lines)))
			take_line(line);
		if (fds[AT_CHILD].revents)
			reap();
		copier_pump(&se.in, &fds[AT_IN]);
		copier_pump(&se.out, &fds[AT_OUT]);
		copier_pump(&se.err, &fds[AT_ERR]);
		pass_ends_on();
		if (se.ended && !se.told && is_empty(&se.out) &&
		    is_empty(&se.err))
			tell_end();
	}
}

/* Scripts expect them, and devtmpfs does not have them. */
static void link_descriptors(void)
{
	static const char *const names[] = { "stdin", "stdout", "stderr" };
	char path[32], target[32];

	if (symlink("/proc/self/fd", "/dev/fd") < 0)
		return;
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "/dev/%s", names[i]);
		snprintf(target, sizeof(target), "/proc/self/fd/%d", i);
		if (symlink(target, path) < 0)
			return;
	}
}

static void set_up_system(void)
{
	system_mount_all();
	system_mount("devpts", "/dev/pts");
	link_descriptors();
	system_set_limits();
	system_load_modules();
}

int main(void)
{
	bool in_place = getenv("CGMARK_CONTROL_FD") != NULL;

	if (getpid() != 1 && !in_place) {
		fprintf(stderr, "guest-shell: runs as the guest's PID 1\n");
		return 2;
	}
	if (!in_place)
		set_up_system();
	system_open_status();
	open_ports();
	watch_children();
	read_request();
	if (!se.rq.nr_args || !se.rq.nr_envs || !se.rq.cwd)
		system_bail_out("the host asked for nothing to run");
	start();
	serve();
}
