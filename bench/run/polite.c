/* SPDX-License-Identifier: GPL-2.0-only */
#include "polite.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

/* Has the root of v2 a group of somebody else?  Its name, or "". */
static void foreign_group(const struct bench_ctx *ctx, char *buf, size_t size)
{
	int fd = cg_open_file(&ctx->v2, ".", 0);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	*buf = '\0';
	while (d && !*buf && (e = readdir(d)))
		if (e->d_type == DT_DIR && e->d_name[0] != '.' &&
		    strncmp(e->d_name, ctx->polite, strlen(ctx->polite)))
			snprintf(buf, size, "%.60s", e->d_name);
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
}

int polite_enable(struct bench_ctx *ctx, const char *name)
{
	char whose[64];

	if (!ctx->polite)
		return 0;
	foreign_group(ctx, whose, sizeof(whose));
	if (!*whose)
		return 0;
	return ctx_skip(ctx,
			"'%s' would have to be turned on for '%s', too, a v2 "
			"group of the running system (local:disturb does)",
			name, whose);
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = text; (p = strstr(p, word)); p += len)
		if ((p == text || p[-1] == ' ') &&
		    (!p[len] || p[len] == ' ' || p[len] == '\n'))
			return true;
	return false;
}

/* "name=x", "none" and other options that are no controller. */
static bool is_controller(const char *word)
{
	return !strchr(word, '=') && strcmp(word, "none") &&
	       strcmp(word, "favordynmods");
}

/* Why this controller cannot be had; 0 if it can. */
static int polite_take(struct bench_ctx *ctx, const char *word,
		       const char *on_v2, const char *whose)
{
	if (cg_is_live_v1(word))
		return ctx_skip(ctx,
				"'%s' is in a v1 hierarchy of the running "
				"system",
				word);
	if (*whose && (!strcmp(word, "all") || has_word(on_v2, word)))
		return ctx_skip(ctx,
				"'%s' would have to be taken from v2, where "
				"'%s' is a group of the running system "
				"(local:disturb does)",
				word, whose);
	return 0;
}

int polite_hierarchy(struct bench_ctx *ctx, const char *options)
{
	char whose[64], on_v2[256] = "", words[CTX_OPTIONS_MAX];
	char *word, *save = NULL;
	int r = 0;

	if (!ctx->polite)
		return 0;
	foreign_group(ctx, whose, sizeof(whose));
	cg_read(&ctx->v2, "cgroup.controllers", on_v2, sizeof(on_v2));
	snprintf(words, sizeof(words), "%s", options);
	for (word = strtok_r(words, ",", &save); word && r == 0;
	     word = strtok_r(NULL, ",", &save))
		if (is_controller(word))
			r = polite_take(ctx, word, on_v2, whose);
	return r;
}
