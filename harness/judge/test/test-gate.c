/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy makes of verdicts, and the exit status of a gate. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gate.h"
#include "knob.h"

#define TODAY 20261130

static struct policy_threshold threshold = { .limit = 0.01 };
static struct policy_change change = {
	.change = V_REGRESSION,
	.until = TODAY,
	.line = 1,
};

/* A policy that has the threshold, the change, both or none. */
static struct policy policy_of(const char *glob, const char *bench,
			       double limit)
{
	struct policy p;
	static char text[2][40];

	policy_default(&p);
	snprintf(text[0], sizeof(text[0]), "%s", glob ? glob : "");
	snprintf(text[1], sizeof(text[1]), "%s", bench ? bench : "");
	threshold.glob = text[0];
	change.bench = text[1];
	change.limit = limit;
	if (glob) {
		p.thresholds = &threshold;
		p.nr_thresholds = 1;
	}
	if (bench) {
		p.changes = &change;
		p.nr_changes = 1;
	}
	return p;
}

/* Point 0, css_set/lookup, costs by factor on the contender. */
static struct comparison *compared(double factor)
{
	struct knob k;

	knob_init(&k, 50000, factor);
	return compare(make(&k, 8, 2));
}

static void release(struct comparison *c)
{
	struct run *run = (struct run *)(uintptr_t)c->run;

	compare_free(c);
	run_free(run);
}

static enum exit_status status_of(double factor, const struct policy *p,
				  unsigned today, bool strict)
{
	struct comparison *c = compared(factor);
	struct gate *g = gate_new(c, p, today, strict);
	enum exit_status r = gate_status(g);

	gate_free(g);
	release(c);
	return r;
}

static void without_policy(void **state)
{
	struct policy p = policy_of(NULL, NULL, 0);

	assert_int_equal(status_of(1.05, &p, TODAY, false), ST_REGRESSION);
	assert_int_equal(status_of(1, &p, TODAY, true), ST_OK);
	assert_int_equal(status_of(0.5, &p, TODAY, true), ST_OK);
}

static void thresholds(void **state)
{
	struct policy p = policy_of("css_set/*", NULL, 0);

	assert_int_equal(status_of(1.05, &p, TODAY, false), ST_REGRESSION);
	assert_int_equal(status_of(1.005, &p, TODAY, true), ST_OK);
	p = policy_of("fork/*", NULL, 0);
	assert_int_equal(status_of(1.005, &p, TODAY, true), ST_REGRESSION);
}

static void expected_until_its_day(void **state)
{
	struct policy p = policy_of(NULL, "css_set/*", INFINITY);

	/* Its last day counts. */
	assert_int_equal(status_of(1.05, &p, TODAY, true), ST_OK);
	assert_int_equal(status_of(1.05, &p, TODAY - 1, true), ST_OK);
	assert_int_equal(status_of(1.05, &p, 20261201, true), ST_REGRESSION);
	/* An expired one fails whatever was measured. */
	assert_int_equal(status_of(1, &p, 20261201, false), ST_REGRESSION);
	assert_int_equal(status_of(1, &p, TODAY, true), ST_OK);
	p = policy_of(NULL, "css_set/*", 0.03);
	assert_int_equal(status_of(1.05, &p, TODAY, true), ST_REGRESSION);
	p = policy_of(NULL, "css_set/*", 0.06);
	assert_int_equal(status_of(1.05, &p, TODAY, true), ST_OK);
	p = policy_of(NULL, "fork/*", INFINITY);
	assert_int_equal(status_of(1.05, &p, TODAY, true), ST_REGRESSION);
}

static void a_gain_expects_no_cost(void **state)
{
	struct policy p = policy_of(NULL, "css_set/*", INFINITY);

	change.change = V_IMPROVEMENT;
	assert_int_equal(status_of(1.05, &p, TODAY, true), ST_REGRESSION);
	change.change = V_REGRESSION;
}

static void what_happened_is_counted(void **state)
{
	struct policy p = policy_of("css_set/*", "css_set/*", INFINITY);
	struct comparison *c = compared(1.05);
	struct gate *g = gate_new(c, &p, TODAY, false);

	/* Two points of the benchmark, one of them slower. */
	assert_int_equal(g->changes[0].nr_points, 2);
	assert_int_equal(g->changes[0].nr_happened, 1);
	assert_int_equal(g->nr_threshold[0], 2);
	assert_int_equal(g->count[GATE_EXPECTED], 1);
	assert_int_equal(g->count[GATE_PASS], 2);
	assert_ptr_equal(g->points[0].change, &change);
	gate_free(g);
	release(c);
}

