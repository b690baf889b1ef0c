/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>

#include "alloc.h"
#include "status.h"

#define KTAP_LINE_MAX 1024

#define NO_POINT SIZE_MAX

struct parser {
	struct ktap *k;
	const struct run_point *points;
	char **names;	/* of the points */
	size_t hint;	/* results come in the order of the plan */
	size_t started; /* point of the last "# start" line */
	bool *seen;	/* point has a result */
	bool head;	/* the version line was there */
	unsigned line;
};

char *ktap_point_name(const struct plan_point *p)
{
	return xasprintf("%s%s%s", p->bench, *p->params ? " " : "", p->params);
}

static void make_printable(char *s)
{
	for (; *s; s++)
		if (*s < ' ' || *s > '~')
			*s = '?';
}

__attribute__((format(printf, 2, 3))) static void fault(struct parser *p,
							const char *fmt, ...)
{
	struct ktap *k = p->k;
	char text[256];
	va_list ap;

	if (k->nr_faults++ >= KTAP_FAULTS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	make_printable(text);
	k->faults[k->nr_faults - 1] = xasprintf("line %u: %s", p->line, text);
}

/* The part of s behind word if s starts with that word, or NULL. */
static char *skip_word(char *s, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(s, word, len) || (s[len] && s[len] != ' '))
		return NULL;
	s += len;
	return s + strspn(s, " ");
}

static void set_text(struct ktap *k, size_t i, const char *text)
{
	free(k->text[i]);
	k->text[i] = xstrdup(text);
	make_printable(k->text[i]);
}

static size_t find_point(struct parser *p, const char *name)
{
	size_t nr = p->k->nr_points, i;

	for (size_t n = 0; n < nr; n++) {
		i = (p->hint + n) % nr;
		if (strcmp(p->names[i], name))
			continue;
		p->hint = i + 1;
		return i;
	}
	return NO_POINT;
}

static enum point_status status_of(bool ok, char **text)
{
	char *rest;

	rest = skip_word(*text, "SKIP");
	if (rest) {
		*text = rest;
		return POINT_SKIP;
	}
	rest = skip_word(*text, "ERROR");
	if (rest) {
		*text = rest;
		return POINT_ERROR;
	}
	if (skip_word(*text, "TIMEOUT"))
		return POINT_ERROR;
	return ok ? POINT_DONE : POINT_FAIL;
}

static void set_point(struct parser *p, size_t i, enum point_status status,
		      const char *text)
{
	struct ktap *k = p->k;

	if (p->seen[i]) {
		fault(p, "a second result of '%.100s'", p->names[i]);
		if (status >= k->status[i])
			return;
	}
	p->seen[i] = true;
	k->status[i] = status;
	set_text(k, i, text);
	if (p->started == i)
		p->started = NO_POINT;
}

/* A binary that failed as a whole says why its points are missing. */
static void set_binary(struct parser *p, const char *name, bool ok,
		       const char *text)
{
	struct ktap *k = p->k;
	bool planned = false;

	for (size_t i = 0; i < k->nr_points; i++) {
		if (strcmp(p->points[i].plan.binary, name))
			continue;
		planned = true;
		if (!ok && !p->seen[i] && *text)
			set_text(k, i, text);
	}
	if (!planned)
		fault(p, "result of '%.100s', which is not in the plan", name);
}

/* "N name # text", with "- " before the name where the writer likes it. */
static void parse_result(struct parser *p, bool ok, bool nested, char *s)
{
	enum point_status status;
	char *text = NULL, *hash;
	size_t i;

	if (!isdigit((unsigned char)*s)) {
		fault(p, "result without a number");
		return;
	}
	s += strspn(s, "0123456789");
	s += strspn(s, " ");
	if (!strncmp(s, "- ", 2))
		s += 2;
	hash = strstr(s, " #");
	if (hash) {
		text = hash + 2 + strspn(hash + 2, " ");
		while (hash > s && hash[-1] == ' ')
			hash--;
		*hash = '\0';
	}
	if (!text)
		text = s + strlen(s);
	status = status_of(ok, &text);
	if (!nested) {
		set_binary(p, s, ok, text);
		return;
	}
	i = find_point(p, s);
	if (i == NO_POINT)
		fault(p, "result of '%.100s', which is not in the plan", s);
	else
		set_point(p, i, status, text);
}

