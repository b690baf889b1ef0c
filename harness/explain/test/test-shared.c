/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc.h"
#include "shared.h"
#include "strbuf.h"

#define HEAD "V\t1\t" SHARING_KIND "\n"
#define POINT "P\ttwin/fault\t1\tgroup=same\t64\t8\nO\t100\n"

static const struct plan_point point = {
	.id = { .bench = "twin/fault", .version = 1, .params = "group=same" },
};

static void parse(const char *lines, struct sharing *ret)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	char end[REC_LINE_MAX];
	struct rec_error err;
	unsigned nr = 0;

	strbuf_addstr(&sb, HEAD);
	strbuf_addstr(&sb, lines);
	for (const char *p = lines; *p; p++)
		nr += *p == '\n';
	rec_format_end(end, sizeof(end), nr, rec_crc32(0, sb.buf, sb.len));
	strbuf_addstr(&sb, end);
	assert_int_equal(sharing_parse(sb.buf, sb.len, ret, &err), 0);
}

static struct shared_kernel kernels[EX_BOTH];

static struct shared_diff *diff(const char *base, const char *cont)
{
	kernels[EX_BASE] = (struct shared_kernel){ .index = 0 };
	kernels[EX_CONT] = (struct shared_kernel){ .index = 1 };
	parse(base, &kernels[EX_BASE].sharing);
	parse(cont, &kernels[EX_CONT].sharing);
	return shared_diff_new(&point, kernels);
}

static void done(struct shared_diff *d)
{
	shared_diff_free(d);
	for (unsigned i = 0; i < EX_BOTH; i++)
		sharing_release(&kernels[i].sharing);
}

static void is_about(double is, double want)
{
	assert_true(is > want - 1e-9 && is < want + 1e-9);
}

/* Largest difference first, whatever its sign; then the moves. */
static void test_order(void **state)
{
	struct shared_diff *d = diff(POINT "L\ta\t1\t9\t50\t50\t50\t3\n"
					   "L\tgone\t1\t9\t30\t30\t30\t3\n"
					   "L\tb\t1\t9\t10\t10\t10\t3\n"
					   "L\tc\t1\t9\t20\t20\t20\t3\n",
				     POINT "L\tb\t1\t9\t10\t10\t10\t3\n"
					   "L\ta\t1\t9\t55\t60\t15\t3\n"
					   "L\tc\t1\t9\t20\t20\t20\t3\n"
					   "L\tnew\t1\t9\t40\t40\t0\t3\n");
	static const char *const want[] = { "new", "gone", "a", "c", "b" };

	assert_int_equal(d->nr_pairs, 5);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		assert_string_equal(d->pairs[i].name, want[i]);
	assert_null(d->pairs[0].line[EX_BASE]);
	assert_null(d->pairs[1].line[EX_CONT]);
	is_about(d->pairs[0].falsely[EX_CONT], 0.4);
	is_about(d->pairs[1].diff, -0.3);
	is_about(d->pairs[2].falsely[EX_CONT], 0.4);
	is_about(d->moves[EX_BASE], 1.1);
	is_about(d->moves[EX_CONT], 1.25);
	done(d);
}

/* A field that moved in its object is known by who writes it. */
static void test_elsewhere(void **state)
{
	struct shared_diff *d =
		diff(POINT "L\tslab:x+0x48\t1\t9\t30\t30\t30\t3\n"
			   "A\tslab:x+0x48\tw\tlru_add\t-\t3\t10\n"
			   "L\tslab:x+0x98\t1\t9\t20\t20\t20\t3\n"
			   "A\tslab:x+0x98\tw\tunlock\t-\t3\t10\n"
			   "L\tslab:y+0x10\t1\t9\t5\t5\t5\t3\n"
			   "A\tslab:y+0x10\tw\tlru_add\t-\t3\t10\n",
		     POINT "L\tslab:x+0x70\t1\t9\t20\t20\t20\t3\n"
			   "A\tslab:x+0x70\tw\tunlock\t-\t3\t10\n"
			   "L\tslab:x+0x20\t1\t9\t60\t60\t30\t3\n"
			   "A\tslab:x+0x20\tr\treader\t-\t3\t99\n"
			   "A\tslab:x+0x20\tw\tlru_add\t-\t3\t10\n"
			   "A\tslab:x+0x20\tw\tother\t-\t3\t2\n");

	assert_int_equal(d->nr_pairs, 3);
	assert_string_equal(d->pairs[0].name, "slab:x+0x20");
	assert_string_equal(d->pairs[0].was, "slab:x+0x48");
	is_about(d->pairs[0].diff, 0.3);
	/* Another object is another object. */
	assert_string_equal(d->pairs[1].name, "slab:y+0x10");
	assert_null(d->pairs[1].line[EX_CONT]);
	assert_string_equal(d->pairs[2].was, "slab:x+0x98");
	is_about(d->pairs[2].diff, 0);
	assert_string_equal(
		shared_main_use(d->pairs[0].line[EX_CONT], true)->function,
		"lru_add");
	done(d);
}

/* A name that both have is not taken for one that moved. */
static void test_same_name_first(void **state)
{
	struct shared_diff *d = diff(POINT "L\ts+0x40\t1\t9\t30\t30\t30\t3\n"
					   "A\ts+0x40\tw\tf\t-\t3\t10\n"
					   "L\ts+0x80\t1\t9\t10\t10\t10\t3\n"
					   "A\ts+0x80\tw\tf\t-\t3\t10\n",
				     POINT "L\ts+0xc0\t1\t9\t10\t10\t10\t3\n"
					   "A\ts+0xc0\tw\tf\t-\t3\t10\n"
					   "L\ts+0x40\t1\t9\t30\t30\t30\t3\n"
					   "A\ts+0x40\tw\tf\t-\t3\t10\n");

	assert_int_equal(d->nr_pairs, 2);
	assert_null(d->pairs[0].was);
	assert_string_equal(d->pairs[0].name, "s+0x40");
	assert_string_equal(d->pairs[1].was, "s+0x80");
	done(d);
}

static void test_no_figures(void **state)
{
	struct shared_diff *d =
		diff(POINT "L\ta\t1\t9\t50\t50\t50\t3\n", POINT "X\tfull\n");

	assert_null(d);
	done(d);
	d = diff(POINT, "P\ttwin/fault\t2\tgroup=same\t64\t8\nO\t100\n");
	assert_null(d);
	done(d);
	d = diff(POINT, "P\ttwin/fault\t1\tgroup=same\t64\t8\nO\t0\n");
	assert_null(d);
	done(d);
	/* Nothing shared is a figure. */
	d = diff(POINT, POINT);
	assert_non_null(d);
	assert_int_equal(d->nr_pairs, 0);
	done(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_same_name_first),
		cmocka_unit_test(test_no_figures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
