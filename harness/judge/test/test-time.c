/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Verdicts on time, boot by boot.  What would break them:
 *
 * An enemy makes a result file by hand: values that are 0, negative, NaN,
 * infinite, denormal or the largest double; a value in all boots; places that
 * are all equal, or UINT_MAX; more boots than memory for their splits; shares
 * of steal time above 1 and below 0.
 *
 * A tired user measures one boot, or three; interrupts the run, so that one
 * kernel has more boots than the other, or none; measures all of one kernel,
 * then all of the other; compares one kernel with itself; reads "n boots would
 * settle it", makes them, and is told the same again.
 *
 * A slow machine has a clock so coarse that boots are equal to the tick;
 * throttles half-way; is a guest whose host takes the CPU away; boots into one
 * of two layouts; loses the samples that did not fit.
 */
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "macro.h"
#include "time-judge.h"
#include "time-limits.h"
#include "time-needed.h"

#define assert_close(a, b) assert_float_equal((a), (b), 1e-9)
#define MANY 70
#define LEVEL 0.01

/* ---- the tests that everything rests on ---- */

/* W. S. Gosset's data, which R has as "sleep"; R 4.2: t.test(). */
static const double drug_1[] = { 0.7, -1.6, -0.2, -1.2, -0.1,
				 3.4, 3.7,  0.8,  0,	2 };
static const double drug_2[] = { 1.9, 0.8, 1.1, 0.1, -0.1,
				 4.4, 5.5, 1.6, 4.6, 3.4 };

static void welch_is_that_of_r(void **state)
{
	struct welch w;

	time_welch(drug_2, 10, drug_1, 10, 0.95, &w);
	assert_float_equal(w.diff, -1.58, 1e-12);
	assert_float_equal(w.diff / w.se, -1.8608, 5e-5);
	assert_float_equal(w.df, 17.776, 5e-4);
	assert_float_equal(w.p, 0.07939, 5e-6);
	assert_float_equal(w.ival.lo, -3.3654832, 5e-8);
	assert_float_equal(w.ival.hi, 0.2054832, 5e-8);
}

static void welch_with_next_to_nothing(void **state)
{
	const double v[] = { 5, 5, 5 }, more[] = { 6, 6 };
	const double tenth[] = { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1 };
	struct welch w;

	time_welch(v, 0, more, 2, 0.9, &w);
	assert_true(isnan(w.diff));
	assert_close(w.p, 1);
	time_welch(v, 1, more, 2, 0.9, &w);
	assert_close(w.diff, 1);
	assert_close(w.p, 1);
	assert_true(isinf(w.ival.lo) && isinf(w.ival.hi));
	time_welch(v, 3, more, 2, 0.9, &w);
	assert_close(w.p, 0);
	assert_close(w.ival.lo, 1);
	assert_close(w.ival.hi, 1);
	/* Tenths do not add up; that is no variance. */
	time_welch(tenth, 7, tenth, 3, 0.9, &w);
	assert_true(w.diff == 0 && w.se == 0);
	assert_close(w.p, 1);
}

static void permutation_counts_splits(void **state)
{
	const double a[] = { 1, 2, 3 }, b[] = { 4, 5, 6 };
	const double mixed[] = { 1, 4, 6 }, rest[] = { 2, 3, 5 };

	assert_close(time_permutation(a, 3, b, 3, LEVEL, 1), 2. / 20);
	assert_close(time_permutation(b, 3, a, 3, LEVEL, 2), 2. / 20);
	assert_close(time_permutation_least(3, 3, LEVEL), 2. / 20);
	assert_close(time_permutation_least(3, 4, LEVEL), 1. / 35);
	assert_true(time_permutation(mixed, 3, rest, 3, LEVEL, 1) > 0.5);
	assert_close(time_permutation(a, 3, a, 3, LEVEL, 1), 1);
	assert_close(time_permutation(a, 1, b, 3, LEVEL, 1), 1);
	assert_close(time_permutation(a, 0, b, 0, LEVEL, 1), 1);
	assert_close(time_permutation_least(1, 60, LEVEL), 1);
}

