/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs that measured time, from boots to verdicts.  What would break them:
 *
 * An enemy's run.json has time at one point and instructions at the next, a
 * plan of 4 billion samples, a value of 0, a kernel without boots.  A tired
 * user compares a kernel with itself, interrupts the run, or asks for p99 of 15
 * samples.  A slow machine loses a boot through no fault of the kernel, or some
 * samples of one.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "settle.h"
#include "time-effects.h"
#include "time-limits.h"
#include "timed.h"

static const struct effect *effect_at(const struct comparison *c,
				      unsigned point, bool p99)
{
	for (size_t i = 0; i < c->nr_effects; i++)
		if (c->effects[i].point == point && c->effects[i].p99 == p99)
			return &c->effects[i];
	return NULL;
}

static bool has_note(const struct comparison *c, const char *part)
{
	for (size_t i = 0; i < c->notes.nr; i++)
		if (strstr(c->notes.text[i], part))
			return true;
	return false;
}

static void expect_and_free(struct run *run, enum verdict want,
			    const char *reason)
{
	struct comparison *c = compare(run);
	const struct effect *e = effect_at(c, 0, false);

	assert_non_null(e);
	assert_non_null(e->reason);
	if (e->verdict != want || !strstr(e->reason, reason))
		fail_msg("verdict %d, %s; not %d, %s", e->verdict, e->reason,
			 want, reason);
	compare_free(c);
	run_free(run);
}

static void time_gets_verdicts(void **state)
{
	struct run *run = make_time(8, 1.06);
	struct comparison *c = compare(run);
	const struct effect *e = effect_at(c, 0, false);

	assert_true(c->time && e->time);
	assert_int_equal(e->verdict, V_REGRESSION);
	assert_int_equal(e->nr_boots, 8);
	assert_float_equal(e->ratio, 1.06, 0.01);
	assert_float_equal(e->cont_median / e->base_median, e->ratio, 1e-12);
	assert_true(e->lo < e->ratio && e->ratio < e->hi);
	assert_float_equal(e->threshold, TIME_THRESHOLD, 0);
	assert_true(e->p > 0 && e->p < TIME_ALPHA);
	assert_false(e->exact);
	assert_int_equal(effect_at(c, 1, false)->verdict, V_NO_CHANGE);
	assert_int_equal(c->count[V_REGRESSION], 1);
	assert_int_equal(c->count[V_NO_CHANGE], NR_POINTS - 1);
	assert_int_equal(c->nr_compared[0], NR_POINTS);
	assert_int_equal(compare_status(c, false), ST_REGRESSION);
	assert_true(has_note(c, "steal time and throttling"));
	assert_false(has_note(c, "repeat boot"));
	assert_false(has_note(c, "layout null"));
	compare_free(c);
	run_free(run);
	expect_and_free(make_time(8, 0.94), V_IMPROVEMENT, "-5.");
}

static void same_kernel_in_time(void **state)
{
	struct run *run = make_time(8, 1);
	struct comparison *c;

	free(run->kernels[1].vmlinux_sha256);
	run->kernels[1].vmlinux_sha256 =
		xstrdup(run->kernels[0].vmlinux_sha256);
	c = compare(run);
	assert_int_equal(c->count[V_NO_CHANGE], NR_POINTS);
	assert_true(has_note(c, "same code"));
	assert_int_equal(compare_status(c, true), ST_OK);
	compare_free(c);
	run_free(run);
}

static int cmp_kernels(const void *a, const void *b)
{
	const struct run_boot *x = a, *y = b;

	return (x->kernel > y->kernel) - (x->kernel < y->kernel);
}

static void boots_of_one_kernel_first(void **state)
{
	struct run *run = make_time(8, 1.06);

	qsort(run->boots, run->nr_boots, sizeof(*run->boots), cmp_kernels);
	expect_and_free(run, V_INVALID, "not interleaved: the boots of base");
}

