/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Further boots: which points need them, and what they change.
 *
 * How it could go wrong: a change whose size is that of the boots that found it;
 * one that is confirmed by the boots that found it; a verdict that further boots
 * overturn and nobody says so; a real change, seen only behind other points, that
 * disappears; boots that ran other points before it and are paired all the same;
 * points without a boot that are said to be missing; boots without end.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "settle.h"
#include "synth.h"

enum { POINT_A, POINT_B, NR_POINTS };

static const struct synth_point points[NR_POINTS] = {
	{ "attach/self", "", "insns" },
	{ "fork/exit", "", "insns" },
};
static const char *const names[] = { "base", "new", "other" };

/* Factors of the first contender at point B. */
struct factors {
	double first[8], more[64];
};

static double cost(unsigned point, unsigned kernel, unsigned p,
		   enum boot_role role, void *arg)
{
	const struct factors *f = arg;

	if (point != POINT_B || kernel != 1)
		return 100000;
	return 100000 * (role == BOOT_SETTLE || role == BOOT_CONFIRM
				 ? f->more[p]
				 : f->first[p]);
}

static struct synth synth_of(struct factors *f)
{
	return (struct synth){
		.kernels = names,
		.nr_kernels = 2,
		.points = points,
		.nr_points = NR_POINTS,
		.perturbations = 8,
		.fn = cost,
		.arg = f,
	};
}

static void fill(double *v, size_t nr, double factor)
{
	for (size_t i = 0; i < nr; i++)
		v[i] = factor;
}

/* Boots of point B on both kernels, under perturbations from..to - 1. */
static void add_boots(struct run *run, struct synth *s, unsigned from,
		      unsigned to, enum boot_role role)
{
	for (unsigned p = from; p < to; p++)
		for (unsigned k = 0; k < 2; k++)
			synth_more(run, s, k, p, role, POINT_B);
}

static struct comparison *compare(const struct run *run)
{
	static const unsigned contenders[] = { 1, 2 };

	return compare_run(run, 0, contenders, run->nr_kernels - 1);
}

static const struct effect *effect_of(const struct comparison *c,
				      unsigned point)
{
	for (size_t i = 0; i < c->nr_effects; i++)
		if (c->effects[i].point == point &&
		    c->effects[i].contender == 1)
			return &c->effects[i];
	fail_msg("no effect for point %u", point);
	return NULL;
}

static bool has_note(const struct comparison *c, const char *text)
{
	for (size_t i = 0; i < c->notes.nr; i++)
		if (strstr(c->notes.text[i], text))
			return true;
	return false;
}

static void expect_need(const struct run *run, enum boot_role role, unsigned nr)
{
	struct comparison *c = compare(run);
	struct settle_need *needs;
	size_t n = settle_needs(c, &needs);

	if (nr == 0) {
		assert_int_equal(n, 0);
	} else {
		assert_int_equal(n, 1);
		assert_int_equal(needs[0].contender, 1);
		assert_int_equal(needs[0].point, POINT_B);
		assert_int_equal(needs[0].role, role);
		assert_int_equal(needs[0].nr, nr);
	}
	free(needs);
	compare_free(c);
}

static void nothing_to_settle(void **state)
{
	struct factors f;
	struct synth s = synth_of(&f);
	struct run *run;

	fill(f.first, 8, 1);
	run = synth_run(&s);
	expect_need(run, BOOT_SETTLE, 0);
	run_free(run);
}