/* Of all 184,756 splits 15,048 are as extreme, by a program in Python. */
static void random_splits_come_close(void **state)
{
	double p = time_permutation(drug_1, 10, drug_2, 10, LEVEL, 1);

	assert_float_equal(p, 15048. / 184756, 0.02);
	assert_close(p, time_permutation(drug_1, 10, drug_2, 10, LEVEL, 1));
	assert_true(p != time_permutation(drug_1, 10, drug_2, 10, LEVEL, 2));
	assert_float_equal(time_permutation(drug_2, 10, drug_1, 10, LEVEL, 3),
			   p, 0.02);
}

static void permutation_of_far_groups(void **state)
{
	double a[MANY * 2], b[MANY * 2];

	for (int i = 0; i < MANY * 2; i++) {
		a[i] = 1e-12 * i;
		b[i] = 1 + 1e-12 * (i % 3);
	}
	assert_close(time_permutation(a, 12, b, 12, LEVEL, 7),
		     time_permutation_least(12, 12, LEVEL));
	assert_close(time_permutation(a, 4, b, 5, LEVEL, 7), 1. / 126);
	/* 2,704,156 splits of 24 values: none is counted one by one. */
	assert_close(time_permutation_least(12, 12, LEVEL), 1. / 5000);
	/* A thousand points at 4%; a million of them are too much. */
	assert_true(time_permutation_least(12, 12, 4e-5) < 4e-5);
	assert_close(time_permutation_least(12, 12, 0), 1. / 500000);
	assert_true(isnan(time_permutation(a, 140, b, 140, LEVEL, 7)));
	assert_true(
		isnan(time_permutation(a, SIZE_MAX, b, SIZE_MAX, LEVEL, 7)));
	assert_close(time_permutation_least(SIZE_MAX / 2, 2, LEVEL), 0);
}

static void holm_is_that_of_r(void **state)
{
	const double p[] = { 0.01, 0.04, NAN, 0.03, 0.005 };
	const double want[] = { 0.03, 0.06, 0, 0.06, 0.02 };
	double got[5], one[] = { 0.8, 0.9 };

	time_holm(p, 5, got);
	for (size_t i = 0; i < 5; i++)
		if (!isnan(p[i]))
			assert_close(got[i], want[i]);
	assert_true(isnan(got[2]));
	time_holm(one, 2, one);
	assert_close(one[0], 1);
	assert_close(one[1], 1);
	time_holm(one, 0, one);
}

static void split_finds_two_groups(void **state)
{
	const double v[] = { 10.1, 1, 10.2, 1.2, 9.9, 1.1, 1.05, 10 };
	const double outlier[] = { 1, 1.1, 1.2, 1.15, 1.05, 1.1, 1, 50 };
	const double equal[] = { 2, 2, 2, 2 };
	struct split s;

	time_split(v, 8, &s);
	assert_int_equal(s.lower, 4);
	assert_float_equal(s.gap, 8.9625, 1e-9);
	assert_true(s.between / s.total > time_split_limit(8));
	time_split(outlier, 8, &s);
	assert_true(s.between / s.total < time_split_limit(8));
	time_split(equal, 4, &s);
	assert_int_equal(s.lower, 0);
	time_split(equal, 0, &s);
	assert_int_equal(s.lower, 0);
	time_split(v, 3, &s);
	assert_int_equal(s.lower, 0);
	assert_close(time_split_limit(0), 1);
	assert_close(time_split_limit(18), 0.9135);
	assert_close(time_split_limit(1e18), 0.791);
}

