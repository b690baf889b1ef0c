/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which runs can be compared.  How it could go wrong: a guest, a plan or a QEMU
 * that differs and is called the kernel's fault; a run that is refused for what
 * no count depends on, such as its day; a time that passes for as good as one of
 * the same run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run-match.h"
#include "run-merge.h"
#include "timed.h"

static struct run *make_run(const char *id)
{
	struct knob k;
	struct run *run;

	knob_init(&k, 5000, 1.05);
	run = make(&k, 8, 2);
	free(run->id);
	run->id = xstrdup(id);
	return run;
}

static void set_text(char **field, const char *text)
{
	free(*field);
	*field = xstrdup(text);
}

static bool has_text(char **list, size_t nr, const char *part)
{
	for (size_t i = 0; i < nr; i++)
		if (strstr(list[i], part))
			return true;
	return false;
}

/* Exactly one difference, or none for NULL; one remark, or none.  Frees. */
static void expect(struct run *a, struct run *b, const char *difference,
		   const char *said)
{
	struct run_match m;

	run_match(a, b, &m);
	assert_int_equal(m.nr_differs, difference ? 1 : 0);
	if (difference && !has_text(m.differs, m.nr_differs, difference))
		fail_msg("'%s', not '%s'", m.differs[0], difference);
	assert_int_equal(m.nr_remarks, said ? 1 : 0);
	if (said && !has_text(m.remarks, m.nr_remarks, said))
		fail_msg("'%s', not '%s'", m.remarks[0], said);
	run_match_release(&m);
	run_free(a);
	run_free(b);
}

static void what_no_count_depends_on(void **state)
{
	struct run *a = make_run("A"), *b = make_run("B");

	set_text(&b->created, "2026-02-02T12:00:00Z");
	set_text(&b->host, "64 x Another CPU, Linux 7.0");
	set_text(&b->suite, "another");
	b->seed = 7;
	b->points[0].plan.timeout_ms = 99;
	expect(a, b, NULL, NULL);
}

static void guest_machine_and_perturbations(void **state)
{
	struct run *a = make_run("A"), *b = make_run("B");

	set_text(&b->guest_sha256, "0123456789abcdef");
	expect(a, b, " and 0123456789ab", NULL);
	a = make_run("A");
	b = make_run("B");
	set_text(&b->machine, "sim:2");
	expect(a, b, "machine: sim and sim:2", NULL);
	a = make_run("A");
	b = make_run("B");
	set_text(&b->machine_detail, "QEMU 9.0");
	expect(a, b, "TCG icount, -cpu Nehalem, 1 vCPU and QEMU 9.0", NULL);
	a = make_run("A");
	b = make_run("B");
	b->perturbations = 9;
	expect(a, b, "perturbations: 8 and 9", NULL);
}

static void what_qemu_got(void **state)
{
	struct run *a = make_run("A"), *b = make_run("B");

	set_text(&synth_find(a, "base-p3")->command_line, "qemu -m 524M -x");
	set_text(&synth_find(b, "base-p3")->command_line, "qemu -m 512M -x");
	expect(a, b, "perturbation 3: QEMU had -m 524M and 512M", NULL);
	/* An old run did not record it. */
	a = make_run("A");
	b = make_run("B");
	set_text(&synth_find(a, "base-p3")->command_line, "qemu -m 524M -x");
	set_text(&synth_find(b, "base-p3")->command_line, "");
	expect(a, b, NULL, NULL);
}

static void plans_of_points(void **state)
{
	struct run *a = make_run("A"), *b = make_run("B");

	b->points[0].plan.samples = 15;
	b->points[0].plan.warmup = 3;
	b->points[0].plan.nr_ops = 1;
	expect(a, b,
	       "the plan of css_set/lookup find=hit,sets=16: samples 5 and 15, "
	       "warm-up 0 and 3, operations 10 and 1",
	       NULL);
	a = make_run("A");
	b = make_run("B");
	b->points[2].plan.id.version = 2;
	expect(a, b, "the plan of fork/exit: version 1 and 2",
	       "differ behind point 2: fork/exit and fork/exit");
}

static void points_of_one_run(void **state)
{
	struct run *a = make_run("A"), *b = make_run("B");

	strcpy(b->points[2].plan.id.bench, "null");
	expect(a, b, NULL,
	       "differ behind point 2: fork/exit and null come next");
	a = make_run("A");
	b = make_run("B");
	strcpy(b->points[0].plan.id.bench, "null");
	expect(a, b,
	       "what runs first: css_set/lookup find=hit,sets=16 and null ",
	       NULL);
}

static void points_in_another_order(void **state)
{
	struct run *a = make_run("A"), *b = make_run("B");
	struct run_point last = b->points[1];

	b->points[1] = b->points[2];
	b->points[2] = last;
	expect(a, b, NULL, "differ behind point 1");
}

static void another_cgmark(void **state)
{
	struct run *a = make_run("A"), *b = make_run("B");

	set_text(&b->version, "0.2.0");
	expect(a, b, NULL, "made by cgmark 0.1.0 and 0.2.0");
}

/* It has to count the same in both runs, whichever kernels are compared. */
static void a_kernel_of_both_runs(void **state)
{
	struct run *a = make_run("A"), *b = make_run("B");

	synth_find(b, "patched-p5")->samples[7].value++;
	expect(a, b, "patched and patched, under perturbation 5", NULL);
	a = make_run("A");
	b = make_run("B");
	synth_find(b, "patched-p5")->samples[7].value++;
	set_text(&b->kernels[1].cmdline, "quiet");
	expect(a, b, NULL, NULL);
	/* A boot that failed is no witness. */
	a = make_run("A");
	b = make_run("B");
	synth_find(b, "patched-p5")->samples[7].value++;
	synth_find(b, "patched-p5")->ok = false;
	expect(a, b, NULL, NULL);
}

