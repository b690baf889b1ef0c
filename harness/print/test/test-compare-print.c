/* SPDX-License-Identifier: GPL-2.0-only */
/* Comparisons as text and JSON, and their summary. */
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "alloc.h"
#include "compare-formats.h"
#include "knob.h"
#include "number.h"
#include "shapes.h"
#include "timed.h"
#include "verdict-text.h"

static char *text_with(const struct comparison *c, bool verbose)
{
	_cleanup_(findings_freep) struct findings *found =
		findings_new(c->run, c->base, c->contenders, c->nr_contenders);
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	compare_print_text(f, found,
			   &(struct print_opts){ .verbose = verbose });
	fclose(f);
	return text;
}

static char *text_of(const struct comparison *c)
{
	return text_with(c, false);
}

static void check_columns(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		_cleanup_free_ char *line = xstrndup(text, len);

		if (print_width(line) > PRINT_COLUMNS)
			fail_msg("%zu columns: %s", print_width(line), line);
		assert_true(len == 0 || line[len - 1] != ' ');
		for (size_t i = 0; i < len; i++)
			assert_false((unsigned char)line[i] < 0x20);
		text += len + (text[len] == '\n');
	}
}

static double huge_cost(unsigned point, unsigned kernel, unsigned p,
			enum boot_role role, void *arg)
{
	static const double scale[] = { 1, 1e3, 1e6, 1e9, 1e12, 1e15, 33, 0 };
	double v = scale[point % ARRAY_SIZE(scale)] * (1.2345 + 0.001 * p);

	if (kernel == 1)
		v *= point % 3 == 0 ? 217.77 : point % 3 == 1 ? 0.004 : 1;
	return v;
}

static void test_text_columns(void **state)
{
	static const char *const hostile[] = {
		"base-with-a-name-that-does-not-want-to-end-at-all-and-goes-on-"
		"and-on-and-on-and-on-for-ever",
		"\033[31mred\a\xff\n", "ü"
	};
	struct synth_point many[24];
	char params[24][REC_PARAMS_MAX];
	const struct synth s = {
		.kernels = hostile,
		.nr_kernels = 3,
		.points = many,
		.nr_points = 24,
		.perturbations = 8,
		.fn = huge_cost,
	};
	struct run *run;
	struct comparison *c;
	_cleanup_free_ char *text = NULL;

	for (int i = 0; i < 24; i++) {
		memset(params[i], 'a' + i, sizeof(params[i]));
		params[i][1] = '=';
		params[i][(i * 7) % 24 * 6 + 3] = '\0';
		many[i].bench =
			i % 4 ? "bench/of-a-name-of-fourty-letters-or-so-ab"
			      : "b/c";
		many[i].params = i % 5 ? params[i] : "";
		many[i].metric = i % 6 ? "insns" : "guest_ns";
	}
	run = synth_run(&s);
	for (unsigned i = 0; i < 24; i += 2) {
		_cleanup_free_ char *why =
			xasprintf("reason %u, told at length: %0*d", i, 120, 0);

		set_status(run, run->boots[i % 9].id, i, POINT_FAIL, why);
	}
	c = compare(run);
	text = text_of(c);
	check_columns(text);
	assert_null(strchr(text, '\033'));
	assert_non_null(strstr(text, "?[31mred???"));
	compare_free(c);
	run_free(run);
}

static void test_text_content(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;
	_cleanup_free_ char *text = NULL;

	knob_init(&k, 641200, 0.008);
	run = make(&k, 8, 2);
	set_status(run, "patched-p1", 2, POINT_FAIL, "wrong result");
	c = compare(run);
	text = text_of(c);
	check_columns(text);
	assert_ptr_equal(strstr(text, "No regression shown: IMPROVEMENT at 1 "
				      "of 3 points; 1 INVALID, 1 NO CHANGE"),
			 text);
	/* 641,203.5 against 5,129.6 (rounded to tenths per operation) */
	assert_non_null(strstr(text, "-99.20%"));
	assert_non_null(strstr(text, "-636,0"));
	assert_non_null(strstr(text, "INVALID[1]"));
	assert_non_null(strstr(text, "[1] the kernel failed the point in boot "
				     "patched-p1: wrong"));
	assert_non_null(strstr(text, "nothing about time"));
	assert_non_null(strstr(text, "\nkernel   patched: 6.12.57-cgmark"));
	assert_non_null(strstr(text, "perturbations, seed 1"));
	compare_free(c);
	run_free(run);
}

