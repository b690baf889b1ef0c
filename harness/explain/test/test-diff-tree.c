/* SPDX-License-Identifier: GPL-2.0-only */
/* The difference as a call tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "diff-tree.h"
#include "profiled.h"

#define NODE(id, parent, name, count) \
	"N\t" #id "\t" #parent "\t" name "\t" #count "\t0\n"

/* "NAME inclusive/exclusive" a line, indented, of 50 operations. */
static char *list_tree(const char *base, const char *cont, double share)
{
	_cleanup_(diff_tree_release) struct diff_tree t;
	struct strbuf out = STRBUF_INIT;
	_cleanup_free_ unsigned *list = NULL;
	struct explanation *e;
	struct pair p;
	size_t nr;

	make(&p, base, cont, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	diff_tree_make(e, &t);
	list = diff_tree_list(e, &t, share, &nr);
	strbuf_addstr(&out, "\n");
	for (size_t i = 0; i < nr; i++) {
		const struct diff_node *n = &t.list[list[i]];

		strbuf_addf(&out, "%*s%s %g/%g\n", (int)n->depth - 1, "",
			    e->functions[n->function].name, n->below_diff * 50,
			    n->self_diff * 50);
	}
	explanation_free(e);
	release(&p);
	return strbuf_steal(&out);
}

static void check(const char *base, const char *cont, double share,
		  const char *want)
{
	_cleanup_free_ char *got = list_tree(base, cont, share);

	assert_string_equal(got, want);
}

static const char forks[] =
	SAMPLED NODE(1, 0, "fork", 100) NODE(2, 1, "dup_mmap", 100)
		NODE(3, 2, "anon_vma", 100) NODE(4, 2, "vma_copy", 100)
			NODE(5, 1, "wake", 100) NODE(6, 0, "exit", 100);

static const char slower[] =
	SAMPLED NODE(1, 0, "fork", 100) NODE(2, 1, "dup_mmap", 110)
		NODE(3, 2, "anon_vma", 2100) NODE(4, 2, "vma_copy", 1100)
			NODE(5, 1, "wake", 60) NODE(6, 0, "exit", 100);

static void test_tree(void **state)
{
	check(forks, slower, 0,
	      "\n"
	      "fork 2970/0\n"
	      " dup_mmap 3010/10\n"
	      "  anon_vma 2000/2000\n"
	      "  vma_copy 1000/1000\n"
	      " wake -40/-40\n");
	check(forks, slower, 0.05,
	      "\n"
	      "fork 2970/0\n"
	      " dup_mmap 3010/10\n"
	      "  anon_vma 2000/2000\n"
	      "  vma_copy 1000/1000\n");
	check(forks, slower, 0.5,
	      "\n"
	      "fork 2970/0\n"
	      " dup_mmap 3010/10\n"
	      "  anon_vma 2000/2000\n");
	check(forks, forks, 0, "\n");
	check(SAMPLED, SAMPLED, 0, "\n");
}

/* What cancels out below a caller is not hidden by that. */
static void test_cancels(void **state)
{
	check(SAMPLED NODE(1, 0, "fork", 100) NODE(2, 1, "wake", 1000)
		      NODE(3, 1, "copy", 1000) NODE(4, 0, "exit", 100),
	      SAMPLED NODE(1, 0, "fork", 100) NODE(2, 1, "wake", 2000)
		      NODE(3, 1, "copy", 3) NODE(4, 0, "exit", 109),
	      0.05,
	      "\n"
	      "fork 3/0\n"
	      " wake 1000/1000\n"
	      " copy -997/-997\n");
}

static void test_recursion(void **state)
{
	check(SAMPLED NODE(1, 0, "walk", 100) NODE(2, 1, "walk", 100)
		      NODE(3, 2, "walk", 100),
	      SAMPLED NODE(1, 0, "walk", 110) NODE(2, 1, "walk", 120)
		      NODE(3, 2, "walk", 130) NODE(4, 3, "walk", 40),
	      0,
	      "\n"
	      "walk 100/10\n"
	      " walk 90/20\n"
	      "  walk 70/30\n"
	      "   walk 40/40\n");
}

/* As deep as a stack of this program could never be. */
static void test_deep(void **state)
{
	enum { DEPTH = 20000 };
	_cleanup_strbuf_ struct strbuf base = STRBUF_INIT, cont = STRBUF_INIT;
	_cleanup_free_ char *got = NULL;

	strbuf_addstr(&base, SAMPLED);
	strbuf_addstr(&cont, SAMPLED);
	for (int i = 0; i < DEPTH; i++) {
		strbuf_addf(&base, "N\t%d\t%d\tf%d\t5\t0\n", i + 1, i, i % 7);
		strbuf_addf(&cont, "N\t%d\t%d\tf%d\t%d\t0\n", i + 1, i, i % 7,
			    i == DEPTH - 1 ? 55 : 5);
	}
	got = list_tree(base.buf, cont.buf, 0.05);
	assert_non_null(strstr(got, "\nf0 50/0\n"));
	assert_non_null(strstr(got, " 50/50\n"));
}

/* One kernel has copy_mm inlined: what both call stays where it is. */
static void test_inlined(void **state)
{
	static const char inlined[] = SAMPLED NODE(1, 0, "fork", 300)
		NODE(2, 1, "dup_mmap", 900) NODE(3, 2, "anon_vma", 100);
	static const char apart[] = SAMPLED NODE(1, 0, "fork", 100)
		NODE(2, 1, "copy_mm", 220) NODE(3, 2, "dup_mmap", 950)
			NODE(4, 3, "anon_vma", 100) NODE(5, 2, "new", 7);

	check(inlined, apart, 0,
	      "\n"
	      "fork 77/-200\n"
	      " copy_mm 227/220\n"
	      "  new 7/7\n"
	      " dup_mmap 50/50\n");
	check(apart, inlined, 0,
	      "\n"
	      "fork -77/200\n"
	      " copy_mm -227/-220\n"
	      "  new -7/-7\n"
	      " dup_mmap -50/-50\n");
	/* What is new calls what was not called before. */
	check(SAMPLED NODE(1, 0, "fork", 100) NODE(2, 0, "exit", 100)
		      NODE(3, 2, "dup_mmap", 100),
	      SAMPLED NODE(1, 0, "fork", 100) NODE(2, 0, "exit", 100)
		      NODE(3, 2, "dup_mmap", 100) NODE(4, 1, "new", 9)
			      NODE(5, 4, "dup_mmap", 1000),
	      0,
	      "\n"
	      "fork 1009/0\n"
	      " new 1009/9\n"
	      "  dup_mmap 1000/1000\n");
}

/* A single function calls nr others, as deep as it goes or side by side. */
static uint64_t steps_of(unsigned nr, bool deep)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	_cleanup_(diff_tree_release) struct diff_tree t;
	struct explanation *e;
	struct pair p;
	uint64_t steps;

	strbuf_addstr(&sb, SAMPLED NODE(1, 0, "both", 1) NODE(2, 1, "new", 1));
	/* Of each function of only one kernel, one of both. */
	for (unsigned i = 0; i < nr; i++) {
		unsigned id = 3 + 2 * i;

		strbuf_addf(&sb, "N\t%u\t%u\tnew%u\t1\t0\n", id,
			    deep ? id - 1 - (i > 0) : 2, i);
		strbuf_addf(&sb, "N\t%u\t%u\tboth\t1\t0\n", id + 1, id);
	}
	make(&p, SAMPLED NODE(1, 0, "both", 1), sb.buf, "insns");
	e = explain_point(p.values, p.run, p.k, 0, PROFILE_INSNS);
	diff_tree_make(e, &t);
	assert_true(t.nr > nr);
	steps = t.steps;
	explanation_free(e);
	release(&p);
	return steps;
}

/* Twice as many functions are twice the work, and a little. */
static void test_work(void **state)
{
	for (int deep = 0; deep <= 1; deep++)
		assert_true(steps_of(2000, deep) < 3 * steps_of(1000, deep));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_work),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_cancels),
		cmocka_unit_test(test_recursion),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_inlined),
	};

	return cmocka_run_group_tests_name("diff-tree", tests, NULL, NULL);
}
