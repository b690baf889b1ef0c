/* SPDX-License-Identifier: GPL-2.0-only */
/* Ways to the same end as text and JSON. */
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "alloc.h"
#include "compare-formats.h"
#include "ways-run.h"
#include "ways-text.h"

static char *table_text(const struct run *run, unsigned kernel)
{
	_cleanup_(values_freep) struct values *v = values_new(run);
	_cleanup_(way_table_freep) struct way_table *t =
		way_table_new(v, run, kernel);
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	way_table_print(f, t);
	fclose(f);
	return text;
}

static void check_columns(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		_cleanup_free_ char *line = xstrndup(text, len);

		if (print_width(line) > PRINT_COLUMNS)
			fail_msg("%zu columns: %s", print_width(line), line);
		assert_true(len == 0 || line[len - 1] != ' ');
		text += len + (text[len] == '\n');
	}
}

static void ratios_are_short(void **state)
{
	static const struct {
		double ratio;
		const char *want;
	} cases[] = {
		{ 1, "=" },
		{ 1.0004, "=" },
		{ 1.002, "x1.002" },
		{ 0.998, "1/1.002" },
		{ 1.5, "x1.50" },
		{ 0.5, "1/2.00" },
		{ 65.23, "x65.2" },
		{ 1 / 13.14, "1/13.1" },
		{ 1.0 / 217, "1/217" },
		{ 123456, "x123456" },
		{ NAN, "" },
		{ INFINITY, "" },
		{ 0, "" },
		{ -1, "" },
	};
	char buf[PRINT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(print_ratio(buf, cases[i].ratio),
				    cases[i].want);
}

static void text_shows_all_ways(void **state)
{
	_cleanup_(run_freep) struct run *run = ways_run();
	_cleanup_free_ char *text = table_text(run, 1);

	assert_string_equal(
		text,
		"\nWays to the same end on patched; in brackets, against "
		"the one without:\n"
		"rebind/add groups=16,tasks=0 (ns)\n"
		"  mainline 1,002  new 501 (1/2.00)\n"
		"rebind/add groups=64,tasks=0 (ns)\n"
		"  mainline 1,002  new 65,098 (x65.0)\n"
		"swap/charge\n"
		"  none 250 (1/4.00)  mainline 1,002  new 1,002 (=)\n"
		"stats/read files=all\n"
		"  path 1,002  pread 1,002 (=)  do 1,002 (=)  dump 10 (1/100)\n");
}

/* What one kernel cannot do is named; where only one way is left, nothing. */
static void text_of_a_kernel_that_lacks_some(void **state)
{
	_cleanup_(run_freep) struct run *run = ways_run();
	struct run_boot *b = synth_find(run, "base-p0");
	_cleanup_free_ char *text = NULL;

	skip_new(run, 0);
	b->status[P_NONE] = POINT_FAIL;
	text = table_text(run, 0);
	assert_string_equal(
		text,
		"\nWays to the same end on base; in brackets, against the "
		"one without:\n"
		"stats/read files=all\n"
		"  path 1,002  pread 1,002 (=)  do: skipped  dump: skipped\n");
	free(text);
	b->status[P_PATH] = POINT_ERROR;
	text = table_text(run, 0);
	assert_string_equal(text, "");
}

static double many_cost(unsigned point, unsigned kernel, unsigned p,
			enum boot_role role, void *arg)
{
	return point % 2 ? 1000 * pow(3, (int)(point / 2) - 4) : 1000;
}

/* A benchmark with many points gets five lines, whatever its names. */
static void many_points_stay_short(void **state)
{
	static const char *const names[] = { "b\033[31m" };
	struct synth_point many[20];
	char params[20][64];
	const struct synth s = {
		.kernels = names,
		.nr_kernels = 1,
		.points = many,
		.nr_points = 20,
		.perturbations = 2,
		.fn = many_cost,
	};
	_cleanup_(run_freep) struct run *run = NULL;
	_cleanup_free_ char *text = NULL;

	for (int i = 0; i < 20; i++) {
		snprintf(params[i], sizeof(params[i]), "n=%d,way=%s", i / 2,
			 i % 2 ? "new" : "mainline");
		many[i] = (struct synth_point){ "many/points", params[i],
						"insns" };
	}
	run = synth_run(&s);
	text = table_text(run, 0);
	check_columns(text);
	assert_string_equal(
		text,
		"\nWays to the same end on b?[31m; in brackets, against "
		"the one without:\n"
		"many/points n=0\n  mainline 1,000  new 12.3 (1/81.3)\n"
		"many/points n=9\n  mainline 1,000  new 243,000 (x243)\n"
		"  2 of 10, where they differ most; the others are in HTML "
		"and JSON\n");
}

static void long_and_hostile_names_fit(void **state)
{
	_cleanup_(run_freep) struct run *run = ways_run();
	_cleanup_free_ char *text = NULL;

	for (unsigned p = P_PATH; p <= P_DUMP; p++) {
		char *params = run->points[p].plan.id.params;

		memset(params, 'x', REC_PARAMS_MAX - 1);
		memcpy(params, "way=", 4);
		params[4] = "a\033\xff\n"[p - P_PATH];
		params[p == P_DUMP ? REC_PARAMS_MAX - 1 : 40] = '\0';
	}
	text = table_text(run, 1);
	check_columns(text);
	assert_null(strchr(text, '\033'));
	assert_non_null(strstr(text, "\n  a"));
}

static struct findings *find(const struct run *run)
{
	static const unsigned contender = 1;

	return findings_new(run, 0, &contender, 1);
}

static const char *text_at(json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static void json_has_all_kernels(void **state)
{
	_cleanup_(run_freep) struct run *run = ways_run();
	_cleanup_(findings_freep) struct findings *f = NULL;
	_cleanup_free_ char *text = NULL;
	json_t *json, *ways, *group, *way;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	skip_new(run, 0);
	f = find(run);
	assert_int_equal(compare_print_json(out, f, &(struct print_opts){ 0 }),
			 0);
	fclose(out);
	json = json_loads(text, 0, NULL);
	assert_non_null(json);
	ways = json_object_get(json, "ways");
	assert_int_equal(json_array_size(ways), 8);
	group = json_array_get(ways, 0);
	assert_string_equal(text_at(group, "kernel"), "base");
	assert_string_equal(text_at(group, "reference"), "mainline");
	way = json_array_get(json_object_get(group, "ways"), 1);
	assert_string_equal(text_at(way, "way"), "new");
	assert_string_equal(text_at(way, "status"), "SKIP");
	assert_string_equal(text_at(way, "why"), "this kernel cannot");
	assert_true(json_is_null(json_object_get(way, "value")));
	assert_true(json_is_null(json_object_get(way, "ratio")));
	group = json_array_get(ways, 4);
	assert_string_equal(text_at(group, "kernel"), "patched");
	assert_string_equal(text_at(group, "benchmark"), "rebind/add");
	assert_string_equal(text_at(group, "params"), "groups=16,tasks=0");
	assert_string_equal(text_at(group, "metric"), "guest_ns");
	way = json_array_get(json_object_get(group, "ways"), 1);
	assert_true(fabs(json_real_value(json_object_get(way, "ratio")) - 0.5) <
		    1e-6);
	json_decref(json);
}

/* A comparison shows the ways of its contender, not those of the base. */
static void comparison_has_the_table(void **state)
{
	_cleanup_(run_freep) struct run *run = ways_run();
	_cleanup_(findings_freep) struct findings *f = find(run);
	_cleanup_free_ char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	compare_print_text(out, f, &(struct print_opts){ 0 });
	fclose(out);
	check_columns(text);
	assert_non_null(strstr(text, "\n\nWays to the same end on patched"));
	assert_null(strstr(text, "Ways to the same end on base"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ratios_are_short),
		cmocka_unit_test(text_shows_all_ways),
		cmocka_unit_test(text_of_a_kernel_that_lacks_some),
		cmocka_unit_test(many_points_stay_short),
		cmocka_unit_test(long_and_hostile_names_fit),
		cmocka_unit_test(json_has_all_kernels),
		cmocka_unit_test(comparison_has_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
