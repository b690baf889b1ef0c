/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>

#include "alloc.h"
#include "opt-values.h"

void words_add(struct words *w, const char *word)
{
	w->v = xreallocarray(w->v, w->nr + 1, sizeof(*w->v));
	w->v[w->nr++] = word;
}

uint64_t opt_number(struct argp_state *state, const char *what,
		    const char *text, uint64_t min, uint64_t max)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value < min ||
	    value > max)
		argp_error(state,
			   "--%s '%s': a number from %" PRIu64 " to %" PRIu64,
			   what, text, min, max);
	return value;
}

unsigned opt_milliseconds(struct argp_state *state, const char *what,
			  const char *text)
{
	return opt_number(state, what, text, 1, 1000000) * 1000;
}