static void boots_that_are_lost(void **state)
{
	struct run *run = make_time(8, 1.06);

	synth_find(run, "base-p3")->finished = false;
	synth_find(run, "patched-p4")->ok = false;
	synth_find(run, "patched-p4")->blame = BLAME_HOST;
	expect_and_free(run, V_REGRESSION, "from 7 and 7 boots");
	run = make_time(8, 1.06);
	for (size_t i = 0; i < run->nr_boots; i++)
		if (run->boots[i].kernel == 1)
			run->boots[i].finished = false;
	expect_and_free(run, V_INVALID, "not measured in any boot of patched");
	run = make_time(8, 1.06);
	synth_find(run, "patched-p5")->ok = false;
	synth_find(run, "patched-p5")->blame = BLAME_SUBJECT;
	expect_and_free(run, V_INVALID, "patched failed in boot patched-p5");
	run = make_time(8, 1.06);
	set_status(run, "base-p1", 0, POINT_ERROR, "timeout");
	expect_and_free(run, V_INVALID, "benchmark failed in boot base-p1");
	expect_and_free(make_time(1, 1.06), V_INCONCLUSIVE, "at least ");
}

static void samples_that_are_wrong(void **state)
{
	struct run *run = make_time(8, 1.06);
	struct run_boot *b = synth_find(run, "base-p2");

	b->nr_samples--;
	memmove(b->samples, b->samples + 1,
		b->nr_samples * sizeof(*b->samples));
	expect_and_free(run, V_INVALID, "boot base-p2 lost samples: 4 of 5");
	run = make_time(8, 1.06);
	b = synth_find(run, "patched-p2");
	for (size_t i = 0; i < b->nr_samples; i++)
		b->samples[i].value = 0;
	expect_and_free(run, V_INVALID, "patched-p2 has the value 0");
	run = make_time(8, 1.06);
	run->points[0].plan.samples = UINT32_MAX;
	expect_and_free(run, V_INVALID, "lost samples: 5 of 4294967295");
	/* Counts at one point, time at the next. */
	run = make_time(8, 1.06);
	for (size_t i = 0; i < run->nr_boots; i++)
		for (size_t j = 0; j < SYNTH_SAMPLES; j++)
			strcpy(run->boots[i].samples[j].metric, "insns");
	expect_and_free(run, V_REGRESSION, "agree in sign");
	run = make_time(8, 1.06);
	for (size_t i = 0; i < run->nr_boots; i++)
		for (size_t j = SYNTH_SAMPLES; j < run->boots[i].nr_samples;
		     j++)
			strcpy(run->boots[i].samples[j].metric, "insns");
	expect_and_free(run, V_REGRESSION, "among 1 tested");
}

static void twenty_boots_are_two_stages(void **state)
{
	enum { NR = TIME_SCREEN_BOOTS + TIME_CONFIRM_BOOTS };
	struct run *run = make_time(NR - 1, 1.06);

	assert_int_equal(time_first_fresh(run), UINT32_MAX);
	expect_and_free(run, V_REGRESSION, "from 19 and 19 boots");
	run = make_time(NR, 1.06);
	assert_int_equal(time_first_fresh(run), TIME_SCREEN_BOOTS);
	expect_and_free(run, V_REGRESSION,
			"among 1 tested, from 14 and 14 fresh");
}

static void p99_is_a_row_of_its_own(void **state)
{
	struct run *run = make_time(8, 1);
	struct comparison *c;

	for (size_t i = 0; i < run->nr_boots; i++)
		set_samples(run, &run->boots[i], TIME_P99_SAMPLES,
			    run->boots[i].kernel == 1 ? 3 : 0);
	c = compare(run);
	assert_int_equal(effect_at(c, 0, false)->verdict, V_NO_CHANGE);
	assert_int_equal(effect_at(c, 0, true)->verdict, V_REGRESSION);
	assert_float_equal(effect_at(c, 0, true)->ratio, 1.5, 0.01);
	assert_null(effect_at(c, 0, true)->base);
	assert_null(effect_at(c, 1, true));
	assert_int_equal(c->nr_compared[0], NR_POINTS);
	assert_int_equal(compare_status(c, false), ST_REGRESSION);
	assert_true(has_note(c, "p99 is not judged at 2 points"));
	assert_false(has_note(c, "p99 of patched"));
	compare_free(c);
	for (size_t i = 0; i < run->nr_boots; i++)
		for (size_t j = 0; j < run->boots[i].nr_samples; j++)
			if (run->boots[i].samples[j].point == 0)
				run->boots[i].samples[j].value =
					run->boots[i].samples[0].value;
	c = compare(run);
	assert_null(effect_at(c, 0, true));
	assert_true(has_note(c, "p99 of patched against base: NO CHANGE at 1"));
	compare_free(c);
	run_free(run);
}

