/* SPDX-License-Identifier: GPL-2.0-only */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "alloc.h"
#include "exit-status.h"
#include "knob.h"

static const struct effect *effect_of(const struct comparison *c,
				      unsigned point)
{
	for (size_t i = 0; i < c->nr_effects; i++) {
		if (c->effects[i].point == point)
			return &c->effects[i];
	}
	fail_msg("no effect for point %u", point);
	return NULL;
}

static bool has_note(const struct comparison *c, const char *text)
{
	for (size_t i = 0; i < c->notes.nr; i++) {
		if (strstr(c->notes.text[i], text))
			return true;
	}
	return false;
}

/* Compares, checks point 0's verdict and that its reason holds a text. */
static void expect(const struct run *run, enum verdict want, const char *reason)
{
	struct comparison *c = compare(run);
	const struct effect *e = effect_of(c, 0);

	if (e->verdict != want || !strstr(e->reason, reason))
		fail_msg("verdict %d: %s", e->verdict, e->reason);
	compare_free(c);
}

static void expect_knob(struct knob *k, enum verdict want, const char *reason)
{
	struct run *run = make(k, 8, 2);

	expect(run, want, reason);
	run_free(run);
}

static void test_equal(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;

	knob_init(&k, 5000, 1);
	run = make(&k, 8, 2);
	c = compare(run);
	assert_int_equal(c->nr_effects, NR_POINTS);
	assert_int_equal(c->count[V_NO_CHANGE], NR_POINTS);
	assert_int_equal(compare_status(c, true), ST_OK);
	assert_true(effect_of(c, 0)->exact);
	assert_true(effect_of(c, 0)->ratio == 1);
	assert_int_equal(effect_of(c, 0)->nr_boots, 8);
	assert_int_equal(effect_of(c, 0)->nr_null, 8);
	compare_free(c);
	run_free(run);
}

static void test_regression(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;
	const struct effect *e;

	knob_init(&k, 5000, 1.05);
	run = make(&k, 8, 2);
	c = compare(run);
	e = effect_of(c, 0);
	assert_int_equal(e->verdict, V_REGRESSION);
	assert_ptr_equal(e, &c->effects[0]); /* most severe first */
	assert_float_equal(e->ratio, 1.05, 1e-4);
	assert_float_equal(e->delta, 250, 1);
	assert_true(e->lo <= e->ratio && e->ratio <= e->hi);
	assert_float_equal(e->level, 1 - 2 * 9 / 256.0, 1e-9);
	assert_int_equal(e->agree, 8);
	/* the largest of five samples is one operation's cost higher */
	assert_true(e->base_p99 > e->base_median);
	assert_int_equal(compare_status(c, false), ST_REGRESSION);
	assert_int_equal(compare_status(c, true), ST_REGRESSION);
	compare_free(c);
	run_free(run);
}

static void test_improvement(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;

	knob_init(&k, 5000, 0.95);
	run = make(&k, 8, 2);
	c = compare(run);
	assert_int_equal(effect_of(c, 0)->verdict, V_IMPROVEMENT);
	assert_int_equal(compare_status(c, true), ST_OK);
	compare_free(c);
	run_free(run);
}

/* Where each rule begins to hold, from both sides. */
static void test_sign_rule(void **state)
{
	static const double spread[] = { 1.05,	1.04, 1.03, 1.02,
					 1.015, 1.01, 0.99, 0.98 };
	struct knob k;

	knob_init(&k, 5000, 1);
	memcpy(k.factor, spread, sizeof(spread));
	expect_knob(&k, V_INCONCLUSIVE, "6 of 8 perturbations agree");
	expect_knob(&k, V_INCONCLUSIVE, "at least 8 more");
	k.factor[6] = 1.005;
	expect_knob(&k, V_REGRESSION, "7 of 8");
}

static void add_all(struct knob *k, double add)
{
	for (int p = 0; p < 8; p++)
		k->add[p] = add;
}

/*
 * Half a percent and more, but few instructions: 7 is what the perturbations move
 * point 0 by.
 */
static void test_floor(void **state)
{
	struct knob k;

	knob_init(&k, 950, 1);
	add_all(&k, 6);
	expect_knob(&k, V_NO_CHANGE, "less than 7");
	add_all(&k, 7);
	expect_knob(&k, V_REGRESSION, "difference 7");
	add_all(&k, -7);
	expect_knob(&k, V_IMPROVEMENT, "difference 7");
	/* median below the floor, single boots above it */
	for (int p = 0; p < 8; p++)
		k.add[p] = p % 2 ? 8 : 4;
	expect_knob(&k, V_INCONCLUSIVE, "not by");
}

