/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "metal.h"
#include "ports.h"
#include "record.h"
#include "relay.h"
#include "stints.h"
#include "system.h"
#include "tap.h"

#define PLAN "/plan.tsv"
#define PLAN_BYTES_MAX (4 * 1024 * 1024)
#define STINTS_MAX 128

/* Where a benchmark program finds its channels. */
#define CHILD_STATUS_FD 3
#define CHILD_SAMPLES_FD 4

/* A run of successive points of one program. */
struct stint {
	char binary[REC_BENCH_MAX];
	unsigned first, nr;
};

struct init {
	int samples_fd;
	struct stint stints[STINTS_MAX];
	unsigned nr_stints;
	unsigned points;  /* in the plan */
	unsigned samples; /* records forwarded */
	unsigned holes;	  /* their pattern */
	uint32_t crc;	  /* of all bytes forwarded */
};

/* Large and used in poll() loops: keep it off the stack. */
static struct init in = { .samples_fd = -1 };
static struct relay status_relay, samples_relay, output_relay;
static char plan[PLAN_BYTES_MAX];

static void open_channels(void)
{
	int status_fd;

	if (metal_begin(&status_fd, &in.samples_fd)) {
		system_take_status(status_fd);
		return;
	}
	system_open_status();
	in.samples_fd = port_open("cgmark.samples", "CGMARK_SAMPLES_FD");
	if (in.samples_fd < 0)
		system_bail_out("no port cgmark.samples: %s",
				strerror(-in.samples_fd));
}

static int on_option(const char *key, const char *value, void *arg)
{
	char *end;

	if (strcmp(key, "holes"))
		return 0;
	in.holes = strtoul(value, &end, 10);
	if (*value < '0' || *value > '9' || *end)
		system_bail_out("plan: option holes cannot be '%.40s'", value);
	return 0;
}

static int on_point(const struct plan_point *p, void *arg)
{
	struct stint *s = &in.stints[in.nr_stints - 1];

	if (!in.nr_stints || strcmp(s->binary, p->binary)) {
		if (in.nr_stints == STINTS_MAX)
			system_bail_out(
				"plan: more than %d times another program",
				STINTS_MAX);
		s = &in.stints[in.nr_stints++];
		strcpy(s->binary, p->binary);
		s->first = in.points;
	}
	s->nr++;
	in.points++;
	return 0;
}