static void every_difference_is_named(void **state)
{
	struct run *a = make_run("A"), *b = make_run("B");
	struct run_match m;

	set_text(&b->guest_sha256, "0123");
	set_text(&b->machine_detail, "QEMU 9.0");
	b->points[1].plan.samples++;
	b->points[2].plan.samples++;
	run_match(a, b, &m);
	assert_int_equal(m.nr_differs, 4);
	assert_int_equal(m.nr_remarks, 0);
	run_match_release(&m);
	run_free(a);
	run_free(b);
}

static struct run *make_time_run(const char *id)
{
	struct run *run = make_time(8, 1.06);

	set_text(&run->id, id);
	return run;
}

static void time_is_a_warning(void **state)
{
	struct run *a = make_time_run("A"), *b = make_time_run("B");

	expect(a, b, NULL, "is in the difference and not in the interval");
	a = make_time_run("A");
	b = make_time_run("B");
	set_text(&b->host, "2 x CPU 2, Linux 6.1.0");
	expect(a, b, "host: 2 x CPU and 2 x CPU 2", "not in the interval");
	a = make_time_run("A");
	b = make_time_run("B");
	set_text(&b->guest_sha256, "0123");
	expect(a, b, "guest image", "not in the interval");
}

static void time_names_updates(void **state)
{
	struct run *a = make_time_run("A"), *b = make_time_run("B");
	struct run_match m;

	set_text(&b->host, "2 x CPU, Linux 6.2.0");
	set_text(&b->machine_detail, "QEMU 9.0");
	b->perturbations = 20;
	run_match(a, b, &m);
	assert_int_equal(m.nr_differs, 0);
	assert_true(has_text(m.remarks, m.nr_remarks, "Linux 6.2.0"));
	assert_true(has_text(m.remarks, m.nr_remarks, "QEMU 9.0"));
	run_match_release(&m);
	run_free(a);
	run_free(b);
}

/* ---- what comes out ---- */

static void expect_verdicts(struct run *a, struct run *b,
			    const struct run_part parts[2],
			    enum verdict at_first)
{
	static const unsigned contender = 1;
	struct run *m = run_merge(parts, 2);
	struct comparison *c = compare_run(m, 0, &contender, 1);

	run_free(a);
	run_free(b);
	assert_int_equal(c->nr_effects, NR_POINTS);
	for (size_t i = 0; i < c->nr_effects; i++) {
		const struct effect *e = &c->effects[i];

		if (e->verdict != (e->point ? V_NO_CHANGE : at_first))
			fail_msg("point %u: verdict %d, %s", e->point,
				 e->verdict, e->reason);
	}
	assert_true(c->notes.nr >= 2);
	assert_non_null(strstr(c->notes.text[0], "made "));
	compare_free(c);
	run_free(m);
}

static void counts_of_two_runs(void **state)
{
	struct run *a = make_run("A"), *b = make_run("B");
	const struct run_part changed[] = { { a, 0 }, { b, 1 } };

	expect_verdicts(a, b, changed, V_REGRESSION);
	a = make_run("A");
	b = make_run("B");
	const struct run_part equal[] = { { a, 0 }, { b, 0 } };

	expect_verdicts(a, b, equal, V_NO_CHANGE);
}

/*
 * The same kernel behind other points: neither compared nor called a fault of the
 * harness.
 */
static void points_behind_others(void **state)
{
	static const unsigned contender = 1;
	struct run *a = make_run("A"), *b = make_run("B"), *m;
	const struct run_part parts[] = { { a, 0 }, { b, 0 } };
	struct comparison *c;

	strcpy(b->points[1].plan.id.bench, "null");
	for (size_t i = 0; i < b->nr_boots; i++)
		for (size_t j = 0; j < b->boots[i].nr_samples; j++)
			b->boots[i].samples[j].value += SYNTH_OPS;
	m = run_merge(parts, 2);
	run_free(a);
	run_free(b);
	c = compare_run(m, 0, &contender, 1);
	assert_int_equal(c->nr_effects, 1);
	assert_int_equal(c->effects[0].point, 0);
	assert_int_equal(c->effects[0].verdict, V_NO_CHANGE);
	assert_int_equal(c->nr_lacking[0], 2);
	assert_true(has_text(c->notes.text, c->notes.nr,
			     "fork/exit, 1 point skipped on base@B (run B "
			     "measured other points before it)"));
	compare_free(c);
	run_free(m);
}

/* Boots that alternate are not taken for those of one kernel after the other. */
static void time_of_two_runs(void **state)
{
	struct run *a = make_time_run("A"), *b = make_time_run("B");
	const struct run_part changed[] = { { a, 0 }, { b, 1 } };

	expect_verdicts(a, b, changed, V_REGRESSION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_no_count_depends_on),
		cmocka_unit_test(guest_machine_and_perturbations),
		cmocka_unit_test(what_qemu_got),
		cmocka_unit_test(plans_of_points),
		cmocka_unit_test(points_of_one_run),
		cmocka_unit_test(points_in_another_order),
		cmocka_unit_test(another_cgmark),
		cmocka_unit_test(a_kernel_of_both_runs),
		cmocka_unit_test(every_difference_is_named),
		cmocka_unit_test(time_is_a_warning),
		cmocka_unit_test(time_names_updates),
		cmocka_unit_test(counts_of_two_runs),
		cmocka_unit_test(points_behind_others),
		cmocka_unit_test(time_of_two_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
