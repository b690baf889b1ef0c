/* SPDX-License-Identifier: GPL-2.0-only */
#include "steps.h"

#include <math.h>

#include "alloc.h"

void steps_add(struct history_series *s, const struct history_step *step)
{
	struct history_step *to;

	s->steps = xreallocarray(s->steps, s->nr_steps + 1, sizeof(*s->steps));
	to = &s->steps[s->nr_steps++];
	*to = *step;
	to->ratio = to->before > 0 ? to->after / to->before : NAN;
	cause_find(s, to);
}

void steps_find(struct history_series *s)
{
	for (size_t i = 0; i < s->nr_segments; i++) {
		if (s->exact)
			steps_find_exact(s, &s->segments[i]);
		else
			steps_find_time(s, &s->segments[i]);
	}
}
