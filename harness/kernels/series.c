/* SPDX-License-Identifier: GPL-2.0-only */
#include "series.h"

#include "alloc.h"
#include "file.h"
#include "log.h"
#include "sha256.h"

#define BLANKS " \t\r\v\f"

void series_release(struct series *s)
{
	for (size_t i = 0; i < s->nr; i++) {
		free(s->paths[i]);
		free(s->patches[i]);
	}
	free(s->paths);
	free(s->patches);
	free(s->name);
	memset(s, 0, sizeof(*s));
}

static void add_patch(struct series *s, const char *dir, int dir_len,
		      char *name)
{
	s->patches = xreallocarray(s->patches, s->nr + 1, sizeof(char *));
	s->paths = xreallocarray(s->paths, s->nr + 1, sizeof(char *));
	s->paths[s->nr] = xasprintf("%.*s%s", dir_len, dir, name);
	s->patches[s->nr++] = name;
}

/*
 * The patch that a line names, or NULL; caller frees.  extra: what follows it
 * and cannot be done, or NULL; caller frees, too.
 */
static char *patch_of_line(const char *line, char **extra)
{
	const char *end = line + strcspn(line, "#\n");
	const char *name = line + strspn(line, BLANKS);
	size_t len = strcspn(name, BLANKS "#\n");
	const char *rest = name + len + strspn(name + len, BLANKS);

	*extra = NULL;
	while (end > rest && strchr(BLANKS, end[-1]))
		end--;
	/* quilt(1) writes -p1, which is how all of them apply. */
	if (rest < end && (end - rest != 3 || strncmp(rest, "-p1", 3) != 0))
		*extra = xstrndup(rest, end - rest);
	return len ? xstrndup(name, len) : NULL;
}

/* With -R or another -p they would make another kernel. */
static enum exit_status add_line(struct series *s, const char *file,
				 int dir_len, const char *line)
{
	_cleanup_free_ char *extra = NULL;
	char *name = patch_of_line(line, &extra);

	if (extra)
		log_err("series %s: '%s' after %s: patches apply with -p1 and "
			"take nothing else",
			file, extra, name);
	if (extra)
		free(name);
	else if (name)
		add_patch(s, file, dir_len, name);
	return extra ? ST_USAGE : ST_OK;
}

static bool is_patch(const char *file)
{
	const char *dot = strrchr(file, '.');

	return dot && (!strcmp(dot, ".patch") || !strcmp(dot, ".diff"));
}

static enum exit_status add_lines(struct series *s, const char *file,
				  int dir_len, const char *text)
{
	enum exit_status r = ST_OK;

	for (const char *line = text; r == ST_OK && *line;) {
		r = add_line(s, file, dir_len, line);
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return r;
}

enum exit_status series_load(const char *file, struct series *ret)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	const char *slash = strrchr(file, '/');
	int dir_len = slash ? slash + 1 - file : 0;
	enum exit_status status = ST_OK;
	int r = read_regular(file, SERIES_BYTES_MAX, &text);

	memset(ret, 0, sizeof(*ret));
	if (r < 0) {
		log_err("cannot read series %s: %s", file, read_error(-r));
		return exit_status_unreadable(-r);
	}
	ret->name = series_name(file);
	if (is_patch(file))
		add_patch(ret, file, dir_len, xstrdup(file + dir_len));
	else
		status = add_lines(ret, file, dir_len, text.buf);
	if (status != ST_OK)
		series_release(ret);
	return status;
}

char *series_name(const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *base = slash ? slash + 1 : file, *from = file, *suffix;

	if (strcmp(base, "series") != 0) {
		suffix = strrchr(base, '.');
		if (suffix && suffix > base && strcmp(suffix, ".series") == 0)
			return xstrndup(base, suffix - base);
		return xstrdup(base);
	}
	if (!slash || slash == file)
		return xstrdup(base);
	for (const char *c = file; c < slash; c++)
		if (*c == '/')
			from = c + 1;
	return xstrndup(from, slash - from);
}

/* What a patch changes starts here; after its message, if git wrote it. */
static const char *find_diff(const struct strbuf *patch)
{
	static const char head[] = "\ndiff --git ";
	const char *text = patch->len ? patch->buf : "", *at;

	if (strncmp(text, head + 1, strlen(head + 1)) == 0)
		return text;
	at = memmem(text, patch->len, head, strlen(head));
	return at ? at + 1 : text;
}

static enum exit_status add_sum(const struct series *s, size_t i,
				struct strbuf *sums)
{
	_cleanup_strbuf_ struct strbuf patch = STRBUF_INIT;
	int r = read_regular(s->paths[i], SERIES_BYTES_MAX, &patch);
	const char *diff;
	char hex[65];

	if (r < 0) {
		log_err("cannot read patch %s of series %s: %s", s->paths[i],
			s->name, read_error(-r));
		return exit_status_unreadable(-r);
	}
	diff = find_diff(&patch);
	sha256_hex(diff, patch.len ? patch.buf + patch.len - diff : 0, hex);
	strbuf_addf(sums, "patch %s\n", hex);
	return ST_OK;
}

enum exit_status series_sha256(const struct series *s, size_t nr, char hex[65])
{
	_cleanup_strbuf_ struct strbuf sums = STRBUF_INIT;
	enum exit_status r = ST_OK;

	for (size_t i = 0; i < nr && i < s->nr && r == ST_OK; i++)
		r = add_sum(s, i, &sums);
	if (r == ST_OK)
		sha256_hex(sums.len ? sums.buf : "", sums.len, hex);
	return r;
}
