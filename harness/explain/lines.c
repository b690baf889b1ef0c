/* SPDX-License-Identifier: GPL-2.0-only */
#include "lines.h"
#include "alloc.h"
#include "debug-info.h"
#include "exit-status.h"
#include "log.h"

/* Step between addresses looked up in a range that ran. */
#define STEP 16

static enum exit_status check_kernel(const struct run_kernel *k)
{
	enum exit_status r = vmlinux_check(k);
	int has_lines;

	if (r != ST_OK)
		return r;
	has_lines = vmlinux_has_lines(k->image);
	if (has_lines < 0)
		return ST_HOST;
	if (has_lines > 0)
		return ST_OK;
	log_err("kernel %s: %s has no debug information and so no lines; "
		"the config fragment debug-info makes it, as in: cgmark run "
		"--profile --kernel %s=baseline,config=base:cgroup:net:debug-info",
		k->name, k->image, k->name);
	return ST_USAGE;
}

enum exit_status source_check(const struct run *run,
			      const struct explain_kernel kernels[EX_BOTH])
{
	enum exit_status r = ST_OK;

	for (unsigned i = 0; i < EX_BOTH && r == ST_OK; i++)
		r = check_kernel(&run->kernels[kernels[i].index]);
	return r;
}

static size_t addresses_of(const struct profile_point *p, const char *function,
			   uint64_t **ret)
{
	size_t nr = 0, alloc = 0;

	*ret = NULL;
	for (size_t i = 0; i < p->nr_ranges; i++) {
		const struct profile_range *r = &p->ranges[i];

		if (strcmp(r->function, function) != 0)
			continue;
		alloc += r->bytes / STEP + 2;
		*ret = xreallocarray(*ret, alloc, sizeof(**ret));
		for (unsigned off = 0; off < r->bytes; off += STEP)
			(*ret)[nr++] = r->at + off;
		(*ret)[nr++] = r->at + r->bytes - 1;
	}
	return nr;
}

/* Takes the file of the first known line: where the function begins. */
static void widen(struct source_range *ret, const struct source_line *l)
{
	if (!l->file)
		return;
	if (!ret->file) {
		ret->file = xstrdup(l->file);
		ret->first = ret->last = l->line;
	}
	if (strcmp(ret->file, l->file) != 0)
		return;
	if (l->line < ret->first)
		ret->first = l->line;
	if (l->line > ret->last)
		ret->last = l->line;
}

int source_of(const char *vmlinux, const struct profile_point *p,
	      const char *function, struct source_range *ret)
{
	_cleanup_free_ uint64_t *at = NULL;
	size_t nr = addresses_of(p, function, &at);
	_cleanup_free_ struct source_line *lines =
		xcalloc(nr + 1, sizeof(*lines));
	int r = nr ? source_lines(vmlinux, at, nr, lines) : 0;

	*ret = (struct source_range){ NULL };
	for (size_t i = 0; i < nr; i++) {
		if (r == 0)
			widen(ret, &lines[i]);
		free(lines[i].file);
	}
	return r;
}