/* Only the fresh figures are the estimate: the first ones were chosen. */
static void estimate_is_of_fresh_boots(void **state)
{
	struct factors f;
	struct synth s = synth_of(&f);
	struct run *run;
	struct comparison *c;
	const struct effect *e;

	fill(f.first, 8, 1.006);
	fill(f.more, 64, 1.004);
	run = synth_run(&s);
	expect_need(run, BOOT_CONFIRM, 8);
	c = compare(run);
	assert_int_equal(effect_of(c, POINT_B)->verdict, V_REGRESSION);
	assert_false(effect_of(c, POINT_B)->screening.there);
	assert_false(has_note(c, "confirmed"));
	compare_free(c);
	add_boots(run, &s, 8, 16, BOOT_CONFIRM);
	expect_need(run, BOOT_CONFIRM, 0);
	c = compare(run);
	e = effect_of(c, POINT_B);
	assert_int_equal(e->verdict, V_REGRESSION);
	assert_float_equal(e->ratio, 1.004, 1e-5);
	assert_float_equal(e->delta, 400, 1);
	assert_int_equal(e->nr_boots, 8);
	for (unsigned i = 0; i < e->nr_boots; i++)
		assert_true(e->perturbation[i] >= 8);
	assert_true(e->screening.there);
	assert_int_equal(e->screening.verdict, V_REGRESSION);
	assert_float_equal(e->screening.ratio, 1.006, 1e-5);
	assert_int_equal(e->screening.nr_boots, 8);
	assert_non_null(strstr(e->reason, "screening: +0.60%"));
	assert_true(has_note(c, "1 change is confirmed"));
	/* The other point was in none of these boots. */
	assert_int_equal(effect_of(c, POINT_A)->verdict, V_NO_CHANGE);
	assert_int_equal(effect_of(c, POINT_A)->base_status, POINT_DONE);
	assert_int_equal(effect_of(c, POINT_A)->nr_boots, 8);
	compare_free(c);
	run_free(run);
}

/* Chance found it, and chance does not find it again. */
static void not_confirmed(void **state)
{
	struct factors f;
	struct synth s = synth_of(&f);
	struct run *run;
	struct comparison *c;
	const struct effect *e;

	for (int p = 0; p < 8; p++)
		f.first[p] = p ? 1.0015 + p * 0.0005 : 1;
	for (int p = 0; p < 64; p++)
		f.more[p] = 0.9995 + p % 8 * 0.0003;
	run = synth_run(&s);
	add_boots(run, &s, 8, 16, BOOT_CONFIRM);
	c = compare(run);
	e = effect_of(c, POINT_B);
	assert_int_equal(e->screening.verdict, V_REGRESSION);
	assert_int_equal(e->verdict, V_NO_CHANGE);
	assert_non_null(strstr(e->reason, "was not confirmed"));
	assert_true(effect_is_withdrawn(e));
	assert_true(effect_needs_words(e));
	assert_int_equal(compare_status(c, true), ST_OK);
	assert_true(has_note(c, "1 change of the first boots is not"));
	compare_free(c);
	expect_need(run, BOOT_CONFIRM, 0);
	run_free(run);
}

/* No chance makes exact counts differ like that: it is what ran before. */
static void real_but_only_behind_others(void **state)
{
	struct factors f;
	struct synth s = synth_of(&f);
	struct run *run;
	struct comparison *c;

	fill(f.first, 8, 1.03);
	fill(f.more, 64, 1);
	run = synth_run(&s);
	add_boots(run, &s, 8, 16, BOOT_CONFIRM);
	c = compare(run);
	assert_int_equal(effect_of(c, POINT_B)->verdict, V_INCONCLUSIVE);
	assert_non_null(strstr(effect_of(c, POINT_B)->reason,
			       "what runs before it matters"));
	assert_int_equal(compare_status(c, true), ST_INCONCLUSIVE);
	compare_free(c);
	/* More of the same would say the same. */
	expect_need(run, BOOT_CONFIRM, 0);
	run_free(run);
	/* Nor if it is now the other way round. */
	fill(f.more, 64, 0.97);
	run = synth_run(&s);
	add_boots(run, &s, 8, 16, BOOT_CONFIRM);
	c = compare(run);
	assert_int_equal(effect_of(c, POINT_B)->verdict, V_INCONCLUSIVE);
	compare_free(c);
	run_free(run);
}

static void expect_plain(double least, double most, bool plain)
{
	struct factors f;
	struct synth s = synth_of(&f);
	struct run *run;

	for (int p = 0; p < 8; p++)
		f.first[p] = least + (most - least) * p / 7;
	run = synth_run(&s);
	expect_need(run, BOOT_CONFIRM, plain ? 0 : 8);
	run_free(run);
}

/* Twice as fast is no luck; to make a bug of that, luck has to be excluded. */
static void plain_improvements(void **state)
{
	expect_plain(0.5, 0.5, true);
	expect_plain(0.97, 0.971, true);
	/* Too small, ... */
	expect_plain(0.985, 0.985, false);
	/* ... too vague, ... */
	expect_plain(0.93, 0.97, false);
	/* ... for the worse. */
	expect_plain(2, 2, false);
	expect_plain(1.03, 1.03, false);
}