static void set(char **member, char *text)
{
	free(*member);
	*member = text;
}

/* A kernel with the first nr patches of a series. */
static void set_series(struct run_kernel *k, const char *name, unsigned nr,
		       unsigned total, const char *sha256)
{
	struct strbuf patches = STRBUF_INIT;

	for (unsigned i = 1; i <= nr; i++)
		strbuf_addf(&patches, "%s%04u-a-change.patch", i > 1 ? " " : "",
			    i);
	set(&k->patches, strbuf_steal(&patches));
	set(&k->series, xstrdup(name));
	set(&k->series_sha256, xstrdup(sha256));
	set(&k->series_total, xasprintf("%u", total));
}

static size_t count(const char *text, const char *word)
{
	size_t nr = 0;

	for (; (text = strstr(text, word)); text++)
		nr++;
	return nr;
}

static void test_series(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;
	_cleanup_free_ char *text = NULL, *verbose = NULL;

	knob_init(&k, 5000, 1);
	run = make(&k, 8, 2);
	set_series(&run->kernels[1], "mine", 1000, 1000,
		   "0123456789abcdef0123456789abcdef");
	c = compare(run);
	text = text_of(c);
	verbose = text_with(c, true);
	compare_free(c);
	run_free(run);
	check_columns(text);
	check_columns(verbose);
	assert_int_equal(count(text, "a-change.patch"), 0);
	assert_non_null(strstr(text, "series mine, 1000"));
	assert_non_null(strstr(text, "0123456789ab"));
	assert_null(strstr(text, "0123456789abc"));
	assert_int_equal(count(verbose, "a-change.patch"), 1000);
	assert_non_null(
		strstr(verbose, "\npatches  0001-a-change.patch 0002-"));
}

static char *text_of_series(const char *base, const char *cont, unsigned nr,
			    unsigned total)
{
	struct knob k;
	struct run *run;
	struct comparison *c;
	char *text;

	knob_init(&k, 5000, 1);
	run = make(&k, 8, 2);
	set_series(&run->kernels[0], base, 3, 3, "aaaaaaaaaaaaaa");
	set_series(&run->kernels[1], cont, nr, total, "bbbbbbbbbbbbbb");
	c = compare(run);
	text = text_of(c);
	compare_free(c);
	run_free(run);
	check_columns(text);
	return text;
}

static void test_series_of_one_name(void **state)
{
	static const char note[] = "have different series of one name";
	_cleanup_free_ char *other = text_of_series("v1", "v2", 3, 3);
	_cleanup_free_ char *same = text_of_series("v1", "v1", 3, 3);
	_cleanup_free_ char *longer = text_of_series("v1", "v1", 3, 4);
	_cleanup_free_ char *part = text_of_series("v1", "v1", 2, 3);
	_cleanup_free_ char *none = text_of_series("v1", "v1", 0, 3);
	char far[300];
	_cleanup_free_ char *wide = NULL;

	assert_null(strstr(other, note));
	assert_non_null(
		strstr(same, "note: base and patched have different series of "
			     "one name, v1: aaaaaaaaaaaa and"));
	assert_non_null(strstr(longer, note));
	/* The number of patches tells. */
	assert_null(strstr(part, note));
	assert_non_null(strstr(part, "2 of 3 patches"));
	assert_null(strstr(none, note));
	assert_non_null(strstr(none, "0 of 3 patches"));
	/* The longest name of a folder, without a blank. */
	memset(far, 'n', 255);
	far[255] = '\0';
	wide = text_of_series(far, far, 3, 3);
	assert_non_null(strstr(wide, note));
}

static json_t *json_of(const struct comparison *c);

