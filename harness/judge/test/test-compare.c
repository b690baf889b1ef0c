/* SPDX-License-Identifier: GPL-2.0-only */
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
#include "exit-status.h"
#include "number.h"
#include "synth.h"

#define NR_POINTS 3

static const struct synth_point points[NR_POINTS] = {
	{ "css_set/lookup", "find=hit,sets=16", "insns" },
	{ "css_set/lookup", "find=hit,sets=4096", "insns" },
	{ "fork/exit", "", "insns" },
};

static const char *const names[] = { "base", "patched", "other" };

/* What each test changes: point 0 only; the others stay as the layout goes. */
struct knob {
	double factor[8]; /* contender over base, by perturbation */
	double add[8];
	double base; /* cost of point 0 */
	double null_factor[8];
};

static void knob_init(struct knob *k, double base, double factor)
{
	memset(k, 0, sizeof(*k));
	k->base = base;
	for (int p = 0; p < 8; p++) {
		k->factor[p] = factor;
		k->null_factor[p] = 1;
	}
}

static double cost(unsigned point, unsigned kernel, unsigned p,
		   enum boot_role role, void *arg)
{
	const struct knob *k = arg;
	/* Whole numbers: what a perturbation does to every kernel alike. */
	double v = point == 0 ? k->base : 1000 * (point + 1);

	if (v > 0)
		v += p;
	if (point != 0)
		return v;
	if (kernel == 1)
		return v * k->factor[p] + k->add[p];
	return role == BOOT_NULL ? v * k->null_factor[p] : v;
}

static struct run *make(struct knob *k, unsigned perturbations, size_t kernels)
{
	const struct synth s = {
		.kernels = names,
		.nr_kernels = kernels,
		.points = points,
		.nr_points = NR_POINTS,
		.perturbations = perturbations,
		.fn = cost,
		.arg = k,
	};

	return synth_run(&s);
}

static struct comparison *compare(const struct run *run)
{
	const unsigned contenders[] = { 1, 2 };

