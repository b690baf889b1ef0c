/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pty COMMAND [ARGUMENT]...: runs it on a terminal of 33 rows and 101 columns,
 * as a user would.  What it does comes from stdin, a line each:
 *
 *	expect TEXT	wait until the command has written TEXT, since the last one
 *	send TEXT	type it; \r, \\ and \xNN are understood
 *	size ROWS COLS	change the window
 *	kill SIGNAL	to the command
 *	raw		wait until the terminal is in raw mode
 *	end STATUS	wait for the command's end; 128 + N: by signal N
 *
 * What the command writes goes to stdout.  Status: 0: all of this came to pass,
 * and the terminal is as it was before.
 */
#include <ctype.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>

#include "macro.h"

#define PATIENCE_MS 60000
#define STEP_MS 50

static int master;
static pid_t child;
static struct termios before;
static char seen[1 << 20]; /* since the last expect */
static size_t nr_seen;

static void fail(const char *what, const char *arg) __attribute__((noreturn));
static void fail(const char *what, const char *arg)
{
	fprintf(stderr, "pty: %s: %s\n", what, arg);
	kill(child, SIGKILL);
	exit(1);
}

/* Takes what comes within STEP_MS; false: nothing came. */
static bool take(void)
{
	struct pollfd p = { .fd = master, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, STEP_MS) <= 0)
		return false;
	n = read(master, seen + nr_seen, sizeof(seen) - 1 - nr_seen);
	if (n <= 0)
		return false;
	fwrite(seen + nr_seen, 1, n, stdout);
	fflush(stdout);
	for (ssize_t i = 0; i < n; i++)
		if (!seen[nr_seen + i])
			seen[nr_seen + i] = '?';
	nr_seen += n;
	seen[nr_seen] = '\0';
	return true;
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void expect(const char *text)
{
	long end = now_ms() + PATIENCE_MS;
	char *at;

	while (!(at = strstr(seen, text))) {
		if (now_ms() > end)
			fail("this did not come", text);
		take();
	}
	at += strlen(text);
	nr_seen -= at - seen;
	memmove(seen, at, nr_seen + 1);
}

static void type(const char *text)
{
	unsigned byte;
	char c;

	for (; *text; text++) {
		c = *text;
		if (c == '\\' && sscanf(text, "\\x%2x", &byte) == 1) {
			c = byte;
			text += 3;
		} else if (c == '\\') {
			text++;
			c = *text == 'r' ? '\r' : *text;
		}
		if (write(master, &c, 1) != 1)
			fail("cannot type", text);
	}
}

static void resize(const char *size)
{
	struct winsize ws = { 0 };

	if (sscanf(size, "%hu %hu", &ws.ws_row, &ws.ws_col) != 2 ||
	    ioctl(master, TIOCSWINSZ, &ws) < 0)
		fail("cannot resize", size);
}

static void wait_raw(void)
{
	long end = now_ms() + PATIENCE_MS;
	struct termios t;

	do {
		take();
		if (now_ms() > end)
			fail("not in raw mode", "");
	} while (tcgetattr(master, &t) < 0 || (t.c_lflag & ICANON));
}

static void wait_end(const char *want)
{
	long end = now_ms() + PATIENCE_MS;
	char got[16];
	int status;

	while (waitpid(child, &status, WNOHANG) == 0) {
		if (now_ms() > end)
			fail("it does not end", want);
		take();
	}
	while (take())
		;
	snprintf(got, sizeof(got), "%d",
		 WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				     : WEXITSTATUS(status));
	if (strcmp(got, want))
		fail("it ended with status", got);
}

/* Whoever restores the terminal of a killed process may need a moment. */
static void check_restored(void)
{
	long end = now_ms() + 5000;
	struct termios t;

	do {
		if (now_ms() > end)
			fail("the terminal is not as before", "");
		take();
	} while (tcgetattr(master, &t) < 0 || t.c_iflag != before.c_iflag ||
		 t.c_oflag != before.c_oflag || t.c_cflag != before.c_cflag ||
		 t.c_lflag != before.c_lflag ||
		 memcmp(t.c_cc, before.c_cc, sizeof(t.c_cc)));
}

static void obey(char *line)
{
	char *arg = strchr(line, ' ');

	arg = arg ? arg + 1 : line + strlen(line);
	if (strncmp(line, "expect ", 7) == 0)
		expect(arg);
	else if (strncmp(line, "send ", 5) == 0)
		type(arg);
	else if (strncmp(line, "size ", 5) == 0)
		resize(arg);
	else if (strncmp(line, "kill ", 5) == 0)
		kill(child, atoi(arg));
	else if (strcmp(line, "raw") == 0)
		wait_raw();
	else if (strncmp(line, "end ", 4) == 0)
		wait_end(arg);
	else
		fail("no such line", line);
}

int main(int argc, char **argv)
{
	struct winsize ws = { .ws_row = 33, .ws_col = 101 };
	char line[1024];

	if (argc < 2)
		return 2;
	child = forkpty(&master, NULL, NULL, &ws);
	if (child == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (child < 0 || tcgetattr(master, &before) < 0) {
		perror("pty");
		return 1;
	}
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		obey(line);
	}
	check_restored();
	return 0;
}
