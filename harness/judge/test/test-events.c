/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of events, and that events touch no verdict. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "alloc.h"
#include "counted.h"
#include "events.h"

static void test_values(void **state)
{
	_cleanup_(run_freep) struct run *run = make(2);
	_cleanup_(values_freep) struct values *v = values_new(run);
	_cleanup_(event_table_freep) struct event_table *t =
		event_table_new(v, run, 0, 1);

	assert_int_equal(t->nr, 4);
	assert_true(t->rows[0].side[EV_BASE].value == 8);
	assert_true(t->rows[0].side[EV_CONT].value == 9);
	assert_null(t->rows[0].side[EV_BASE].why);
	assert_int_equal(t->rows[3].point, 1);
	assert_int_equal(t->rows[3].event, 1);
	assert_true(isnan(t->rows[3].side[EV_CONT].value));
	assert_true(t->rows[3].side[EV_CONT].lacking);
	assert_string_equal(t->rows[3].side[EV_CONT].why, "ENOENT: no <PMU>");
}

static void test_latencies(void **state)
{
	_cleanup_(run_freep) struct run *run = make(1);
	struct run_boot *b = synth_find(run, "base-p0-events");
	_cleanup_(values_freep) struct values *v = NULL;
	_cleanup_(event_table_freep) struct event_table *t = NULL;

	run->nr_latencies = 1;
	run->latencies = xcalloc(1, sizeof(*run->latencies));
	run->latencies[0] = xstrdup("find_css_set");
	add_figure(b, "find_css_set:calls", 3);
	add_figure(b, "find_css_set:median_ns", 470);
	v = values_new(run);
	t = event_table_new(v, run, 0, -1);
	/* Two events, and five figures of the function, at each point. */
	assert_int_equal(t->nr, 2 * 7);
	assert_string_equal(t->metrics[t->rows[11].event],
			    "find_css_set:median_ns");
	assert_true(t->rows[11].side[EV_BASE].value == 470);
}

/* A kernel that has an event at one point only, and a boot that failed. */
static void test_partly(void **state)
{
	_cleanup_(run_freep) struct run *run = make(2);
	_cleanup_(values_freep) struct values *v = NULL;
	_cleanup_(event_table_freep) struct event_table *t = NULL;
	struct run_boot *b = synth_find(run, "new-p0-events");
	char **lacks;

	b->ok = false;
	b->blame = BLAME_SUBJECT;
	synth_find(run, "base-p0-events")->nr_lacks = 1;
	v = values_new(run);
	t = event_table_new(v, run, 0, 1);
	assert_int_equal(event_table_lacks(t, &lacks), 3);
	assert_string_equal(lacks[0],
			    "page-faults not counted on new: the boot failed");
	assert_string_equal(
		lacks[1],
		"cycles not supported on base at 1 of 2 points: ENOENT: no "
		"<PMU>");
	assert_string_equal(lacks[2],
			    "cycles not counted on new: the boot failed");
	for (int i = 0; i < 3; i++)
		free(lacks[i]);
	free(lacks);
}

static void expect_no_change(const struct run *run, const char *note)
{
	struct comparison *c = compare(run);
	bool noted = !note;

	/* One effect a point: events are not among them. */
	assert_int_equal(c->nr_effects, ARRAY_SIZE(points));
	assert_int_equal(c->count[V_NO_CHANGE], ARRAY_SIZE(points));
	for (size_t i = 0; i < c->notes.nr; i++)
		noted = noted || strstr(c->notes.text[i], note);
	assert_true(noted);
	compare_free(c);
}

static void test_verdicts_stay(void **state)
{
	_cleanup_(run_freep) struct run *run = make(2);
	struct run_boot *b = synth_find(run, "new-p0-events");

	expect_no_change(run, NULL);
	b->status[0] = POINT_FAIL;
	expect_no_change(run, NULL);
	b->ok = false;
	b->blame = BLAME_SUBJECT;
	free(b->splat);
	b->splat = xstrdup("BUG: it");
	expect_no_change(run, "no events: boot new-p0-events: BUG: it");
	b->damaged = true;
	b->ok = true;
	expect_no_change(run, "no events: boot new-p0-events: its sample file");
	b->finished = false;
	expect_no_change(run, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_latencies),
		cmocka_unit_test(test_partly),
		cmocka_unit_test(test_verdicts_stay),
	};

	return cmocka_run_group_tests_name("event-table", tests, NULL, NULL);
}