static void note_start(struct parser *p, const char *name)
{
	p->started = find_point(p, name);
	if (p->started == NO_POINT)
		fault(p, "start of '%.100s', which is not in the plan", name);
}

static void parse_comment(struct parser *p, char *s)
{
	char *rest;

	s += strspn(s, " ");
	rest = skip_word(s, "start");
	if (rest)
		note_start(p, rest);
	else if (!strcmp(s, "cgmark: end"))
		p->k->ended = true;
}

/* "1..N" */
static bool is_plan(const char *s)
{
	unsigned digits = 0;

	if (strncmp(s, "1..", 3))
		return false;
	for (s += 3; isdigit((unsigned char)*s); s++)
		digits++;
	return digits && !*s;
}

static void parse_line(struct parser *p, char *line)
{
	char *s = line + strspn(line, " "), *rest;
	bool nested = s > line;

	if (!*s)
		return;
	if (!p->head) {
		p->head = true;
		if (strcmp(s, "KTAP version 1"))
			fault(p, "'%.60s' instead of the KTAP version", s);
		else
			return;
	}
	if ((rest = skip_word(s, "ok")))
		parse_result(p, true, nested, rest);
	else if ((rest = skip_word(s, "not ok")))
		parse_result(p, false, nested, rest);
	else if (*s == '#')
		parse_comment(p, s + 1);
	else if ((rest = skip_word(s, "Bail out!"))) {
		free(p->k->bail);
		p->k->bail = xstrdup(rest);
		make_printable(p->k->bail);
	} else if (!is_plan(s) && strcmp(s, "KTAP version 1"))
		fault(p, "no KTAP: '%.60s'", s);
}

/* Copies a line so that it can be cut up; false if it is none. */
static bool copy_line(struct parser *p, const char *s, size_t len, char *ret)
{
	if (len && s[len - 1] == '\r')
		len--;
	if (len >= KTAP_LINE_MAX) {
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
	char line[KTAP_LINE_MAX];

	for (; buf < end; buf = lf + 1) {
		p->line++;
		lf = memchr(buf, '\n', end - buf);
		if (!lf) {
			/* Half a name may be the whole name of another. */
			fault(p, "truncated: the line does not end");
			return;
		}
		if (copy_line(p, buf, lf - buf, line))
			parse_line(p, line);
	}
}

/* Say of every point without a result what is known about it. */
static void explain_missing(struct parser *p)
{
	struct ktap *k = p->k;

	for (size_t i = 0; i < k->nr_points; i++) {
		if (p->seen[i] || *k->text[i])
			continue;
		if (i == p->started)
			set_text(k, i, "started, but did not end");
		else if (k->bail)
			set_text(k, i, k->bail);
	}
}

void ktap_parse(const char *buf, size_t len, const struct run_point *points,
		size_t nr_points, struct ktap *ret)
{
	_cleanup_free_ bool *seen = xcalloc(nr_points, sizeof(*seen));
	_cleanup_free_ char **names = xcalloc(nr_points, sizeof(*names));
	struct parser p = {
		.k = ret,
		.points = points,
		.names = names,
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
		names[i] = ktap_point_name(&points[i].plan);
	}
	parse_lines(&p, buf, len);
	explain_missing(&p);
	for (size_t i = 0; i < nr_points; i++)
		free(names[i]);
}

void ktap_release(struct ktap *k)
{
	for (size_t i = 0; k->text && i < k->nr_points; i++)
		free(k->text[i]);
	for (size_t i = 0; i < KTAP_FAULTS_MAX; i++)
		free(k->faults[i]);
	free(k->status);
	free(k->text);
	free(k->bail);
	memset(k, 0, sizeof(*k));
}
