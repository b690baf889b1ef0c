/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs of three points of which one is as a test turns it. */
#ifndef CGMARK_TEST_KNOB_H
#define CGMARK_TEST_KNOB_H

#include "compare.h"
#include "synth.h"

#define NR_POINTS 3

static const struct synth_point points[NR_POINTS] = {
	{ "css_set/lookup", "find=hit,sets=16", "insns" },
	{ "css_set/lookup", "find=hit,sets=4096", "insns" },
	{ "fork/exit", "", "insns" },
};

static const char *const names[] = { "base", "patched", "other" };

/* What each test changes: point 0 only; the others stay as the layout goes. */
struct knob {
	double factor[8]; /* contender over base, by perturbation */
	double add[8];
	double base; /* cost of point 0 */
	double null_factor[8];
	bool still; /* perturbations do not move point 0 */
};

static inline void knob_init(struct knob *k, double base, double factor)
{
	memset(k, 0, sizeof(*k));
	k->base = base;
	for (int p = 0; p < 8; p++) {
		k->factor[p] = factor;
		k->null_factor[p] = 1;
	}
}

static inline double cost(unsigned point, unsigned kernel, unsigned p,
			  enum boot_role role, void *arg)
{
	const struct knob *k = arg;
	/* Whole numbers: what a perturbation does to every kernel alike. */
	double v = point == 0 ? k->base : 1000 * (point + 1);

	if (v > 0 && (point != 0 || !k->still))
		v += p;
	if (point != 0)
		return v;
	if (kernel == 1)
		return v * k->factor[p] + k->add[p];
	return role == BOOT_NULL ? v * k->null_factor[p] : v;
}

static inline struct run *make(struct knob *k, unsigned perturbations,
			       size_t kernels)
{
	const struct synth s = {
		.kernels = names,
		.nr_kernels = kernels,
		.points = points,
		.nr_points = NR_POINTS,
		.perturbations = perturbations,
		.fn = cost,
		.arg = k,
	};

	return synth_run(&s);
}

static inline struct comparison *compare(const struct run *run)
{
	const unsigned contenders[] = { 1, 2 };

	return compare_run(run, 0, contenders, run->nr_kernels - 1);
}

static inline void set_status(struct run *run, const char *id, unsigned point,
			      enum point_status st, const char *text)
{
	struct run_boot *b = synth_find(run, id);

	b->status[point] = st;
	free(b->status_text[point]);
	b->status_text[point] = xstrdup(text);
}

static inline void skip_kernel(struct run *run, unsigned kernel, unsigned point)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		if (run->boots[i].kernel == kernel)
			set_status(run, run->boots[i].id, point, POINT_SKIP,
				   "no named hierarchies");
	}
}

#endif
