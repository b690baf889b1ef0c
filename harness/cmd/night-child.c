/* SPDX-License-Identifier: GPL-2.0-only */
#include "night-child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <time.h>

#include "alloc.h"
#include "exit-status.h"
#include "log.h"
#include "process.h"
#include "text.h"

#define GRACE_S 60

void night_say(const struct night_log *log, const char *fmt, ...)
{
	char text[1024], when[32];
	time_t now = time(NULL);
	struct tm tm;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_info("%s", text);
	gmtime_r(&now, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	dprintf(log->fd, "%s %s\n", when, text);
}

/* Seconds from now, as poll() takes them; -1: for ever. */
static int wait_ms(long long until_s)
{
	long long left = until_s - (long long)time(NULL);

	if (!until_s)
		return -1;
	return left <= 0 ? 0 : left > 3600 ? 3600 * 1000 : (int)left * 1000;
}

/* Whether it has ended by then. */
static bool wait_for(int pidfd, long long until_s)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	int r;

	do
		r = poll(&p, 1, wait_ms(until_s));
	while ((r < 0 && errno == EINTR) ||
	       (r == 0 && (long long)time(NULL) < until_s));
	return r != 0;
}

static int finish(const struct night_log *log, pid_t pid, int pidfd,
		  long long until_s)
{
	int status = 0;

	if (!wait_for(pidfd, until_s)) {
		night_say(log, "the time of the night is over");
		kill(pid, SIGTERM);
		if (!wait_for(pidfd, (long long)time(NULL) + GRACE_S))
			kill(pid, SIGKILL);
	}
	process_reap(pid, &status, NULL);
	close(pidfd);
	return process_exit_code(status);
}

/* As it would be typed. */
static void log_words(const struct night_log *log, const char *const *argv)
{
	_cleanup_free_ char *words = NULL;
	size_t nr = 0;

	while (argv[nr])
		nr++;
	words = or_abort(shell_quote(argv, nr));
	dprintf(log->fd, "+ %s\n", words);
}

int night_child(const struct night_log *log, const char *const *argv,
		const char *out, long long until_s)
{
	_cleanup_close_ int fd = -1;
	struct process p = { PROCESS_INIT };
	int pidfd, r;
	pid_t pid;

	log_words(log, argv);
	if (out) {
		fd = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		if (fd < 0) {
			log_err_errno(errno, "cannot write %s", out);
			return ST_HOST;
		}
	}
	p.err_fd = log->fd;
	p.out_fd = out ? fd : log->fd;
	/* It does not write to them. */
	memcpy(&p.argv, &argv, sizeof(p.argv));
	r = process_start(&p, &pid, &pidfd);
	if (r < 0) {
		log_err_errno(-r, "cannot run %s", argv[0]);
		return ST_HOST;
	}
	return finish(log, pid, pidfd, until_s);
}
