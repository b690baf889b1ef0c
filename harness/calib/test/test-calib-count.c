/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What comparisons found, counted.
 *
 * How it could go wrong: a false alarm among many points that is not counted, or
 * counted as a doubt; an IMPROVEMENT that passes for a find; a tail that is found
 * and not called one; a point that does not execute what was made slower and is
 * taken for one that does, or the reverse; a cost too small to be promised that
 * counts as missed; calls a sample for calls an operation; null boots of other
 * perturbations than those of the run; a kernel compared with itself that is
 * refused as the same code.
 */
#include "scratch.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "count.h"
#include "synth.h"
#include "view.h"

enum { FORK, ATTACH, NOTHING, WAIT, NR_POINTS };

static const struct synth_point points[NR_POINTS] = {
	{ "fork/exit", "controllers=none", "insns" },
	{ "attach/self", "version=2", "insns" },
	{ "null", "", "insns" },
	{ "fork/wait", "", "guest_ns" },
};

/* Of place fork: twice an operation at FORK, once at WAIT. */
static struct calls make_calls(void)
{
	struct calls c = {
		.nr_points = NR_POINTS,
		.per_op =
			xcalloc(NR_POINTS * NR_COST_PLACES, sizeof(*c.per_op)),
	};

	c.per_op[FORK] = 2;
	c.per_op[WAIT] = 1;
	return c;
}

static struct effect effect(unsigned point, enum verdict v, double base)
{
	return (struct effect){
		.bench = points[point].bench,
		.params = points[point].params,
		.metric = points[point].metric,
		.point = point,
		.nr_boots = 8,
		.base_median = base,
		.cont_median = base * 1.5,
		.ratio = 1.5,
		.verdict = v,
	};
}

/* ---- comparisons made up ---- */

static void alarms_are_counted(void **state)
{
	struct effect e[] = {
		effect(FORK, V_NO_CHANGE, 100000),
		effect(ATTACH, V_REGRESSION, 1000),
		effect(NOTHING, V_IMPROVEMENT, 1000),
		effect(WAIT, V_INCONCLUSIVE, 1000),
		effect(WAIT, V_INVALID, 1000),
		effect(WAIT, V_REGRESSION, 1000),
	};
	const struct comparison cmp = { .effects = e,
					.nr_effects = ARRAY_SIZE(e) };
	struct calibration *c = xcalloc(1, sizeof(*c));
	struct calib_summary s;

	e[5].nr_boots = 0; /* not measured */
	count_null(c, NULL_PADDED, &cmp);
	s = calib_sum_up(c);
	assert_int_equal(s.same.n, 0);
	assert_int_equal(s.padded.n, 5);
	assert_int_equal(s.padded.x, 2);
	assert_int_equal(s.doubtful, 2);
	assert_int_equal(c->nr_faults, 2);
	assert_non_null(strstr(c->faults[0], "false alarm, padded kernel: "
					     "attach/self version=2, +50%"));
	calibration_free(c);
}

/* Counts one comparison with such a cost. */
static struct calibration *count(enum cost_kind kind, uint64_t n,
				 struct effect *e, size_t nr)
{
	const struct run run = { .nr_boots = 0 };
	const struct comparison cmp = {
		.run = &run,
		.effects = e,
		.nr_effects = nr,
	};
	struct calibration *c = xcalloc(1, sizeof(*c));
	struct calls calls = make_calls();

	c->costs = xcalloc(1, sizeof(*c->costs));
	c->nr_costs = 1;
	c->costs[0] = (struct calib_cost){ .cost = { 0, kind, 0.003, n } };
	count_cost(c, c->costs, &calls, &cmp);
	count_cost(c, c->costs, &calls, &cmp);
	calls_release(&calls);
	return c;
}

