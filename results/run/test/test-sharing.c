/* SPDX-License-Identifier: GPL-2.0-only */
#include "alloc.h"
#include "fixture.h"
#include "sharing.h"
#include "strbuf.h"

static const char good[] =
	"P\ttwin/fault\t1\tgroup=same,parallel=2\t64\t8\n"
	"O\t1024\n"
	"L\tslab:kmalloc-512+0x98\t1\t32\t32\t96\t30\t3\n"
	"A\tslab:kmalloc-512+0x98\tr\t_raw_spin_lock_irqsave\t"
	"folio_lruvec_lock_irqsave\t3\t32\n"
	"A\tslab:kmalloc-512+0x98\tw\tlru_add\t-\t1\t16\n"
	"L\t[user page]\t4\t2\t2\t2\t0\t3\n"
	"P\ttwin/counter\t2\t-\t4\t8\n"
	"O\t8\n"
	"X\tthe table of lines is full: fewer operations fit\n";

static int parse(const char *lines, struct sharing *ret, struct rec_error *err)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	fixture_record(&sb, SHARING_KIND, lines, fixture_count_lines(lines));
	return sharing_parse(sb.buf, sb.len, ret, err);
}

static void test_good(void **state)
{
	_cleanup_(sharing_release) struct sharing s = { NULL };
	struct plan_point want = { .id.bench = "twin/fault",
				   .id.version = 1,
				   .id.params = "group=same,parallel=2" };
	const struct shared_point *p;
	struct rec_error err;

	assert_int_equal(parse(good, &s, &err), 0);
	p = sharing_find(&s, &want);
	assert_ptr_equal(p, &s.points[0]);
	assert_int_equal(p->nr_ops, 1024);
	assert_null(p->error);
	assert_int_equal(p->nr_lines, 2);
	assert_int_equal(p->lines[0].moves, 32);
	assert_int_equal(p->lines[0].truly, 30);
	assert_int_equal(p->lines[0].cpus, 3);
	assert_int_equal(p->lines[0].nr_uses, 2);
	assert_string_equal(p->lines[0].uses[0].caller,
			    "folio_lruvec_lock_irqsave");
	assert_null(p->lines[0].uses[1].caller);
	assert_true(p->lines[0].uses[1].writes);
	assert_int_equal(shared_moves(p), 34);
	assert_int_equal(shared_most(p), 98);
	assert_int_equal(shared_touches(p), 34);
	assert_string_equal(s.points[1].error,
			    "the table of lines is full: fewer operations fit");
	want.id.version = 2;
	assert_null(sharing_find(&s, &want));
}

static void test_bad(void **state)
{
	static const char *const bad[] = {
		"O\t8\n",
		"L\tx\t1\t1\t1\t1\t1\t3\n",
		"P\ta\t1\t-\t1\t1\nL\tx\t1\t1\t1\t1\t1\t3\n",
		"P\ta\t1\t-\t1\t1\nO\t8\nO\t8\n",
		"P\ta\t1\t-\t1\t1\nO\t8\nL\tx\t0\t1\t1\t1\t1\t3\n",
		/* more false than there are, and no CPU */
		"P\ta\t1\t-\t1\t1\nO\t8\nL\tx\t1\t1\t1\t1\t2\t3\n",
		"P\ta\t1\t-\t1\t1\nO\t8\nL\tx\t1\t1\t3\t2\t1\t3\n",
		"P\ta\t1\t-\t1\t1\nO\t8\nL\tx\t1\t1\t1\t1\t1\t0\n",
		"P\ta\t1\t-\t1\t1\nO\t8\nL\tx\t1\t1\t1\t1\t1\t10\n",
		"P\ta\t1\t-\t1\t1\nO\t8\nL\tx\t1\t1\t-1\t1\t1\t3\n",
		"P\ta\t1\t-\t1\t1\nO\t8\nA\tx\tr\tf\t-\t3\t1\n",
		"P\ta\t1\t-\t1\t1\nO\t8\nL\tx\t1\t1\t1\t1\t1\t3\n"
		"A\tx\tq\tf\t-\t3\t1\n",
		"P\ta\t1\t-\t1\t1\nO\t8\nL\t\033[2J\t1\t1\t1\t1\t1\t3\n",
		"P\ta\t1\t-\t1\t1\nO\t8\nL\tx\t1\t1\t1\t1\t1\t3\nX\toh\n",
		"P\ta\t1\t-\t1\t1\nO\t999999999999999999\n",
		"Q\t1\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_(sharing_release) struct sharing s = { NULL };
		struct rec_error err;

		assert_int_equal(parse(bad[i], &s, &err), -EBADMSG);
		assert_true(err.line > 0);
	}
}

static void test_truncated(void **state)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct rec_error err;

	fixture_record(&sb, SHARING_KIND, good, fixture_count_lines(good));
	for (size_t len = 0; len < sb.len; len += 7) {
		_cleanup_(sharing_release) struct sharing s = { NULL };

		assert_true(sharing_parse(sb.buf, len, &s, &err) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