/* As a machine records them: shares of the time stolen and throttled. */
static void set_facts(struct run *run, const char *id, double steal,
		      double throttled)
{
	struct run_boot *b = synth_find(run, id);

	b->facts = (struct run_facts){
		.known = true,
		.elapsed_ns = 1000000000,
		.cpus = 2,
		.steal_ns = (uint64_t)(steal * 2e9),
		.throttled_ns = (uint64_t)(throttled * 1e9),
		.heat_ns = UINT64_MAX,
		.throttled_by = "/slow",
	};
}

static void all_facts(struct run *run, double steal)
{
	for (size_t i = 0; i < run->nr_boots; i++)
		set_facts(run, run->boots[i].id, steal, 0);
}

static void facts_are_judged(void **state)
{
	struct run *run = make_time(8, 1.06);
	struct comparison *c;

	/* Nobody knows of one boot. */
	all_facts(run, 0.009);
	synth_find(run, "base-p1")->facts.known = false;
	c = compare(run);
	assert_int_equal(effect_at(c, 0, false)->verdict, V_REGRESSION);
	assert_true(has_note(c, "steal time and throttling"));
	compare_free(c);
	all_facts(run, 0.009);
	c = compare(run);
	assert_int_equal(effect_at(c, 0, false)->verdict, V_REGRESSION);
	assert_false(has_note(c, "steal time and throttling"));
	assert_false(has_note(c, "set aside"));
	compare_free(c);
	all_facts(run, 0.02);
	expect_and_free(run, V_INVALID, "(steal), at most 1% is accepted");
}

/* What the machine did not do as asked for, once, whichever boots say so. */
static void what_was_not_set_is_noted(void **state)
{
	struct run *run = make_time(8, 1.06);
	struct comparison *c;

	all_facts(run, 0);
	synth_find(run, "base-p1")->unset = xstrdup("smt: none");
	synth_find(run, "base-p2")->unset = xstrdup("smt: none");
	synth_find(run, "patched-p2")->unset = xstrdup("turbo: none");
	c = compare(run);
	assert_int_equal(effect_at(c, 0, false)->verdict, V_REGRESSION);
	assert_true(has_note(c, "not as asked for: smt: none"));
	assert_true(has_note(c, "not as asked for: turbo: none"));
	compare_free(c);
	run_free(run);
}

static void few_disturbed_boots_are_set_aside(void **state)
{
	struct run *run = make_time(8, 1.06);
	struct comparison *c;

	all_facts(run, 0);
	set_facts(run, "base-p2", 0.03, 0);
	set_facts(run, "base-p5", 0, 0.4);
	c = compare(run);
	assert_int_equal(effect_at(c, 0, false)->verdict, V_REGRESSION);
	assert_int_equal(effect_at(c, 0, false)->nr_boots, 6);
	assert_true(has_note(c, "2 of 8 boots of base set aside:"));
	assert_true(has_note(c, "base-p2 3.0% of its time stolen"));
	assert_true(has_note(c, "base-p5 40.0% of its time throttled"));
	compare_free(c);
	/* A third one is no accident. */
	set_facts(run, "base-p6", 0, 0.4);
	c = compare(run);
	assert_int_equal(effect_at(c, 0, false)->verdict, V_INVALID);
	assert_false(has_note(c, "set aside"));
	compare_free(c);
	run_free(run);
	/* Too few would be left. */
	run = make_time(4, 1.06);
	all_facts(run, 0);
	set_facts(run, "patched-p3", 0, 0.4);
	expect_and_free(run, V_INVALID,
			"boot patched-p3 was throttled in cgroup /slow for "
			"40.0%");
}

static size_t needs_of(const struct run *run, struct settle_need *first)
{
	struct comparison *c = compare(run);
	_cleanup_free_ struct settle_need *list = NULL;
	size_t nr = settle_needs(c, &list);

	if (nr > 0)
		*first = list[0];
	compare_free(c);
	return nr;
}