static void costs_are_found(void **state)
{
	struct effect e[] = {
		effect(FORK, V_REGRESSION, 100000),
		effect(ATTACH, V_NO_CHANGE, 1000),
		effect(NOTHING, V_REGRESSION, 1000),
		effect(WAIT, V_NO_CHANGE, 1000),
	};
	struct calibration *c = count(COST_INSNS, 200, e, ARRAY_SIZE(e));
	struct calib_summary s = calib_sum_up(c);

	assert_int_equal(c->costs[0].nr_points, 2);
	/* Two calls of 200. */
	assert_true(c->costs[0].points[0].insns == 400);
	assert_true(fabs(c->costs[0].points[0].part - 0.004) < 1e-9);
	assert_int_equal(c->costs[0].points[0].nr, 2);
	assert_int_equal(c->costs[0].points[0].found, 2);
	/* Guest time is listed, and promises nothing. */
	assert_string_equal(c->costs[0].points[1].metric, "guest_ns");
	assert_int_equal(s.found.n, 2);
	assert_int_equal(s.found.x, 2);
	assert_int_equal(s.others.n, 4);
	assert_int_equal(s.others.x, 2);
	assert_int_equal(c->nr_faults, 2);
	assert_non_null(strstr(c->faults[0], "wrong benchmark, fork-insns-200"
					     ": null"));
	calibration_free(c);
}

static void misses_are_told(void **state)
{
	struct effect miss = effect(FORK, V_NO_CHANGE, 100000);
	struct effect wrong = effect(FORK, V_IMPROVEMENT, 100000);
	struct calibration *c = count(COST_INSNS, 200, &miss, 1);
	struct calib_summary s = calib_sum_up(c);

	assert_int_equal(s.found.n, 2);
	assert_int_equal(s.found.x, 0);
	assert_int_equal(c->nr_faults, 2);
	assert_non_null(strstr(c->faults[0], "miss, fork-insns-200"));
	calibration_free(c);

	c = count(COST_INSNS, 200, &wrong, 1);
	s = calib_sum_up(c);
	assert_int_equal(s.found.x, 0);
	assert_int_equal(s.wrong, 2);
	assert_non_null(strstr(c->faults[0], "wrong direction"));
	calibration_free(c);
}

static void small_costs_promise_nothing(void **state)
{
	/* 2 x 12 instructions, though 2.4%; and 0.2%. */
	struct effect few = effect(FORK, V_NO_CHANGE, 1000);
	struct effect little = effect(FORK, V_NO_CHANGE, 100000);
	struct calibration *c = count(COST_INSNS, 12, &few, 1);

	assert_int_equal(calib_sum_up(c).found.n, 0);
	assert_int_equal(c->nr_faults, 0);
	calibration_free(c);
	c = count(COST_INSNS, 100, &little, 1);
	assert_int_equal(calib_sum_up(c).found.n, 0);
	assert_int_equal(c->nr_faults, 0);
	calibration_free(c);
}

static void tails_have_to_be_called_so(void **state)
{
	struct effect e = effect(FORK, V_REGRESSION, 100000);
	struct calibration *c = count(COST_TAIL, 100000, &e, 1);

	/* 2 x 100000 / 200 */
	assert_true(c->costs[0].points[0].insns == 1000);
	assert_int_equal(calib_sum_up(c).tails.n, 2);
	assert_int_equal(calib_sum_up(c).tails.x, 0);
	calibration_free(c);
	e.statistic = STAT_MEAN;
	c = count(COST_TAIL, 100000, &e, 1);
	assert_int_equal(calib_sum_up(c).tails.x, 2);
	assert_int_equal(calib_sum_up(c).found.n, 0);
	calibration_free(c);
}

static void a_drift_is_what_it_came_to(void **state)
{
	struct effect e = effect(FORK, V_REGRESSION, 1000);
	const struct size_range all = { 0, INFINITY };
	struct calibration *c = count(COST_DRIFT, 2, &e, 1);

	assert_true(c->costs[0].points[0].insns == 500);
	assert_int_equal(rate_found(c, COST_DRIFT, all).n, 2);
	assert_int_equal(calib_sum_up(c).found.n, 0);
	calibration_free(c);
}

/* ---- real comparisons, of runs in memory ---- */

static double value(unsigned point, unsigned kernel, unsigned p,
		    enum boot_role role, void *arg)
{
	const double *more = arg;
	/* Of 0.05%, by the perturbation. */
	double v = 100000 + 10 * (p * 7 % 5) + (role == BOOT_NULL ? 20 : 0);

