/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs of two kernels with profiles. */
#ifndef CGMARK_TEST_PROFILED_H
#define CGMARK_TEST_PROFILED_H

#include <stdlib.h>

#include "explain.h"
#include "synth.h"

#define SAMPLED "P\tcss_set/lookup\t1\tsets=16\t10\t5\n"

/* Over the 50 operations of a synthetic boot: 50010 instructions. */
static const char base_nodes[] = SAMPLED "N\t1\t0\t[user]\t1000\t7\n"
					 "N\t2\t0\tentry\t500\t0\n"
					 "N\t3\t2\tattach\t2510\t0\n"
					 "N\t4\t3\tfind\t40000\t150\n"
					 "N\t5\t4\tmemcmp\t5000\t50\n"
					 "N\t6\t3\told\t1000\t0\n";

/* 15010. */
static const char cont_nodes[] = SAMPLED "N\t1\t0\t[user]\t1000\t7\n"
					 "N\t2\t0\tentry\t500\t0\n"
					 "N\t3\t2\tattach\t2510\t0\n"
					 "N\t4\t3\tnew\t2000\t0\n"
					 "N\t5\t3\tfind\t9000\t100\n";

struct pair {
	struct run *run;
	struct values *values;
	struct explain_kernel k[EX_BOTH];
};

#define METRICS "insns\tloads"

static inline double cost(unsigned point, unsigned kernel, unsigned p,
			  enum boot_role role, void *arg)
{
	return kernel ? 300 : 1000;
}

static inline void parse(struct profile *p, const char *nodes)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct rec_error err;

	synth_profile(&sb, METRICS, nodes);
	assert_int_equal(profile_parse(sb.buf, sb.len, p, &err), 0);
}

static inline void make(struct pair *p, const char *base, const char *cont,
			const char *metric)
{
	static const char *const kernels[] = { "base", "v1" };
	const struct synth_point point = { "css_set/lookup", "sets=16",
					   metric };
	const struct synth s = {
		.kernels = kernels,
		.nr_kernels = 2,
		.points = &point,
		.nr_points = 1,
		.perturbations = 1,
		.fn = cost,
		.no_null = true,
	};

	p->run = synth_run(&s);
	p->values = values_new(p->run);
	for (unsigned i = 0; i < EX_BOTH; i++) {
		p->k[i] = (struct explain_kernel){
			.index = i,
			.boot = run_find_boot(p->run, i, 0, BOOT_REPEAT),
		};
		parse(&p->k[i].profile, i ? cont : base);
	}
}

static inline void release(struct pair *p)
{
	for (unsigned i = 0; i < EX_BOTH; i++)
		explain_kernel_release(&p->k[i]);
	values_free(p->values);
	run_free(p->run);
}

#define SYMBOLS                                            \
	"S\tfind_css_set\t1\nS\tcgroup_migrate\t0\n"       \
	"S\tcgroup_migrate_execute\t0\nS\tfill_stats\t1\n" \
	"S\tnetlink_unicast\t1\nS\ttaskstats_user_cmd\t1\n"

/*
 * netlink_unicast sends the request as well as the reply; find_css_set is there
 * twice, once below itself.
 */
static const char row_nodes[] =
	SYMBOLS SAMPLED "N\t1\t0\tnetlink_unicast\t1000\t0\n"
			"N\t2\t1\ttaskstats_user_cmd\t200\t0\n"
			"N\t3\t2\tfill_stats\t50\t0\n"
			"N\t4\t3\tmemset\t150\t0\n"
			"N\t5\t2\tnetlink_unicast\t400\t0\n"
			"N\t6\t0\tfill_stats\t7\t0\n"
			"N\t7\t0\tattach\t10\t0\n"
			"N\t8\t7\tfind_css_set\t100\t0\n"
			"N\t9\t8\tmemcmp\t300\t0\n"
			"N\t10\t9\tfind_css_set\t50\t0\n"
			"N\t11\t7\tfind_css_set\t1\t0\n";

/* Made before there were S lines; the lookup is all that it ran. */
static const char old_nodes[] = SAMPLED "N\t1\t0\tfind_css_set\t150\t0\n";

static const struct synth_point two_points[] = {
	{ "css_set/lookup", "sets=16", "insns" },
	{ "attach/self", "", "insns" },
};

/* The lookup costs more in the attach, but that is not what it is about. */
#define ATTACHED(_lookup)                                    \
	"S\tfind_css_set\t1\nS\tcgroup_migrate\t1\n" SAMPLED \
	"N\t1\t0\tfind_css_set\t" _lookup "\t0\n"            \
	"P\tattach/self\t1\t-\t10\t5\n"                      \
	"N\t1\t0\tcgroup_migrate\t500\t0\n"                  \
	"N\t2\t0\tfind_css_set\t9" _lookup "\t0\n"

static inline void save_profile(const struct run *run, unsigned kernel,
				const char *nodes)
{
	assert_int_equal(synth_save_profile(run, kernel, METRICS, nodes), 0);
}

static inline struct run *profiled_run(void)
{
	static const char *const kernels[] = { "base", "v1" };
	const struct synth s = {
		.kernels = kernels,
		.nr_kernels = 2,
		.points = two_points,
		.nr_points = 2,
		.perturbations = 1,
		.fn = cost,
		.no_null = true,
	};
	struct run *run = synth_run(&s);
	const char *tmp = getenv("TMPDIR");

	free(run->dir);
	run->dir = xasprintf("%s/cgmark-explain-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(run->dir));
	return run;
}

#endif
