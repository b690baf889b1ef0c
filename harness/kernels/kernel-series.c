/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernels of a --series word. */
#include "alloc.h"
#include "exit-status.h"
#include "kernel-spec.h"
#include "log.h"
#include "series.h"
#include "spec-split.h"

static enum exit_status nr_patches_of(const char *word, const char *kernel_dir,
				      char **name, size_t *nr)
{
	struct series series = { NULL };
	struct kernel_spec k;
	enum exit_status r = kernel_spec_parse(word, kernel_dir, &k);

	if (r != ST_OK)
		return r;
	if (*k.patches && !*k.first) {
		r = series_load(k.patches, &series);
		*nr = series.nr;
		series_release(&series);
	} else {
		log_err("--series %s: this kernel has %s", word,
			*k.first ? "first= already" : "no patches=");
		r = ST_USAGE;
	}
	*name = xstrdup(k.name);
	kernel_spec_release(&k);
	return r;
}

enum exit_status kernel_spec_series(const char *word, const char *kernel_dir,
				    struct kernel_spec **ret, size_t *nr)
{
	const char *eq = strchr(word, '='), *what = eq ? eq + 1 : word;
	int len = kernel_spec_item_len(what);
	_cleanup_free_ char *name = NULL;
	size_t nr_patches;
	enum exit_status r =
		nr_patches_of(word, kernel_dir, &name, &nr_patches);

	if (r != ST_OK)
		return r;
	*ret = xcalloc(nr_patches + 1, sizeof(**ret));
	for (*nr = 0; *nr <= nr_patches && r == ST_OK; ++*nr) {
		_cleanup_free_ char *one =
			xasprintf("%s-%zu=%.*s,first=%zu%s", name, *nr, len,
				  what, *nr, what + len);

		r = kernel_spec_parse(one, kernel_dir, &(*ret)[*nr]);
	}
	if (r == ST_OK)
		return r;
	/* A kernel that failed to parse is released and all zero. */
	while (*nr)
		kernel_spec_release(&(*ret)[--*nr]);
	free(*ret);
	return r;
}