static void flagged_points_get_fresh_boots_once(void **state)
{
	struct run *run = make_time(TIME_SCREEN_BOOTS, 1.06);
	struct settle_need need;

	assert_int_equal(needs_of(run, &need), 1);
	assert_int_equal(need.point, 0);
	assert_int_equal(need.contender, 1);
	assert_int_equal(need.role, BOOT_CONFIRM);
	assert_int_equal(need.nr, TIME_CONFIRM_BOOTS);
	run_free(run);
	run = make_time(TIME_SCREEN_BOOTS + TIME_CONFIRM_BOOTS - 1, 1.06);
	run->perturbations = TIME_SCREEN_BOOTS;
	for (size_t i = 0; i < run->nr_boots; i++)
		if (run->boots[i].perturbation >= TIME_SCREEN_BOOTS)
			run->boots[i].role = BOOT_CONFIRM;
	/* One fewer than were wanted decide all the same: time was up. */
	assert_int_equal(needs_of(run, &need), 0);
	expect_and_free(run, V_REGRESSION,
			"among 1 tested, from 13 and 13 fresh");
}

static void points_in_doubt_get_more_boots_once(void **state)
{
	struct run *run = make_time(TIME_SCREEN_BOOTS, 1.0);
	struct settle_need need;
	struct comparison *c;

	for (size_t i = 0; i < run->nr_boots; i++)
		for (size_t j = 0; j < SYNTH_SAMPLES; j++)
			run->boots[i].samples[j].value *=
				1 + 2 * noise_of(&run->boots[i]);
	c = compare(run);
	assert_int_equal(effect_at(c, 0, false)->verdict, V_INCONCLUSIVE);
	assert_false(effect_at(c, 0, false)->unconfirmed);
	assert_true(effect_at(c, 0, false)->nr_needed > TIME_SCREEN_BOOTS);
	assert_int_equal(needs_of(run, &need), 1);
	assert_int_equal(need.role, BOOT_SETTLE);
	assert_int_equal(need.nr,
			 effect_at(c, 0, false)->nr_needed - TIME_SCREEN_BOOTS);
	compare_free(c);
	/* They count, and there are none after them. */
	run->boots[0].role = run->boots[1].role = BOOT_SETTLE;
	run->perturbations = 3;
	c = compare(run);
	assert_int_equal(effect_at(c, 0, false)->nr_boots, TIME_SCREEN_BOOTS);
	compare_free(c);
	assert_int_equal(needs_of(run, &need), 0);
	run_free(run);
}

static void disturbed_boots_are_replaced(void **state)
{
	struct run *run = make_time(TIME_SCREEN_BOOTS, 1);
	struct settle_need need;

	all_facts(run, 0);
	set_facts(run, "base-p1", 0.03, 0);
	assert_int_equal(needs_of(run, &need), 0);
	set_facts(run, "base-p4", 0.03, 0);
	/* 2 of 8 may be set aside. */
	assert_int_equal(needs_of(run, &need), NR_POINTS);
	assert_int_equal(need.role, BOOT_SETTLE);
	assert_int_equal(need.nr, 2);
	set_facts(run, "base-p0", 0.03, 0);
	assert_int_equal(needs_of(run, &need), NR_POINTS);
	assert_int_equal(need.nr, 6);
	/* A limit that always holds will hold the next ones, too. */
	set_facts(run, "base-p2", 0, 0.5);
	assert_int_equal(needs_of(run, &need), 0);
	run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_gets_verdicts),
		cmocka_unit_test(same_kernel_in_time),
		cmocka_unit_test(boots_of_one_kernel_first),
		cmocka_unit_test(boots_that_are_lost),
		cmocka_unit_test(samples_that_are_wrong),
		cmocka_unit_test(twenty_boots_are_two_stages),
		cmocka_unit_test(p99_is_a_row_of_its_own),
		cmocka_unit_test(facts_are_judged),
		cmocka_unit_test(what_was_not_set_is_noted),
		cmocka_unit_test(few_disturbed_boots_are_set_aside),
		cmocka_unit_test(flagged_points_get_fresh_boots_once),
		cmocka_unit_test(points_in_doubt_get_more_boots_once),
		cmocka_unit_test(disturbed_boots_are_replaced),
	};

	return cmocka_run_group_tests_name("time-effects", tests, NULL, NULL);
}
