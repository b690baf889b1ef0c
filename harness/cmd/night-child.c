/* SPDX-License-Identifier: GPL-2.0-only */
#include "night-child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>

#include "alloc.h"
#include "exit-status.h"
#include "interrupt.h"
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

/* Of signals; -1: none are caught. */
static int signal_fd = -1;
static bool interrupted;

int night_catch_signals(void)
{
	sigset_t set;

	interrupt_mask(&set);
	signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signal_fd < 0)
		return log_err_errno(errno, "cannot catch signals");
	interrupt_block(NULL);
	return 0;
}

/* The signal that came, or 0. */
static int take_signal(void)
{
	struct signalfd_siginfo info;

	if (signal_fd < 0 ||
	    read(signal_fd, &info, sizeof(info)) != sizeof(info))
		return 0;
	interrupted = true;
	return (int)info.ssi_signo;
}

bool night_interrupted(void)
{
	take_signal();
	return interrupted;
}

/* Whether it has ended by then; signals are passed on. */
static bool wait_for(pid_t pid, int pidfd, long long until_s)
{
	struct pollfd p[] = {
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
	};
	int r, sig;

	for (;;) {
		r = poll(p, ARRAY_SIZE(p), wait_ms(until_s));
		if (r > 0 && p[0].revents)
			return true;
		sig = r > 0 ? take_signal() : 0;
		if (sig)
			kill(pid, sig);
		if (r < 0 && errno != EINTR)
			return true;
		if (r == 0 && (long long)time(NULL) >= until_s)
			return false;
	}
}

static int finish(const struct night_log *log, pid_t pid, int pidfd,
		  long long until_s)
{
	int status = 0;

	if (!wait_for(pid, pidfd, until_s)) {
		night_say(log, "the time of the night is over");
		kill(pid, SIGTERM);
		if (!wait_for(pid, pidfd, (long long)time(NULL) + GRACE_S))
			kill(pid, SIGKILL);
	}
	process_reap(pid, &status, NULL);
	close(pidfd);
	return process_exit_code(status);
}

#define LAST_WORDS 400 /* bytes */

static char *skip(char *line, const char *head)
{
	size_t len = strlen(head);

	return strncmp(line, head, len) == 0 ? line + len : line;
}

/* The last line that the child has written to the log since it had this size. */
static void tell_last_words(const struct night_log *log, off_t from)
{
	char text[LAST_WORDS + 1], *line;
	struct stat st;
	ssize_t len;

	if (fstat(log->fd, &st) < 0 || st.st_size <= from)
		return;
	if (st.st_size - from > LAST_WORDS)
		from = st.st_size - LAST_WORDS;
	len = pread(log->fd, text, LAST_WORDS, from);
	while (len > 0 && text[len - 1] == '\n')
		len--;
	if (len <= 0)
		return;
	text[len] = '\0';
	line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	line = skip(skip(line, "cgmark: "), "error: ");
	log_err("%s", line);
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
	struct stat st = { 0 };
	int pidfd, r;
	pid_t pid;

	if (night_interrupted())
		return ST_INTERRUPTED;
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
	fstat(log->fd, &st);
	/* It does not write to them. */
	memcpy(&p.argv, &argv, sizeof(p.argv));
	r = process_start(&p, &pid, &pidfd);
	if (r < 0) {
		log_err_errno(-r, "cannot run %s", argv[0]);
		return ST_HOST;
	}
	r = finish(log, pid, pidfd, until_s);
	if (r != ST_OK && r != ST_REGRESSION && r != ST_INCONCLUSIVE &&
	    !interrupted)
		tell_last_words(log, st.st_size);
	return interrupted ? ST_INTERRUPTED : r;
}
