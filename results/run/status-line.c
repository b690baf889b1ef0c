/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "status-line.h"

#define DIGITS "0123456789"

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " ");
}

/* The rest of s if s starts with that word, or NULL. */
static const char *skip_word(const char *s, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(s, word, len) || (s[len] && s[len] != ' '))
		return NULL;
	return skip_blanks(s + len);
}

static void parse_directive(struct status_line *l)
{
	const char *rest;

	l->why = l->directive;
	l->status = l->ok ? POINT_DONE : POINT_FAIL;
	if ((rest = skip_word(l->directive, "SKIP"))) {
		l->status = POINT_SKIP;
		l->why = rest;
	} else if ((rest = skip_word(l->directive, "ERROR"))) {
		l->status = POINT_ERROR;
		l->why = rest;
	} else if (skip_word(l->directive, "TIMEOUT")) {
		l->status = POINT_ERROR;
	}
}

/* "N name # text", with an optional "- " before the name. */
static void parse_result(struct status_line *l, const char *s, bool ok)
{
	size_t digits = strspn(s, DIGITS);
	const char *hash;

	l->kind = STATUS_LINE_RESULT;
	l->ok = ok;
	l->status = ok ? POINT_DONE : POINT_FAIL;
	if (!digits)
		return;
	s = skip_blanks(s + digits);
	if (!strncmp(s, "- ", 2))
		s += 2;
	hash = strstr(s, " #");
	l->name = s;
	l->name_len = hash ? (size_t)(hash - s) : strlen(s);
	while (hash && l->name_len && s[l->name_len - 1] == ' ')
		l->name_len--;
	l->directive = hash ? skip_blanks(hash + 2) : s + l->name_len;
	parse_directive(l);
}

static void parse_comment(struct status_line *l, const char *s)
{
	const char *rest;

	s = skip_blanks(s);
	rest = skip_word(s, "start");
	if (rest) {
		l->kind = STATUS_LINE_START;
		l->name = rest;
		l->name_len = strlen(rest);
	} else if (!strcmp(s, "cgmark: end")) {
		l->kind = STATUS_LINE_END;
	} else {
		l->kind = STATUS_LINE_COMMENT;
	}
}

/* "1..N" */
static bool is_plan(const char *s)
{
	size_t digits;

	if (strncmp(s, "1..", 3))
		return false;
	digits = strspn(s + 3, DIGITS);
	return digits && !s[3 + digits];
}

void status_line_parse(const char *line, struct status_line *ret)
{
	const char *s = skip_blanks(line), *end = s + strlen(s), *rest;

	*ret = (struct status_line){
		.kind = STATUS_LINE_OTHER,
		.nested = s > line,
		.text = s,
		.directive = end,
		.why = end,
	};
	if (!*s) {
		ret->kind = STATUS_LINE_EMPTY;
	} else if ((rest = skip_word(s, "ok"))) {
		parse_result(ret, rest, true);
	} else if ((rest = skip_word(s, "not ok"))) {
		parse_result(ret, rest, false);
	} else if (*s == '#') {
		parse_comment(ret, s + 1);
	} else if ((rest = skip_word(s, "Bail out!"))) {
		ret->kind = STATUS_LINE_BAIL;
		ret->why = rest;
	} else if (is_plan(s)) {
		ret->kind = STATUS_LINE_PLAN;
	} else if (!strcmp(s, "KTAP version 1")) {
		ret->kind = STATUS_LINE_VERSION;
	}
}
