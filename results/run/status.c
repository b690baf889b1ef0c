/* SPDX-License-Identifier: GPL-2.0-only */
#include "status.h"
#include "alloc.h"
#include "clean.h"
#include "point-find.h"
#include "status-line.h"

#define LINE_BYTES_MAX 1024

struct parser {
	struct status *st;
	const struct run_point *points;
	struct point_find find;
	size_t started; /* point of the last "# start" line */
	bool *seen;	/* point has a result */
	bool head;	/* the version line was there */
	unsigned line;
};

char *status_point_name(const struct plan_point *p)
{
	return xasprintf("%s%s%s", p->id.bench, *p->id.params ? " " : "",
			 p->id.params);
}

__attribute__((format(printf, 2, 3))) static void fault(struct parser *p,
							const char *fmt, ...)
{
	struct status *st = p->st;
	_cleanup_free_ char *clean = NULL;
	char text[256];
	va_list ap;

	if (st->nr_faults++ >= STATUS_FAULTS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	clean = clean_text(text);
	st->faults[st->nr_faults - 1] =
		xasprintf("line %u: %s", p->line, clean);
}

static void set_text(struct status *st, size_t i, const char *text)
{
	free(st->text[i]);
	st->text[i] = clean_text(text);
}

static bool same_name(const char *name, const char *s, size_t len)
{
	return !strncmp(name, s, len) && !name[len];
}

/* Length of a name to print. */
static int shown(size_t len)
{
	return len < 100 ? len : 100;
}

static void set_point(struct parser *p, size_t i, const struct status_line *l)
{
	struct status *st = p->st;

	if (p->seen[i]) {
		fault(p, "a second result of '%.*s'", shown(l->name_len),
		      l->name);
		if (l->status >= st->status[i])
			return;
	}
	p->seen[i] = true;
	st->status[i] = l->status;
	set_text(st, i, l->why);
	if (p->started == i)
		p->started = NO_POINT;
}

/* A binary that failed as a whole explains its missing points. */
static void set_binary(struct parser *p, const struct status_line *l)
{
	struct status *st = p->st;
	bool planned = false;

	for (size_t i = 0; i < st->nr_points; i++) {
		if (!same_name(p->points[i].plan.binary, l->name, l->name_len))
			continue;
		planned = true;
		if (!l->ok && !p->seen[i] && *l->why)
			set_text(st, i, l->why);
	}
	if (!planned)
		fault(p, "result of '%.*s', which is not in the plan",
		      shown(l->name_len), l->name);
}

static void take_result(struct parser *p, const struct status_line *l)
{
	size_t i;

	if (!l->name) {
		fault(p, "result without a number");
		return;
	}
	if (!l->nested) {
		set_binary(p, l);
		return;
	}
	i = point_find_name(&p->find, l->name, l->name_len);
	if (i == NO_POINT)
		fault(p, "result of '%.*s', which is not in the plan",
		      shown(l->name_len), l->name);
	else
		set_point(p, i, l);
}

static void take_start(struct parser *p, const struct status_line *l)
{
	p->started = point_find_name(&p->find, l->name, l->name_len);
	if (p->started == NO_POINT)
		fault(p, "start of '%.*s', which is not in the plan",
		      shown(l->name_len), l->name);
}

static void take_bail(struct status *st, const char *why)
{
	free(st->bail);
	st->bail = clean_text(why);
}

static void take_comment(struct status *st, const char *text)
{
	size_t head = strlen(RUN_UNSET_HEAD);

	run_facts_parse(text, &st->facts);
	if (strncmp(text, RUN_UNSET_HEAD, head) != 0)
		return;
	free(st->unset);
	st->unset = clean_text(text + head);
}

static void check_head(struct parser *p, const struct status_line *l)
{
	if (!p->head && l->kind != STATUS_LINE_VERSION)
		fault(p, "'%.60s' instead of the KTAP version", l->text);
	p->head = true;
}

static void take_line(struct parser *p, const char *line)
{
	struct status_line l;

	status_line_parse(line, &l);
	if (l.kind == STATUS_LINE_EMPTY)
		return;
	check_head(p, &l);
	switch (l.kind) {
	case STATUS_LINE_RESULT:
		take_result(p, &l);
		break;
	case STATUS_LINE_START:
		take_start(p, &l);
		break;
	case STATUS_LINE_END:
		p->st->ended = true;
		break;
	case STATUS_LINE_BAIL:
		take_bail(p->st, l.why);
		break;
	case STATUS_LINE_COMMENT:
		/* Those of programs are indented, and say nothing of a boot. */
		if (!l.nested && !strncmp(l.text, "# ", 2))
			take_comment(p->st, l.text + 2);
		break;
	case STATUS_LINE_OTHER:
		fault(p, "no KTAP: '%.60s'", l.text);
		break;
	default:
		break;
	}
}

/* Copies a line, NUL-terminated; false if it is malformed. */
static bool copy_line(struct parser *p, const char *s, size_t len, char *ret)
{
	if (len && s[len - 1] == '\r')
		len--;
	if (len >= LINE_BYTES_MAX) {
		fault(p, "%zu bytes long", len);
		return false;
	}
	if (memchr(s, '\0', len)) {
		fault(p, "a NUL byte");
		return false;
	}
	memcpy(ret, s, len);
	ret[len] = '\0';
	return true;
}

static void parse_lines(struct parser *p, const char *buf, size_t len)
{
	const char *end = buf + len, *lf;
	char line[LINE_BYTES_MAX];

	for (; buf < end; buf = lf + 1) {
		p->line++;
		lf = memchr(buf, '\n', end - buf);
		if (!lf) {
			/* Part of a name may be the name of another point. */
			fault(p, "truncated: the line does not end");
			return;
		}
		if (copy_line(p, buf, lf - buf, line))
			take_line(p, line);
	}
}

/* Gives each point without a result what is known of the cause. */
static void explain_missing(struct parser *p)
{
	struct status *st = p->st;

	for (size_t i = 0; i < st->nr_points; i++) {
		if (p->seen[i] || *st->text[i])
			continue;
		if (i == p->started)
			set_text(st, i, "started, but did not end");
		else if (st->bail)
			set_text(st, i, st->bail);
	}
}

void status_parse(const char *buf, size_t len, const struct run_point *points,
		  size_t nr_points, struct status *ret)
{
	_cleanup_free_ bool *seen = xcalloc(nr_points, sizeof(*seen));
	struct parser p = {
		.st = ret,
		.points = points,
		.find = { .points = points, .nr_points = nr_points },
		.seen = seen,
		.started = NO_POINT,
	};

	memset(ret, 0, sizeof(*ret));
	ret->nr_points = nr_points;
	ret->status = xcalloc(nr_points, sizeof(*ret->status));
	ret->text = xcalloc(nr_points, sizeof(*ret->text));
	for (size_t i = 0; i < nr_points; i++) {
		ret->status[i] = POINT_MISSING;
		ret->text[i] = xstrdup("");
	}
	parse_lines(&p, buf, len);
	explain_missing(&p);
}

void status_release(struct status *st)
{
	for (size_t i = 0; st->text && i < st->nr_points; i++)
		free(st->text[i]);
	for (size_t i = 0; i < STATUS_FAULTS_MAX; i++)
		free(st->faults[i]);
	free(st->status);
	free(st->text);
	free(st->bail);
	free(st->unset);
	memset(st, 0, sizeof(*st));
}
