/* SPDX-License-Identifier: GPL-2.0-only */
/* Two made-up profiles, brought together. */
#include <math.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <jansson.h>
#include <cmocka.h>

#include "alloc.h"
#include "explain.h"
#include "file.h"
#include "profiled.h"

static void check_function(const struct explanation *e, size_t i,
			   const char *name, double self, double below)
{
	assert_string_equal(e->functions[i].name, name);
	assert_float_equal(e->functions[i].self_diff, self, 1e-9);
	assert_float_equal(e->functions[i].below_diff, below, 1e-9);
}

static void test_differs(void **state)
{
	struct explanation *e;
	struct pair p;
	double sum = 0;

	make(&p, base_nodes, cont_nodes, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	assert_non_null(e);
	assert_int_equal(e->ops[EX_BASE], 50);
	assert_float_equal(e->total[EX_BASE], 1000.2, 1e-9);
	assert_float_equal(explain_diff(e), -700, 1e-9);
	assert_float_equal(e->remainder, 0, 0);
	assert_int_equal(e->nr_functions, 7);
	check_function(e, 0, "find", -620, -720);
	check_function(e, 1, "memcmp", -100, -100);
	check_function(e, 2, "new", 40, 40);
	check_function(e, 3, "old", -20, -20);
	check_function(e, 4, "attach", 0, -700);
	assert_true(e->functions[1].seen[EX_BASE]);
	assert_false(e->functions[1].seen[EX_CONT]);
	assert_false(e->functions[2].seen[EX_BASE]);
	for (size_t i = 0; i < e->nr_functions; i++)
		sum += e->functions[i].self_diff;
	assert_float_equal(sum, explain_diff(e), 1e-9);
	/* The lowest that has 90% with its callees. */
	assert_string_equal(e->main->name, "find");
	assert_true(e->identical);
	assert_false(explain_in_doubt(e));
	explanation_free(e);
	release(&p);
}

static void test_other_event(void **state)
{
	struct explanation *e;
	struct pair p;

	make(&p, base_nodes, cont_nodes, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_LOADS);
	/* 207 and 107 loads over 50 operations. */
	assert_float_equal(e->total[EX_BASE], 4.14, 1e-9);
	assert_float_equal(explain_diff(e), -2, 1e-9);
	check_function(e, 0, "find", -1, -2);
	check_function(e, 1, "memcmp", -1, -1);
	explanation_free(e);
	release(&p);
}

static void test_same(void **state)
{
	struct explanation *e;
	struct pair p;

	make(&p, base_nodes, base_nodes, "insns");
	p.k[EX_CONT].index = p.k[EX_BASE].index;
	p.k[EX_CONT].boot = p.k[EX_BASE].boot;
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	assert_float_equal(explain_diff(e), 0, 0);
	assert_null(e->main);
	assert_false(explain_in_doubt(e));
	for (size_t i = 0; i < e->nr_functions; i++)
		assert_float_equal(e->functions[i].self_diff, 0, 0);
	explanation_free(e);
	release(&p);
}

/* f calls itself by way of g: its callees count once. */
static void test_recursion(void **state)
{
	static const char nodes[] = SAMPLED "N\t1\t0\tf\t100\t0\n"
					    "N\t2\t1\tg\t200\t0\n"
					    "N\t3\t2\tf\t300\t0\n"
					    "N\t4\t0\tg\t49410\t0\n";
	struct explanation *e;
	struct pair p;

	make(&p, nodes, cont_nodes, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	for (size_t i = 0; i < e->nr_functions; i++) {
		const struct explain_function *f = &e->functions[i];

		if (!strcmp(f->name, "f")) {
			assert_int_equal(f->self[EX_BASE], 400);
			assert_int_equal(f->below[EX_BASE], 600);
		} else if (!strcmp(f->name, "g")) {
			assert_int_equal(f->below[EX_BASE], 49410 + 500);
		}
	}
	explanation_free(e);
	release(&p);
}

static void test_remainder(void **state)
{
	/* 1000 instructions of 50010 are nobody's: 20 an operation. */
	static const char nodes[] = SAMPLED "N\t1\t0\tf\t49010\t0\n";
	struct explanation *e;
	struct pair p;

	make(&p, nodes, cont_nodes, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	assert_float_equal(e->remainder, -20, 1e-9);
	assert_true(explain_in_doubt(e));
	explanation_free(e);
	release(&p);
	/* Of a point that idles, the rest is idle time. */
	make(&p, nodes, cont_nodes, "guest_ns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	assert_float_equal(e->remainder, -20, 1e-9);
	assert_false(explain_in_doubt(e));
	explanation_free(e);
	release(&p);
}

static void test_not_repeated(void **state)
{
	struct explanation *e;
	struct pair p;

	make(&p, base_nodes, cont_nodes, "insns");
	values_free(p.values);
	synth_find(p.run, "v1-p0")->samples[2].value++;
	p.values = values_new(p.run);
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	assert_false(e->identical);
	assert_true(explain_in_doubt(e));
	explanation_free(e);
	release(&p);
}

static void test_not_measured(void **state)
{
	static const char other[] = "P\tnull\t1\t-\t10\t5\n"
				    "N\t1\t0\t[user]\t1000\t7\n";
	struct pair p;

	make(&p, base_nodes, other, "insns");
	assert_null(explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS));
	release(&p);
}

/* --- rows --- */

static void check_row(const struct explain_row *row, const char *name,
		      double base, double cont)
{
	const double want[] = { base, cont };

	assert_string_equal(row->row->name, name);
	for (unsigned i = 0; i < EX_BOTH; i++) {
		assert_int_equal(row->there[i], !isnan(want[i]));
		if (isnan(want[i]))
			assert_true(isnan(row->value[i]));
		else
			assert_float_equal(row->value[i], want[i], 1e-9);
	}
	if (isnan(base) || isnan(cont))
		assert_true(isnan(row->diff));
	else
		assert_float_equal(row->diff, cont - base, 1e-9);
}

static void test_rows(void **state)
{
	struct explain_row rows[NR_PROFILE_ROWS];
	_cleanup_free_ char *lacking = NULL, *none = NULL;
	struct explanation *e;
	struct pair p;

	make(&p, row_nodes, old_nodes, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	explain_rows(e, p.k, rows);
	check_row(&rows[0], "css_set lookup", 451 / 50., 3);
	check_row(&rows[1], "attach: migration", NAN, NAN);
	check_row(&rows[2], "taskstats: reply built", 4, NAN);
	check_row(&rows[3], "taskstats: reply sent", 8, NAN);
	lacking = explain_lacking(&p.k[EX_BASE].profile);
	assert_string_equal(lacking, "cgroup_migrate, cgroup_migrate_execute");
	none = explain_lacking(&p.k[EX_CONT].profile);
	assert_null(none);
	explanation_free(e);
	release(&p);
}

/* Each function of a row is one that the plugin asks for, and no other. */
static void test_row_functions(void **state)
{
	unsigned nr = 0, asked = 0;

	for (unsigned i = 0; i < NR_PROFILE_ROWS; i++)
		for (const char *const *f = profile_rows[i].functions; *f; f++)
			assert_string_equal(profile_row_function(nr++), *f);
	for (const char *const *f = profile_rows[2].within; *f; f++)
		assert_string_equal(profile_row_function(nr++), *f);
	assert_null(profile_row_function(nr));
	assert_ptr_equal(profile_rows[2].within, profile_rows[3].within);
	while (profile_row_function(asked))
		asked++;
	assert_int_equal(asked, nr);
}

/* --- rows of a run --- */

static void test_row_list(void **state)
{
	struct run *run = profiled_run();
	struct values *v = values_new(run);
	struct row_list *l;

	save_profile(run, 0, ATTACHED("100"));
	save_profile(run, 1, ATTACHED("300"));
	l = row_list_new(v, run, 0, 1);
	assert_true(l->profiled);
	assert_int_equal(l->nr, 2 * NR_PROFILE_ROWS);
	assert_string_equal(row_list_most(l, 0)->point->id.bench,
			    "css_set/lookup");
	assert_float_equal(row_list_most(l, 0)->v.diff, 4, 1e-9);
	assert_string_equal(row_list_most(l, 1)->point->id.bench,
			    "attach/self");
	assert_true(row_list_shows(l, row_list_most(l, 0)));
	assert_false(row_list_shows(l, &l->list[NR_PROFILE_ROWS]));
	/* No benchmark of its own: the point where it is most. */
	assert_true(row_list_shows(l, row_list_most(l, 2)));
	row_list_free(l);
	values_free(v);
	rm_rf(run->dir);
	run_free(run);
}

/* One of two, or none. */
static void test_row_list_without(void **state)
{
	struct run *run = profiled_run();
	struct values *v = values_new(run);
	struct row_list *l;

	save_profile(run, 0, ATTACHED("100"));
	l = row_list_new(v, run, 0, 1);
	assert_false(l->profiled);
	assert_int_equal(l->nr, 0);
	assert_null(row_list_most(l, 0));
	row_list_free(l);
	values_free(v);
	rm_rf(run->dir);
	run_free(run);
}

/* Of nr functions, one below the other or side by side; half are renamed. */
static uint64_t steps_of(unsigned nr, bool deep)
{
	_cleanup_strbuf_ struct strbuf base = STRBUF_INIT, cont = STRBUF_INIT;
	struct explanation *e;
	struct pair p;
	uint64_t steps;

	strbuf_addstr(&base, SAMPLED);
	strbuf_addstr(&cont, SAMPLED);
	for (unsigned i = 0; i < nr; i++) {
		strbuf_addf(&base, "N\t%u\t%u\tf%u\t50\t0\n", i + 1,
			    deep ? i : 0, i);
		strbuf_addf(&cont, "N\t%u\t%u\tf%u%s\t50\t0\n", i + 1,
			    deep ? i : 0, i, i % 2 ? ".cold" : "");
	}
	make(&p, base.buf, cont.buf, "insns");
	explain_match(p.k);
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	assert_true(e->nr_functions >= nr);
	steps = e->steps + p.k[EX_CONT].renames.steps;
	explanation_free(e);
	release(&p);
	return steps;
}

/* Twice as many functions are twice the work, and a little. */
static void test_work(void **state)
{
	for (int deep = 0; deep <= 1; deep++)
		assert_true(steps_of(20000, deep) < 3 * steps_of(10000, deep));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_work),
		cmocka_unit_test(test_differs),
		cmocka_unit_test(test_other_event),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_recursion),
		cmocka_unit_test(test_remainder),
		cmocka_unit_test(test_not_repeated),
		cmocka_unit_test(test_not_measured),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_row_functions),
		cmocka_unit_test(test_row_list),
		cmocka_unit_test(test_row_list_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
