/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Extracts the output of tools in the guest from the status stream.  The stream
 * is not trusted: only planned points have files, their names come from the
 * plan alone, and they are no longer than the stream.
 */
#include "alloc.h"
#include "file.h"
#include "log.h"
#include "point-find.h"
#include "run-files.h"

struct raw {
	const struct run *run;
	const struct run_boot *boot;
	struct point_find find;
	const struct plan_point *point; /* of the next lines, or NULL */
	bool some[NR_RAWFILES];
	struct strbuf data[NR_RAWFILES];
	unsigned malformed; /* lines */
};

char *raw_file_name(const struct plan_point *p, enum rawfile_kind kind)
{
	char *name =
		xasprintf("%s%s%s.%s", p->id.bench, *p->id.params ? "," : "",
			  p->id.params, rawfile_kind_str(kind));

	for (char *s = name; (s = strchr(s, '/'));)
		*s = '-';
	if (is_file_name(name))
		return name;
	free(name);
	return NULL;
}

static int write_one(struct raw *raw, enum rawfile_kind kind)
{
	_cleanup_free_ char *name = raw_file_name(raw->point, kind);
	_cleanup_free_ char *path = NULL;
	int r;

	if (!name) {
		log_warn("boot %s: %s of %s %s is not kept: no file can have"
			 " that name",
			 raw->boot->id, rawfile_kind_str(kind),
			 raw->point->id.bench, raw->point->id.params);
		return 0;
	}
	path = run_boot_path(raw->run, raw->boot, name);
	r = write_file_atomic(path, raw->data[kind].buf, raw->data[kind].len);
	return r < 0 ? log_err_errno(-r, "cannot write %s", path) : 0;
}

/* The point has ended, or another has begun. */
static int end_point(struct raw *raw)
{
	int r = 0;

	for (int i = 0; i < NR_RAWFILES; i++) {
		if (raw->some[i] && raw->point && r == 0)
			r = write_one(raw, i);
		raw->some[i] = false;
		strbuf_reset(&raw->data[i]);
	}
	raw->point = NULL;
	return r;
}

/* The lines that follow are of the point of this name, or of none. */
static void start_point(struct raw *raw, const char *name)
{
	size_t i = point_find_name(&raw->find, name, strlen(name));

	if (i != NO_POINT)
		raw->point = &raw->run->points[i].plan;
}

static int take_line(struct raw *raw, char *line)
{
	static const char start[] = "# start ";
	const char *text = line + strspn(line, " ");
	enum rawfile_kind kind;
	char *data;
	size_t len;
	int r;

	if (!strncmp(text, start, strlen(start))) {
		r = end_point(raw);
		start_point(raw, text + strlen(start));
		return r;
	}
	if (!strncmp(text, "ok ", 3) || !strncmp(text, "not ok ", 7))
		return end_point(raw);
	r = rawfile_parse(line, &kind, &data, &len);
	if (r == 0) {
		strbuf_add(&raw->data[kind], data, len);
		raw->some[kind] = true;
	}
	raw->malformed += r == -EBADMSG;
	return 0;
}

static int take_stream(struct raw *raw, char *text, size_t len)
{
	char *end = text + len, *lf;
	int r = 0;

	/* A last line without LF is incomplete. */
	for (; r == 0 && (lf = memchr(text, '\n', end - text)); text = lf + 1) {
		*lf = '\0';
		r = take_line(raw, text);
	}
	return r == 0 ? end_point(raw) : r;
}

int run_save_raw(const struct run *run, const struct run_boot *boot)
{
	_cleanup_free_ char *path = run_boot_path(run, boot, "status.ktap");
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	struct raw raw = {
		.run = run,
		.boot = boot,
		.find = { .points = run->points, .nr_points = run->nr_points },
	};
	int r;

	r = read_file(path, &text);
	if (r < 0 && r != -ENOENT)
		return log_err_errno(-r, "cannot read %s", path);
	if (r == 0)
		r = take_stream(&raw, text.buf, text.len);
	else
		r = 0;
	if (raw.malformed)
		log_warn("%s: %u malformed lines of files", path,
			 raw.malformed);
	for (int i = 0; i < NR_RAWFILES; i++)
		strbuf_release(&raw.data[i]);
	return r;
}
