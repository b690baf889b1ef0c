/* SPDX-License-Identifier: GPL-2.0-only */
/* A run with benchmarks that have several ways, of which patched has all. */
#ifndef CGMARK_TEST_WAYS_RUN_H
#define CGMARK_TEST_WAYS_RUN_H

#include "synth.h"
#include "ways.h"

enum {
	P_NULL,
	P_ADD_MAINLINE,
	P_ADD_NEW,
	P_MORE_MAINLINE,
	P_MORE_NEW,
	P_NEW_ONLY, /* its other way is not in this plan */
	P_NONE,
	P_SWAP_MAINLINE,
	P_SWAP_NEW,
	P_PATH,
	P_PREAD,
	P_DO,
	P_DUMP,
	NR_WAY_POINTS
};

static const struct synth_point way_points[NR_WAY_POINTS] = {
	[P_NULL] = { "null", "", "insns" },
	[P_ADD_MAINLINE] = { "rebind/add", "groups=16,tasks=0,way=mainline",
			     "guest_ns" },
	[P_ADD_NEW] = { "rebind/add", "groups=16,tasks=0,way=new", "guest_ns" },
	[P_MORE_MAINLINE] = { "rebind/add", "groups=64,tasks=0,way=mainline",
			      "guest_ns" },
	[P_MORE_NEW] = { "rebind/add", "groups=64,tasks=0,way=new",
			 "guest_ns" },
	[P_NEW_ONLY] = { "signal/all", "tasks=16,way=new", "insns" },
	[P_NONE] = { "swap/charge", "way=none", "insns" },
	[P_SWAP_MAINLINE] = { "swap/charge", "way=mainline", "insns" },
	[P_SWAP_NEW] = { "swap/charge", "way=new", "insns" },
	[P_PATH] = { "stats/read", "files=all,way=path", "insns" },
	[P_PREAD] = { "stats/read", "files=all,way=pread", "insns" },
	[P_DO] = { "stats/read", "files=all,way=do", "insns" },
	[P_DUMP] = { "stats/read", "files=all,way=dump", "insns" },
};

static inline bool is_new_way(unsigned point)
{
	return strstr(way_points[point].params, "way=new") || point == P_DO ||
	       point == P_DUMP;
}

static inline double way_cost(unsigned point, unsigned kernel, unsigned p,
			      enum boot_role role, void *arg)
{
	double v = 1000 + p;

	switch (point) {
	case P_ADD_NEW:
		return v / 2;
	case P_NONE:
		return v / 4;
	case P_MORE_NEW:
		return v * 65;
	case P_DUMP:
		return v / 100;
	default:
		return v;
	}
}

static inline struct run *ways_run(void)
{
	static const char *const names[] = { "base", "patched" };
	const struct synth s = {
		.kernels = names,
		.nr_kernels = 2,
		.points = way_points,
		.nr_points = NR_WAY_POINTS,
		.perturbations = 4,
		.fn = way_cost,
	};

	return synth_run(&s);
}

/* The kernel skips what it does not have: no samples, and a reason. */
static inline void skip_new(struct run *run, unsigned kernel)
{
	for (size_t b = 0; b < run->nr_boots; b++) {
		struct run_boot *boot = &run->boots[b];
		size_t nr = 0;

		if (boot->kernel != kernel)
			continue;
		for (size_t i = 0; i < boot->nr_samples; i++)
			if (!is_new_way(boot->samples[i].point))
				boot->samples[nr++] = boot->samples[i];
		boot->nr_samples = nr;
		for (unsigned p = 0; p < NR_WAY_POINTS; p++) {
			if (!is_new_way(p))
				continue;
			boot->status[p] = POINT_SKIP;
			free(boot->status_text[p]);
			boot->status_text[p] = xstrdup("this kernel cannot");
		}
	}
}

#endif
