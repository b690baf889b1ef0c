/* SPDX-License-Identifier: GPL-2.0-only */
/* Caches and predictor against traces that were worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model.h"

/* Two sets of two ways, lines of 16 bytes: bit 4 of an address is its set. */
static const struct cache_shape tiny = { 64, 2, 16 };

/* '+': a hit is wanted, '-': a miss. */
static void check_trace(struct cache *c, const uint64_t *addr, const char *want)
{
	for (size_t i = 0; want[i]; i++)
		assert_int_equal(cache_use(c, addr[i]) ? '+' : '-', want[i]);
}

static void test_lines(void **state)
{
	/* All in one line, the next line, and the first once more. */
	static const uint64_t addr[] = { 0x00, 0x0f, 0x08, 0x10, 0x1f, 0x00 };
	struct cache c;

	assert_true(cache_init(&c, &tiny));
	check_trace(&c, addr, "-++-++");
	cache_release(&c);
}

static void test_replacement(void **state)
{
	/*
	 * Lines 0, 2, 4 share set 0, which has room for two.
	 *	0 -> {0}; 2 -> {2,0}; 0 hits -> {0,2}; 4 throws 2 out -> {4,0};
	 *	0 hits -> {0,4}; 2 throws 4 out -> {2,0}; 4 misses.
	 * Line 1 of set 1 is not touched by that.
	 */
	static const uint64_t addr[] = { 0x10, 0x00, 0x20, 0x00, 0x40,
					 0x00, 0x20, 0x40, 0x10 };
	struct cache c;

	assert_true(cache_init(&c, &tiny));
	check_trace(&c, addr, "---+-+--+");
	cache_empty(&c);
	check_trace(&c, addr, "---+-+--+");
	cache_release(&c);
}

static void test_direct_mapped(void **state)
{
	static const struct cache_shape direct = { 64, 1, 16 };
	/* Four sets: 0x00 and 0x40 throw each other out. */
	static const uint64_t addr[] = { 0x00, 0x40, 0x00, 0x10, 0x30, 0x10 };
	struct cache c;

	assert_true(cache_init(&c, &direct));
	check_trace(&c, addr, "-----+");
	cache_release(&c);
}

static void test_high_addresses(void **state)
{
	static const uint64_t addr[] = { 0xffffffff81000000, 0x81000000,
					 0xffffffff81000008, UINT64_MAX,
					 UINT64_MAX - 15 };
	struct cache c;

	assert_true(cache_init(&c, &tiny));
	check_trace(&c, addr, "--+-+");
	cache_release(&c);
}

static void test_shapes(void **state)
{
	struct cache_shape s = { 0, 0, 0 };

	assert_true(cache_parse_shape("32768:8:64", &s));
	assert_int_equal(s.bytes, 32768);
	assert_int_equal(s.ways, 8);
	assert_int_equal(s.line, 64);
	/* Sets or lines that are no power of two, remainders, rubbish. */
	assert_false(cache_parse_shape("49152:8:64", &s));
	assert_false(cache_parse_shape("32768:8:48", &s));
	assert_false(cache_parse_shape("32768:7:64", &s));
	assert_false(cache_parse_shape("0:1:64", &s));
	assert_false(cache_parse_shape("64:0:64", &s));
	assert_false(cache_parse_shape("64:1:4", &s));
	assert_false(cache_parse_shape("32768:8", &s));
	assert_false(cache_parse_shape("32768:8:64x", &s));
	assert_false(cache_parse_shape("", &s));
	assert_int_equal(s.ways, 8);
	/* 48 KiB in 12 ways are 64 sets. */
	assert_true(cache_parse_shape("49152:12:64", &s));
}

static void test_levels(void **state)
{
	static const struct cache_shape ll = { 128, 2, 16 };
	struct model_miss miss;
	struct model m;

	assert_true(model_init(&m, &tiny, &tiny, &ll));
	miss = model_data(&m, 0x00, 8);
	assert_int_equal(miss.l1, 1);
	assert_int_equal(miss.ll, 1);
	/* Code misses its own first level but finds the line in the last. */
	miss = model_fetch(&m, 0x00);
	assert_int_equal(miss.l1, 1);
	assert_int_equal(miss.ll, 0);
	miss = model_fetch(&m, 0x00);
	assert_int_equal(miss.l1, 0);
	/* Two lines, both new, are one miss; then one of them is, then none. */
	miss = model_data(&m, 0x2c, 8);
	assert_int_equal(miss.l1, 1);
	assert_int_equal(miss.ll, 1);
	miss = model_data(&m, 0x3c, 8);
	assert_int_equal(miss.l1, 1);
	miss = model_data(&m, 0x3c, 8);
	assert_int_equal(miss.l1, 0);
	assert_int_equal(miss.ll, 0);
	model_reset(&m);
	miss = model_fetch(&m, 0x00);
	assert_int_equal(miss.ll, 1);
	model_release(&m);
}

/* 'T' or 'N': which way; wanted '+': predicted. */
static void check_branches(struct predictor *p, uint64_t pc, const char *ways,
			   const char *want)
{
	for (size_t i = 0; ways[i]; i++)
		assert_int_equal(predictor_branch(p, pc, ways[i] == 'T') ? '+'
									 : '-',
				 want[i]);
}

static void test_never_taken(void **state)
{
	struct predictor p;

	predictor_reset(&p);
	check_branches(&p, 0x1234, "NNNN", "++++");
	/* History is all zeros, so one counter served: 1, 0, 0, 0. */
	assert_int_equal(p.counter[0x1234], 0);
	assert_int_equal(p.history, 0);
}

static void test_always_taken(void **state)
{
	struct predictor p;

	/*
	 * The history is new each time until it is 14 ones, so that the first
	 * 14 use counters of their own, each weakly "not taken": missed.  The
	 * 15th is the first with 14 ones (missed), the 16th finds its counter
	 * at 2.
	 */
	predictor_reset(&p);
	check_branches(&p, 0, "TTTTTTTTTTTTTTTTTT", "---------------+++");
	assert_int_equal(p.history, 0x3fff);
	assert_int_equal(p.counter[0x3fff], 3);
}

static void test_counters(void **state)
{
	struct predictor p;

	/* One counter alone, by a history that is put back each time. */
	predictor_reset(&p);
	for (size_t i = 0; i < 8; i++) {
		/* 1 -N-> 0 -T-> 1 -T-> 2 -T-> 3 -N-> 2 -N-> 1 -N-> 0 -T-> 1 */
		static const char ways[] = "NTTTNNNT", want[] = "+--+--+-";

		p.history = 0;
		assert_int_equal(predictor_branch(&p, 7, ways[i] == 'T') ? '+'
									 : '-',
				 want[i]);
	}
	assert_int_equal(p.counter[7], 1);
	/* Address and history are mixed: 7 ^ 2 is not 7. */
	assert_int_equal(p.counter[5], 1);
}

static void test_alternating(void **state)
{
	struct predictor p;
	unsigned missed = 0;

	/* Learnt from the history, which a counter by address could not. */
	predictor_reset(&p);
	for (unsigned i = 0; i < 1000; i++)
		missed += !predictor_branch(&p, 0x40, i & 1);
	/*
	 * "Not taken" is always right.  "Taken" is wrong as long as its
	 * histories are new (the 14 outcomes before it fill up by the 7th)
	 * and once more for the first that stays.
	 */
	assert_int_equal(missed, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_replacement),
		cmocka_unit_test(test_direct_mapped),
		cmocka_unit_test(test_high_addresses),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_never_taken),
		cmocka_unit_test(test_always_taken),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_alternating),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
