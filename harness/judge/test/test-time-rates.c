/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often the procedure for time is wrong: made-up comparisons of 40 points,
 * of which the truth is known.  Measured rates are printed as comments.
 *
 * What would break it: screening by the boots that confirm; points that are
 * tested and not counted; a family whose size depends on its own p; tails that
 * make a variance too small; more variance on the side with fewer boots; drift
 * and groups that fake a change, or hide one; a threshold that hides that the
 * level is wrong, which is why most spreads here are 5%.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "time-sim.h"

#define TRIALS 2000
#define FEWER 1000 /* of what is beside the point */

struct rates {
	double family;	/* comparisons with a false alarm anywhere */
	double found;	/* changed points with the right verdict */
	double wrong;	/* with the opposite one */
	double same;	/* unchanged points that are NO CHANGE */
	double invalid; /* of all points */
};

static bool is_alarm(enum verdict v)
{
	return v == V_REGRESSION || v == V_IMPROVEMENT;
}

/* Counts one comparison; returns whether it has a false alarm. */
static bool count_points(const struct sim *s, const struct sim_run *run,
			 struct rates *r)
{
	bool alarm = false;

	for (unsigned p = 0; p < s->points; p++) {
		enum verdict v = run->result[p].verdict;
		bool up = (p % 2 == 0) == (s->change > 0);

		r->invalid += v == V_INVALID;
		if (p >= s->changed) {
			alarm |= is_alarm(v);
			r->same += v == V_NO_CHANGE;
			continue;
		}
		r->found += v == (up ? V_REGRESSION : V_IMPROVEMENT);
		r->wrong += v == (up ? V_IMPROVEMENT : V_REGRESSION);
	}
	return alarm;
}

static void tell(const char *what, const struct sim *s, const struct rates *r,
		 unsigned trials)
{
	struct interval i = stats_clopper_pearson(
		(size_t)(r->family * trials + 0.5), trials, 0.95);

	printf("# %s: %u points, spread %.0f%%, %u comparisons: false alarm in "
	       "%.2f%% (%.2f..%.2f)",
	       what, s->points, s->spread * 100, trials, r->family * 100,
	       i.lo * 100, i.hi * 100);
	if (s->changed > 0)
		printf(", %.1f spreads found %.2f%%, wrong direction %.2f%%",
		       s->change / s->spread, r->found * 100, r->wrong * 100);
	if (s->changed < s->points)
		printf(", no change shown %.1f%%", r->same * 100);
	printf(", invalid %.2f%%\n", r->invalid * 100);
	fflush(stdout);
}

static struct rates rates_of(const char *what, const struct sim *s,
			     unsigned trials)
{
	static struct sim_run run;
	struct rates r = { 0 };
	unsigned changed = s->changed > 0 ? s->changed : 1;
	unsigned same = s->points > s->changed ? s->points - s->changed : 1;

	set_seed(20261130, (unsigned)strlen(what));
	for (unsigned t = 0; t < trials; t++) {
		sim_judge(s, &run, t);
		r.family += count_points(s, &run, &r);
		time_results_release(run.result, s->points);
	}
	r.family /= trials;
	r.found /= (double)trials * changed;
	r.wrong /= (double)trials * changed;
	r.same /= (double)trials * same;
	r.invalid /= (double)trials * s->points;
	tell(what, s, &r, trials);
	return r;
}

/* Screening and confirmation, as many boots as the limits say. */
#define TWO_STAGES                                                        \
	.points = 40, .screen = { TIME_SCREEN_BOOTS, TIME_SCREEN_BOOTS }, \
	.fresh = TIME_CONFIRM_BOOTS

static void no_change_is_no_alarm(void **state)
{
	const struct sim s = { TWO_STAGES, .spread = 0.01 };
	const struct sim wide = { TWO_STAGES, .spread = 0.05 };
	struct rates r = rates_of("no change", &s, TRIALS);

	assert_true(r.family <= 0.05);
	assert_true(r.same > 0.9);
	assert_true(r.invalid < 0.001);
	/* There no threshold stands between chance and an alarm. */
	r = rates_of("no change, wide", &wide, TRIALS);
	assert_true(r.family <= 0.05);
	assert_true(r.family > 0.01); /* the level is used */
	assert_true(r.invalid < 0.002);
}

static void three_spreads_are_found(void **state)
{
	const struct sim s = { TWO_STAGES, .spread = 0.01, .changed = 2,
			       .change = 0.03 };
	struct rates r = rates_of("changed", &s, TRIALS);

	assert_true(r.found >= 0.99);
	assert_true(r.wrong == 0);
	assert_true(r.family <= 0.05);
}

/* Each boot the value of one stage; 10 boots, as --perturbations makes them. */
static void one_stage_keeps_the_level(void **state)
{
	const struct sim wide = { .points = 40,
				  .spread = 0.05,
				  .screen = { 10, 10 } };
	const struct sim s = { .points = 40,
			       .spread = 0.01,
			       .changed = 2,
			       .change = 0.04,
			       .screen = { 10, 10 } };

	assert_true(rates_of("one stage", &wide, FEWER).family <= 0.05);
	assert_true(rates_of("one stage, changed", &s, FEWER / 5).found > 0.95);
}