/* The row says that a tail decided, and by what. */
static void test_tail(void **state)
{
	const struct shape plain = { .cost = COST, .nr = SAMPLES };
	const struct shape slow = {
		.cost = COST, .nr = SAMPLES, .slow = 200, .slow_by = 60000
	};
	struct run *run = make_shapes(&plain, &plain);
	struct comparison *c = compare(run);
	_cleanup_free_ char *none = text_of(c), *text = NULL;
	json_t *json, *point;

	assert_null(strstr(none, "tail"));
	compare_free(c);
	run_free(run);
	run = make_shapes(&plain, &slow);
	c = compare(run);
	text = text_of(c);
	check_columns(text);
	assert_non_null(strstr(text, "find=hit,sets=16 (tail: mean)\n"));
	assert_non_null(strstr(text, "tail: operations that are"));
	/* Thresholds of tails are others. */
	assert_non_null(strstr(text, "threshold (0.2%) and"));
	json = json_of(c);
	point = json_array_get(json_object_get(json, "points"), 0);
	assert_string_equal(
		json_string_value(json_object_get(point, "statistic")), "mean");
	json_decref(json);
	compare_free(c);
	run_free(run);
}

/* What is said of time is not what is said of counts. */
static void test_text_of_time(void **state)
{
	struct run *run = make_time(8, 1.06);
	struct comparison *c;
	_cleanup_free_ char *text = NULL;

	for (size_t i = 0; i < run->nr_boots; i++)
		set_samples(run, &run->boots[i], 200,
			    run->boots[i].kernel == 1 ? 6 : 0);
	c = compare(run);
	text = text_of(c);
	check_columns(text);
	assert_non_null(strstr(text, "REGRESSION at "));
	assert_non_null(strstr(text, "base, nanoseconds per operation\n"));
	assert_non_null(strstr(text, "find=hit,sets=16 (p99)"));
	assert_non_null(strstr(text, "2%, p99 5%"));
	assert_null(strstr(text, "nstructions"));
	assert_null(strstr(text, "bit for bit"));
	assert_null(strstr(text, "elapsed_ns"));
	compare_free(c);
	run_free(run);
}

static json_t *json_of(const struct comparison *c)
{
	_cleanup_(findings_freep) struct findings *found =
		findings_new(c->run, c->base, c->contenders, c->nr_contenders);
	_cleanup_free_ char *text = NULL;
	size_t len;
	json_error_t err;
	FILE *f = open_memstream(&text, &len);
	json_t *json;

	assert_int_equal(
		compare_print_json(f, found, &(struct print_opts){ 0 }), 0);
	fclose(f);
	json = json_loads(text, 0, &err);
	assert_non_null(json);
	return json;
}

static void test_json(void **state)
{
	static const char *const required[] = {
		"benchmark",	 "version",	     "params",	   "metric",
		"base",		 "contender",	     "verdict",	   "reason",
		"base_median",	 "contender_median", "difference", "base_p99",
		"contender_p99", "effect",	     "interval",   "threshold",
		"base_status",	 "contender_status", "boots",	   "exact",
	};
	struct knob k;
	struct run *run;
	struct comparison *c;
	json_t *json, *point, *boot, *boots;

	knob_init(&k, 5000, 1.05);
	run = make(&k, 8, 2);
	set_series(&run->kernels[1], "mine", 17, 44, "0123456789abcdef");
	synth_find(run, "patched-p7")->finished = false;
	c = compare(run);
	json = json_of(c);
	boot = json_array_get(json_object_get(json, "kernels"), 1);
	assert_string_equal(
		json_string_value(json_object_get(boot, "series_total")), "44");
	point = json_array_get(json_object_get(json, "points"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(required); i++)
		assert_non_null(json_object_get(point, required[i]));
	assert_string_equal(
		json_string_value(json_object_get(point, "verdict")),
		"REGRESSION");
	boots = json_object_get(point, "boots");
	assert_int_equal(json_array_size(boots), 8);
	boot = json_array_get(boots, 0);
	assert_float_equal(
		json_real_value(json_object_get(
			json_object_get(boot, "contender"), "value")),
		5250, 1e-9);
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(boot, "null"), "boot")),
			    "base-p0-null");
	assert_true(json_is_object(json_object_get(boot, "base_repeat")));
	boot = json_array_get(boots, 7);
	assert_true(json_is_null(json_object_get(boot, "base_repeat")));
	assert_true(json_is_false(
		json_object_get(json_object_get(boot, "contender"), "used")));
	assert_int_equal(
		json_integer_value(json_object_get(json, "exit_status")), 1);
	json_decref(json);
	compare_free(c);

	/* hostile bytes and infinite numbers still make good JSON */
	free(run->kernels[1].name);
	run->kernels[1].name = xstrdup("\xff\x01\"</script>");
	knob_init(&k, 0, 1);
	k.add[0] = 500;
	c = compare(run);
	json_decref(json_of(c));
	compare_free(c);
	run_free(run);
}