/* Where further boots were made for others, none lacks for these. */
static void plain_lacks_nothing(void **state)
{
	struct factors f;
	struct synth s = synth_of(&f);
	struct run *run;
	struct comparison *c;

	fill(f.first, 8, 0.5);
	run = synth_run(&s);
	run->settling = (struct run_settling){
		.max_boots = 6,
		.max_s = 60,
		.ended = xstrdup("boots"),
	};
	c = compare(run);
	assert_int_equal(effect_of(c, POINT_B)->verdict, V_IMPROVEMENT);
	assert_false(has_note(c, "limit"));
	compare_free(c);
	run_free(run);
}

/* Few fresh boots, as at a limit: the first ones stand, and a note says so. */
static void too_few_to_confirm(void **state)
{
	struct factors f;
	struct synth s = synth_of(&f);
	struct run *run;
	struct comparison *c;

	fill(f.first, 8, 1.006);
	fill(f.more, 64, 1);
	run = synth_run(&s);
	add_boots(run, &s, 8, 15, BOOT_CONFIRM);
	run->settling = (struct run_settling){
		.max_boots = 6,
		.max_s = 60,
		.ended = xstrdup("boots"),
	};
	c = compare(run);
	assert_int_equal(effect_of(c, POINT_B)->verdict, V_REGRESSION);
	assert_float_equal(effect_of(c, POINT_B)->ratio, 1.006, 1e-5);
	assert_int_equal(effect_of(c, POINT_B)->nr_confirm, 7);
	assert_true(has_note(c, "limit of 6 boots (--settle): 0 points are "
				"INCONCLUSIVE, 1 change not confirmed"));
	compare_free(c);
	expect_need(run, BOOT_CONFIRM, 1);
	free(run->settling.ended);
	run->settling.ended = xstrdup("settled");
	c = compare(run);
	assert_false(has_note(c, "limit"));
	compare_free(c);
	run_free(run);
}

/* Doubt gets the boots that the verdict asks for, and these settle it. */
static void doubt_is_settled(void **state)
{
	static const double spread[] = { 0.99, 1, 1, 1, 1, 1, 1.003, 1.01 };
	struct factors f;
	struct synth s = synth_of(&f);
	struct settle_need *needs;
	struct run *run;
	struct comparison *c;
	unsigned nr;

	memcpy(f.first, spread, sizeof(spread));
	fill(f.more, 64, 1);
	run = synth_run(&s);
	c = compare(run);
	assert_int_equal(effect_of(c, POINT_B)->verdict, V_INCONCLUSIVE);
	assert_int_equal(settle_needs(c, &needs), 1);
	assert_int_equal(needs[0].role, BOOT_SETTLE);
	nr = needs[0].nr;
	assert_true(nr >= 1 && nr <= 56);
	free(needs);
	compare_free(c);
	add_boots(run, &s, 8, 8 + nr, BOOT_SETTLE);
	c = compare(run);
	assert_int_equal(effect_of(c, POINT_B)->verdict, V_NO_CHANGE);
	assert_int_equal(effect_of(c, POINT_B)->nr_boots, 8 + nr);
	assert_int_equal(effect_of(c, POINT_A)->nr_boots, 8);
	compare_free(c);
	expect_need(run, BOOT_SETTLE, 0);
	run_free(run);
}

/* What settles as a change is confirmed like any other. */
static void settled_and_then_confirmed(void **state)
{
	static const double spread[] = { 1.05,	1.04, 1.03, 1.02,
					 1.015, 1.01, 0.99, 0.98 };
	struct factors f;
	struct synth s = synth_of(&f);
	struct run *run;
	struct comparison *c;

	memcpy(f.first, spread, sizeof(spread));
	fill(f.more, 64, 1.02);
	run = synth_run(&s);
	expect_need(run, BOOT_SETTLE, 8);
	add_boots(run, &s, 8, 16, BOOT_SETTLE);
	expect_need(run, BOOT_CONFIRM, 8);
	add_boots(run, &s, 16, 24, BOOT_CONFIRM);
	expect_need(run, BOOT_CONFIRM, 0);
	c = compare(run);
	assert_int_equal(effect_of(c, POINT_B)->verdict, V_REGRESSION);
	assert_int_equal(effect_of(c, POINT_B)->screening.nr_boots, 16);
	compare_free(c);
	run_free(run);
}