static void drift_is_a_trend(void **state)
{
	double place[40], v[40], flat[40];
	struct drift d;

	for (int i = 0; i < 40; i++) {
		place[i] = 2 * i;
		v[i] = 0.001 * i + 0.004 * (i * 7 % 5);
		flat[i] = 0.004 * (i * 7 % 5);
	}
	time_drift(v, place, 40, 1, &d);
	assert_true(d.p < 1e-6);
	assert_float_equal(d.total, 0.039, 0.002);
	time_drift(flat, place, 40, 1, &d);
	assert_true(d.p > 0.5);
	time_drift(place, place, 40, 1, &d); /* no residual at all */
	assert_close(d.p, 0);
	time_drift(v, flat, 0, 1, &d);
	assert_close(d.p, 1);
	time_drift(v, place, 3, 0, &d);
	assert_close(d.p, 1);
	memset(place, 0, sizeof(place)); /* all at one place */
	time_drift(v, place, 40, 1, &d);
	assert_close(d.p, 1);
	assert_close(d.total, 0);
}

/* ---- boots ---- */

/* Boots of a point in ABBA order; noise is the same on both and cancels out. */
struct boots {
	struct time_boot b[NR_TIME][MANY];
	struct time_subject s;
};

static void fill_boots(struct boots *b, size_t nr, double change, double spread)
{
	static const double noise[] = { -1.2, 0.3, 1.1, -0.4, 0.8,
					-0.9, 0.1, 1.4, -0.2, -1 };

	memset(b, 0, sizeof(*b));
	b->s.threshold = TIME_THRESHOLD;
	for (int k = 0; k < NR_TIME; k++) {
		b->s.side[k] = (struct time_side){
			.kernel = k ? "new" : "base",
			.boots = b->b[k],
			.nr = nr,
		};
		for (unsigned i = 0; i < nr; i++)
			b->b[k][i] = (struct time_boot){
				.id = k ? "new-p1" : "base-p1",
				.value = 5000 * exp(spread * noise[i % 10] +
						    k * change),
				.place = 2 * i + (k ^ (i % 2)),
				.facts = { NAN, NAN, 31, 31 },
			};
	}
}

static struct time_result judge_one(const struct boots *b)
{
	struct time_result r;

	time_judge(&b->s, 1, 1, &r);
	assert_non_null(r.reason);
	return r;
}

static void expect(const struct boots *b, enum verdict want, const char *reason)
{
	struct time_result r = judge_one(b);

	if (r.verdict != want || !strstr(r.reason, reason))
		fail_msg("verdict %d, %s; not %d, %s", r.verdict, r.reason,
			 want, reason);
	time_results_release(&r, 1);
	assert_null(r.reason);
}

static void five_verdicts(void **state)
{
	struct boots b;

	fill_boots(&b, 10, 0.05, 0.01);
	expect(&b, V_REGRESSION, "+5.13%, 90% interval +4.");
	fill_boots(&b, 10, -0.05, 0.01);
	expect(&b, V_IMPROVEMENT, "-4.88%");
	fill_boots(&b, 10, 0, 0.01);
	expect(&b, V_NO_CHANGE, "lies inside 2%, from 10 and 10 boots");
	fill_boots(&b, 10, 0.015, 0.01);
	expect(&b, V_INCONCLUSIVE, "reaches beyond 2%; about ");
	fill_boots(&b, 10, 0, 0.01);
	b.b[1][3].value = 0;
	expect(&b, V_INVALID, "new-p1 has the value 0");
}

static void values_that_are_none(void **state)
{
	const double bad[] = { 0, -1, NAN, INFINITY, -INFINITY, -0. };
	struct boots b;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		fill_boots(&b, 10, 0.05, 0.01);
		b.b[0][9].value = bad[i];
		expect(&b, V_INVALID, "base-p1 has the value");
	}
	/* However small or large, as long as it is a number. */
	fill_boots(&b, 10, 0, 0.01);
	b.b[0][0].value = 5e-324;
	b.b[1][0].value = 1.7e308;
	expect(&b, V_INCONCLUSIVE, "among 1 tested is above 4%");
}

