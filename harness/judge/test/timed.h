/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs of the points of knob.h in which time was measured. */
#ifndef CGMARK_TEST_TIMED_H
#define CGMARK_TEST_TIMED_H

#include <math.h>

#include "knob.h"

/* Boots do not differ alike on both kernels, and seldom by more than 1.4%. */
static inline double noise_of(const struct run_boot *b)
{
	static const double noise[] = { -0.4, 0.7, 0.1, -1, 0.3,  1.1,
					-0.2, 0.8, -1,	0,  -0.5, 0.4 };

	return 0.01 * noise[(b->perturbation * 5 + b->kernel * 3) % 12];
}

static inline int cmp_boots(const void *a, const void *b)
{
	const struct run_boot *x = a, *y = b;
	/* AB BA AB: by perturbation, then turned in every second one. */
	unsigned p = x->perturbation * 2 + (x->kernel ^ (x->perturbation % 2));
	unsigned q = y->perturbation * 2 + (y->kernel ^ (y->perturbation % 2));

	return (p > q) - (p < q);
}

/* Samples of one boot at point 0, all alike but for the last in tail. */
static inline void set_samples(struct run *run, struct run_boot *b, unsigned nr,
			       unsigned tail)
{
	double v = 1e6 * exp(noise_of(b));

	run->points[0].plan.samples = nr;
	b->samples = xreallocarray(b->samples, NR_POINTS * SYNTH_SAMPLES + nr,
				   sizeof(*b->samples));
	memmove(b->samples, b->samples + SYNTH_SAMPLES,
		(NR_POINTS - 1) * SYNTH_SAMPLES * sizeof(*b->samples));
	b->nr_samples = (NR_POINTS - 1) * SYNTH_SAMPLES;
	for (unsigned i = 0; i < nr; i++) {
		struct run_sample *s = &b->samples[b->nr_samples++];

		memset(s, 0, sizeof(*s));
		strcpy(s->metric, "elapsed_ns");
		s->rep = i;
		s->nr_ops = 10;
		s->value = (uint64_t)(v * (i + tail < nr ? 10 : 15));
	}
}

/* Replaced by what time it took. */
static inline double no_cost(unsigned point, unsigned kernel, unsigned p,
			     enum boot_role role, void *arg)
{
	return 0;
}

static inline struct run *make_time(unsigned boots, double factor)
{
	const struct synth s = { .kernels = names,
				 .nr_kernels = 2,
				 .points = points,
				 .nr_points = NR_POINTS,
				 .perturbations = boots,
				 .fn = no_cost,
				 .no_null = true,
				 .no_repeat = true };
	struct run *run = synth_run(&s);

	for (size_t i = 0; i < run->nr_boots; i++) {
		struct run_boot *b = &run->boots[i];

		for (size_t j = 0; j < b->nr_samples; j++) {
			double f = b->samples[j].point == 0 && b->kernel == 1
					   ? factor
					   : 1;

			strcpy(b->samples[j].metric, "elapsed_ns");
			b->samples[j].value =
				(uint64_t)(1e7 * f * exp(noise_of(b)));
		}
	}
	qsort(run->boots, run->nr_boots, sizeof(*run->boots), cmp_boots);
	return run;
}

#endif