/* Not all that has a doubt has a number of boots that would remove it. */
static void hopeless_doubt(void **state)
{
	struct factors f;
	struct synth s = synth_of(&f);
	struct run *run;
	struct comparison *c;

	for (int p = 0; p < 8; p++)
		f.first[p] = 1.002 + (p - 3.5) * 0.004;
	run = synth_run(&s);
	c = compare(run);
	assert_int_equal(effect_of(c, POINT_B)->verdict, V_INCONCLUSIVE);
	compare_free(c);
	expect_need(run, BOOT_SETTLE, 0);
	run_free(run);
}

/* A look at the figures: nobody asked for a verdict. */
static void few_perturbations_need_none(void **state)
{
	struct factors f;
	struct synth s = synth_of(&f);
	struct run *run;

	fill(f.first, 8, 1.05);
	s.perturbations = 3;
	run = synth_run(&s);
	expect_need(run, BOOT_SETTLE, 0);
	run_free(run);
	s.perturbations = 4;
	run = synth_run(&s);
	expect_need(run, BOOT_CONFIRM, 4);
	run_free(run);
}

/* As of different runs: what ran before the point is part of what it costs. */
static void other_points_before_it(void **state)
{
	struct factors f;
	struct synth s = synth_of(&f);
	struct run *run;
	struct comparison *c;

	fill(f.first, 8, 1.006);
	fill(f.more, 64, 1);
	run = synth_run(&s);
	add_boots(run, &s, 8, 16, BOOT_CONFIRM);
	for (size_t i = 0; i < run->nr_boots; i++)
		if (run->boots[i].role == BOOT_CONFIRM &&
		    run->boots[i].kernel == 1)
			run->boots[i].planned[POINT_A] = true;
	c = compare(run);
	assert_int_equal(effect_of(c, POINT_B)->nr_confirm, 0);
	assert_float_equal(effect_of(c, POINT_B)->ratio, 1.006, 1e-5);
	compare_free(c);
	run_free(run);
}

/* Further boots are boots: what they show of a kernel counts. */
static void faults_of_further_boots(void **state)
{
	struct factors f;
	struct synth s = synth_of(&f);
	struct run *run;
	struct run_boot *b;
	struct comparison *c;

	fill(f.first, 8, 1.006);
	fill(f.more, 64, 1.006);
	run = synth_run(&s);
	add_boots(run, &s, 8, 16, BOOT_CONFIRM);
	b = synth_find(run, "new-p9-confirm");
	b->status[POINT_B] = POINT_FAIL;
	c = compare(run);
	assert_int_equal(effect_of(c, POINT_B)->verdict, V_INVALID);
	assert_int_equal(effect_of(c, POINT_A)->verdict, V_NO_CHANGE);
	compare_free(c);
	b->status[POINT_B] = POINT_DONE;
	b->ok = false;
	b->blame = BLAME_SUBJECT;
	c = compare(run);
	assert_int_equal(effect_of(c, POINT_B)->verdict, V_INVALID);
	assert_int_equal(effect_of(c, POINT_A)->verdict, V_INVALID);
	compare_free(c);
	expect_need(run, BOOT_CONFIRM, 0);
	run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_to_settle),
		cmocka_unit_test(estimate_is_of_fresh_boots),
		cmocka_unit_test(not_confirmed),
		cmocka_unit_test(real_but_only_behind_others),
		cmocka_unit_test(plain_improvements),
		cmocka_unit_test(plain_lacks_nothing),
		cmocka_unit_test(too_few_to_confirm),
		cmocka_unit_test(doubt_is_settled),
		cmocka_unit_test(settled_and_then_confirmed),
		cmocka_unit_test(hopeless_doubt),
		cmocka_unit_test(few_perturbations_need_none),
		cmocka_unit_test(other_points_before_it),
		cmocka_unit_test(faults_of_further_boots),
	};

	return cmocka_run_group_tests_name("settle", tests, NULL, NULL);
}
