/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clean.h"
#include "log.h"
#include "monotonic.h"
#include "progress.h"

#define NS_PER_S 1000000000ULL
#define LINE_MAX_COLUMNS 78
#define HALF_COLUMNS ((LINE_MAX_COLUMNS - 3) / 2)
/* Often enough to look alive, seldom enough for a log. */
#define TTY_INTERVAL_NS (NS_PER_S / 5)
#define PLAIN_INTERVAL_NS (10 * NS_PER_S)

void progress_init(struct progress *p, const char *what)
{
	memset(p, 0, sizeof(*p));
	snprintf(p->what, sizeof(p->what), "%s", what);
	p->tty = isatty(STDERR_FILENO) == 1;
	p->quiet = log_get_level() < LOG_INFO;
	p->step_ns = now_ns();
}

static void format_left(char *buf, size_t size, uint64_t left_s)
{
	if (left_s >= 3600)
		snprintf(buf, size, ", %" PRIu64 ":%02u:%02u left",
			 left_s / 3600, (unsigned)(left_s / 60 % 60),
			 (unsigned)(left_s % 60));
	else
		snprintf(buf, size, ", %02u:%02u left", (unsigned)(left_s / 60),
			 (unsigned)(left_s % 60));
}

/* " DONE/TOTAL, MM:SS left", once some parts are finished. */
static void format_numbers(char *buf, size_t size, const struct progress *p,
			   uint64_t done, uint64_t total, uint64_t elapsed_ns)
{
	uint64_t parts = done - p->base_done;
	char left[48] = "";

	if (parts > 0 && elapsed_ns >= NS_PER_S && done < total)
		format_left(left, sizeof(left),
			    (uint64_t)((double)elapsed_ns / parts *
					       (total - done) / NS_PER_S +
				       0.5));
	buf[0] = '\0';
	if (total > 0)
		snprintf(buf, size, " %" PRIu64 "/%" PRIu64 "%s", done, total,
			 left);
}

void progress_format(char *buf, size_t size, const struct progress *p,
		     uint64_t done, uint64_t total, uint64_t elapsed_ns)
{
	char numbers[96];

	format_numbers(numbers, sizeof(numbers), p, done, total, elapsed_ns);
	snprintf(buf, size, "%s%s%s", p->what, p->step, numbers);
}

void progress_format_half(char *buf, size_t size, const struct progress *p,
			  uint64_t elapsed_ns)
{
	char head[sizeof(p->name) + sizeof(p->step) + 2], numbers[96];
	char *left;
	size_t room;

	format_numbers(numbers, sizeof(numbers), p, p->done, p->total,
		       elapsed_ns);
	left = strstr(numbers, " left");
	if (left)
		*left = '\0';
	snprintf(head, sizeof(head), "%.14s: %s", p->name, p->step);
	room = size - 1 > strlen(numbers) ? size - 1 - strlen(numbers) : 0;
	snprintf(buf, size, "%.*s%s", (int)room, head, numbers);
}

/* The last column stays free: some terminals wrap as soon as it is full. */
static size_t room(void)
{
	struct winsize ws = { 0 };

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) < 0 || ws.ws_col < 2 ||
	    ws.ws_col > LINE_MAX_COLUMNS)
		return LINE_MAX_COLUMNS;
	return ws.ws_col - 1;
}

static void show(struct progress *p, const char *line)
{
	_cleanup_free_ char *clean = clean_text(line);
	size_t len = strlen(clean);

	if (p->tty && len > room()) {
		len = room();
		clean[len] = '\0';
	}
	if (!p->tty) {
		log_info("%s", clean);
	} else {
		fprintf(stderr, "%-*s\r", (int)p->width, clean);
		fflush(stderr);
		p->width = len;
	}
	p->shown_ns = now_ns();
}

/* On a terminal, of two that share the line it shows both. */
static void show_own(struct progress *p, uint64_t now)
{
	const struct progress *left = p->left, *right = p->right;
	char line[LINE_MAX_COLUMNS + 1], a[HALF_COLUMNS + 1],
		b[HALF_COLUMNS + 1];

	if (left && p->tty) {
		progress_format_half(a, sizeof(a), left, now - left->step_ns);
		progress_format_half(b, sizeof(b), right, now - right->step_ns);
		snprintf(line, sizeof(line), "%s | %s", a, b);
	} else {
		progress_format(line, sizeof(line), p, p->done, p->total,
				now - p->step_ns);
	}
	show(p, line);
	if (left && p->tty)
		p->left->width = p->right->width = p->width;
}

void progress_join(struct progress *left, const char *left_name,
		   struct progress *right, const char *right_name)
{
	left->left = right->left = left;
	left->right = right->right = right;
	snprintf(left->name, sizeof(left->name), "%s", left_name);
	snprintf(right->name, sizeof(right->name), "%s", right_name);
	if (left->width < right->width)
		left->width = right->width;
	right->width = left->width;
}

void progress_step(struct progress *p, const char *step)
{
	if (strcmp(p->step, step) == 0)
		return;
	snprintf(p->step, sizeof(p->step), "%s", step);
	p->step_ns = now_ns();
	p->based = false;
	p->done = p->total = 0;
	if (!p->quiet)
		show_own(p, p->step_ns);
}

void progress_set(struct progress *p, uint64_t done, uint64_t total)
{
	uint64_t now = now_ns();
	uint64_t interval = p->tty ? TTY_INTERVAL_NS : PLAIN_INTERVAL_NS;

	if (!p->based) {
		p->base_done = done;
		p->based = true;
	}
	if (p->quiet || done > total || done < p->base_done)
		return;
	p->done = done;
	p->total = total;
	if (done < total && p->shown_ns && now - p->shown_ns < interval)
		return;
	show_own(p, now);
}

void progress_end(struct progress *p)
{
	struct progress *left = p->left, *right = p->right;

	if (p->tty && !p->quiet && p->width > 0) {
		fprintf(stderr, "%*s\r", (int)p->width, "");
		fflush(stderr);
	}
	p->width = 0;
	if (!left)
		return;
	left->width = right->width = 0;
	left->left = left->right = right->left = right->right = NULL;
}