	return v + (point == FORK ? *more : 0);
}

static struct run *one_kernel(const char *name, double more)
{
	const struct synth s = {
		.kernels = &name,
		.nr_kernels = 1,
		.points = points,
		.nr_points = NR_POINTS,
		.perturbations = 12,
		.fn = value,
		.arg = &more,
	};

	return synth_run(&s);
}

static const unsigned some[] = { 11, 3, 5, 0, 7, 2, 9, 4 };
static const unsigned others[] = { 3, 5, 11, 1, 2, 8, 10, 0 };

static void views_have_the_boots_of_a_run(void **state)
{
	struct run *base = one_kernel("base", 0);
	const struct view_side a = { base, some }, b = { base, others };
	struct run *view = view_new(&a, &b, 8);
	unsigned count[2][NR_POINTS] = { { 0 } };

	for (size_t i = 0; i < view->nr_boots; i++) {
		const struct run_boot *boot = &view->boots[i];
		_cleanup_free_ char *id = xasprintf(
			"base-p%u",
			(boot->kernel ? others : some)[boot->perturbation]);

		assert_int_equal(strncmp(boot->id, id, strlen(id)), 0);
		count[boot->kernel][boot->role]++;
	}
	assert_int_equal(count[0][BOOT_MEASURE], 8);
	assert_int_equal(count[1][BOOT_MEASURE], 8);
	assert_int_equal(count[0][BOOT_NULL], 4);
	assert_int_equal(count[1][BOOT_NULL], 0);
	view_free(view);
	run_free(base);
}

static void a_kernel_is_compared_with_itself(void **state)
{
	static const unsigned contender[] = { 1 };
	struct run *base = one_kernel("base", 0);
	const struct view_side a = { base, some }, b = { base, others };
	struct run *view = view_new(&a, &b, 8);
	struct comparison *cmp = compare_run(view, 0, contender, 1);
	struct calibration *c = xcalloc(1, sizeof(*c));

	count_null(c, NULL_SAME, cmp);
	assert_int_equal(c->nulls[NULL_SAME].nr, NR_POINTS);
	assert_int_equal(c->nulls[NULL_SAME].changed, 0);
	assert_int_equal(c->nulls[NULL_SAME].doubtful, 0);
	calibration_free(c);
	compare_free(cmp);
	view_free(view);
	run_free(base);
}

static void a_cost_is_found_where_it_is(void **state)
{
	static const unsigned contender[] = { 1 };
	struct run *base = one_kernel("base", 0);
	struct run *slow = one_kernel("slow", 300);
	const struct view_side a = { base, some }, b = { slow, some };
	struct run *view = view_new(&a, &b, 8);
	struct comparison *cmp = compare_run(view, 0, contender, 1);
	struct calibration *c = xcalloc(1, sizeof(*c));
	struct calls calls = make_calls();

	c->costs = xcalloc(1, sizeof(*c->costs));
	c->nr_costs = 1;
	c->costs[0] =
		(struct calib_cost){ .cost = { 0, COST_INSNS, 0.003, 152 } };
	count_cost(c, c->costs, &calls, cmp);
	assert_int_equal(calib_sum_up(c).found.x, 1);
	assert_int_equal(calib_sum_up(c).found.n, 1);
	assert_int_equal(calib_sum_up(c).others.x, 0);
	assert_int_equal(calib_sum_up(c).others.n, 2);
	calls_release(&calls);
	calibration_free(c);
	compare_free(cmp);
	view_free(view);
	run_free(base);
	run_free(slow);
}

static void few_calls_show_no_tail(void **state)
{
	struct run_sample samples[150];
	struct run_boot b = { .samples = samples, .nr_samples = 150 };
	struct calls calls = make_calls();

	for (size_t i = 0; i < 150; i++)
		samples[i] = (struct run_sample){ .point = FORK, .nr_ops = 1 };
	/* 300 calls in 150 samples; too few samples; 150 calls. */
	assert_true(point_shows_tail(&b, &calls, 0, FORK));
	assert_false(point_shows_tail(&b, &calls, 0, WAIT));
	b.nr_samples = 99;
	assert_false(point_shows_tail(&b, &calls, 0, FORK));
	b.nr_samples = 150;
	calls.per_op[FORK] = 1;
	assert_false(point_shows_tail(&b, &calls, 0, FORK));
	calls_release(&calls);
}