/* The floor of a point is what it moves by itself. */
static void test_floor_of_point(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;

	/* The null of one boot, by 12 instructions. */
	knob_init(&k, 2000, 1);
	k.null_factor[3] = 1 - 12 / 2003.;
	add_all(&k, 11);
	expect_knob(&k, V_NO_CHANGE, "less than 12");
	add_all(&k, 12);
	expect_knob(&k, V_REGRESSION, "difference 12");
	/* What moves by more is the threshold's business. */
	for (int p = 0; p < 8; p++)
		k.null_factor[p] = p % 2 ? 1.02 : 0.98;
	run = make(&k, 8, 2);
	c = compare(run);
	assert_float_equal(effect_of(c, 0)->floor, 20, 1e-9);
	assert_float_equal(effect_of(c, 1)->floor, 7, 1e-9);
	compare_free(c);
	run_free(run);
	/* Nothing moves: no less than 5. */
	knob_init(&k, 600, 1);
	k.still = true;
	add_all(&k, 3);
	run = make(&k, 8, 2);
	c = compare(run);
	assert_float_equal(effect_of(c, 0)->floor, 5, 1e-9);
	compare_free(c);
	run_free(run);
}

/* Nobody knows by how much a point moves of which there is no null. */
static void test_floor_without_null(void **state)
{
	struct knob k;
	struct run *run;

	knob_init(&k, 950, 1);
	add_all(&k, 18);
	run = make(&k, 8, 2);
	for (int i = 0; i < 4; i++)
		run->boots[run->nr_boots - 1 - i].damaged = true;
	expect(run, V_REGRESSION, "");
	run->boots[run->nr_boots - 5].damaged = true;
	expect(run, V_NO_CHANGE, "less than 20");
	run_free(run);
}

/* In all boots 2% or more: it counts, however few instructions it is. */
static void test_small_operations(void **state)
{
	struct knob k;
	struct run *run;

	knob_init(&k, 200, 1);
	add_all(&k, -7);
	expect_knob(&k, V_IMPROVEMENT, "8 of 8");
	k.add[7] = 0;
	expect_knob(&k, V_IMPROVEMENT, "7 of 8");
	knob_init(&k, 100, 1);
	add_all(&k, -3);
	expect_knob(&k, V_IMPROVEMENT, "8 of 8");
	add_all(&k, 3);
	expect_knob(&k, V_REGRESSION, "8 of 8");
	/* One boot that shows less, and three instructions are none. */
	k.add[7] = 1;
	expect_knob(&k, V_NO_CHANGE, "less than 7");
	/* An operation that costs nothing any more, and one that did not. */
	knob_init(&k, 19, 0);
	expect_knob(&k, V_IMPROVEMENT, "-100%");
	knob_init(&k, 4, 0);
	expect_knob(&k, V_IMPROVEMENT, "-100%");
	/* Also where the null says nothing. */
	knob_init(&k, 200, 1);
	add_all(&k, -7);
	run = make(&k, 8, 2);
	run->nr_boots -= 8;
	expect(run, V_IMPROVEMENT, "8 of 8");
	run->nr_boots += 8;
	run_free(run);
}

static void test_threshold(void **state)
{
	struct knob k;

	/* 0.19% and 0.21% of a million, far above the floor */
	knob_init(&k, 1e6, 1.0019);
	expect_knob(&k, V_NO_CHANGE, "lies inside 0.20%");
	knob_init(&k, 1e6, 1.0021);
	expect_knob(&k, V_REGRESSION, "beyond 0.20%");
}

static void test_layout_null(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;

	knob_init(&k, 1e6, 1.01);
	expect_knob(&k, V_REGRESSION, "");
	for (int p = 0; p < 8; p++)
		k.null_factor[p] = p % 2 ? 1.004 : 0.998;
	run = make(&k, 8, 2);
	c = compare(run);
	/* |ln|: four of .0020, four of .0040; 5 MADs are more than there is */
	assert_float_equal(effect_of(c, 0)->threshold, log(1.004), 2e-5);
	assert_float_equal(effect_of(c, 2)->threshold, 0.002, 1e-9);
	compare_free(c);
	run_free(run);
	knob_init(&k, 1e6, 1.01);
	for (int p = 0; p < 8; p++)
		k.null_factor[p] = p % 2 ? 1.012 : 0.997;
	expect_knob(&k, V_NO_CHANGE, "lies inside");
}

