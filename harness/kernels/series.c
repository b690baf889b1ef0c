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

/* The patch that a line names, or NULL; caller frees. */
static char *patch_of_line(const char *line)
{
	const char *end = line + strcspn(line, "#\n");
	const char *name = line + strspn(line, BLANKS);
	size_t len = strcspn(name, BLANKS "#\n");

	return name < end ? xstrndup(name, len) : NULL;
}

enum exit_status series_load(const char *file, struct series *ret)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	const char *slash = strrchr(file, '/');
	int dir_len = slash ? slash + 1 - file : 0;
	int r = read_file(file, &text);

	memset(ret, 0, sizeof(*ret));
	if (r < 0) {
		log_err_errno(-r, "cannot read series %s", file);
		return ST_USAGE;
	}
	ret->name = series_name(file);
	for (const char *line = text.buf; line && *line;) {
		char *name = patch_of_line(line);

		if (name)
			add_patch(ret, file, dir_len, name);
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return ST_OK;
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
	int r = read_file(s->paths[i], &patch);
	const char *diff;
	char hex[65];

	if (r < 0) {
		log_err_errno(-r, "cannot read patch %s of series %s",
			      s->paths[i], s->name);
		return ST_USAGE;
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
