/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "log.h"
#include "monotonic.h"
#include "progress.h"

#define NS_PER_S 1000000000ULL
#define LINE_MAX_COLUMNS 78
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

void progress_format(char *buf, size_t size, const struct progress *p,
		     uint64_t done, uint64_t total, uint64_t elapsed_ns)
{
	uint64_t parts = done - p->base_done;
	char left[48] = "";

	if (parts > 0 && elapsed_ns >= NS_PER_S && done < total)
		format_left(left, sizeof(left),
			    (uint64_t)((double)elapsed_ns / parts *
					       (total - done) / NS_PER_S +
				       0.5));
	if (total > 0)
		snprintf(buf, size, "%s%s %" PRIu64 "/%" PRIu64 "%s", p->what,
			 p->step, done, total, left);
	else
		snprintf(buf, size, "%s%s", p->what, p->step);
}

static void show(struct progress *p, const char *line)
{
	size_t len = strlen(line);

	if (!p->tty) {
		log_info("%s", line);
	} else {
		fprintf(stderr, "%-*s\r", (int)p->width, line);
		fflush(stderr);
		p->width = len;
	}
	p->shown_ns = now_ns();
}

void progress_step(struct progress *p, const char *step)
{
	char line[LINE_MAX_COLUMNS + 1];

	if (strcmp(p->step, step) == 0)
		return;
	snprintf(p->step, sizeof(p->step), "%s", step);
	p->step_ns = now_ns();
	p->based = false;
	if (p->quiet)
		return;
	progress_format(line, sizeof(line), p, 0, 0, 0);
	show(p, line);
}

void progress_set(struct progress *p, uint64_t done, uint64_t total)
{
	uint64_t now = now_ns();
	uint64_t interval = p->tty ? TTY_INTERVAL_NS : PLAIN_INTERVAL_NS;
	char line[LINE_MAX_COLUMNS + 1];

	if (!p->based) {
		p->base_done = done;
		p->based = true;
	}
	if (p->quiet || done > total || done < p->base_done)
		return;
	if (done < total && p->shown_ns && now - p->shown_ns < interval)
		return;
	progress_format(line, sizeof(line), p, done, total, now - p->step_ns);
	show(p, line);
}

void progress_end(struct progress *p)
{
	if (p->tty && !p->quiet && p->width > 0) {
		fprintf(stderr, "%*s\r", (int)p->width, "");
		fflush(stderr);
	}
	p->width = 0;
}