/* All that a run records of a kernel, in this order, but no path of this host. */
static void test_json_of_time(void **state)
{
	struct run *run = make_time(8, 1.06);
	struct comparison *c = compare(run);
	json_t *json = json_of(c), *p;

	p = json_array_get(json_object_get(json, "points"), 0);
	assert_string_equal(json_string_value(json_object_get(p, "statistic")),
			    "median");
	assert_string_equal(json_string_value(json_object_get(p, "verdict")),
			    "REGRESSION");
	assert_true(json_real_value(json_object_get(p, "p")) > 0);
	assert_float_equal(json_number_value(json_object_get(p, "floor")), 0,
			   0);
	assert_int_equal(json_integer_value(json_object_get(p, "boot_pairs")),
			 8);
	json_decref(json);
	compare_free(c);
	run_free(run);
}

static void test_json_kernels(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;
	const char *key;
	json_t *json, *kernel, *v;
	_cleanup_strbuf_ struct strbuf keys = STRBUF_INIT;

	knob_init(&k, 5000, 1);
	run = make(&k, 8, 2);
	free(run->kernels[1].image);
	run->kernels[1].image = xstrdup("/home/me/vmlinux");
	free(run->kernels[1].cmdline);
	run->kernels[1].cmdline = NULL;
	c = compare(run);
	json = json_of(c);
	kernel = json_array_get(json_object_get(json, "kernels"), 1);
	json_object_foreach(kernel, key, v)
	{
		strbuf_addf(&keys, "%s ", key);
		assert_true(json_is_string(v));
	}
	assert_string_equal(
		keys.buf, "name spec key vmlinux_sha256 source_version release "
			  "patches series series_sha256 series_total "
			  "config_sha256 toolchain cmdline board ");
	assert_string_equal(json_string_value(json_object_get(kernel, "key")),
			    run->kernels[1].key);
	assert_string_equal(
		json_string_value(json_object_get(kernel, "cmdline")), "");
	json_decref(json);
	compare_free(c);
	run_free(run);
}

static void test_nothing_measured(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;
	_cleanup_free_ char *text = NULL;

	knob_init(&k, 5000, 1.05);
	run = make(&k, 8, 2);
	for (size_t i = 0; i < run->nr_boots; i++)
		run->boots[i].finished = run->boots[i].ok = false;
	c = compare(run);
	text = text_of(c);
	check_columns(text);
	json_decref(json_of(c));
	compare_free(c);
	run_free(run);
}

static void summary_is(const struct run *run, const char *want)
{
	struct comparison *c = compare(run);
	_cleanup_free_ char *summary = print_summary(c, SIZE_MAX);

	assert_string_equal(summary, want);
	compare_free(c);
}

static void test_summary(void **state)
{
	struct knob k;
	struct run *run;

	knob_init(&k, 5000, 1);
	run = make(&k, 8, 2);
	skip_kernel(run, 1, 0);
	summary_is(run, "No regression: NO CHANGE at all 2 points; patched "
			"lacks 1 point that base has");
	skip_kernel(run, 1, 1);
	skip_kernel(run, 1, 2);
	summary_is(run, "No verdict: no point to compare; patched lacks 3 "
			"points that base has");
	run_free(run);
	run = make(&k, 8, 3);
	for (unsigned p = 0; p < NR_POINTS; p++)
		skip_kernel(run, 2, p);
	summary_is(run, "No regression: NO CHANGE at all 3 points; nothing "
			"compared with other; other lacks 3 points that base "
			"has");
	run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_columns),
		cmocka_unit_test(test_text_content),
		cmocka_unit_test(test_series),
		cmocka_unit_test(test_series_of_one_name),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_tail),
		cmocka_unit_test(test_text_of_time),
		cmocka_unit_test(test_json_of_time),
		cmocka_unit_test(test_json_kernels),
		cmocka_unit_test(test_nothing_measured),
		cmocka_unit_test(test_summary),
	};

	return cmocka_run_group_tests_name("compare-print", tests, NULL, NULL);
}
