/* SPDX-License-Identifier: GPL-2.0-only */
#include "run-kernel.h"

#include <stdlib.h>

#include "alloc.h"
#include "strbuf.h"

#define FIELD(_name)                                               \
	{                                                          \
#_name, #_name, offsetof(struct run_kernel, _name) \
	}
#define LATER_FIELD(_name)                                          \
	{                                                           \
#_name, #_name, offsetof(struct run_kernel, _name), \
			.later = true                               \
	}

/* In the order of run.json. */
const struct kernel_field kernel_fields[NR_KERNEL_FIELDS] = {
	FIELD(name),
	FIELD(spec),
	/* "key" is an SQL keyword. */
	{ "key", "kernel_key", offsetof(struct run_kernel, key) },
	FIELD(vmlinux_sha256),
	FIELD(source_version),
	FIELD(release),
	FIELD(patches),
	LATER_FIELD(series),
	LATER_FIELD(series_sha256),
	LATER_FIELD(series_total),
	FIELD(config_sha256),
	FIELD(toolchain),
	FIELD(cmdline),
	{ "image", "image", offsetof(struct run_kernel, image), .local = true },
	LATER_FIELD(board),
	{ "modules", "modules", offsetof(struct run_kernel, modules),
	  .local = true, .later = true },
};

_Static_assert(sizeof(struct run_kernel) == NR_KERNEL_FIELDS * sizeof(char *),
	       "each member of struct run_kernel has a line in the table");

char **kernel_field(struct run_kernel *k, const struct kernel_field *f)
{
	return (char **)((char *)k + f->offset);
}

const char *kernel_text(const struct run_kernel *k,
			const struct kernel_field *f)
{
	return *(char *const *)((const char *)k + f->offset);
}

static bool has(const char *text)
{
	return text && *text;
}

static size_t count_words(const char *text)
{
	size_t nr = 0;

	while (text && *(text += strspn(text, " "))) {
		text += strcspn(text, " ");
		nr++;
	}
	return nr;
}

/* "no patches", "1 patch", "44 patches" */
static void add_number(struct strbuf *out, const char *number)
{
	bool none = strcmp(number, "0") == 0, one = strcmp(number, "1") == 0;

	strbuf_addf(out, "%s patch%s", none ? "no" : number, one ? "" : "es");
}

char *run_kernel_patches(const struct run_kernel *k)
{
	struct strbuf out = STRBUF_INIT;
	size_t nr = count_words(k->patches);
	_cleanup_free_ char *number = xasprintf("%zu", nr);

	if (has(k->series))
		strbuf_addf(&out, "series %s, ", k->series);
	else if (nr == 0 && has(k->spec) &&
		 strncmp(k->spec, "image:", strlen("image:")) == 0)
		return xstrdup("patches unknown (image)");
	else if (nr == 0 && has(k->spec) && strncmp(k->spec, "pkg:", 4) == 0)
		return xstrdup("patches of its package");
	if (has(k->series_total) && strcmp(k->series_total, number) != 0)
		strbuf_addf(&out, "%zu of ", nr);
	add_number(&out, has(k->series_total) ? k->series_total : number);
	if (nr > 0 && has(k->series_sha256))
		strbuf_addf(&out, ", %.12s", k->series_sha256);
	return strbuf_steal(&out);
}

void run_kernel_release(struct run_kernel *k)
{
	for (size_t i = 0; i < NR_KERNEL_FIELDS; i++)
		free(*kernel_field(k, &kernel_fields[i]));
	memset(k, 0, sizeof(*k));
}
