/* SPDX-License-Identifier: GPL-2.0-only */
/* Made-up boots that measure time, of which a test knows the truth. */
#ifndef CGMARK_TEST_TIME_SIM_H
#define CGMARK_TEST_TIME_SIM_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MATHLIB_STANDALONE
#include <Rmath.h>

#include "macro.h"
#include "time-judge.h"
#include "time-limits.h"

#define SIM_POINTS_MAX 80
#define SIM_BOOTS_MAX 64 /* of one kernel */

/* One point on two kernels, in logs; what happens to it by chance and by time. */
struct sim {
	unsigned points;    /* at most SIM_POINTS_MAX */
	unsigned changed;   /* the first so many are changed */
	double change;	    /* of the contender; every second one downwards */
	double spread;	    /* standard deviation between boots */
	double cont_spread; /* of the contender; 0: the same */
	double tails;	    /* degrees of freedom of Student's t; 0: normal */
	double slow;	    /* share of boots that are slower by a third */
	double mode_share;  /* of boots that are slower by mode */
	double mode;
	bool mode_cont; /* of the contender alone */
	double drift;	/* over the first 40 boots, evenly */
	double walk;	/* standard deviation of a step from boot to boot */
	unsigned screen[NR_TIME]; /* boots of each kernel */
	unsigned fresh;
	bool all_fresh;	    /* fresh boots of all points, flagged or not */
	bool after_another; /* all of base, then all of the contender */
};

struct sim_run {
	struct time_boot boots[SIM_POINTS_MAX][NR_TIME][SIM_BOOTS_MAX];
	struct time_subject subject[SIM_POINTS_MAX];
	struct time_result result[SIM_POINTS_MAX];
	unsigned place; /* of the next boot */
	double level;	/* where the walk is */
};

static inline double sim_noise(const struct sim *s, int kernel)
{
	double spread = kernel == TIME_CONT && s->cont_spread > 0
				? s->cont_spread
				: s->spread;
	double v = spread * norm_rand();

	/* With the same standard deviation, which for 3 degrees is sqrt(3). */
	if (s->tails > 2)
		v = spread * rt(s->tails) / sqrt(s->tails / (s->tails - 2));
	if (s->slow > 0 && unif_rand() < s->slow)
		v += log(4. / 3);
	if (s->mode_share > 0 && (kernel == TIME_CONT || !s->mode_cont) &&
	    unif_rand() < s->mode_share)
		v += s->mode;
	return v;
}

static inline double sim_change(const struct sim *s, unsigned point)
{
	if (point >= s->changed)
		return 0;
	return point % 2 ? -s->change : s->change;
}

/* One boot of one kernel: a value for each point that wants it. */
static inline void sim_boot(const struct sim *s, struct sim_run *r, int kernel,
			    bool fresh)
{
	r->level += s->walk > 0 ? s->walk * norm_rand() : 0;
	for (unsigned p = 0; p < s->points; p++) {
		struct time_side *side = &r->subject[p].side[kernel];
		struct time_boot *b = &r->boots[p][kernel][side->nr];
		double v = log(1000 + p) + sim_noise(s, kernel) + r->level;

		if (fresh && !s->all_fresh && !r->result[p].flagged)
			continue;
		v += s->drift * r->place / 40;
		v += kernel == TIME_CONT ? sim_change(s, p) : 0;
		*b = (struct time_boot){
			.id = kernel ? "new" : "base",
			.value = exp(v),
			.place = r->place,
			.fresh = fresh,
			.facts = { NAN, NAN, 31, 31 },
		};
		side->nr++;
	}
	r->place++;
}

/* Randomised ABBA, as plan/boot-order has it, while both still have boots. */
static inline void sim_boots(const struct sim *s, struct sim_run *r,
			     const unsigned nr[NR_TIME], bool fresh)
{
	unsigned left[NR_TIME] = { nr[0], nr[1] };
	int first = 0;

	for (unsigned block = 0; left[0] + left[1] > 0; block++) {
		first = block % 2 ? !first : unif_rand() < 0.5;
		if (s->after_another)
			first = left[0] == 0;
		for (int i = 0; i < NR_TIME; i++) {
			int kernel = first ^ i;

			if (left[kernel] == 0 || (s->after_another && i == 1))
				continue;
			left[kernel]--;
			sim_boot(s, r, kernel, fresh);
		}
	}
}

/* Screens, makes the fresh boots that it takes, and judges. */
static inline void sim_judge(const struct sim *s, struct sim_run *r,
			     uint64_t seed)
{
	const unsigned fresh[NR_TIME] = { s->fresh, s->fresh };

	r->place = 0;
	r->level = 0;
	for (unsigned p = 0; p < s->points; p++) {
		struct time_subject *t = &r->subject[p];

		*t = (struct time_subject){ .threshold = TIME_THRESHOLD };
		for (int k = 0; k < NR_TIME; k++)
			t->side[k] = (struct time_side){
				.kernel = k ? "new" : "base",
				.boots = r->boots[p][k],
			};
	}
	sim_boots(s, r, s->screen, false);
	time_judge(r->subject, s->points, seed, r->result);
	if (s->fresh == 0)
		return;
	time_results_release(r->result, s->points);
	sim_boots(s, r, fresh, true);
	time_judge(r->subject, s->points, seed, r->result);
}

#endif
