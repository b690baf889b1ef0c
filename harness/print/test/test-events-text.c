/* SPDX-License-Identifier: GPL-2.0-only */
/* Events in text and JSON. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "alloc.h"
#include "compare-formats.h"
#include "counted.h"
#include "events-text.h"

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

	assert_int_equal(
		compare_print_json(out, found, &(struct print_opts){ 0 }), 0);
}

static void print_text(FILE *out, const void *arg)
{
	const struct comparison *c = arg;
	_cleanup_(findings_freep) struct findings *found =
		findings_new(c->run, c->base, c->contenders, c->nr_contenders);

	compare_print_text(out, found, &(struct print_opts){ 0 });
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
	add_figure(b, "find_css_set:median_ns", 470);
	v = values_new(run);
	t = event_table_new(v, run, 0, -1);
	text = printed(print_table, t);
	assert_non_null(strstr(text, "  find_css_set:median_ns                 "
				     "      470\n"));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_single_kernel),
		cmocka_unit_test(test_latencies),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests_name("events-text", tests, NULL, NULL);
}
