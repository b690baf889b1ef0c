/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs whose samples are not all alike: slow ones, two modes, interrupts. */
#ifndef CGMARK_TEST_SHAPES_H
#define CGMARK_TEST_SHAPES_H

#include "knob.h"

#define SAMPLES 400
#define COST 12000

/* Samples of point 0, per operation. */
struct shape {
	double cost;
	unsigned slow;	    /* one of so many is slow; 0: none */
	double slow_by;	    /* instructions */
	double second_part; /* of the samples are in a second mode ... */
	double second_by;   /* ... that costs so much more */
	double largest_by;  /* one sample, more than the others */
	unsigned nr;	    /* of samples */
};

/* A linear congruential generator: the noise of each boot is its own. */
static inline unsigned next_noise(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static inline double one_of(const struct shape *s, unsigned i, unsigned phase,
			    uint32_t *state)
{
	double v = s->cost + next_noise(state) % 7;

	/* A timer interrupt now and then. */
	if (next_noise(state) % 300 == 0)
		v += 900;
	if (s->slow && (i + phase) % s->slow == 0)
		v += s->slow_by;
	if (next_noise(state) % 10000 < s->second_part * 10000)
		v += s->second_by;
	if (i == s->nr / 2)
		v += s->largest_by;
	return v;
}

static inline void set_shape(struct run_boot *b, const struct shape *s)
{
	/* The contender's interrupts do not come when those of the base do. */
	uint32_t state = 77 + 13 * b->perturbation + 1001 * b->kernel +
			 (b->role == BOOT_NULL ? 5003 : 0);
	struct run_sample *old = b->samples;
	size_t nr = 0;

	b->samples = xcalloc(b->nr_samples + s->nr, sizeof(*b->samples));
	for (size_t i = 0; i < b->nr_samples; i++)
		if (old[i].point != 0)
			b->samples[nr++] = old[i];
	free(old);
	for (unsigned i = 0; i < s->nr; i++) {
		struct run_sample *x = &b->samples[nr++];

		strcpy(x->metric, "insns");
		x->rep = i;
		x->nr_ops = 1;
		x->value = (uint64_t)one_of(s, i, b->perturbation, &state);
	}
	b->nr_samples = nr;
}

static inline struct run *make_shapes(const struct shape *base,
				      const struct shape *cont)
{
	struct knob k;
	struct run *run;

	knob_init(&k, COST, 1);
	run = make(&k, 8, 2);
	for (size_t i = 0; i < run->nr_boots; i++)
		set_shape(&run->boots[i],
			  run->boots[i].kernel == 1 ? cont : base);
	return run;
}

#endif
