/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions that have another name in the contender. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "profiled.h"

#define POINT "P\ta\t1\t-\t10\t5\n"
#define OTHER "P\tb\t1\t-\t10\t5\n"
#define NODE(id, parent, name, count) \
	"N\t" #id "\t" #parent "\t" name "\t" #count "\t0\n"

/* want: "old>new old>new", by the order in which the baseline runs them. */
static void check(const char *base, const char *cont, const char *want)
{
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;
	struct profile a, b;
	struct renames r;

	parse(&a, base);
	parse(&b, cont);
	renames_find(&a, &b, &r);
	for (size_t i = 0; i < r.nr; i++)
		strbuf_addf(&got, "%s%s>%s", i ? " " : "", r.list[i].base,
			    r.list[i].cont);
	assert_string_equal(got.buf ? got.buf : "", want);
	renames_release(&r);
	profile_release(&a);
	profile_release(&b);
}

static void test_related(void **state)
{
	assert_true(
		renames_related("kmem_cache_alloc", "kmem_cache_alloc_noprof"));
	assert_true(renames_related("sched_fork", "__sched_fork"));
	assert_true(renames_related("wake.isra.0", "wake"));
	assert_true(renames_related("wake.part.0", "wake.constprop.0.isra.0"));
	assert_true(renames_related("wake", "wake"));
	/* Letters are no words. */
	assert_false(renames_related("fork", "forks"));
	assert_false(renames_related("read", "spread"));
	assert_false(renames_related("kmem_cache_alloc", "kmem_cache_free"));
	assert_false(renames_related("", "kmem_cache_free"));
}

/* The callee of a function that was renamed was renamed too. */
static void test_chain(void **state)
{
	check(POINT NODE(1, 0, "fork", 10) NODE(2, 1, "kmem_alloc", 100)
		      NODE(3, 2, "slab_alloc", 50) NODE(4, 3, "memset", 9),
	      POINT NODE(1, 0, "fork", 10) NODE(2, 1, "kmem_alloc_noprof", 130)
		      NODE(3, 2, "slab_alloc_noprof", 50)
			      NODE(4, 3, "memset", 9),
	      "kmem_alloc>kmem_alloc_noprof slab_alloc>slab_alloc_noprof");
	check(POINT NODE(1, 0, "fork", 10) NODE(2, 1, "wake.isra.0", 100),
	      POINT NODE(1, 0, "fork", 10) NODE(2, 1, "wake", 100),
	      "wake.isra.0>wake");
}

static void test_ambiguous(void **state)
{
	/* Two candidates on one side, then on the other. */
	check(POINT NODE(1, 0, "fork", 10) NODE(2, 1, "wake.isra.0", 100)
		      NODE(3, 1, "wake.part.0", 100),
	      POINT NODE(1, 0, "fork", 10) NODE(2, 1, "wake", 100), "");
	check(POINT NODE(1, 0, "fork", 10) NODE(2, 1, "alloc", 100),
	      POINT NODE(1, 0, "fork", 10) NODE(2, 1, "alloc_node", 100)
		      NODE(3, 1, "alloc_noprof", 100),
	      "");
	/* Callers tell them apart. */
	check(POINT NODE(1, 0, "fork", 10) NODE(2, 1, "alloc", 100)
		      NODE(3, 0, "exit", 10) NODE(4, 3, "alloc_node", 90),
	      POINT NODE(1, 0, "fork", 10) NODE(2, 1, "alloc_noprof", 100)
		      NODE(3, 0, "exit", 10)
			      NODE(4, 3, "alloc_node_noprof", 90),
	      "alloc>alloc_noprof alloc_node>alloc_node_noprof");
}

