/* SPDX-License-Identifier: GPL-2.0-only */
#include "boot-order.h"

#include "random.h"

/* R. Durstenfeld: "Algorithm 235", CACM 7 (1964). */
static void shuffle(unsigned *order, size_t nr, uint64_t *state)
{
	for (size_t i = nr; i > 1; i--) {
		size_t j = random_below(state, i);
		unsigned tmp = order[j];

		order[j] = order[i - 1];
		order[i - 1] = tmp;
	}
}

void boot_order(size_t nr, size_t blocks, uint64_t seed, unsigned *ret)
{
	uint64_t state = seed;

	for (size_t b = 0; b < blocks; b++) {
		unsigned *block = ret + b * nr;
		/* What is shuffled is the last drawn order, in both directions. */
		const unsigned *last = b > 0 ? block - nr : NULL;

		for (size_t i = 0; i < nr; i++)
			block[i] = last ? last[b % 2 ? nr - 1 - i : i] : i;
		if (b % 2 == 0)
			shuffle(block, nr, &state);
	}
}
