/* SPDX-License-Identifier: GPL-2.0-only */
#include "key-index.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

struct key {
	const char *name;
	unsigned a, b, value;
	uint64_t *steps; /* of what is sought; NULL in the tree */
};

static int compare(const void *pa, const void *pb)
{
	const struct key *x = pa, *y = pb;

	if (x->steps)
		++*x->steps;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	if (x->b != y->b)
		return x->b < y->b ? -1 : 1;
	return x->name ? strcmp(x->name, y->name) : 0;
}

unsigned key_index_find(const struct key_index *x, const char *name, unsigned a,
			unsigned b, uint64_t *steps)
{
	const struct key key = { .name = name, .a = a, .b = b, .steps = steps };
	struct key *const *at = tfind(&key, &x->tree, compare);

	return at ? (*at)->value : 0;
}

unsigned *key_index_at(struct key_index *x, const char *name, unsigned a,
		       unsigned b, uint64_t *steps)
{
	struct key key = { .name = name, .a = a, .b = b, .steps = steps };
	struct key **at = tfind(&key, &x->tree, compare), *new;

	if (at)
		return &(*at)->value;
	new = xcalloc(1, sizeof(*new));
	*new = key;
	or_abort(tsearch(new, &x->tree, compare));
	new->steps = NULL;
	return &new->value;
}

void key_index_release(struct key_index *x)
{
	tdestroy(x->tree, free);
	x->tree = NULL;
}
