/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mkfindings SCENE FORMAT [--changed-only] [--by WHO]: a made-up comparison as the
 * format has it, for tests with a parser of that format.
 */
#include "alloc.h"
#include "compare-formats.h"
#include "synth.h"

#define NR_SERIES 46

#define LONG_NAME                                                          \
	"a-kernel-with-a-name-that-goes-on-and-on-beyond-every-column-of-" \
	"every-table-that-anybody-ever-thought-of"

static const struct synth_point plain_points[] = {
	{ "attach/self", "controllers=cpu,pace=burst,version=1", "insns" },
	{ "css_set/lookup", "find=hit,sets=16", "insns" },
	{ "fork/exit", "", "insns" },
	{ "io/wait", "depth=4", "guest_ns" },
	{ "stats/read", "groups=-16", "insns" },
};

/* Each format has characters of its own among these. */
static const struct synth_point enemy_points[] = {
	{ "a|b/<c>&\"d\"", "k=\xc3\xbc,l=`x`,m=*y*", "insns" },
	{ "ctl/\033[31m\a", "n=1,\"q\"\ts=;", "insns" },
	{ "bad/\xff\xfe", "z=' or 1", "guest_ns" },
	{ "# not ok", "1..9", "insns" },
	{ "--- a/b", "d=[x](y)", "in sns" },
	{ "long/name-of-a-benchmark-that-does-not-fit",
	  "controllers=cpu+memory+pids+io+cpuset,depth=16,"
	  "listeners=4096,pace=burst,threads=256,version=2",
	  "insns" },
	{ "]]>/-->", "k=${x},p=%s%n", "insns" },
};

static const char *const pair[] = { "base", "patched" };
_Static_assert(sizeof("long/name-of-a-benchmark-that-does-not-fit") <=
		       REC_BENCH_MAX,
	       "names fit");

static const char *const enemies[] = {
	"a|b,\"<&>'", "\033]0;x\a=1+1", LONG_NAME, "---", "\xc3\xbc#1 # SKIP",
};

/* Point 0 costs 5% more on each contender, point 1 less, the others the same. */
static double cost(unsigned point, unsigned kernel, unsigned p,
		   enum boot_role role, void *arg)
{
	double v = 1000.0 * (point + 5) + p;

	if (kernel == 0 || point > 1)
		return v;
	return point == 0 ? v * (1 + 0.05 * kernel) : v * 0.9;
}

/* Nothing moves, but for what the perturbation does. */
static double same(unsigned point, unsigned kernel, unsigned p,
		   enum boot_role role, void *arg)
{
	return 1000.0 * (point + 5) + p;
}

static void set_point(struct run *run, const char *id, unsigned point,
		      enum point_status st, const char *text)
{
	struct run_boot *b = synth_find(run, id);

	b->status[point] = st;
	free(b->status_text[point]);
	b->status_text[point] = xstrdup(text);
}

static void skip_on(struct run *run, unsigned kernel, unsigned point)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		if (run->boots[i].kernel == kernel)
			set_point(run, run->boots[i].id, point, POINT_SKIP,
				  "no \"named\" <hierarchies> # here");
	}
}

static void lose_all(struct run *run)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		run->boots[i].finished = false;
		run->boots[i].nr_samples = 0;
	}
}

/* A point of each kind of fault on the contender, one on the baseline. */
static void add_faults(struct run *run)
{
	set_point(run, "patched-p1", 0, POINT_FAIL, "wrong result: 1 < 2");
	set_point(run, "patched-p2", 1, POINT_ERROR, "out of memory");
	set_point(run, "patched-p3", 2, POINT_MISSING, "");
	skip_on(run, 1, 3);
	skip_on(run, 0, 4);
}

static struct run *scene_run(const char *scene)
{
	struct synth s = {
		.kernels = pair,
		.nr_kernels = 2,
		.points = plain_points,
		.nr_points = ARRAY_SIZE(plain_points),
		.perturbations = 8,
		.fn = cost,
	};
	const char *series[NR_SERIES];
	char names[NR_SERIES][16];
	struct run *run;

	if (strcmp(scene, "enemy") == 0) {
		s.kernels = enemies;
		s.nr_kernels = ARRAY_SIZE(enemies);
		s.points = enemy_points;
		s.nr_points = ARRAY_SIZE(enemy_points);
	}
	if (strcmp(scene, "series") == 0) {
		for (unsigned i = 0; i < NR_SERIES; i++) {
			snprintf(names[i], sizeof(names[i]), "v1-%u", i);
			series[i] = names[i];
		}
		s.kernels = series;
		s.nr_kernels = NR_SERIES;
	}
	if (strcmp(scene, "same") == 0)
		s.fn = same;
	if (strcmp(scene, "none") == 0)
		s.nr_points = 0;
	run = synth_run(&s);
	if (strcmp(scene, "faults") == 0)
		add_faults(run);
	if (strcmp(scene, "lost") == 0)
		lose_all(run);
	return run;
}

static bool is_scene(const char *name)
{
	static const char *const scenes[] = { "plain", "enemy", "series",
					      "same",  "none",	"faults",
					      "lost" };

	for (size_t i = 0; i < ARRAY_SIZE(scenes); i++) {
		if (strcmp(name, scenes[i]) == 0)
			return true;
	}
	return false;
}

static void set_command(struct run *run, const char *scene)
{
	if (strcmp(scene, "enemy") != 0)
		return;
	free(run->command_line);
	run->command_line = xstrdup(
		"cgmark run --kernel 'a b=dir:/a path/that/is/longer/than/one/"
		"line/of/a/mail/and/does/not/care/at/all/what/mail/readers/"
		"think' --kernel \"x\"=dir:/plain/but/long/enough/to/need/a/"
		"break/somewhere/in/the/middle/of/it/all/the/same --seed 1");
}

int main(int argc, char **argv)
{
	static const unsigned contenders[NR_SERIES] = {
		1,  2,	3,  4,	5,  6,	7,  8,	9,  10, 11, 12, 13, 14, 15,
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
		31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45,
	};
	const struct compare_format *format =
		argc > 2 ? compare_format_find(argv[2]) : NULL;
	struct print_opts opts = { 0 };
	struct findings *f;
	struct run *run;
	int r;

	if (!format || !is_scene(argv[1]))
		return 2;
	for (int i = 3; i < argc; i++) {
		if (strcmp(argv[i], "--changed-only") == 0)
			opts.changed_only = true;
		else if (strcmp(argv[i], "--by") == 0 && i + 1 < argc)
			opts.by = argv[++i];
		else
			return 2;
	}
	run = scene_run(argv[1]);
	set_command(run, argv[1]);
	f = findings_new(run, 0, contenders, run->nr_kernels - 1);
	r = format->print(stdout, f, &opts);
	findings_free(f);
	run_free(run);
	if (fflush(stdout) != 0 || ferror(stdout))
		r = -1;
	return r == 0 ? 0 : 5;
}
