/* SPDX-License-Identifier: GPL-2.0-only */
/* How often each instruction of the kernel ran in the measured parts. */
#ifndef CGMARK_TCG_PLACES_H
#define CGMARK_TCG_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A block of code that was translated, and how often it ran: all of it, as a
 * rule, but a fault or a marker leaves some with a part only.
 */
struct place {
	uint64_t at;
	uint32_t function;
	uint32_t nr;		/* instructions */
	const uint16_t *offset; /* of instruction i; [nr]: bytes in all */
	uint64_t *step;		/* [i]: how many times more i ran than i - 1 */
	bool listed;		/* it ran since places_clear() */
};

struct places {
	struct place **list; /* that ran */
	size_t nr, alloc;
};

/* Neighbours in one function that ran equally often. */
struct range {
	uint64_t at;
	uint32_t function;
	uint32_t bytes;
	uint32_t nr; /* instructions */
	uint64_t count;
};

/* Keeps offset.  Allocation failure ends the process, here and below. */
struct place *place_new(uint64_t at, uint32_t function, const uint16_t *offset,
			uint32_t nr);
void places_add(struct places *p, struct place *place);
void places_clear(struct places *p);

/* Instructions from..end-1 of the block ran once. */
static inline void places_count(struct places *p, struct place *place,
				uint32_t from, uint32_t end)
{
	if (!place->listed)
		places_add(p, place);
	place->step[from]++;
	place->step[end]--;
}

/* What ran, by ascending address; the caller frees. */
struct range *places_ranges(const struct places *p, size_t *nr);

#endif