/* Half of the boots go one way, half the other. */
static struct comparison *doubtful(double spread)
{
	struct knob k;

	knob_init(&k, 50000, 1);
	for (int i = 0; i < 8; i++)
		k.factor[i] = 1 + spread * (i % 2 ? 1 : -1);
	return compare(make(&k, 8, 2));
}

static void doubts(void **state)
{
	struct policy p = policy_of("css_set/*", NULL, 0);
	struct policy none = { .counts = { true } };
	struct comparison *c = doubtful(0.006);
	struct gate *g = gate_new(c, &none, TODAY, true);

	assert_int_equal(g->count[GATE_DOUBT], 1);
	assert_int_equal(gate_status(g), ST_INCONCLUSIVE);
	gate_free(g);
	g = gate_new(c, &none, TODAY, false);
	assert_int_equal(gate_status(g), ST_OK);
	gate_free(g);
	/* It is INVALID, bimodal: no threshold helps that. */
	g = gate_new(c, &p, TODAY, true);
	assert_int_equal(g->count[GATE_DOUBT], 1);
	assert_int_equal(g->count[GATE_BELOW], 0);
	gate_free(g);
	release(c);
}

static void an_interval_below_the_threshold(void **state)
{
	struct policy p = policy_of("css_set/*", NULL, 0);
	struct comparison *c = compared(1);
	struct effect *e = &c->effects[0];
	struct gate *g;

	for (size_t i = 0; i < c->nr_effects; i++)
		if (c->effects[i].point == 0)
			e = &c->effects[i];
	e->verdict = V_INCONCLUSIVE;
	e->hi = 1.009;
	g = gate_new(c, &p, TODAY, true);
	assert_int_equal(gate_status(g), ST_OK);
	assert_int_equal(g->count[GATE_BELOW], 1);
	gate_free(g);
	e->hi = 1.011;
	g = gate_new(c, &p, TODAY, true);
	assert_int_equal(gate_status(g), ST_INCONCLUSIVE);
	gate_free(g);
	/* An interval that covers too little shows nothing. */
	e->hi = 1.001;
	e->level = 0.75;
	g = gate_new(c, &p, TODAY, true);
	assert_int_equal(gate_status(g), ST_INCONCLUSIVE);
	gate_free(g);
	e->level = 0.93;
	e->hi = NAN;
	g = gate_new(c, &p, TODAY, true);
	assert_int_equal(gate_status(g), ST_INCONCLUSIVE);
	gate_free(g);
	release(c);
}

static void a_kernel_that_fails(void **state)
{
	struct policy p = policy_of(NULL, NULL, 0);
	struct comparison *c;
	struct knob k;
	struct run *run;
	struct gate *g;

	knob_init(&k, 50000, 1);
	run = make(&k, 8, 3);
	synth_find(run, "other-p1")->ok = false;
	synth_find(run, "other-p1")->blame = BLAME_SUBJECT;
	c = compare(run);
	g = gate_new(c, &p, TODAY, false);
	assert_int_equal(gate_status(g), ST_SUBJECT);
	assert_string_equal(g->failed->id, "other-p1");
	gate_free(g);
	compare_free(c);
	/* Of a kernel that is not compared it says nothing. */
	c = compare_run(run, 0, (unsigned[]){ 1 }, 1);
	g = gate_new(c, &p, TODAY, false);
	assert_int_equal(gate_status(g), ST_OK);
	gate_free(g);
	compare_free(c);
	run_free(run);
}

static void for_git(void **state)
{
	assert_int_equal(gate_bisect_status(ST_OK, false), 0);
	assert_int_equal(gate_bisect_status(ST_REGRESSION, false), 1);
	assert_int_equal(gate_bisect_status(ST_REGRESSION, true), 128);
	assert_int_equal(gate_bisect_status(ST_OK, true), 128);
	assert_int_equal(gate_bisect_status(ST_INCONCLUSIVE, false), 125);
	assert_int_equal(gate_bisect_status(ST_SUBJECT, false), 125);
	assert_int_equal(gate_bisect_status(ST_USAGE, false), 128);
	assert_int_equal(gate_bisect_status(ST_HOST, false), 128);
	assert_int_equal(gate_bisect_status(ST_INTERRUPTED, false), 128);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_policy),
		cmocka_unit_test(thresholds),
		cmocka_unit_test(expected_until_its_day),
		cmocka_unit_test(a_gain_expects_no_cost),
		cmocka_unit_test(what_happened_is_counted),
		cmocka_unit_test(doubts),
		cmocka_unit_test(an_interval_below_the_threshold),
		cmocka_unit_test(a_kernel_that_fails),
		cmocka_unit_test(for_git),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