static void read_plan(void)
{
	struct rec_error err = { 0 };
	size_t len = 0;
	ssize_t n;
	int fd;

	fd = open(PLAN, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		system_bail_out("open " PLAN ": %s", strerror(errno));
	while (len < sizeof(plan) &&
	       (n = read(fd, plan + len, sizeof(plan) - len)) > 0)
		len += n;
	close(fd);
	if (rec_parse_plan(plan, len, on_option, on_point, NULL, &err) < 0)
		system_bail_out("plan: %s", err.text);
}

static void set_up_relay(struct relay *r, int fd, int out, const char *prefix)
{
	r->in = fd;
	r->out = out;
	r->prefix = prefix;
	r->len = 0;
}

/* In the child.  The pipes lie above the descriptors that they replace. */
static void exec_binary(const struct stint *s, const int *fds,
			const struct stints_how *how)
{
	static char status_env[] = "CGMARK_STATUS_FD=3";
	static char samples_env[] = "CGMARK_SAMPLES_FD=4";
	static char plan_option[] = "--plan", plan_path[] = PLAN;
	char *envp[STINTS_ENV_MAX + 3] = { status_env, samples_env };
	char path[REC_BENCH_MAX + 16], first[12], nr[12];
	char *argv[] = { path, plan_option, plan_path, first, nr, NULL };

	snprintf(path, sizeof(path), "/bench/%s", s->binary);
	snprintf(first, sizeof(first), "%u", s->first);
	snprintf(nr, sizeof(nr), "%u", s->nr);
	for (unsigned i = 0; how->env && how->env[i] && i < STINTS_ENV_MAX; i++)
		envp[2 + i] = how->env[i];
	if (how->prepare)
		how->prepare();
	dup2(fds[2], STDOUT_FILENO);
	dup2(fds[2], STDERR_FILENO);
	dup2(fds[0], CHILD_STATUS_FD);
	dup2(fds[1], CHILD_SAMPLES_FD);
	execve(path, argv, envp);
	tap_line(CHILD_STATUS_FD, "# execute %s: %s", path, strerror(errno));
	_exit(127);
}

/* Write ends for the child go into fds, read ends into the relays. */
static void make_pipes(int *fds)
{
	struct relay *const relays[3] = { &status_relay, &samples_relay,
					  &output_relay };
	int p[2];

	for (int i = 0; i < 3; i++) {
		if (pipe2(p, O_CLOEXEC) < 0)
			system_bail_out("pipe: %s", strerror(errno));
		relays[i]->in = p[0];
		fds[i] = fcntl(p[1], F_DUPFD_CLOEXEC, 10);
		close(p[1]);
		if (fds[i] < 0)
			system_bail_out("pipe: %s", strerror(errno));
	}
	set_up_relay(&status_relay, status_relay.in, system_status_fd, "    ");
	set_up_relay(&samples_relay, samples_relay.in, in.samples_fd, "");
	samples_relay.lines = &in.samples;
	samples_relay.crc = &in.crc;
	set_up_relay(&output_relay, output_relay.in, system_status_fd,
		     "    # ");
}

static void pump(struct relay *relay)
{
	int r = relay_pump(relay);

	if (r < 0)
		system_bail_out("hand on a stream: %s", strerror(-r));
}

/*
 * Relay until all three pipes have ended.  What the program leaves running when
 * it ends keeps them open: kill it.
 */
static void relay_all(int pidfd, const struct stints_how *how)
{
	struct relay *const relays[3] = { &status_relay, &samples_relay,
					  &output_relay };
	struct pollfd fds[4] = { [3] = { .fd = pidfd, .events = POLLIN } };
	int open_pipes;

	for (;;) {
		open_pipes = 0;
		for (int i = 0; i < 3; i++) {
			fds[i].fd = relays[i]->in;
			fds[i].events = POLLIN;
			open_pipes += relays[i]->in >= 0;
		}
		if (!open_pipes)
			return;
		if (poll(fds, 4, -1) < 0) {
			if (errno == EINTR)
				continue;
			system_bail_out("poll: %s", strerror(errno));
		}
		if (fds[3].revents) {
			how->kill_rest();
			fds[3].fd = -1;
		}
		for (int i = 0; i < 3; i++)
			if (fds[i].revents)
				pump(relays[i]);
	}
}

static void report_binary(unsigned i, int status)
{
	enum tap_result result = TAP_ERROR;
	char text[128] = "";

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		result = TAP_OK;
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 1)
		snprintf(text, sizeof(text), "a point of it failed");
	else if (WIFEXITED(status))
		snprintf(text, sizeof(text), "could not run: status %d",
			 WEXITSTATUS(status));
	else
		snprintf(text, sizeof(text), "killed by signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 1)
		result = TAP_FAIL;
	tap_result(system_status_fd, result, i + 1, in.stints[i].binary, text);
}

/* Reap it and its orphans, which this process inherits. */
static int reap(pid_t pid)
{
	int status = -1, s;
	pid_t ended;

	while ((ended = waitpid(-1, &s, 0)) > 0 || errno == EINTR)
		if (ended == pid)
			status = s;
	return status;
}

static void run_binary(unsigned i, const struct stints_how *how)
{
	int fds[3], pidfd;
	pid_t pid;

	make_pipes(fds);
	pid = fork();
	if (pid < 0)
		system_bail_out("fork: %s", strerror(errno));
	if (pid == 0)
		exec_binary(&in.stints[i], fds, how);
	for (int k = 0; k < 3; k++)
		close(fds[k]);
	pidfd = syscall(SYS_pidfd_open, pid, 0);
	relay_all(pidfd, how);
	report_binary(i, reap(pid));
	if (pidfd >= 0)
		close(pidfd);
}

static void begin_streams(void)
{
	char head[REC_LINE_MAX];
	int n = rec_format_head(head, sizeof(head), "cgmark-samples");

	tap_line(system_status_fd, "1..%u", in.nr_stints);
	in.crc = rec_crc32(0, head, n);
	if (write_all(in.samples_fd, head, n) < 0)
		system_bail_out("begin the samples: %s", strerror(errno));
}

void stints_end(void)
{
	char line[REC_LINE_MAX];
	int n = rec_format_end(line, sizeof(line), in.samples, in.crc);

	if (write_all(in.samples_fd, line, n) < 0)
		system_bail_out("end the samples: %s", strerror(errno));
	tap_line(system_status_fd, "# cgmark: end");
	metal_end();
}

void stints_begin(void)
{
	open_channels();
	read_plan();
	begin_streams();
	/* Home knows by this that userspace was reached. */
	metal_flush();
}

unsigned stints_holes(void)
{
	return in.holes;
}

void stints_run(const struct stints_how *how)
{
	for (unsigned i = 0; i < in.nr_stints; i++) {
		run_binary(i, how);
		metal_flush();
	}
}
