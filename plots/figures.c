/* SPDX-License-Identifier: GPL-2.0-only */
#include "figures.h"

#include <ctype.h>
#include <string.h>

#include "alloc.h"

/* A name that is safe as a file and as an id, and not yet in the list. */
static char *file_name(const struct figures *f, const char *stem)
{
	_cleanup_free_ char *safe = xstrndup(stem, 80);
	char *name;

	for (char *p = safe; *p; p++) {
		if (!isascii(*p) || (!isalnum(*p) && *p != '_'))
			*p = '-';
	}
	name = xasprintf("%s.svg", *safe ? safe : "plot");
	for (unsigned again = 2;; again++) {
		bool taken = false;

		for (size_t i = 0; i < f->nr; i++)
			taken |= strcmp(f->list[i].file, name) == 0;
		if (!taken)
			return name;
		free(name);
		name = xasprintf("%s-%u.svg", safe, again);
	}
}

struct figure *figures_add(struct figures *f, const char *stem, char *title,
			   char *caption)
{
	char *file = file_name(f, stem);
	struct figure *fig;

	f->list = xreallocarray(f->list, f->nr + 1, sizeof(*f->list));
	fig = &f->list[f->nr++];
	memset(fig, 0, sizeof(*fig));
	fig->file = file;
	fig->title = title;
	fig->caption = caption;
	return fig;
}

void figures_release(struct figures *f)
{
	for (size_t i = 0; i < f->nr; i++) {
		free(f->list[i].file);
		free(f->list[i].title);
		free(f->list[i].caption);
		free(f->list[i].script);
		free(f->list[i].svg);
	}
	free(f->list);
	memset(f, 0, sizeof(*f));
}
