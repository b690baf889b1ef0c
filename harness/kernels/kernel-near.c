/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel-near.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "file.h"
#include "series.h"

struct patches {
	struct strbuf *v;
	size_t nr;
};

static void patches_release(struct patches *p)
{
	for (size_t i = 0; i < p->nr; i++)
		strbuf_release(&p->v[i]);
	free(p->v);
}

/* Those that are applied; what cannot be read the build complains of. */
static bool patches_read(const struct kernel_spec *spec, struct patches *ret)
{
	struct series s = { NULL };
	bool ok = true;

	if (!*spec->patches)
		return true;
	if (series_load(spec->patches, &s) != ST_OK)
		return false;
	if (*spec->first && strtoul(spec->first, NULL, 10) < s.nr)
		ret->nr = strtoul(spec->first, NULL, 10);
	else
		ret->nr = s.nr;
	ret->v = xcalloc(ret->nr + 1, sizeof(*ret->v));
	for (size_t i = 0; i < ret->nr && ok; i++)
		ok = read_regular(s.paths[i], SERIES_BYTES_MAX, &ret->v[i]) ==
		     0;
	series_release(&s);
	return ok;
}

static bool has_patch(const struct patches *p, const struct strbuf *patch)
{
	for (size_t i = 0; i < p->nr; i++)
		if (p->v[i].len == patch->len &&
		    (!patch->len ||
		     memcmp(p->v[i].buf, patch->buf, patch->len) == 0))
			return true;
	return false;
}

/* Of a line "+++ b/include/linux/x.h" or "--- ...". */
static bool names_header(const char *line)
{
	const char *path = line + 4, *end = path, *slash;
	size_t len;

	if (strncmp(line, "+++ ", 4) != 0 && strncmp(line, "--- ", 4) != 0)
		return false;
	while (*end && !isspace((unsigned char)*end))
		end++;
	slash = memchr(path, '/', end - path);
	if (!slash || end - slash < 3 || strncmp(end - 2, ".h", 2) != 0)
		return false;
	path = slash + 1;
	len = end - path;
	return strncmp(path, "include/", 8) == 0 ||
	       (strncmp(path, "arch/", 5) == 0 &&
		memmem(path, len, "/include/", 9));
}

static bool touches_header(const struct strbuf *patch)
{
	const char *line = patch->len ? patch->buf : "";

	while (*line) {
		if (names_header(line))
			return true;
		line = strchr(line, '\n');
		if (!line)
			break;
		line++;
	}
	return false;
}

static bool differ_in_header(const struct patches *a, const struct patches *b)
{
	for (size_t i = 0; i < a->nr; i++)
		if (!has_patch(b, &a->v[i]) && touches_header(&a->v[i]))
			return true;
	return false;
}

/* As origin in trees.sh: other commits of a repository are another matter. */
static bool same_origin(const char *a, const char *b)
{
	const char *end_a = kernel_spec_git_ref(a);
	const char *end_b = kernel_spec_git_ref(b);

	if (strcmp(a, b) == 0)
		return true;
	return strncmp(a, "git:", 4) == 0 && end_a && end_b &&
	       end_a - a == end_b - b && strncmp(a, b, end_a - a) == 0;
}

bool kernel_is_near(const struct kernel_spec *first,
		    const struct kernel_spec *next)
{
	_cleanup_(patches_release) struct patches a = { NULL }, b = { NULL };

	if (next->clean || kernel_spec_is_prebuilt(next) ||
	    !same_origin(first->source, next->source))
		return false;
	if (!patches_read(first, &a) || !patches_read(next, &b))
		return true;
	return !differ_in_header(&a, &b) && !differ_in_header(&b, &a);
}
