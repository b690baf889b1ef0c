/* SPDX-License-Identifier: GPL-2.0-only */
#include "draw.h"

#include <stdbool.h>

#include "alloc.h"
#include "random.h"

void draw_some(uint64_t *state, unsigned of, unsigned *ret, size_t nr)
{
	_cleanup_free_ unsigned *all = xcalloc(of + 1, sizeof(*all));

	for (unsigned i = 0; i < of; i++)
		all[i] = i;
	for (size_t i = 0; i < nr; i++) {
		size_t at = i + random_below(state, of - i);

		ret[i] = all[at];
		all[at] = all[i];
	}
}

static bool any_same(const unsigned *a, const unsigned *b, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (a[i] == b[i])
			return true;
	return false;
}

/* One drawing of three will do, so trying again is as good as anything. */
void draw_others(uint64_t *state, unsigned of, const unsigned *first,
		 unsigned *ret, size_t nr)
{
	do {
		draw_some(state, of, ret, nr);
	} while (any_same(first, ret, nr));
}
