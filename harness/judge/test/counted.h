/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs that counted events. */
#ifndef CGMARK_TEST_COUNTED_H
#define CGMARK_TEST_COUNTED_H

#include "compare.h"
#include "synth.h"

static const struct synth_point points[] = {
	{ "fork/exit", "controllers=all", "insns" },
	{ "null", "", "insns" },
};

static const char *const names[] = { "base", "new" };

static inline double cost(unsigned point, unsigned kernel, unsigned p,
			  enum boot_role role, void *arg)
{
	return 1000 * (point + 1) + p;
}

static inline struct run *make(size_t kernels)
{
	const struct synth s = {
		.kernels = names,
		.nr_kernels = kernels,
		.points = points,
		.nr_points = ARRAY_SIZE(points),
		.perturbations = 4,
		.fn = cost,
	};
	struct run *run = synth_run(&s);

	synth_events(run);
	return run;
}

static inline struct comparison *compare(const struct run *run)
{
	static const unsigned contender = 1;

	return compare_run(run, 0, &contender, run->nr_kernels - 1);
}

static inline void add_figure(struct run_boot *b, const char *metric,
			      uint64_t value)
{
	struct run_sample *s;

	b->samples = xreallocarray(b->samples, b->nr_samples + 1,
				   sizeof(*b->samples));
	s = &b->samples[b->nr_samples++];
	*s = (struct run_sample){ .point = 1, .value = value, .nr_ops = 1 };
	strcpy(s->metric, metric);
}

#endif
