/* SPDX-License-Identifier: GPL-2.0-only */
/* Events in reports, and that they touch no verdict. */
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "alloc.h"
#include "compare-json.h"
#include "compare-text.h"
#include "events-text.h"
#include "synth.h"

static const struct synth_point points[] = {
	{ "fork/exit", "controllers=all", "insns" },
	{ "null", "", "insns" },
};

static const char *const names[] = { "base", "new" };

static double cost(unsigned point, unsigned kernel, unsigned p,
		   enum boot_role role, void *arg)
{
	return 1000 * (point + 1) + p;
}

static struct run *make(size_t kernels)
{
	const struct synth s = {
		.kernels = names,
		.nr_kernels = kernels,
		.points = points,
		.nr_points = ARRAY_SIZE(points),
		.perturbations = 4,
		.fn = cost,
	};
	struct run *run = synth_run(&s);

	synth_events(run);
	return run;
}

static struct comparison *compare(const struct run *run)
{
	static const unsigned contender = 1;

	return compare_run(run, 0, &contender, run->nr_kernels - 1);
}

static char *printed(void (*print)(FILE *, const void *), const void *arg)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	print(f, arg);
	fclose(f);
	return text;
}

static void print_table(FILE *out, const void *arg)
{
	event_table_print(out, arg);
}

static void print_json(FILE *out, const void *arg)
{
	const struct comparison *c = arg;
	_cleanup_(findings_freep) struct findings *found =
		findings_new(c->run, c->base, c->contenders, c->nr_contenders);

	assert_int_equal(compare_print_json(out, found), 0);
}

static void print_text(FILE *out, const void *arg)
{
	const struct comparison *c = arg;
	_cleanup_(findings_freep) struct findings *found =
		findings_new(c->run, c->base, c->contenders, c->nr_contenders);

	compare_print_text(out, found);
}

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

static void test_text(void **state)
{
	_cleanup_(run_freep) struct run *run = make(2);
	struct comparison *c = compare(run);
	_cleanup_free_ char *text = printed(print_text, c);

	if (!strstr(text, "fork/exit controllers=all\n"
			  "  page-faults                                    "
			  "8             9            +1\n"
			  "null\n"))
		fail_msg("no rows in: %s", text);
	assert_non_null(strstr(text, "cycles not supported on base and new: "
				     "ENOENT: no <PMU>\n"));
	compare_free(c);
}

static void test_single_kernel(void **state)
{
	_cleanup_(run_freep) struct run *run = make(1);
	_cleanup_(values_freep) struct values *v = values_new(run);
	_cleanup_(event_table_freep) struct event_table *t =
		event_table_new(v, run, 0, -1);
	_cleanup_free_ char *text = printed(print_table, t);

	assert_non_null(strstr(
		text, "  page-faults                                    8\n"));
	assert_non_null(strstr(text, "cycles not supported on base: ENOENT"));
	assert_null(strstr(text, "diff"));
}

static void add_figure(struct run_boot *b, const char *metric, uint64_t value)
{
	struct sample *s;

	b->samples = xreallocarray(b->samples, b->nr_samples + 1,
				   sizeof(*b->samples));
	s = &b->samples[b->nr_samples++];
	*s = (struct sample){ .version = 1, .value = value, .nr_ops = 1 };
	strcpy(s->bench, points[1].bench);
	strcpy(s->metric, metric);
}

static void test_latencies(void **state)
{
	_cleanup_(run_freep) struct run *run = make(1);
	struct run_boot *b = synth_find(run, "base-p0-events");
	_cleanup_(values_freep) struct values *v = NULL;
	_cleanup_(event_table_freep) struct event_table *t = NULL;
	_cleanup_free_ char *text = NULL;

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
	text = printed(print_table, t);
	assert_non_null(strstr(text, "  find_css_set:median_ns                 "
				     "      470\n"));
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

static void test_json(void **state)
{
	_cleanup_(run_freep) struct run *run = make(2);
	struct comparison *c = compare(run);
	_cleanup_free_ char *text = printed(print_json, c);
	json_t *j = json_loads(text, 0, NULL), *counts, *row;

	assert_non_null(j);
	counts = json_object_get(j, "event_counts");
	assert_int_equal(json_array_size(counts), 4);
	row = json_array_get(counts, 0);
	assert_string_equal(json_string_value(json_object_get(row, "event")),
			    "page-faults");
	assert_true(json_number_value(
			    json_object_get(row, "contender_value")) == 9);
	assert_true(
		json_is_null(json_object_get(row, "contender_not_supported")));
	row = json_array_get(counts, 1);
	assert_true(json_is_null(json_object_get(row, "base_value")));
	assert_string_equal(
		json_string_value(json_object_get(row, "base_not_supported")),
		"ENOENT: no <PMU>");
	assert_int_equal(json_array_size(json_object_get(j, "events")), 2);
	json_decref(j);
	compare_free(c);
}

static void expect_no_change(const struct run *run, const char *note)
{
	struct comparison *c = compare(run);
	bool noted = !note;

	/* One effect a point: events are not among them. */
	assert_int_equal(c->nr_effects, ARRAY_SIZE(points));
	assert_int_equal(c->count[V_NO_CHANGE], ARRAY_SIZE(points));
	for (size_t i = 0; i < c->nr_notes; i++)
		noted = noted || strstr(c->notes[i], note);
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
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_single_kernel),
		cmocka_unit_test(test_latencies),
		cmocka_unit_test(test_partly),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_verdicts_stay),
	};

	return cmocka_run_group_tests_name("event-table", tests, NULL, NULL);
}
