/* SPDX-License-Identifier: GPL-2.0-only */
/* Records of calls, and what is made of them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "latency.h"

static unsigned runs;

static int count_run(struct bench_ctx *ctx, uint64_t nr)
{
	runs++;
	getppid();
	return 0;
}

BENCH_DEFINE(counting) = {
	.name = "counting",
	.summary = "the linker wants one",
	.version = 1,
	.kconfig = "CGROUPS",
	.run = count_run,
};

static void test_nested(void **state)
{
	struct latency_calls c = { 0 };
	struct latency l = { 0 };

	latency_end(&c, 1, 5); /* began earlier */
	assert_int_equal(latency_begin(&c, 1, 10), 0);
	latency_begin(&c, 2, 11);
	latency_begin(&c, 1, 20); /* by itself, inside */
	latency_end(&c, 1, 25);
	latency_end(&c, 2, 111);
	latency_end(&c, 1, 40);
	latency_begin(&c, 3, 50); /* cut off */
	latency_forget_open(&c);
	latency_end(&c, 3, 60);
	assert_int_equal(c.nr, 3);
	latency_sum(&c, &l);
	assert_int_equal(l.calls, 3);
	assert_int_equal(l.min_ns, 5);
	assert_int_equal(l.median_ns, 30);
	assert_int_equal(l.max_ns, 100);
	latency_calls_release(&c);
}

static void test_quantiles(void **state)
{
	struct latency_calls c = { 0 };
	struct latency l = { 0 };

	for (unsigned i = 1000; i >= 1; i--) {
		latency_begin(&c, i, 7);
		latency_end(&c, i, 7 + i);
	}
	latency_sum(&c, &l);
	assert_int_equal(l.calls, 1000);
	assert_int_equal(l.min_ns, 1);
	assert_int_equal(l.median_ns, 500);
	assert_int_equal(l.p99_ns, 990);
	assert_int_equal(l.max_ns, 1000);
	latency_calls_release(&c);
}

static void test_no_call(void **state)
{
	struct latency_calls c = { 0 };
	struct latency l = { 0 };

	latency_sum(&c, &l);
	assert_int_equal(l.calls, 0);
}

/* --- a ring --- */

#define RING 128
#define BEGIN 77
#define END 78

static char ring[RING];
static uint64_t head;

static void put(const void *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		ring[head++ % RING] = ((const char *)data)[i];
}

static void put_probe(uint64_t id, uint32_t tid, uint64_t ns)
{
	const struct {
		struct perf_event_header header;
		uint64_t id;
		uint32_t pid, tid;
		uint64_t ns;
	} r = { { PERF_RECORD_SAMPLE, 0, sizeof(r) }, id, 1, tid, ns };

	put(&r, sizeof(r));
}

static void put_lost(uint64_t nr)
{
	const struct {
		struct perf_event_header header;
		uint64_t id, lost;
	} r = { { PERF_RECORD_LOST, 0, sizeof(r) }, BEGIN, nr };

	put(&r, sizeof(r));
}

static void test_ring(void **state)
{
	struct latency_calls c = { 0 };
	uint64_t tail = head = RING - 8; /* the first record is in two parts */

	put_probe(BEGIN, 9, 1000);
	put_probe(END, 9, 1042);
	put_lost(3);
	assert_int_equal(latency_take_ring(&c, ring, RING, tail, head, BEGIN),
			 0);
	assert_int_equal(c.nr, 1);
	assert_int_equal(c.times_ns[0], 42);
	assert_int_equal(c.lost, 3);
	/* Nothing new in it. */
	assert_int_equal(latency_take_ring(&c, ring, RING, head, head, BEGIN),
			 0);
	assert_int_equal(c.nr, 1);
	/* A record longer than what is there. */
	assert_int_equal(
		latency_take_ring(&c, ring, RING, tail, head - 1, BEGIN),
		-EBADMSG);
	latency_calls_release(&c);
}

/* On the kernel that runs the test: times, or why there are none. */
static void test_here(void **state)
{
	const struct measure m = {
		.bench = &counting, .samples = 5, .warmup = 2, .nr_ops = 1
	};
	struct latency l;

	runs = 0;
	assert_int_equal(latency_run(&m, "__x64_sys_getppid", 0, &l), 0);
	if (*l.why) {
		assert_int_equal(runs, 0);
		assert_int_equal(l.calls, 0);
		assert_non_null(strchr(l.why, ':'));
		return;
	}
	assert_int_equal(runs, 7);
	assert_true(l.calls >= 5);
	assert_true(l.min_ns <= l.median_ns && l.median_ns <= l.p99_ns &&
		    l.p99_ns <= l.max_ns);
	assert_int_equal(latency_run(&m, "cgmark_no_such_function", 0, &l), 0);
	assert_non_null(strstr(l.why, "no such function"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_quantiles),
		cmocka_unit_test(test_no_call),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_here),
	};

	return cmocka_run_group_tests_name("latency", tests, NULL, NULL);
}