static void few_boots(void **state)
{
	struct boots b;

	fill_boots(&b, 0, 0, 0);
	expect(&b, V_INVALID, "not measured in any boot of base");
	fill_boots(&b, 1, 0.5, 0.01);
	expect(&b, V_INCONCLUSIVE, "1 boots of base and 1 of new: at least 4");
	fill_boots(&b, 3, 0.5, 0.01);
	expect(&b, V_INCONCLUSIVE, "at least 4 of each would settle it");
	fill_boots(&b, 4, 0.5, 0.01);
	expect(&b, V_REGRESSION, "from 4 and 4 boots");
	/* Interrupted: the last boots of one of them are missing. */
	fill_boots(&b, 8, 0.05, 0.01);
	b.s.side[0].nr = 6;
	expect(&b, V_REGRESSION, "from 6 and 8 boots");
	b.s.side[0].nr = 0;
	expect(&b, V_INVALID, "not measured in any boot of base");
}

static void equal_values(void **state)
{
	struct boots b;
	struct time_result r;

	fill_boots(&b, 6, 0, 0);
	expect(&b, V_NO_CHANGE, "0%..0% lies inside");
	fill_boots(&b, 6, 0.05, 0);
	r = judge_one(&b);
	assert_int_equal(r.verdict, V_REGRESSION);
	/* Without any variance the permutations still count boots. */
	assert_close(r.p, 2. / 924);
	time_results_release(&r, 1);
	/* Two values, a tick apart. */
	fill_boots(&b, 8, 0, 0);
	for (int i = 0; i < 8; i++)
		b.b[i % 2][i].value = 5001;
	expect(&b, V_NO_CHANGE, "lies inside");
}

static void huge_counts(void **state)
{
	enum { NR = 65536 };
	struct time_boot *boots = calloc(2 * NR, sizeof(*boots));
	struct time_subject s = { .threshold = TIME_THRESHOLD };
	struct time_result r;

	assert_non_null(boots);
	for (unsigned i = 0; i < 2 * NR; i++)
		boots[i] = (struct time_boot){
			.id = "x",
			.value = 1000 + i % 7 + (i < NR ? 0 : 40),
			.place = UINT_MAX - (i % NR),
		};
	for (int k = 0; k < NR_TIME; k++)
		s.side[k] = (struct time_side){ "k", boots + k * NR, NR };
	time_judge(&s, 1, 1, &r);
	assert_int_equal(r.verdict, V_REGRESSION);
	assert_true(isnan(r.p_permutation));
	time_results_release(&r, 1);
	free(boots);
}

static void facts_of_boots(void **state)
{
	struct boots b;

	fill_boots(&b, 8, 0.05, 0.01);
	b.b[1][2].facts.steal = 0.031;
	expect(&b, V_INVALID, "something else for 3.1% of its time (steal)");
	fill_boots(&b, 8, 0.05, 0.01);
	b.b[0][7].facts.throttled = 1e300;
	expect(&b, V_INVALID, "base-p1 was throttled");
	fill_boots(&b, 8, 0.05, 0.01);
	b.b[0][7].facts.taken = 30;
	expect(&b, V_INVALID, "lost samples: 30 of 31");
	fill_boots(&b, 8, 0.05, 0.01);
	b.b[0][7].facts = (struct time_facts){ 0.009, -1, 0, 0 };
	expect(&b, V_REGRESSION, "");
}

static void boots_one_after_the_other(void **state)
{
	struct boots b;

	fill_boots(&b, 8, 0.05, 0.01);
	for (unsigned i = 0; i < 8; i++) {
		b.b[0][i].place = i;
		b.b[1][i].place = 8 + i;
	}
	expect(&b, V_INVALID, "the boots of base came before those of new");
	for (unsigned i = 0; i < 8; i++)
		b.b[0][i].place = UINT_MAX - i;
	expect(&b, V_INVALID, "the boots of new came before those of base");
	/* Nobody noted the order. */
	for (unsigned i = 0; i < 8; i++)
		b.b[0][i].place = b.b[1][i].place = 0;
	expect(&b, V_REGRESSION, "");
}

