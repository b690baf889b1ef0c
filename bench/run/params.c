/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "params.h"
#include "tap.h"

static const struct bench_param *find_param(const struct bench *bench,
					    const char *key, size_t len)
{
	const struct bench_param *p;

	for (p = bench->params; p && p->key; p++)
		if (strlen(p->key) == len && !memcmp(p->key, key, len))
			return p;
	return NULL;
}

static int check_known(const struct bench *bench, const char *params,
		       char *text, size_t size)
{
	const char *p = params;

	while (*p) {
		size_t len = strcspn(p, ",");
		size_t key = strcspn(p, "=,");

		if (key == len) {
			snprintf(text, size, "param '%.*s' has no value",
				 (int)len, p);
			return -EINVAL;
		}
		if (!find_param(bench, p, key)) {
			snprintf(text, size, "unknown param '%.*s'", (int)key,
				 p);
			return -EINVAL;
		}
		p += len;
		p += *p == ',';
	}
	return 0;
}

int ctx_check_params(const struct bench *bench, const char *params, char *text,
		     size_t size)
{
	char sorted[REC_PARAMS_MAX], value[REC_PARAMS_MAX];
	const struct bench_param *p;

	if (snprintf(sorted, sizeof(sorted), "%s", params) >=
		    (int)sizeof(sorted) ||
	    rec_params_sort(sorted, sizeof(sorted)) < 0 ||
	    strcmp(sorted, params)) {
		snprintf(text, size, "params are not a sorted k=v,k=v list");
		return -EINVAL;
	}
	if (check_known(bench, params, text, size) < 0)
		return -EINVAL;
	for (p = bench->params; p && p->key; p++) {
		if (p->implied ||
		    rec_param_get(params, p->key, value, sizeof(value)) == 0)
			continue;
		snprintf(text, size, "param '%s' is missing", p->key);
		return -EINVAL;
	}
	return 0;
}

void ctx_set_params(struct bench_ctx *ctx, const char *params)
{
	const char *p = params;

	ctx->nr_params = 0;
	while (*p && ctx->nr_params < CTX_PARAMS_MAX) {
		struct ctx_param_value *v = &ctx->params[ctx->nr_params++];
		size_t len = strcspn(p, ",");
		char *eq;

		snprintf(v->key, sizeof(v->key), "%.*s", (int)len, p);
		eq = strchr(v->key, '=');
		v->value = strlen(v->key);
		if (eq) {
			*eq = '\0';
			v->value = eq + 1 - v->key;
		}
		p += len;
		p += *p == ',';
	}
}

const char *ctx_param(const struct bench_ctx *ctx, const char *key)
{
	const struct bench_param *p;

	for (unsigned i = 0; i < ctx->nr_params; i++)
		if (!strcmp(ctx->params[i].key, key))
			return ctx->params[i].key + ctx->params[i].value;
	p = find_param(ctx->bench, key, strlen(key));
	return p && p->implied ? p->values : "";
}

int ctx_param_u64(struct bench_ctx *ctx, const char *key, uint64_t *ret)
{
	const char *text = ctx_param(ctx, key);
	unsigned shift = 0;
	uint64_t v;
	char *end;

	errno = 0;
	v = strtoull(text, &end, 10);
	if (*end == 'K' || *end == 'M')
		shift = *end++ == 'K' ? 10 : 20;
	/* strtoull() would accept signs and blanks. */
	if (*text < '0' || *text > '9' || *end || errno ||
	    v > UINT64_MAX >> shift)
		return ctx_bad_param(ctx, key);
	*ret = v << shift;
	return 0;
}

int ctx_bad_param(struct bench_ctx *ctx, const char *key)
{
	ctx->bad_param = true;
	return ctx_fail(ctx, -EINVAL, "param '%s' cannot be '%s'", key,
			ctx_param(ctx, key));
}

/* A line of it follows a '#' in the status stream. */
static void set_text(struct bench_ctx *ctx, const char *fmt, va_list ap)
{
	vsnprintf(ctx->text, CTX_TEXT_MAX, fmt, ap);
	for (char *p = ctx->text; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
}

int ctx_skip(struct bench_ctx *ctx, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_text(ctx, fmt, ap);
	va_end(ap);
	return BENCH_SKIP;
}

int ctx_fail(struct bench_ctx *ctx, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_text(ctx, fmt, ap);
	va_end(ap);
	return err;
}

const void *ctx_arg(const struct bench_ctx *ctx)
{
	return ctx->bench->arg;
}

void ctx_note(struct bench_ctx *ctx, const char *fmt, ...)
{
	char line[CTX_NOTE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (char *p = line; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	/* The bar keeps a note from being taken for a line with a meaning. */
	tap_line(ctx->status_fd, "# | %s", line);
}

void ctx_file(struct bench_ctx *ctx, enum rawfile_kind kind, const void *data,
	      size_t len)
{
	const char *p = data;
	char text[CTX_NOTE_MAX];
	size_t n;

	/* At least once: an empty file is a file too. */
	do {
		n = rawfile_encode(text, sizeof(text), p, len);
		tap_line(ctx->status_fd, RAWFILE_LINE "%s: %s",
			 rawfile_kind_str(kind), text);
		p += n;
		len -= n;
	} while (len);
}

void ctx_may_idle(struct bench_ctx *ctx)
{
	ctx->may_idle = true;
}