/* A boot of the null that lies elsewhere does not widen the threshold. */
static void test_null_outlier(void **state)
{
	static const double null[] = { 1.0022, 1.0024, 1.0026, 1.0028,
				       1.0024, 1.0026, 1.0026, 1.03 };
	struct knob k;
	struct run *run;
	struct comparison *c;

	knob_init(&k, 1e6, 1.01);
	memcpy(k.null_factor, null, sizeof(null));
	run = make(&k, 8, 2);
	c = compare(run);
	/* median .0026, MAD .0002 */
	assert_float_equal(effect_of(c, 0)->threshold,
			   0.0026 + 5 * 0.0002 * 1.4826, 0.00005);
	compare_free(c);
	run_free(run);
}

static void test_settle(void **state)
{
	static const double spread[] = { 0.99, 1, 1, 1, 1, 1, 1.003, 1.01 };
	struct knob k;

	knob_init(&k, 1e6, 1);
	memcpy(k.factor, spread, sizeof(spread));
	expect_knob(&k, V_INCONCLUSIVE, "would settle");
	knob_init(&k, 1e6, 1);
	for (int p = 0; p < 8; p++)
		k.factor[p] = p < 4 ? 0.98 - p * 0.001 : 1.02 + p * 0.001;
	expect_knob(&k, V_INVALID, "bimodal: 4 boots and 4 boots");
}

static void test_two_groups_one_verdict(void **state)
{
	struct knob k;

	knob_init(&k, 1e6, 0.005);
	for (int p = 0; p < 4; p++)
		k.factor[p] = 0.006;
	expect_knob(&k, V_IMPROVEMENT, "8 of 8");
}

static void test_repeat_differs(void **state)
{
	struct knob k;
	struct run *run;

	knob_init(&k, 5000, 1.05);
	run = make(&k, 8, 2);
	synth_find(run, "patched-p0-repeat")->samples[1].value++;
	expect(run, V_INVALID,
	       "repeat boot patched-p0-repeat differs from "
	       "patched-p0");
	run_free(run);
}

static void test_lost_boots(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;

	knob_init(&k, 5000, 1.05);
	run = make(&k, 8, 2);
	synth_find(run, "base-p3")->finished = false;
	synth_find(run, "patched-p4")->ok = false;
	synth_find(run, "patched-p4")->blame = BLAME_HOST;
	c = compare(run);
	assert_int_equal(effect_of(c, 0)->verdict, V_REGRESSION);
	assert_int_equal(effect_of(c, 0)->nr_boots, 6);
	assert_int_equal(effect_of(c, 0)->base_status, POINT_MISSING);
	assert_true(has_note(c, "base-p3 did not finish"));
	assert_true(has_note(c, "patched-p4"));
	compare_free(c);
	for (unsigned i = 4; i < 8; i++)
		run->boots[i].finished = false;
	expect(run, V_INVALID, "only 3 of 8 perturbations");
	for (unsigned i = 0; i < 8; i++)
		run->boots[i].finished = false;
	expect(run, V_INVALID, "not measured in any boot");
	run_free(run);
}

static void test_bad_boots(void **state)
{
	struct knob k;
	struct run *run;
	struct run_boot *b;

	knob_init(&k, 5000, 1.05);
	run = make(&k, 8, 2);
	b = synth_find(run, "patched-p5");
	b->ok = false;
	b->blame = BLAME_SUBJECT;
	free(b->splat);
	b->splat = xstrdup("WARNING: CPU: 0 at kernel/cgroup/cgroup.c:1");
	expect(run, V_INVALID, "patched-p5: WARNING: CPU: 0");
	b->ok = true;
	b->damaged = true;
	expect(run, V_INVALID, "patched-p5 is missing, cut short or altered");
	b->finished = b->ok = false; /* boot.json itself */
	expect(run, V_INVALID, "patched-p5 is missing, cut short or altered");
	run_free(run);
}

static void test_null_boots(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;

	knob_init(&k, 5000, 1.05);
	run = make(&k, 8, 2);
	synth_find(run, "base-p2-null")->damaged = true;
	c = compare(run);
	assert_int_equal(effect_of(c, 0)->verdict, V_REGRESSION);
	assert_int_equal(effect_of(c, 0)->nr_null, 7);
	assert_true(has_note(c, "base-p2-null"));
	assert_true(has_note(c, "layout null from 7 of 8"));
	compare_free(c);
	run->nr_boots -= 8; /* none was made */
	c = compare(run);
	assert_true(has_note(c, "no layout null"));
	assert_float_equal(effect_of(c, 0)->threshold, 0.002, 1e-9);
	compare_free(c);
	run->nr_boots += 8;
	run_free(run);
}