static void boots_that_drift(void **state)
{
	struct boots b;

	fill_boots(&b, 10, 0.05, 0.005);
	for (int k = 0; k < NR_TIME; k++)
		for (int i = 0; i < 10; i++)
			b.b[k][i].value *= exp(0.005 * b.b[k][i].place);
	expect(&b, V_INVALID, "drift: +");
}

static void boots_in_two_groups(void **state)
{
	struct boots b;

	fill_boots(&b, 10, 0, 0.003);
	for (int i = 0; i < 10; i += 3)
		b.b[1][i].value *= 1.10;
	expect(&b, V_INVALID, "bimodal: the boots of new form two groups");
	/* One slow boot is an outlier, not a group. */
	fill_boots(&b, 10, 0, 0.003);
	b.b[1][0].value *= 1.10;
	expect(&b, V_INCONCLUSIVE, "");
	/* Groups nearer than the threshold are noise. */
	fill_boots(&b, 10, 0, 0.0001);
	for (int i = 0; i < 10; i += 3)
		b.b[1][i].value *= 1.01;
	expect(&b, V_NO_CHANGE, "");
}

/* ---- two stages ---- */

static void make_fresh(struct boots *b, unsigned from, double change)
{
	for (int k = 0; k < NR_TIME; k++)
		for (unsigned i = from; i < b->s.side[k].nr; i++) {
			b->b[k][i].fresh = true;
			b->b[k][i].value *= exp(k * change);
		}
}

static void only_fresh_boots_are_reported(void **state)
{
	struct boots b;
	struct time_result r;

	/* 6 boots show +5%, the 14 fresh ones +3%. */
	fill_boots(&b, 20, 0.05, 0.01);
	make_fresh(&b, 6, -0.02);
	r = judge_one(&b);
	assert_int_equal(r.verdict, V_REGRESSION);
	assert_true(r.flagged && r.of_family && r.fresh);
	assert_int_equal(r.nr[TIME_BASE], 14);
	assert_close(r.welch.diff, 0.03);
	assert_non_null(strstr(r.reason, "14 and 14 fresh boots"));
	time_results_release(&r, 1);
	/* A change that was there by chance. */
	fill_boots(&b, 20, 0.02, 0.01);
	make_fresh(&b, 6, -0.02);
	expect(&b, V_NO_CHANGE, "14 and 14 fresh boots");
}

static void what_was_not_flagged_stays_unflagged(void **state)
{
	struct boots b;
	struct time_result r;

	fill_boots(&b, 20, 0, 0.01);
	make_fresh(&b, 6, 0.04);
	r = judge_one(&b);
	assert_int_equal(r.verdict, V_INCONCLUSIVE);
	assert_true(isnan(r.p_holm));
	time_results_release(&r, 1);
	/* Whether it is unchanged may rest on all boots. */
	fill_boots(&b, 20, 0, 0.01);
	make_fresh(&b, 6, 0);
	expect(&b, V_NO_CHANGE, "20 and 20 boots");
}

static void time_ran_out(void **state)
{
	struct boots b[2];
	struct time_subject s[2];
	struct time_result r[2];

	fill_boots(&b[0], 20, 0.05, 0.01);
	make_fresh(&b[0], 6, 0);
	fill_boots(&b[1], 6, 0.05, 0.01);
	s[0] = b[0].s;
	s[1] = b[1].s;
	time_judge(s, 2, 1, r);
	assert_int_equal(r[0].verdict, V_REGRESSION);
	assert_int_equal(r[1].verdict, V_INCONCLUSIVE);
	assert_true(r[1].flagged);
	assert_non_null(strstr(r[1].reason, "to be confirmed on fresh boots"));
	assert_int_equal(r[1].needed, TIME_SCREEN_BOOTS + TIME_CONFIRM_BOOTS);
	time_results_release(r, 2);
}

