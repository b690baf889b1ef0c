/* SPDX-License-Identifier: GPL-2.0-only */
#include "boot-read.h"
#include "alloc.h"
#include "clean.h"
#include "monotonic.h"
#include "oops.h"
#include "status-line.h"

#define REPORT_LINES 8 /* of a splat, beside its first */
#define CUT "..."      /* begins what continues a line that is too long */
#define CUT_KEPT 128   /* bytes of it that are looked at again */

static void keep_first(char **slot, const char *line)
{
	if (!*slot)
		*slot = clean_text(line);
}

/* The last lines; after a splat, those around its first line. */
static void keep_tail(struct boot_read *rd, const char *line)
{
	char **slot;

	if (rd->splat_line && rd->report_nr++ >= REPORT_LINES)
		return;
	slot = &rd->tail[rd->tail_nr++ % BOOT_TAIL];
	free(*slot);
	*slot = clean_text(line);
}

static void console_line(struct boot_read *rd, const char *line)
{
	const char *text;
	enum splat splat = oops_classify(line, &text);

	if (!*line)
		return;
	keep_tail(rd, line);
	if (splat == SPLAT_NONE)
		return;
	keep_first(&rd->splat_line, text);
	if (splat != SPLAT_PANIC || rd->panic_line)
		return;
	keep_first(&rd->panic_line, text);
	rd->panic_ns = now_ns();
}

static void point_result(struct boot_read *rd, const struct status_line *l)
{
	rd->point_ns = 0;
	switch (l->status) {
	case POINT_DONE:
		rd->nr_measured++;
		break;
	case POINT_SKIP:
		rd->nr_skipped++;
		break;
	default:
		rd->nr_bad++;
		keep_first(&rd->bad_line, l->text);
		break;
	}
}

/*
 * Only what supervision needs; the file is read again, with care, at the end.
 * Results of points are indented, those of whole programs are not.
 */
static void status_line(struct boot_read *rd, const char *line)
{
	struct status_line l;

	rd->hello = true;
	status_line_parse(line, &l);
	switch (l.kind) {
	case STATUS_LINE_BAIL:
		keep_first(&rd->bail_line, l.text);
		break;
	case STATUS_LINE_START:
		rd->point_ns = now_ns();
		snprintf(rd->point, sizeof(rd->point), "%s", l.name);
		break;
	case STATUS_LINE_END:
		if (!l.nested)
			rd->status_end = true;
		break;
	case STATUS_LINE_RESULT:
		if (l.nested && l.name)
			point_result(rd, &l);
		break;
	default:
		break;
	}
}

static void take_line(struct boot_read *rd, enum machine_channel channel,
		      const char *line)
{
	switch (channel) {
	case CH_CONSOLE:
		console_line(rd, line);
		break;
	case CH_STATUS:
		status_line(rd, line);
		break;
	case CH_SAMPLES:
		/* The end record has to be the last line. */
		rd->samples_end = !strncmp(line, "E\t", 2);
		break;
	default:
		break;
	}
}

static void end_line(struct boot_read *rd, enum machine_channel channel)
{
	struct boot_line *line = &rd->lines[channel];

	line->text[line->len] = '\0';
	line->text[strcspn(line->text, "\r")] = '\0';
	line->len = 0;
	take_line(rd, channel, line->text);
}

/*
 * A program may print at length without an end of line, and the kernel behind
 * it.  No message begins with the mark, but one inside is found by its stamp.
 */
static void cut_line(struct boot_read *rd)
{
	struct boot_line *line = &rd->lines[CH_CONSOLE];
	char kept[CUT_KEPT];

	memcpy(kept, line->text + line->len - CUT_KEPT, CUT_KEPT);
	end_line(rd, CH_CONSOLE);
	memcpy(line->text, CUT, strlen(CUT));
	memcpy(line->text + strlen(CUT), kept, CUT_KEPT);
	line->len = strlen(CUT) + CUT_KEPT;
}

/*
 * On the console, CR (progress output) and NUL (a serial port that was reset)
 * end a line as well: what follows is seen.
 */
static const char *find_end(enum machine_channel channel, const char *data,
			    size_t len)
{
	if (channel != CH_CONSOLE)
		return memchr(data, '\n', len);
	for (size_t i = 0; i < len; i++)
		if (data[i] == '\n' || data[i] == '\r' || !data[i])
			return data + i;
	return NULL;
}

/* As much as has room; what does not is dropped, but for the console's. */
static size_t add_to_line(struct boot_read *rd, enum machine_channel channel,
			  const char *data, size_t len)
{
	struct boot_line *line = &rd->lines[channel];
	size_t room = sizeof(line->text) - 1 - line->len;
	size_t copy = len < room ? len : room;

	memcpy(line->text + line->len, data, copy);
	line->len += copy;
	if (copy == len || channel != CH_CONSOLE)
		return len;
	cut_line(rd);
	return copy;
}

void boot_read_eof(struct boot_read *rd, enum machine_channel channel)
{
	if (rd->lines[channel].len)
		end_line(rd, channel);
}

void boot_read_bytes(struct boot_read *rd, enum machine_channel channel,
		     const char *data, size_t len)
{
	const char *end = data + len;

	while (data < end) {
		const char *eol = find_end(channel, data, end - data);
		const char *to = eol ? eol : end;

		while (data < to)
			data += add_to_line(rd, channel, data, to - data);
		if (eol) {
			data++;
			end_line(rd, channel);
		}
	}
}

void boot_read_release(struct boot_read *rd)
{
	for (int i = 0; i < BOOT_TAIL; i++)
		free(rd->tail[i]);
	free(rd->bad_line);
	free(rd->bail_line);
	free(rd->panic_line);
	free(rd->splat_line);
	memset(rd, 0, sizeof(*rd));
}