static void heavy_tails_keep_the_level(void **state)
{
	const struct sim t3 = { TWO_STAGES, .spread = 0.05, .tails = 3 };
	const struct sim one = {
		.points = 40, .spread = 0.05, .tails = 3, .screen = { 10, 10 }
	};
	const struct sim slow = { TWO_STAGES, .spread = 0.05, .slow = 0.05 };
	const struct sim found = { TWO_STAGES, .spread = 0.01, .tails = 3,
				   .changed = 2, .change = 0.03 };
	struct rates r;

	assert_true(rates_of("t with 3 df", &t3, TRIALS).family <= 0.05);
	assert_true(
		rates_of("t with 3 df, one stage", &one, FEWER / 2).family <=
		0.05);
	assert_true(
		rates_of("1 boot of 20 slower by 1/3", &slow, FEWER).family <=
		0.05);
	r = rates_of("t with 3 df, changed", &found, FEWER / 4);
	assert_true(r.found > 0.95 && r.wrong == 0);
	assert_true(r.invalid < 0.01);
}

static void unequal_sides_keep_the_level(void **state)
{
	const struct sim s = { TWO_STAGES, .spread = 0.02,
			       .cont_spread = 0.10 };
	const struct sim few = { .points = 40,
				 .spread = 0.06,
				 .cont_spread = 0.02,
				 .screen = { 10, 14 } };

	assert_true(rates_of("new spreads 10%", &s, FEWER).family <= 0.05);
	/*
	 * Only of an interrupted run.  Welch's degrees of freedom are known to
	 * be a little too many there.
	 */
	assert_true(rates_of("base spreads most, fewer boots", &few, FEWER / 2)
			    .family <= 0.08);
}

/* Medians and p99 of 40 points are one family. */
static void a_family_of_two_statistics(void **state)
{
	const struct sim s = { .points = 80,
			       .spread = 0.05,
			       .screen = { TIME_SCREEN_BOOTS,
					   TIME_SCREEN_BOOTS },
			       .fresh = TIME_CONFIRM_BOOTS };

	assert_true(rates_of("median and p99", &s, FEWER / 2).family <= 0.05);
}

static void drift_is_invalid(void **state)
{
	const struct sim little = { TWO_STAGES, .spread = 0.01, .drift = 0.03 };
	const struct sim s = { TWO_STAGES, .spread = 0.01, .drift = 0.05,
			       .all_fresh = true };
	const struct sim early = { TWO_STAGES, .spread = 0.01, .drift = 0.40 };
	const struct sim walk = { TWO_STAGES, .spread = 0.01, .walk = 0.01 };
	const struct sim apart = { .points = 40,
				   .spread = 0.01,
				   .drift = 0.05,
				   .screen = { 10, 10 },
				   .after_another = true };
	struct rates r;

	r = rates_of("drift of 3%", &little, FEWER / 4);
	assert_true(r.family <= 0.01);
	r = rates_of("drift of 5%, all boots", &s, FEWER / 4);
	assert_true(r.invalid > 0.95 && r.family <= 0.01);
	r = rates_of("drift of 12% in 12 boots", &early, FEWER / 4);
	assert_true(r.invalid > 0.95 && r.family <= 0.01);
	r = rates_of("random walk", &walk, FEWER / 4);
	assert_true(r.family <= 0.05);
	r = rates_of("drift, not interleaved", &apart, FEWER / 4);
	assert_true(r.invalid == 1);
}

static void groups_are_invalid(void **state)
{
	const struct sim screen = { TWO_STAGES, .spread = 0.01,
				    .mode_share = 0.3, .mode = 0.08 };
	struct sim s = screen;
	struct rates r;

	r = rates_of("two groups", &screen, FEWER / 4);
	assert_true(r.family <= 0.01);
	s.all_fresh = true;
	r = rates_of("two groups, all boots", &s, FEWER / 4);
	assert_true(r.invalid > 0.90 && r.family <= 0.01);
	s.mode_share = 0.5;
	r = rates_of("halves, all boots", &s, FEWER / 4);
	assert_true(r.invalid > 0.99 && r.family <= 0.01);
	/* A patch that makes a second mode. */
	s.mode_cont = true;
	r = rates_of("halves of new, all boots", &s, FEWER / 4);
	assert_true(r.invalid > 0.90);
}

/* A change that is exactly the threshold is shown to be none in 5% at most. */
static void equivalence_keeps_its_level(void **state)
{
	const struct sim s = { .points = 10, /* which is quicker */
			       .spread = 0.01,
			       .changed = 10,
			       .change = log1p(TIME_THRESHOLD),
			       .screen = { 12, 12 } };
	static struct sim_run run;
	double same = 0;
	const unsigned trials = 500;

	set_seed(1, 1);
	for (unsigned t = 0; t < trials; t++) {
		sim_judge(&s, &run, t);
		for (unsigned p = 0; p < s.points; p++)
			same += run.result[p].verdict == V_NO_CHANGE;
		time_results_release(run.result, s.points);
	}
	same /= trials * s.points;
	printf("# change of the threshold: called none in %.2f%%\n",
	       same * 100);
	assert_true(same < 0.06);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_change_is_no_alarm),
		cmocka_unit_test(three_spreads_are_found),
		cmocka_unit_test(one_stage_keeps_the_level),
		cmocka_unit_test(heavy_tails_keep_the_level),
		cmocka_unit_test(unequal_sides_keep_the_level),
		cmocka_unit_test(a_family_of_two_statistics),
		cmocka_unit_test(drift_is_invalid),
		cmocka_unit_test(groups_are_invalid),
		cmocka_unit_test(equivalence_keeps_its_level),
	};

	return cmocka_run_group_tests_name("time-rates", tests, NULL, NULL);
}
