/* SPDX-License-Identifier: GPL-2.0-only */
/* Points that differ in their way only, beside each other. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "alloc.h"
#include "ways-run.h"

static void set_status(struct run *run, const char *boot, unsigned point,
		       enum point_status st, const char *text)
{
	struct run_boot *b = synth_find(run, boot);

	b->status[point] = st;
	free(b->status_text[point]);
	b->status_text[point] = xstrdup(text);
}

static struct way_table *table_of(const struct run *run, unsigned kernel)
{
	_cleanup_(values_freep) struct values *v = values_new(run);

	return way_table_new(v, run, kernel);
}

static void points_are_grouped(void **state)
{
	_cleanup_(run_freep) struct run *run = ways_run();
	_cleanup_(way_table_freep) struct way_table *t = table_of(run, 1);
	const struct way_group *g = t->groups;

	assert_int_equal(t->nr, 4);
	assert_string_equal(g->bench, "rebind/add");
	assert_string_equal(g->params, "groups=16,tasks=0");
	assert_string_equal(g->metric, "guest_ns");
	assert_int_equal(g->nr, 2);
	assert_int_equal(g->nr_values, 2);
	assert_string_equal(g->ways[0].name, "mainline");
	assert_int_equal(g->ways[1].point, P_ADD_NEW);
	assert_int_equal(g->ways[1].nr_boots, 4);
	assert_string_equal(g->ways[1].why, "");

	/* Of 1000..1003 the median is 1001.5; the way costs half. */
	assert_true(fabs(g->ways[0].value - 1001.5) < 1e-6);
	assert_true(fabs(g->ways[1].ratio - 0.5) < 1e-6);
	assert_int_equal(g->reference, 0);

	/* mainline is what others are compared with wherever it stands. */
	g = &t->groups[2];
	assert_string_equal(g->bench, "swap/charge");
	assert_string_equal(g->params, "");
	assert_int_equal(g->nr, 3);
	assert_int_equal(g->reference, 1);
	assert_true(fabs(g->ways[0].ratio - 0.25) < 1e-3);
	assert_true(fabs(g->ways[1].ratio - 1) < 1e-6);

	/* Without it, the first. */
	assert_string_equal(t->groups[3].ways[0].name, "path");
	assert_int_equal(t->groups[3].reference, 0);
	assert_int_equal(t->groups[3].nr, 4);
	assert_true(way_table_find(t, P_NEW_ONLY, "insns") == NULL);
	assert_ptr_equal(way_table_find(t, P_ADD_NEW, "guest_ns"),
			 &t->groups[0].ways[1]);
}

/* The baseline skips the new way in each boot; it has none of its own. */
static void a_kernel_without_the_new_way(void **state)
{
	_cleanup_(run_freep) struct run *run = ways_run();
	_cleanup_(way_table_freep) struct way_table *t = NULL;
	const struct way_group *g;

	skip_new(run, 0);
	t = table_of(run, 0);
	g = t->groups;
	assert_int_equal(g->nr, 2);
	assert_int_equal(g->nr_values, 1);
	assert_false(way_group_shows(g));
	assert_int_equal(g->ways[1].status, POINT_SKIP);
	assert_true(isnan(g->ways[1].value));
	assert_true(isnan(g->ways[1].ratio));
	assert_string_equal(g->ways[1].why, "this kernel cannot");
	/* path and pread are there. */
	assert_true(way_group_shows(&t->groups[3]));
	assert_int_equal(t->groups[3].nr_values, 2);
	way_table_freep(&t);
	t = table_of(run, 1);
	assert_int_equal(t->groups[0].nr_values, 2);
}

