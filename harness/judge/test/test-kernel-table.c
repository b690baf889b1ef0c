/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernels beside each other, also at points that have no verdict. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kernel-table.h"
#include "knob.h"

static void change(struct run *run, const char *id, bool ok, enum blame blame,
		   const char *splat)
{
	struct run_boot *b = synth_find(run, id);

	b->ok = ok;
	b->blame = blame;
	free(b->splat);
	b->splat = xstrdup(splat);
}

static void one_row_a_point(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;
	struct kernel_table *t;

	knob_init(&k, 5000, 1.05);
	run = make(&k, 8, 3);
	c = compare(run);
	t = kernel_table_new(c);
	assert_int_equal(t->nr_kernels, 3);
	assert_int_equal(t->nr, NR_POINTS);
	/* The regression comes first. */
	assert_int_equal(t->rows[0].point, 0);
	assert_true(t->rows[0].changed);
	assert_false(t->rows[1].changed);
	assert_null(t->rows[0].cells[0].effect);
	assert_int_equal(t->rows[0].cells[1].effect->verdict, V_REGRESSION);
	assert_int_equal(t->rows[0].cells[2].effect->verdict, V_NO_CHANGE);
	assert_int_equal(t->rows[0].cells[0].nr_boots, 8);
	assert_float_equal(t->rows[0].cells[0].boots[7], 5007, 1e-9);
	assert_float_equal(t->rows[0].cells[0].value, 5003.5, 1e-9);
	assert_float_equal(t->rows[0].cells[1].value, 5253.65, 0.06);
	assert_int_equal(t->rows[0].cells[1].nr_planned, 8);
	assert_int_equal(t->rows[0].cells[1].nr_failed, 0);
	kernel_table_free(t);
	compare_free(c);
	run_free(run);
}

static void skipped_on_the_baseline(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;
	struct kernel_table *t;
	const struct kernel_row *row;

	knob_init(&k, 5000, 1);
	run = make(&k, 8, 2);
	skip_kernel(run, 0, 1);
	skip_kernel(run, 0, 2);
	skip_kernel(run, 1, 2);
	/* A boot that was lost leaves the point skipped. */
	synth_find(run, "base-p3")->finished = false;
	c = compare(run);
	t = kernel_table_new(c);
	assert_int_equal(t->nr, NR_POINTS);
	row = &t->rows[1];
	assert_int_equal(row->point, 1);
	assert_int_equal(row->cells[0].status, POINT_SKIP);
	assert_string_equal(row->cells[0].why, "no named hierarchies");
	assert_int_equal(row->cells[1].status, POINT_DONE);
	assert_int_equal(row->cells[1].nr_boots, 8);
	assert_float_equal(row->cells[1].value, 2003.5, 1e-9);
	assert_null(row->cells[1].effect);
	assert_string_equal(row->metric, "insns");
	row = &t->rows[2];
	assert_int_equal(row->cells[1].status, POINT_SKIP);
	assert_int_equal(row->cells[1].nr_boots, 0);
	assert_true(isnan(row->cells[1].value));
	kernel_table_free(t);
	compare_free(c);
	run_free(run);
}

static void faults_keep_their_kind(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;
	struct kernel_table *t;
	const struct kernel_cell *cell;

	knob_init(&k, 5000, 1);
	run = make(&k, 8, 2);
	set_status(run, "patched-p1", 0, POINT_ERROR, "out of memory");
	set_status(run, "patched-p2", 0, POINT_FAIL, "wrong result");
	set_status(run, "base-p2", 1, POINT_MISSING, "");
	c = compare(run);
	t = kernel_table_new(c);
	for (size_t i = 0; i < t->nr; i++) {
		cell = &t->rows[i].cells[1];
		if (t->rows[i].point == 0) {
			assert_int_equal(cell->status, POINT_FAIL);
			assert_string_equal(cell->why, "wrong result");
			assert_int_equal(cell->nr_failed, 2);
			assert_int_equal(cell->effect->verdict, V_INVALID);
		} else {
			assert_int_equal(cell->status, POINT_DONE);
		}
		if (t->rows[i].point == 1)
			assert_int_equal(t->rows[i].cells[0].status,
					 POINT_MISSING);
	}
	kernel_table_free(t);
	compare_free(c);
	run_free(run);
}

static void a_splat_is_the_kernels_fault(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;
	struct kernel_table *t;

	knob_init(&k, 5000, 1);
	run = make(&k, 8, 3);
	change(run, "patched-p1", false, BLAME_SUBJECT, "BUG: oops");
	change(run, "other-p1", false, BLAME_HOST, "");
	c = compare(run);
	t = kernel_table_new(c);
	assert_int_equal(t->rows[0].cells[1].status, POINT_FAIL);
	assert_string_equal(t->rows[0].cells[1].why, "BUG: oops");
	assert_int_equal(t->rows[0].cells[2].status, POINT_MISSING);
	kernel_table_free(t);
	compare_free(c);
	run_free(run);
}

static void nothing_at_all(void **state)
{
	struct knob k;
	struct run *run;
	struct comparison *c;
	struct kernel_table *t;

	knob_init(&k, 5000, 1);
	run = make(&k, 2, 2);
	for (size_t i = 0; i < run->nr_boots; i++) {
		run->boots[i].finished = false;
		run->boots[i].nr_samples = 0;
	}
	c = compare(run);
	t = kernel_table_new(c);
	assert_int_equal(t->nr, NR_POINTS);
	for (size_t i = 0; i < t->nr; i++) {
		assert_string_equal(t->rows[i].metric, "");
		assert_true(isnan(t->rows[i].cells[0].value));
		assert_int_equal(t->rows[i].cells[0].status, POINT_MISSING);
	}
	kernel_table_free(t);
	compare_free(c);
	run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_row_a_point),
		cmocka_unit_test(skipped_on_the_baseline),
		cmocka_unit_test(faults_keep_their_kind),
		cmocka_unit_test(a_splat_is_the_kernels_fault),
		cmocka_unit_test(nothing_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