/* A family with a fault in it is as large as without. */
static void faults_buy_no_significance(void **state)
{
	struct boots b[3];
	struct time_subject s[3];
	struct time_result r[3];
	double p;

	for (int i = 0; i < 3; i++) {
		fill_boots(&b[i], 10, 0.03, 0.01);
		s[i] = b[i].s;
	}
	time_judge(s, 3, 1, r);
	p = r[0].p_holm;
	time_results_release(r, 3);
	b[2].b[0][1].facts.steal = 0.5;
	time_judge(s, 3, 1, r);
	assert_int_equal(r[2].verdict, V_INVALID);
	assert_true(r[0].p_holm >= p);
	assert_true(r[0].p_holm >= 3 * fmin(r[0].p, r[1].p));
	time_results_release(r, 3);
	time_judge(s, 0, 1, r);
}

/* ---- how many boots ---- */

static void advised_boots_settle_it(void **state)
{
	struct boots b;
	struct time_result r;
	size_t nr;

	fill_boots(&b, 10, 0.012, 0.012);
	r = judge_one(&b);
	assert_int_equal(r.verdict, V_INCONCLUSIVE);
	nr = r.needed;
	assert_in_range(nr, 11, TIME_BOOTS_MAX);
	time_results_release(&r, 1);
	fill_boots(&b, nr, 0.012, 0.012);
	expect(&b, V_NO_CHANGE, "");
	/* With 6 boots of each kernel no p is small enough for 20 points. */
	assert_int_equal(time_needed_least(0), TIME_MIN_BOOTS);
	assert_int_equal(time_needed_least(20), 7);
	assert_int_equal(time_needed_least(SIZE_MAX), TIME_BOOTS_MAX);
}

static void boots_needed_by_size(void **state)
{
	struct welch w = { .diff = 0.03, .var = { 1e-4, 1e-4 }, .se = 0.004 };
	double threshold = log1p(TIME_THRESHOLD);
	size_t nr = time_needed(&w, 2, threshold, 40);

	assert_in_range(nr, 7, 20);
	assert_true(time_needed(&w, 2, threshold, 4000) >= nr);
	assert_int_equal(time_needed(&w, nr + 5, threshold, 40), nr + 6);
	w.diff = threshold; /* neither is ever shown */
	assert_int_equal(time_needed(&w, 2, threshold, 40), 0);
	w.diff = 0;
	assert_in_range(time_needed(&w, 2, threshold, 40), 4, 10);
	w.var[0] = w.var[1] = w.se = 0;
	assert_int_equal(time_needed(&w, 2, threshold, 40), TIME_MIN_BOOTS);
	w.se = INFINITY;
	assert_int_equal(time_needed(&w, 2, threshold, 40), 0);
	w = (struct welch){ .diff = NAN };
	assert_int_equal(time_needed(&w, SIZE_MAX, threshold, 40), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(welch_is_that_of_r),
		cmocka_unit_test(welch_with_next_to_nothing),
		cmocka_unit_test(permutation_counts_splits),
		cmocka_unit_test(random_splits_come_close),
		cmocka_unit_test(permutation_of_far_groups),
		cmocka_unit_test(holm_is_that_of_r),
		cmocka_unit_test(split_finds_two_groups),
		cmocka_unit_test(drift_is_a_trend),
		cmocka_unit_test(five_verdicts),
		cmocka_unit_test(values_that_are_none),
		cmocka_unit_test(few_boots),
		cmocka_unit_test(equal_values),
		cmocka_unit_test(huge_counts),
		cmocka_unit_test(facts_of_boots),
		cmocka_unit_test(boots_one_after_the_other),
		cmocka_unit_test(boots_that_drift),
		cmocka_unit_test(boots_in_two_groups),
		cmocka_unit_test(only_fresh_boots_are_reported),
		cmocka_unit_test(what_was_not_flagged_stays_unflagged),
		cmocka_unit_test(time_ran_out),
		cmocka_unit_test(faults_buy_no_significance),
		cmocka_unit_test(advised_boots_settle_it),
		cmocka_unit_test(boots_needed_by_size),
	};

	return cmocka_run_group_tests_name("time", tests, NULL, NULL);
}
