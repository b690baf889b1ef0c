/* SPDX-License-Identifier: GPL-2.0-only */
#include "lines-text.h"

#include "exit-status.h"
#include "number.h"

static enum exit_status print_one(FILE *out, const struct run_kernel *k,
				  const struct profile_point *p,
				  const char *function)
{
	_cleanup_strbuf_ struct strbuf name = STRBUF_INIT;
	struct source_range range;
	int r = source_of(k->image, p, function, &range);

	if (r < 0)
		return ST_HOST;
	print_clean(&name, k->name);
	if (range.file)
		fprintf(out, "    %s: %s:%u-%u\n", name.buf, range.file,
			range.first, range.last);
	else
		fprintf(out, "    %s: no line known\n", name.buf);
	free(range.file);
	return ST_OK;
}

enum exit_status source_print(FILE *out, const struct run *run,
			      const struct explain_kernel kernels[EX_BOTH],
			      const struct explanation *e, size_t top)
{
	size_t most = top && top < e->nr_functions ? top : e->nr_functions;
	enum exit_status r = ST_OK;

	fprintf(out, "Lines that ran, without what was inlined:\n");
	for (size_t i = 0; i < most && r == ST_OK; i++) {
		const struct explain_function *f = &e->functions[i];

		if (*f->name == '[' || f->self_diff == 0)
			continue;
		fprintf(out, "  %s\n", f->name);
		for (unsigned side = 0; side < EX_BOTH && r == ST_OK; side++) {
			const struct explain_kernel *k = &kernels[side];

			if (f->seen[side])
				r = print_one(
					out, &run->kernels[k->index],
					profile_find(&k->profile, e->point),
					explain_name(f, side));
		}
	}
	return r;
}
