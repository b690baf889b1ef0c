/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Verdicts on samples that are not all alike: slow operations now and then, two
 * modes, few samples.
 *
 * How it could go wrong: a median that sees no tail; a tail that is called one
 * where all operations got slower; a mode that takes the majority over; the
 * noise of a few interrupts that passes for a tail; a largest value that is as
 * good as any other; too few samples for any of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "shapes.h"

static void expect_shape(const struct shape *base, const struct shape *cont,
			 enum verdict want, enum statistic by,
			 const char *reason)
{
	struct run *run = make_shapes(base, cont);
	struct comparison *c = compare(run);
	const struct effect *e = NULL;

	for (size_t i = 0; i < c->nr_effects && !e; i++)
		if (c->effects[i].point == 0)
			e = &c->effects[i];
	assert_non_null(e);
	if (e->verdict != want || e->statistic != by ||
	    !strstr(e->reason, reason))
		fail_msg("verdict %d by the %s: %s", e->verdict,
			 statistic_name(e->statistic), e->reason);
	compare_free(c);
	run_free(run);
}

static const struct shape plain = { .cost = COST, .nr = SAMPLES };

static struct shape slow_ones(unsigned one_in, double by)
{
	struct shape s = plain;

	s.slow = one_in;
	s.slow_by = by;
	return s;
}

static void noise_is_no_tail(void **state)
{
	expect_shape(&plain, &plain, V_NO_CHANGE, STAT_CENTRE, "");
}

static void slow_operations_are_a_tail(void **state)
{
	struct shape rare = slow_ones(200, 60000),
		     small = slow_ones(200, 24000);

	expect_shape(&plain, &rare, V_REGRESSION, STAT_MEAN,
		     "tail, by the mean: 8 of 8");
	/* 1% on average. */
	expect_shape(&plain, &small, V_REGRESSION, STAT_MEAN, "+1.0");
	expect_shape(&rare, &plain, V_IMPROVEMENT, STAT_MEAN, "tail");
	expect_shape(&rare, &rare, V_NO_CHANGE, STAT_CENTRE, "");
}

static void p99_and_largest(void **state)
{
	struct shape often = slow_ones(50, 2200), once = plain;

	/* Less than the threshold on average. */
	expect_shape(&plain, &often, V_REGRESSION, STAT_P99,
		     "tail, by the p99");
	once.largest_by = 15000;
	expect_shape(&plain, &once, V_REGRESSION, STAT_LARGEST,
		     "tail, by the largest");
}

/* What all operations cost more is no tail, and a tail behind it is not lost. */
static void all_slower_is_no_tail(void **state)
{
	struct shape slower = plain, faster = plain;

	slower.cost = COST * 1.02;
	expect_shape(&plain, &slower, V_REGRESSION, STAT_CENTRE, "8 of 8");
	faster.cost = COST * 0.98;
	expect_shape(&plain, &faster, V_IMPROVEMENT, STAT_CENTRE, "8 of 8");
	faster = slow_ones(100, 60000);
	faster.cost = COST * 0.98;
	expect_shape(&plain, &faster, V_REGRESSION, STAT_MEAN, "tail");
}

/* A median of these would jump by 2.4%. */
static void modes_do_not_take_over(void **state)
{
	struct shape few = plain, many = plain;

	few.second_by = many.second_by = 290;
	few.second_part = 0.48;
	many.second_part = 0.52;
	expect_shape(&few, &many, V_NO_CHANGE, STAT_CENTRE, "");
}

static void few_samples_show_no_tail(void **state)
{
	struct shape base = plain, cont = slow_ones(50, 60000);

	base.nr = cont.nr = 99;
	expect_shape(&base, &cont, V_NO_CHANGE, STAT_CENTRE, "");
	base.nr = cont.nr = 100;
	expect_shape(&base, &cont, V_REGRESSION, STAT_MEAN, "tail");
}

/* The centre: at least one sample is cut at each end, of three or more. */
static void centre_of_few(void **state)
{
	static const struct {
		unsigned nr;
		double want;
	} cases[] = { { 1, 0 }, { 2, 0.5 }, { 3, 1 }, { 5, 2 }, { 100, 49.5 } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct shape s = { .nr = 0 };
		struct run *run = make_shapes(&s, &s);
		struct run_boot *b = &run->boots[0];
		struct values *v;

		b->samples =
			xreallocarray(b->samples, b->nr_samples + cases[i].nr,
				      sizeof(*b->samples));
		for (unsigned n = 0; n < cases[i].nr; n++) {
			struct run_sample *x = &b->samples[b->nr_samples++];

			memset(x, 0, sizeof(*x));
			strcpy(x->metric, "insns");
			x->nr_ops = 1;
			/* Not in order. */
			x->value = (n * 7) % cases[i].nr;
			if (cases[i].nr % 7 == 0)
				x->value = n;
		}
		v = values_new(run);
		assert_float_equal(values_centre(v, 0, 0, "insns"),
				   cases[i].want, 1e-9);
		assert_true(values_statistic(v, 0, 0, "insns", STAT_LARGEST) ==
			    cases[i].nr - 1);
		assert_int_equal(values_nr(v, 0, 0, "insns"), cases[i].nr);
		assert_int_equal(values_nr(v, 0, 0, "elapsed_ns"), 0);
		assert_true(isnan(values_centre(v, 0, 0, "")));
		values_free(v);
		run_free(run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(noise_is_no_tail),
		cmocka_unit_test(slow_operations_are_a_tail),
		cmocka_unit_test(p99_and_largest),
		cmocka_unit_test(all_slower_is_no_tail),
		cmocka_unit_test(modes_do_not_take_over),
		cmocka_unit_test(few_samples_show_no_tail),
		cmocka_unit_test(centre_of_few),
	};

	return cmocka_run_group_tests_name("tail", tests, NULL, NULL);
}
