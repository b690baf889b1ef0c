/* SPDX-License-Identifier: GPL-2.0-only */
/* What supervision understands of the text that a guest sends. */
#include "alloc.h"
#include "boot-priv.h"
#include "monotonic.h"

#define PANIC_GRACE_MS 2000 /* for the trace behind the panic line */
#define REPORT_LINES 8	    /* of a splat, beside its first */

char *guest_printable(const char *s)
{
	char *copy = xstrdup(s);

	for (char *p = copy; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = *p == '\t' ? ' ' : '?';
	return copy;
}

static void keep_first(char **slot, const char *line)
{
	if (!*slot)
		*slot = guest_printable(line);
}

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " ");
}

static bool starts_with(const char *s, const char *head)
{
	return !strncmp(s, head, strlen(head));
}

/* The last lines; once there is a splat, those around its first line. */
static void keep_tail(struct guest *g, const char *line)
{
	char **slot;

	if (g->splat_line && g->report_nr++ >= REPORT_LINES)
		return;
	slot = &g->tail[g->tail_nr++ % GUEST_TAIL];
	free(*slot);
	*slot = guest_printable(line);
}

static void console_line(struct guest *g, const char *line)
{
	enum splat splat = oops_classify(line);

	if (!*line)
		return;
	keep_tail(g, line);
	if (splat == SPLAT_NONE)
		return;
	keep_first(&g->splat_line, oops_text(line));
	if (splat != SPLAT_PANIC || g->panic_line)
		return;
	keep_first(&g->panic_line, oops_text(line));
	if (!g->stop_ns)
		g->stop_ns = now_ns() + PANIC_GRACE_MS * MS;
}

static void point_result(struct guest *g, const char *line)
{
	g->point_ns = 0;
	if (starts_with(line, "not ok ")) {
		g->nr_bad++;
		keep_first(&g->bad_line, line);
	} else if (strstr(line, " # SKIP")) {
		g->nr_skipped++;
	} else {
		g->nr_measured++;
	}
}

/*
 * Only what supervision needs: the points are read again, with care, from the
 * file.  Results of points are indented, those of whole programs are not.
 */
static void status_line(struct guest *g, const char *line)
{
	const char *text = skip_blanks(line);

	g->hello = true;
	if (starts_with(text, "Bail out!")) {
		keep_first(&g->bail_line, text);
	} else if (starts_with(text, "# start ")) {
		g->point_ns = now_ns();
		snprintf(g->point, sizeof(g->point), "%s",
			 text + strlen("# start "));
	} else if (starts_with(line, "# cgmark: end")) {
		g->status_end = true;
	} else if (text != line &&
		   (starts_with(text, "ok ") || starts_with(text, "not ok "))) {
		point_result(g, text);
	}
}

static void take_line(struct guest *g, enum machine_channel channel,
		      const char *line)
{
	switch (channel) {
	case CH_CONSOLE:
		console_line(g, line);
		break;
	case CH_STATUS:
		status_line(g, line);
		break;
	case CH_SAMPLES:
		/* The last line has to be it. */
		g->samples_end = starts_with(line, "E\t");
		break;
	default:
		break;
	}
}

void guest_flush_line(struct guest *g, enum machine_channel channel)
{
	struct channel *ch = &g->ch[channel];

	ch->line[ch->line_len] = '\0';
	ch->line[strcspn(ch->line, "\r")] = '\0';
	ch->line_len = 0;
	take_line(g, channel, ch->line);
}

void guest_take_bytes(struct guest *g, enum machine_channel channel,
		      const char *data, size_t len)
{
	struct channel *ch = &g->ch[channel];
	const char *end = data + len;

	while (data < end) {
		const char *lf = memchr(data, '\n', end - data);
		size_t n = (lf ? lf : end) - data;
		size_t room = sizeof(ch->line) - 1 - ch->line_len;
		size_t copy = n < room ? n : room;

		memcpy(ch->line + ch->line_len, data, copy);
		ch->line_len += copy;
		data += n;
		if (lf) {
			data++;
			guest_flush_line(g, channel);
		}
	}
}
