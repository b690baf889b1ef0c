/* SPDX-License-Identifier: GPL-2.0-only */
/* Formats the lines of samples.tsv and plan.tsv; lists of parameters. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "record.h"

/* A list in REC_PARAMS_MAX bytes has fewer items than this: "a=b," is four. */
#define PARAM_ITEMS_MAX (REC_PARAMS_MAX / 4 + 1)

/* The value of an option may be empty and may have blanks. */
static bool is_text(const char *s)
{
	for (; *s; s++)
		if (*s < ' ' || *s > '~')
			return false;
	return true;
}

static bool is_params(const char *s)
{
	return !*s || (strcmp(s, "-") && rec_is_token(s, REC_PARAMS_MAX));
}

static const char *params_out(const char *params)
{
	return *params ? params : "-";
}

__attribute__((format(printf, 3, 4))) static int
format_line(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	if (len < 0 || (size_t)len >= size || len >= REC_LINE_MAX)
		return -EINVAL;
	return len;
}

int rec_format_head(char *buf, size_t size, const char *kind)
{
	if (!rec_is_token(kind, REC_BENCH_MAX))
		return -EINVAL;
	return format_line(buf, size, "V\t%d\t%s\n", REC_VERSION, kind);
}

int rec_format_sample(char *buf, size_t size, const struct sample *s)
{
	if (!rec_is_token(s->id.bench, sizeof(s->id.bench)) ||
	    !is_params(s->id.params) ||
	    !rec_is_token(s->metric, sizeof(s->metric)) || s->nr_ops == 0)
		return -EINVAL;
	return format_line(buf, size, "S\t%s\t%u\t%s\t%s\t%u\t%llu\t%llu\n",
			   s->id.bench, s->id.version, params_out(s->id.params),
			   s->metric, s->rep, (unsigned long long)s->value,
			   (unsigned long long)s->nr_ops);
}

int rec_format_lack(char *buf, size_t size, const struct lack *l)
{
	if (!rec_is_token(l->id.bench, sizeof(l->id.bench)) ||
	    !is_params(l->id.params) ||
	    !rec_is_token(l->metric, sizeof(l->metric)) || !*l->why ||
	    !is_text(l->why))
		return -EINVAL;
	return format_line(buf, size, "N\t%s\t%u\t%s\t%s\t%s\n", l->id.bench,
			   l->id.version, params_out(l->id.params), l->metric,
			   l->why);
}

int rec_format_option(char *buf, size_t size, const char *key,
		      const char *value)
{
	if (!rec_is_token(key, REC_BENCH_MAX) || !is_text(value))
		return -EINVAL;
	return format_line(buf, size, "O\t%s\t%s\n", key, value);
}

int rec_format_point(char *buf, size_t size, const struct plan_point *p)
{
	if (!rec_is_token(p->binary, sizeof(p->binary)) ||
	    !rec_is_token(p->id.bench, sizeof(p->id.bench)) ||
	    !is_params(p->id.params) || p->samples == 0)
		return -EINVAL;
	return format_line(buf, size, "P\t%s\t%s\t%u\t%s\t%u\t%u\t%u\t%u\n",
			   p->binary, p->id.bench, p->id.version,
			   params_out(p->id.params), p->samples, p->warmup,
			   p->nr_ops, p->timeout_ms);
}

int rec_format_end(char *buf, size_t size, unsigned count, uint32_t crc)
{
	return format_line(buf, size, "E\t%u\t%08lx\n", count,
			   (unsigned long)crc);
}

int rec_param_get(const char *params, const char *key, char *buf, size_t size)
{
	size_t key_len = strlen(key);
	const char *p = params;
	size_t len;

	while (*p) {
		len = strcspn(p, ",");
		if (len > key_len && p[key_len] == '=' &&
		    !memcmp(p, key, key_len)) {
			len -= key_len + 1;
			if (len >= size)
				return -ENAMETOOLONG;
			memcpy(buf, p + key_len + 1, len);
			buf[len] = '\0';
			return 0;
		}
		p += len;
		p += *p == ',';
	}
	return -ENOENT;
}

/* Bytewise by key, so that "a" sorts before "a-b" although '-' < '='. */
static int compare_keys(const char *a, const char *b)
{
	size_t la = strcspn(a, "="), lb = strcspn(b, "=");
	int r = memcmp(a, b, la < lb ? la : lb);

	return r ? r : (la > lb) - (la < lb);
}

static bool is_param_item(const char *s)
{
	const char *eq = strchr(s, '=');

	return eq && eq > s && eq[1] && rec_is_token(s, REC_PARAMS_MAX);
}

int rec_params_sort(char *params, size_t size)
{
	char copy[REC_PARAMS_MAX];
	const char *item[PARAM_ITEMS_MAX];
	size_t len = strlen(params), nr = 0, i;
	char *p = copy, *comma;

	if (len == 0)
		return 0;
	if (len >= sizeof(copy) || len >= size)
		return -EINVAL;
	memcpy(copy, params, len + 1);
	while (p) {
		comma = strchr(p, ',');
		if (comma)
			*comma++ = '\0';
		/* This also bounds nr: no valid item is shorter than "a=b". */
		if (!is_param_item(p))
			return -EINVAL;
		for (i = nr++; i > 0 && compare_keys(item[i - 1], p) > 0; i--)
			item[i] = item[i - 1];
		if (i > 0 && compare_keys(item[i - 1], p) == 0)
			return -EINVAL;
		item[i] = p;
		p = comma;
	}
	for (i = 0, p = params; i < nr; i++)
		p += sprintf(p, "%s%s", i ? "," : "", item[i]);
	return 0;
}