static void test_failed_point(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;

	knob_init(&k, 5000, 1.05);
	run = make(&k, 8, 2);
	set_status(run, "patched-p1", 0, POINT_FAIL, "wrong cgroup");
	expect(run, V_INVALID, "boot patched-p1: wrong cgroup");
	c = compare(run);
	assert_int_equal(effect_of(c, 0)->cont_status, POINT_FAIL);
	assert_int_equal(effect_of(c, 0)->base_status, POINT_DONE);
	assert_int_equal(effect_of(c, 1)->verdict, V_NO_CHANGE);
	assert_int_equal(compare_status(c, false), ST_OK);
	assert_int_equal(compare_status(c, true), ST_INCONCLUSIVE);
	compare_free(c);
	set_status(run, "patched-p1", 0, POINT_ERROR, "timeout");
	expect(run, V_INVALID, "benchmark failed in boot patched-p1: timeout");
	set_status(run, "patched-p1", 0, POINT_MISSING, "");
	expect(run, V_INVALID, "never heard of in boot patched-p1");
	set_status(run, "patched-p1", 0, POINT_SKIP, "no v1");
	expect(run, V_INVALID, "skipped in patched-p1");
	run_free(run);
}

static void test_skip(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;

	knob_init(&k, 5000, 1.05);
	run = make(&k, 8, 2);
	skip_kernel(run, 0, 0);
	skip_kernel(run, 0, 1);
	c = compare(run);
	assert_int_equal(c->nr_effects, 1);
	assert_true(has_note(c, "css_set/lookup, 2 points skipped on base "
				"(no named hierarchies)"));
	/* The contender is what is on trial: it may have more, not less. */
	assert_int_equal(compare_status(c, true), ST_OK);
	compare_free(c);
	skip_kernel(run, 1, 0);
	skip_kernel(run, 1, 1);
	c = compare(run);
	assert_int_equal(c->nr_effects, 1);
	assert_true(has_note(c, "skipped on base and patched"));
	assert_int_equal(compare_status(c, true), ST_OK);
	compare_free(c);
	run_free(run);
}

static void test_contender_lacks_points(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;

	knob_init(&k, 5000, 1);
	run = make(&k, 8, 2);
	skip_kernel(run, 1, 0);
	c = compare(run);
	assert_int_equal(compare_status(c, false), ST_OK);
	assert_int_equal(compare_status(c, true), ST_INCONCLUSIVE);
	compare_free(c);
	skip_kernel(run, 1, 1);
	skip_kernel(run, 1, 2);
	c = compare(run);
	assert_int_equal(c->nr_effects, 0);
	assert_int_equal(compare_status(c, false), ST_INCONCLUSIVE);
	compare_free(c);
	run_free(run);
}

/* What one contender shows does not speak for another. */
static void test_nothing_compared(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;

	knob_init(&k, 5000, 1);
	run = make(&k, 8, 3);
	for (unsigned p = 0; p < NR_POINTS; p++)
		skip_kernel(run, 2, p);
	c = compare(run);
	assert_int_equal(c->nr_effects, NR_POINTS);
	assert_int_equal(compare_status(c, false), ST_INCONCLUSIVE);
	compare_free(c);
	for (unsigned i = 0; i < 2; i++)
		for (unsigned p = 0; p < NR_POINTS; p++)
			skip_kernel(run, i, p);
	c = compare(run);
	assert_int_equal(compare_status(c, false), ST_INCONCLUSIVE);
	compare_free(c);
	run_free(run);
}

static void test_metric_differs(void **state)
{
	struct knob k;
	struct run *run;

	knob_init(&k, 5000, 1.05);
	run = make(&k, 8, 2);
	for (size_t i = 0; i < run->nr_boots; i++) {
		struct run_boot *b = &run->boots[i];

		for (size_t s = 0; b->kernel == 1 && s < SYNTH_SAMPLES; s++)
			strcpy(b->samples[s].metric, "guest_ns");
	}
	expect(run, V_INVALID, "metric differs: patched has guest_ns");
	run_free(run);
}