/* ---- profiles ---- */

/*
 * Over 50 operations: at the first point 100 calls, 15 instructions each, of fork
 * and 50 of exit; at the second 5 of find, from elsewhere too.
 */
static const char nodes[] = "P\tfork/exit\t1\tcontrollers=none\t10\t5\n"
			    "N\t1\t0\tkernel_clone\t1000\n"
			    "N\t2\t1\tcgmark_cost_pay\t1500\n"
			    "N\t3\t0\tdo_exit\t1000\n"
			    "N\t4\t3\tcgmark_cost_pay\t750\n"
			    "I\tcgmark_cost_pay\tff00\t40\t13\t150\n"
			    "I\tcgmark_cost_pay\tff80\t8\t2\t150\n"
			    "P\tattach/self\t1\tversion=2\t10\t5\n"
			    "N\t1\t0\tfind_css_set\t1000\n"
			    "N\t2\t1\tcgmark_cost_pay\t30\n"
			    "N\t3\t0\tother\t1000\n"
			    "N\t4\t3\tfind_css_set\t1000\n"
			    "N\t5\t4\tcgmark_cost_pay\t45\n"
			    "I\tcgmark_cost_pay\tff00\t40\t13\t5\n"
			    "I\tcgmark_cost_pay\tff80\t8\t2\t5\n";

static void calls_are_of_an_operation(void **state)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	struct run *base = one_kernel("base", 0);
	_cleanup_free_ char *dir =
		xasprintf("%s/boots/base-p0-repeat", (char *)*state);
	_cleanup_free_ char *path = xasprintf("%s/profile.tsv", dir);
	struct calls calls;

	free(base->dir);
	base->dir = xstrdup(*state);
	assert_int_equal(mkdir_p(dir, 0777), 0);
	synth_profile(&text, "insns", nodes);
	write_bytes(path, text.buf, text.len);
	assert_int_equal(calls_read(base, &calls), 0);
	assert_true(fabs(calls_at(&calls, 0, FORK) - 2) < 1e-9);
	assert_true(fabs(calls_at(&calls, 1, FORK) - 1) < 1e-9);
	assert_true(calls_at(&calls, 2, FORK) == 0);
	assert_true(fabs(calls_at(&calls, 3, ATTACH) - 0.1) < 1e-9);
	assert_true(calls_at(&calls, 0, NOTHING) == 0);
	assert_true(point_pays(&calls, 0, FORK));
	assert_false(point_pays(&calls, 3, ATTACH));
	calls_release(&calls);

	write_bytes(path, text.buf, text.len / 2);
	capture_start(*state);
	assert_true(calls_read(base, &calls) < 0);
	free(capture_end());
	calls_release(&calls);
	run_free(base);
}

static void without_a_profile_nothing_is_known(void **state)
{
	struct run *base = one_kernel("base", 0);
	_cleanup_free_ char *said = NULL;
	struct calls calls;

	capture_start(*state);
	assert_true(calls_read(base, &calls) < 0);
	said = capture_end();
	assert_non_null(strstr(said, "profile"));
	calls_release(&calls);
	run_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alarms_are_counted),
		cmocka_unit_test(costs_are_found),
		cmocka_unit_test(misses_are_told),
		cmocka_unit_test(small_costs_promise_nothing),
		cmocka_unit_test(tails_have_to_be_called_so),
		cmocka_unit_test(a_drift_is_what_it_came_to),
		cmocka_unit_test(views_have_the_boots_of_a_run),
		cmocka_unit_test(a_kernel_is_compared_with_itself),
		cmocka_unit_test(a_cost_is_found_where_it_is),
		cmocka_unit_test(few_calls_show_no_tail),
		cmocka_unit_test_setup_teardown(calls_are_of_an_operation,
						scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(
			without_a_profile_nothing_is_known, scratch_setup,
			scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
