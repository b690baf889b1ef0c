/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Made-up nights of one series, of which a test knows the truth.  A seed determines
 * them.
 */
#ifndef CGMARK_TEST_NIGHT_SIM_H
#define CGMARK_TEST_NIGHT_SIM_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "random.h"

struct night_sim {
	bool exact;
	double level;  /* of the first night */
	double spread; /* standard deviation of a night's log; time only */
	double slow;   /* share of nights that are slower, by five spreads */
	bool tails;    /* Student's t of 3 degrees instead of normal values */
	double drift;  /* over a year, in spreads, evenly */
	double gaps;   /* share of nights without a measurement */
	double blips; /* exact: share of nights with a value that does not repeat */
	unsigned steps; /* over a year, at even distances */
	double step; /* time: in spreads; exact: relative; up and down by turns */
};

static inline double sim_uniform(uint64_t *seed)
{
	return ((double)(random_next(seed) >> 11) + 0.5) / 9007199254740992.0;
}

/* G. E. P. Box, M. E. Muller, Annals of Mathematical Statistics 29 (1958). */
static inline double sim_normal(uint64_t *seed)
{
	double r = sqrt(-2 * log(sim_uniform(seed)));

	return r * cos(2 * M_PI * sim_uniform(seed));
}

/* With standard deviation 1. */
static inline double sim_noise(const struct night_sim *sim, uint64_t *seed)
{
	double z = sim_normal(seed), chi = 0;

	if (!sim->tails)
		return z;
	for (int i = 0; i < 3; i++)
		chi += pow(sim_normal(seed), 2);
	return z / sqrt(chi / 3) / sqrt(3);
}

/* The number of steps at or before a night, of so many nights. */
static inline unsigned sim_steps_at(const struct night_sim *sim, size_t night,
				    size_t nights)
{
	return sim->steps ? (unsigned)(night * (sim->steps + 1) / nights) : 0;
}

/* What is true in a night. */
static inline double sim_truth(const struct night_sim *sim, size_t night,
			       size_t nights)
{
	bool up = sim_steps_at(sim, night, nights) % 2;

	if (sim->exact)
		return floor(sim->level * (up ? 1 + sim->step : 1));
	return sim->level *
	       exp(sim->spread *
		   (sim->drift * (double)night / 365 + (up ? sim->step : 0)));
}

/* What is measured; NaN: a gap. */
static inline double sim_value(const struct night_sim *sim, size_t night,
			       size_t nights, uint64_t *seed)
{
	double v = sim_truth(sim, night, nights);
	double noise = sim_noise(sim, seed), slow = sim_uniform(seed);

	if (sim_uniform(seed) < sim->gaps)
		return NAN;
	if (sim->exact)
		return slow < sim->blips ? v + 1 + floor(1e9 * slow) : v;
	return v * exp(sim->spread * (noise + (slow < sim->slow ? 5 : 0)));
}

#endif
