/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mkruns RUNS_DIR: eight nights of two kernels with all that a page can show: params
 * that grow, profiles, ways, events, and a step of patched in the fifth night; and
 * a run of 44 kernels.
 */
#include "alloc.h"
#include "file.h"
#include "synth.h"

enum { NIGHTS = 8, STEP_AT = 4 };

static const struct synth_point points[] = {
	{ "css_set/lookup", "op=hit,sets=16", "insns" },
	{ "css_set/lookup", "op=hit,sets=256", "insns" },
	{ "css_set/lookup", "op=hit,sets=4096", "insns" },
	{ "css_set/lookup", "op=miss,sets=16", "insns" },
	{ "css_set/lookup", "op=miss,sets=256", "insns" },
	{ "css_set/lookup", "op=miss,sets=4096", "insns" },
	{ "attach/self", "pace=200ms,version=1", "guest_ns" },
	{ "signal/kill", "tasks=4,way=mainline", "insns" },
	{ "signal/kill", "tasks=4,way=new", "insns" },
	{ "a/benchmark-with-a-long-name", "controllers=cpu+pids+memory",
	  "insns" },
};

static const char *const names[] = { "baseline", "patched", "third-one" };

static double cost(unsigned point, unsigned kernel, unsigned p,
		   enum boot_role role, void *arg)
{
	static const double growth[] = { 5000, 40000, 650000 };
	const unsigned *night = arg;
	double v = kernel == 0 || point > 5 ? growth[point % 3] : 4800;

	if (kernel == 1 && *night >= STEP_AT)
		v *= 1.04;
	return v + p + (role == BOOT_NULL ? p % 3 : 0);
}

/* All that patched executes more is in one function. */
static int save_profile(const struct run *run, unsigned kernel,
			const unsigned *night)
{
	double v = cost(0, kernel, 0, BOOT_REPEAT, (void *)(uintptr_t)night);
	_cleanup_free_ char *lines =
		xasprintf("S\tfind_css_set\t1\nS\tcgroup_migrate\t0\n"
			  "P\tcss_set/lookup\t1\top=hit,sets=16\t10\t5\n"
			  "N\t1\t0\tentry_SYSCALL_64\t%u\n"
			  "N\t2\t1\tcgroup_attach_task\t%u\n"
			  "N\t3\t2\tfind_css_set\t%.0f\n",
			  50 * 100, 50 * 1900, 50 * (v - 2000));

	return synth_save_profile(run, kernel, "insns", lines);
}

static int make_night(const char *dir, unsigned night)
{
	const struct synth s = {
		.kernels = names,
		.nr_kernels = ARRAY_SIZE(names),
		.points = points,
		.nr_points = ARRAY_SIZE(points),
		.perturbations = 8,
		.fn = cost,
		.arg = &night,
	};
	struct run *run = synth_run(&s);
	int r = 0;

	free(run->id);
	free(run->dir);
	free(run->created);
	run->id = xasprintf("202605%02uT020000Z-abcd", night + 1);
	run->dir = xasprintf("%s/%s", dir, run->id);
	run->created = xasprintf("2026-05-%02uT02:00:00Z", night + 1);
	free(run->kernels[1].key);
	free(run->kernels[1].vmlinux_sha256);
	run->kernels[1].key = synth_hex(night < STEP_AT ? "old" : "new");
	run->kernels[1].vmlinux_sha256 = xstrdup(run->kernels[1].key);
	synth_events(run);
	for (unsigned k = 0; k < 2 && r == 0; k++)
		r = save_profile(run, k, &night);
	if (r == 0)
		r = synth_save(run);
	run_free(run);
	return r;
}

/* The series patch by patch: more kernels than a table has room for words. */
static int make_series(const char *dir)
{
	const unsigned night = NIGHTS;
	char *many[44];
	struct synth s = {
		.kernels = (const char *const *)many,
		.nr_kernels = ARRAY_SIZE(many),
		.points = points,
		.nr_points = 3,
		.perturbations = 8,
		.fn = cost,
		.arg = (void *)(uintptr_t)&night,
		.no_null = true,
	};
	struct run *run;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = i ? xasprintf("patched-number-%zu", i)
			    : xstrdup("baseline");
	run = synth_run(&s);
	free(run->suite);
	free(run->created);
	free(run->id);
	free(run->dir);
	run->suite = xstrdup("series");
	run->id = xstrdup("20260509T020000Z-abcd");
	run->created = xstrdup("2026-05-09T02:00:00Z");
	run->dir = xasprintf("%s/%s", dir, run->id);
	r = mkdir_p(run->dir, 0755);
	if (r == 0)
		r = synth_save(run);
	run_free(run);
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		free(many[i]);
	return r;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	for (unsigned night = 0; night < NIGHTS; night++)
		if (make_night(argv[1], night) < 0)
			return 1;
	return make_series(argv[1]) < 0;
}