static void test_same_code(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;

	knob_init(&k, 5000, 1);
	run = make(&k, 8, 2);
	free(run->kernels[1].vmlinux_sha256);
	run->kernels[1].vmlinux_sha256 =
		xstrdup(run->kernels[0].vmlinux_sha256);
	c = compare(run);
	assert_true(c->same_code[0]);
	assert_true(has_note(c, "same code: base and patched"));
	assert_int_equal(c->count[V_NO_CHANGE], NR_POINTS);
	compare_free(c);
	/* one sample of one boot, which no median shows */
	synth_find(run, "patched-p6")->samples[4].value++;
	expect(run, V_INVALID, "base-p6 and patched-p6 differ");
	c = compare(run);
	assert_true(has_note(c, "harness fault"));
	compare_free(c);
	/* another command line may make another count */
	free(run->kernels[1].cmdline);
	run->kernels[1].cmdline = xstrdup("cgroup_disable=memory");
	expect(run, V_NO_CHANGE, "");
	run_free(run);
}

static void test_zero(void **state)
{
	struct knob k;

	knob_init(&k, 0, 1);
	expect_knob(&k, V_NO_CHANGE, "equal");
	for (int p = 0; p < 8; p++)
		k.add[p] = 12;
	/* Few instructions, yet any number of times as many. */
	expect_knob(&k, V_REGRESSION, "+inf");
	for (int p = 0; p < 8; p++)
		k.add[p] = p < 7 ? 4 : 0;
	expect_knob(&k, V_NO_CHANGE, "less than 5");
	for (int p = 0; p < 8; p++)
		k.add[p] = 500;
	expect_knob(&k, V_REGRESSION, "+inf");
	knob_init(&k, 5000, 0);
	expect_knob(&k, V_IMPROVEMENT, "-100%");
}

static void test_few_perturbations(void **state)
{
	struct knob k;
	struct run *run;

	knob_init(&k, 5000, 1.05);
	run = make(&k, 3, 2);
	expect(run, V_INCONCLUSIVE, "at least 4 would settle");
	run_free(run);
	run = make(&k, 4, 2);
	expect(run, V_REGRESSION, "4 of 4");
	run_free(run);
}

static void test_order(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;
	unsigned last = 0;

	knob_init(&k, 5000, 1.05);
	run = make(&k, 8, 3);
	set_status(run, "patched-p1", 2, POINT_FAIL, "");
	c = compare(run);
	assert_int_equal(c->nr_effects, 2 * NR_POINTS);
	for (size_t i = 0; i < c->nr_effects; i++) {
		assert_true(verdict_rank(c->effects[i].verdict) >= last);
		last = verdict_rank(c->effects[i].verdict);
	}
	assert_int_equal(c->effects[0].verdict, V_REGRESSION);
	assert_int_equal(c->effects[1].verdict, V_INVALID);
	assert_int_equal(c->effects[2].point, 0);
	assert_int_equal(c->effects[2].contender, 2);
	compare_free(c);
	run_free(run);
}

static void test_nothing(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;

	knob_init(&k, 5000, 1.05);
	run = make(&k, 8, 2);
	for (size_t i = 0; i < run->nr_boots; i++)
		run->boots[i].finished = run->boots[i].ok = false;
	c = compare(run);
	assert_int_equal(c->count[V_INVALID], NR_POINTS);
	assert_int_equal(compare_status(c, false), ST_INCONCLUSIVE);
	compare_free(c);
	run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_regression),
		cmocka_unit_test(test_improvement),
		cmocka_unit_test(test_sign_rule),
		cmocka_unit_test(test_floor),
		cmocka_unit_test(test_floor_of_point),
		cmocka_unit_test(test_floor_without_null),
		cmocka_unit_test(test_small_operations),
		cmocka_unit_test(test_threshold),
		cmocka_unit_test(test_layout_null),
		cmocka_unit_test(test_null_outlier),
		cmocka_unit_test(test_settle),
		cmocka_unit_test(test_two_groups_one_verdict),
		cmocka_unit_test(test_repeat_differs),
		cmocka_unit_test(test_lost_boots),
		cmocka_unit_test(test_bad_boots),
		cmocka_unit_test(test_null_boots),
		cmocka_unit_test(test_failed_point),
		cmocka_unit_test(test_skip),
		cmocka_unit_test(test_contender_lacks_points),
		cmocka_unit_test(test_nothing_compared),
		cmocka_unit_test(test_metric_differs),
		cmocka_unit_test(test_same_code),
		cmocka_unit_test(test_zero),
		cmocka_unit_test(test_few_perturbations),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