	return compare_run(run, 0, contenders, run->nr_kernels - 1);
}

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
	for (size_t i = 0; i < c->nr_notes; i++) {
		if (strstr(c->notes[i], text))
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
		fail_msg("got %s: %s", verdict_str(e->verdict), e->reason);
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

static void test_floor(void **state)
{
	struct knob k;

	/* +2%, but 19 instructions */
	knob_init(&k, 950, 1);
	for (int p = 0; p < 8; p++)
		k.add[p] = 19;
	expect_knob(&k, V_NO_CHANGE, "less than 20");
	for (int p = 0; p < 8; p++)
		k.add[p] = 20;
	expect_knob(&k, V_REGRESSION, "difference 20");
	/* median below the floor, single boots above it */
	for (int p = 0; p < 8; p++)
		k.add[p] = p % 2 ? 21 : 18;
	expect_knob(&k, V_INCONCLUSIVE, "not by 20 or more");
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
	/* |ln|: four of .0020 and four of .0040: Q3 .0040, IQR .0020 */
	assert_float_equal(effect_of(c, 0)->threshold, 0.01, 0.0002);
	assert_float_equal(effect_of(c, 2)->threshold, 0.002, 1e-9);
	compare_free(c);
	run_free(run);
	knob_init(&k, 1e6, 1.01);
	for (int p = 0; p < 8; p++)
		k.null_factor[p] = p % 2 ? 1.006 : 0.997;
	expect_knob(&k, V_NO_CHANGE, "lies inside");
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

static void set_status(struct run *run, const char *id, unsigned point,
		       enum point_status st, const char *text)
{
	struct run_boot *b = synth_find(run, id);

	b->status[point] = st;
	free(b->status_text[point]);
	b->status_text[point] = xstrdup(text);
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

static void skip_kernel(struct run *run, unsigned kernel, unsigned point)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		if (run->boots[i].kernel == kernel)
			set_status(run, run->boots[i].id, point, POINT_SKIP,
				   "no named hierarchies");
	}
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

static void summary_is(const struct comparison *c, const char *want)
{
	_cleanup_free_ char *summary = print_summary(c, SIZE_MAX);

	assert_string_equal(summary, want);
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
	summary_is(c, "No regression: NO CHANGE at all 2 points; patched lacks "
		      "1 point that base has");
	compare_free(c);
	skip_kernel(run, 1, 1);
	skip_kernel(run, 1, 2);
	c = compare(run);
	assert_int_equal(c->nr_effects, 0);
	assert_int_equal(compare_status(c, false), ST_INCONCLUSIVE);
	summary_is(c, "No verdict: no point to compare; patched lacks 3 points "
		      "that base has");
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
	summary_is(c,
		   "No regression: NO CHANGE at all 3 points; nothing "
		   "compared with other; other lacks 3 points that base has");
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

static void test_time_is_refused(void **state)
{
	struct knob k;
	struct run *run;

	knob_init(&k, 5000, 1.05);
	run = make(&k, 8, 2);
	for (size_t i = 0; i < run->nr_boots; i++)
		for (size_t s = 0; s < SYNTH_SAMPLES; s++)
			strcpy(run->boots[i].samples[s].metric, "elapsed_ns");
	expect(run, V_INVALID, "elapsed_ns is time");
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
	expect_knob(&k, V_NO_CHANGE, "less than 20");
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

/* ---- output ---- */

static char *text_of(const struct comparison *c)
{
	_cleanup_(findings_freep) struct findings *found =
		findings_new(c->run, c->base, c->contenders, c->nr_contenders);
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	compare_print_text(f, found);
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

static void number_is(double v, int width, const char *want)
{
	char buf[PRINT_MAX];

	assert_string_equal(print_value(buf, v, width), want);
	assert_true(strlen(want) <= (size_t)width);
}

static void test_numbers(void **state)
{
	char buf[PRINT_MAX];

	number_is(0, 7, "0");
	number_is(641203.5, 7, "641,204");
	number_is(635912, 7, "635,912");
	number_is(1234567, 7, "1.23M");
	number_is(12345678901.0, 7, "12.35G");
	number_is(12.5, 7, "12.5");
	number_is(999999.6, 7, "1.00M");
	number_is(NAN, 7, "-");
	number_is(1e22, 7, "1.0e+22");
	assert_string_equal(print_difference(buf, -635912), "-635,912");
	assert_string_equal(print_difference(buf, 1234567890123.0),
			    "+1,234,567,890,123");
	assert_string_equal(print_difference(buf, 0.25), "+0.25");
	assert_string_equal(print_difference(buf, -9.996), "-10");
	assert_string_equal(print_change(buf, 1.0503), "+5.03%");
	assert_string_equal(print_change(buf, 1), "=");
	assert_string_equal(print_change(buf, 0), "-100.000%");
	assert_string_equal(print_change(buf, INFINITY), "+inf");
	assert_string_equal(print_interval(buf, 0.99, 1.02), "-1.00%..+2.00%");
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

	assert_int_equal(compare_print_json(f, found), 0);
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
	synth_find(run, "patched-p7")->finished = false;
	c = compare(run);
	json = json_of(c);
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

static void test_nothing(void **state)
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
	assert_int_equal(c->count[V_INVALID], NR_POINTS);
	assert_int_equal(compare_status(c, false), ST_INCONCLUSIVE);
	text = text_of(c);
	check_columns(text);
	json_decref(json_of(c));
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
		cmocka_unit_test(test_threshold),
		cmocka_unit_test(test_layout_null),
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
		cmocka_unit_test(test_time_is_refused),
		cmocka_unit_test(test_same_code),
		cmocka_unit_test(test_zero),
		cmocka_unit_test(test_few_perturbations),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_text_columns),
		cmocka_unit_test(test_text_content),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