/* One boot in which a point failed is enough to show no value. */
static void failed_points_have_no_value(void **state)
{
	_cleanup_(run_freep) struct run *run = ways_run();
	_cleanup_(way_table_freep) struct way_table *t = NULL;
	const struct way_group *g;

	set_status(run, "patched-p2", P_ADD_MAINLINE, POINT_FAIL, "wrong");
	set_status(run, "patched-p0-repeat", P_PATH, POINT_ERROR, "");
	set_status(run, "patched-p1", P_PREAD, POINT_MISSING, "");
	t = table_of(run, 1);
	g = t->groups;
	assert_true(isnan(g->ways[0].value));
	assert_string_equal(g->ways[0].why, "wrong");
	assert_int_equal(g->reference, 1);
	assert_int_equal(g->nr_values, 1);
	g = &t->groups[3];
	assert_int_equal(g->ways[0].status, POINT_ERROR);
	assert_string_equal(g->ways[0].why, "not measured");
	/* The next one takes its place, with the boots that have a value. */
	assert_int_equal(g->reference, 1);
	assert_int_equal(g->ways[1].nr_boots, 3);
	assert_true(way_group_shows(g));
}

/* What a boot that cannot be trusted says does not count. */
static void boots_that_failed_are_left_out(void **state)
{
	_cleanup_(run_freep) struct run *run = ways_run();
	_cleanup_(way_table_freep) struct way_table *t = NULL;

	synth_find(run, "patched-p3")->ok = false;
	synth_find(run, "patched-p3")->blame = BLAME_SUBJECT;
	set_status(run, "patched-p3", P_ADD_NEW, POINT_FAIL, "splat");
	synth_find(run, "patched-p2")->finished = false;
	t = table_of(run, 1);
	assert_int_equal(t->groups[0].ways[1].nr_boots, 2);
	assert_int_equal(t->groups[0].ways[1].status, POINT_DONE);
	assert_true(fabs(t->groups[0].ways[0].value - 1000.5) < 1e-6);
	way_table_freep(&t);

	for (size_t i = 0; i < run->nr_boots; i++)
		run->boots[i].finished = false;
	t = table_of(run, 1);
	assert_int_equal(t->nr, 4);
	assert_int_equal(t->groups[0].reference, -1);
	assert_int_equal(t->groups[0].ways[0].status, POINT_MISSING);
	assert_false(way_group_shows(&t->groups[0]));
}

/* Costs of different units stand in groups of their own. */
static void metrics_do_not_mix(void **state)
{
	_cleanup_(run_freep) struct run *run = ways_run();
	_cleanup_(way_table_freep) struct way_table *t = NULL;

	for (size_t b = 0; b < run->nr_boots; b++)
		for (size_t i = 0; i < run->boots[b].nr_samples; i++)
			if (run->boots[b].samples[i].point == P_ADD_NEW)
				strcpy(run->boots[b].samples[i].metric,
				       "insns");
	t = table_of(run, 1);
	assert_int_equal(t->nr, 5);
	assert_string_equal(t->groups[0].metric, "guest_ns");
	assert_string_equal(t->groups[1].metric, "insns");
	assert_false(way_group_shows(&t->groups[0]));
	assert_false(way_group_shows(&t->groups[1]));
	assert_string_equal(t->groups[0].ways[1].why,
			    "measured in another unit");
}

/* A ratio to nothing is none. */
static void zero_costs_have_no_ratio(void **state)
{
	_cleanup_(run_freep) struct run *run = ways_run();
	_cleanup_(way_table_freep) struct way_table *t = NULL;

	for (size_t b = 0; b < run->nr_boots; b++)
		for (size_t i = 0; i < run->boots[b].nr_samples; i++)
			if (run->boots[b].samples[i].point == P_ADD_MAINLINE)
				run->boots[b].samples[i].value = 0;
	t = table_of(run, 1);
	assert_true(t->groups[0].ways[0].value == 0);
	assert_true(isnan(t->groups[0].ways[1].ratio));
	assert_true(way_group_shows(&t->groups[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_are_grouped),
		cmocka_unit_test(a_kernel_without_the_new_way),
		cmocka_unit_test(failed_points_have_no_value),
		cmocka_unit_test(boots_that_failed_are_left_out),
		cmocka_unit_test(metrics_do_not_mix),
		cmocka_unit_test(zero_costs_have_no_ratio),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