static void test_not_one(void **state)
{
	/* New and gone, with other callers. */
	check(POINT NODE(1, 0, "fork", 10) NODE(2, 0, "exit", 10)
		      NODE(3, 1, "wake", 100),
	      POINT NODE(1, 0, "fork", 10) NODE(2, 0, "exit", 10)
		      NODE(3, 2, "wake_up", 100),
	      "");
	/* With other callees. */
	check(POINT NODE(1, 0, "fork", 10) NODE(2, 1, "wake", 100)
		      NODE(3, 2, "memset", 5) NODE(4, 1, "memcpy", 5),
	      POINT NODE(1, 0, "fork", 10) NODE(2, 1, "wake_up", 100)
		      NODE(3, 2, "memcpy", 5) NODE(4, 1, "memset", 5),
	      "");
	/* With another count. */
	check(POINT NODE(1, 0, "fork", 10) NODE(2, 1, "wake", 100),
	      POINT NODE(1, 0, "fork", 10) NODE(2, 1, "wake_up", 401), "");
	/* The new name ran on the baseline too, elsewhere. */
	check(POINT NODE(1, 0, "fork", 10) NODE(2, 1, "wake", 100)
		      OTHER NODE(1, 0, "wake_up", 100),
	      POINT NODE(1, 0, "fork", 10) NODE(2, 1, "wake_up", 100)
		      OTHER NODE(1, 0, "wake_up", 100),
	      "");
	/* Interrupts and user space are no functions. */
	check(POINT NODE(1, 0, "[user]", 10), POINT NODE(1, 0, "[user_]", 10),
	      "");
	/* Nothing is known of the callers but that they are unknown. */
	check(POINT NODE(1, 0, "one", 900) NODE(2, 1, "wake", 100),
	      POINT NODE(1, 0, "two", 100) NODE(2, 1, "wake_up", 100), "");
	check(POINT, POINT NODE(1, 0, "two", 100), "");
	/* Unless callees and counts are the same. */
	check(POINT NODE(1, 0, "one", 900) NODE(2, 1, "wake", 100)
		      NODE(3, 2, "memset", 5),
	      POINT NODE(1, 0, "two", 100) NODE(2, 1, "wake_up", 104)
		      NODE(3, 2, "memset", 5),
	      "wake>wake_up");
	check(POINT NODE(1, 0, "one", 900) NODE(2, 1, "wake", 100)
		      NODE(3, 2, "memset", 5),
	      POINT NODE(1, 0, "two", 100) NODE(2, 1, "wake_up", 106)
		      NODE(3, 2, "memset", 5),
	      "");
}

/* Names that have nothing in common: neighbours have to say more. */
static void test_strangers(void **state)
{
	static const char base[] =
		POINT NODE(1, 0, "fork", 10) NODE(2, 1, "old", 100)
			NODE(3, 2, "memset", 5) NODE(4, 2, "memcpy", 5);

	check(base,
	      POINT NODE(1, 0, "fork", 10) NODE(2, 1, "new", 104)
		      NODE(3, 2, "memset", 5) NODE(4, 2, "memcpy", 5),
	      "old>new");
	check(base,
	      POINT NODE(1, 0, "fork", 10) NODE(2, 1, "new", 106)
		      NODE(3, 2, "memset", 5) NODE(4, 2, "memcpy", 5),
	      "");
	check(base,
	      POINT NODE(1, 0, "fork", 10) NODE(2, 1, "new", 100)
		      NODE(3, 2, "memset", 5) NODE(4, 1, "memcpy", 5),
	      "");
	/* A leaf could be anything. */
	check(POINT NODE(1, 0, "fork", 10) NODE(2, 1, "old", 100),
	      POINT NODE(1, 0, "fork", 10) NODE(2, 1, "new", 100), "");
}

/* It calls itself, by way of another that was renamed. */
static void test_recursion(void **state)
{
	check(POINT NODE(1, 0, "walk", 10) NODE(2, 1, "step", 10)
		      NODE(3, 2, "walk", 10) NODE(4, 3, "step", 10),
	      POINT NODE(1, 0, "walk.isra.0", 10) NODE(2, 1, "step_in", 10)
		      NODE(3, 2, "walk.isra.0", 10) NODE(4, 3, "step_in", 10),
	      "walk>walk.isra.0 step>step_in");
}

static const struct explain_function *find(const struct explanation *e,
					   const char *name)
{
	for (size_t i = 0; i < e->nr_functions; i++)
		if (explain_is_named(&e->functions[i], name))
			return &e->functions[i];
	return NULL;
}

/* One row for both, and one path for what is below. */
static void test_merged(void **state)
{
	const struct explain_function *f;
	struct explanation *e;
	struct pair p;

	make(&p,
	     SAMPLED NODE(1, 0, "fork", 10) NODE(2, 1, "alloc", 40000)
		     NODE(3, 2, "memset", 10000),
	     SAMPLED NODE(1, 0, "fork", 10) NODE(2, 1, "alloc_noprof", 11000)
		     NODE(3, 2, "memset", 4000),
	     "insns");
	explain_match(p.k);
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	assert_int_equal(e->nr_functions, 3);
	assert_int_equal(e->nr_nodes, 4);
	f = find(e, "alloc");
	assert_ptr_equal(f, find(e, "alloc_noprof"));
	assert_string_equal(f->name, "alloc_noprof");
	assert_string_equal(f->was, "alloc");
	assert_string_equal(explain_name(f, EX_BASE), "alloc");
	assert_string_equal(explain_name(f, EX_CONT), "alloc_noprof");
	assert_true(f->seen[EX_BASE] && f->seen[EX_CONT]);
	assert_float_equal(f->self_diff, -580, 1e-9);
	assert_float_equal(f->below_diff, -700, 1e-9);
	assert_null(find(e, "memset")->was);
	assert_ptr_equal(e->main, f);
	explanation_free(e);
	release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_related),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_ambiguous),
		cmocka_unit_test(test_not_one),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_recursion),
		cmocka_unit_test(test_merged),
	};

	return cmocka_run_group_tests_name("renames", tests, NULL, NULL);
}
