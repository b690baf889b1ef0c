/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "places.h"

static void *grow(void *p, size_t nr, size_t size)
{
	p = realloc(p, nr * size);
	if (!p) {
		fprintf(stderr, "cgmark-tcg: out of memory\n");
		exit(EXIT_FAILURE);
	}
	return p;
}

struct place *place_new(uint64_t at, uint32_t function, const uint16_t *offset,
			uint32_t nr)
{
	struct place *p = grow(NULL, 1, sizeof(*p));

	*p = (struct place){
		.at = at,
		.function = function,
		.nr = nr,
		.offset = offset,
		.step = grow(NULL, nr + 1, sizeof(uint64_t)),
	};
	memset(p->step, 0, (nr + 1) * sizeof(uint64_t));
	return p;
}

void places_add(struct places *p, struct place *place)
{
	if (p->nr == p->alloc) {
		p->alloc = 2 * p->alloc + 1024;
		p->list = grow(p->list, p->alloc, sizeof(struct place *));
	}
	p->list[p->nr++] = place;
	place->listed = true;
}

void places_clear(struct places *p)
{
	for (size_t i = 0; i < p->nr; i++) {
		struct place *place = p->list[i];

		memset(place->step, 0, (place->nr + 1) * sizeof(uint64_t));
		place->listed = false;
	}
	p->nr = 0;
}

/* Each instruction that ran as a range of its own. */
static size_t add_instructions(const struct place *p, struct range *ret)
{
	uint64_t count = 0;
	size_t nr = 0;

	for (uint32_t i = 0; i < p->nr; i++) {
		count += p->step[i];
		if (!count)
			continue;
		ret[nr++] = (struct range){
			.at = p->at + p->offset[i],
			.function = p->function,
			.bytes = p->offset[i + 1] - p->offset[i],
			.nr = 1,
			.count = count,
		};
	}
	return nr;
}

static int compare(const void *pa, const void *pb)
{
	const struct range *a = pa, *b = pb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? -1 : 1;
	return a->function < b->function ? -1 : a->function > b->function;
}

/*
 * One address in several blocks, some of which began before it; in assembly
 * also in another function, which then has it in the contexts too.
 */
static size_t add_up(struct range *list, size_t nr)
{
	size_t out = 0;

	for (size_t i = 0; i < nr; i++) {
		if (out && compare(&list[out - 1], &list[i]) == 0)
			list[out - 1].count += list[i].count;
		else
			list[out++] = list[i];
	}
	return out;
}

static size_t join(struct range *list, size_t nr)
{
	size_t out = 0;

	for (size_t i = 0; i < nr; i++) {
		struct range *last = out ? &list[out - 1] : NULL;

		if (last && last->at + last->bytes == list[i].at &&
		    last->function == list[i].function &&
		    last->count == list[i].count) {
			last->bytes += list[i].bytes;
			last->nr++;
		} else {
			list[out++] = list[i];
		}
	}
	return out;
}

struct range *places_ranges(const struct places *p, size_t *nr)
{
	size_t most = 0, n = 0;
	struct range *list;

	for (size_t i = 0; i < p->nr; i++)
		most += p->list[i]->nr;
	list = grow(NULL, most + 1, sizeof(*list));
	for (size_t i = 0; i < p->nr; i++)
		n += add_instructions(p->list[i], list + n);
	qsort(list, n, sizeof(*list), compare);
	*nr = join(list, add_up(list, n));
	return list;
}
