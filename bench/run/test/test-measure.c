/* SPDX-License-Identifier: GPL-2.0-only */
/* Calibration and the sampling loop, on a clock that the test drives. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "measure.h"

static uint64_t fake_now; /* ns */
static uint64_t op_ns;	  /* time an operation takes */
static uint64_t ops_done;
static unsigned runs, betweens;
static unsigned fail_at; /* number of the run that fails; 0: none */
static bool between_first;

static uint64_t fake_read(void)
{
	return fake_now;
}

static int fake_run(struct bench_ctx *ctx, uint64_t nr)
{
	runs++;
	ops_done += nr;
	fake_now += nr * op_ns;
	between_first &= betweens == runs;
	return runs == fail_at ? -EIO : 0;
}

/* Far longer than an operation: it must not show in any figure. */
static int fake_between(struct bench_ctx *ctx)
{
	betweens++;
	fake_now += 1000000000;
	return 0;
}

static const struct bench fake_bench = {
	.name = "fake",
	.summary = "fake",
	.version = 1,
	.kconfig = "CGROUPS",
	.nr_ops = 3,
	.run = fake_run,
	.between = fake_between,
};

BENCH_DEFINE(registered) = {
	.name = "registered",
	.summary = "the linker wants one",
	.version = 1,
	.kconfig = "CGROUPS",
	.run = fake_run,
};

static const struct measure_clock fake_clock = {
	.name = "fake",
	.metric = "fake_ns",
	.idle_metric = "fake_ns",
	.read = fake_read,
};

static const struct measure_clock exact_clock = {
	.name = "exact",
	.metric = "ticks",
	.idle_metric = "ticks",
	.exact = true,
	.read = fake_read,
};

static uint64_t values[16];

static struct measure start(const struct measure_clock *clock, uint64_t ns)
{
	struct measure m = {
		.bench = &fake_bench,
		.clock = clock,
		.samples = 5,
		.warmup = 2,
		.values = values,
	};

	fake_now = 12345;
	op_ns = ns;
	ops_done = 0;
	runs = 0;
	betweens = 0;
	fail_at = 0;
	between_first = true;
	memset(values, 0xff, sizeof(values));
	return m;
}

static void test_calibrate_doubles(void **state)
{
	struct measure m = start(&fake_clock, 1000);

	assert_int_equal(measure_calibrate(&m), 0);
	/* 3 * 2^9 us is the first to last 1 ms. */
	assert_int_equal(m.nr_ops, 3 * 512);
	assert_int_equal(ops_done, 3 * 1023);
}

static void test_calibrate_slow_operation(void **state)
{
	struct measure m = start(&fake_clock, 5000000);

	assert_int_equal(measure_calibrate(&m), 0);
	assert_int_equal(m.nr_ops, 3);
	assert_int_equal(runs, 1);
}

static void test_calibrate_ends(void **state)
{
	struct measure m = start(&fake_clock, 0);

	assert_int_equal(measure_calibrate(&m), 0);
	assert_true(m.nr_ops >= MEASURE_MAX_OPS);
	assert_true(m.nr_ops < 2 * MEASURE_MAX_OPS);
}

static void test_calibrate_exact(void **state)
{
	struct measure m = start(&exact_clock, 1);

	assert_int_equal(measure_calibrate(&m), 0);
	assert_int_equal(m.nr_ops, 3);
	assert_int_equal(runs, 0);
}

static void test_calibrate_failure(void **state)
{
	struct measure m = start(&fake_clock, 1);

	fail_at = 2;
	assert_int_equal(measure_calibrate(&m), -EIO);
	assert_int_equal(runs, 2);
}

static void test_sample(void **state)
{
	struct measure m = start(&fake_clock, 7);

	m.nr_ops = 10;
	assert_int_equal(measure_warm_up(&m), 0);
	assert_int_equal(runs, 2);
	assert_int_equal(values[0], UINT64_MAX);
	assert_int_equal(measure_sample(&m), 0);
	assert_int_equal(runs, 7);
	assert_int_equal(betweens, 7);
	assert_true(between_first);
	for (int i = 0; i < 5; i++)
		assert_int_equal(values[i], 70);
	assert_int_equal(values[5], UINT64_MAX);
}

static void test_sample_failure(void **state)
{
	struct measure m = start(&fake_clock, 7);

	m.nr_ops = 1;
	fail_at = 3;
	assert_int_equal(measure_sample(&m), -EIO);
	assert_int_equal(runs, 3);
}

static void test_clocks(void **state)
{
	const struct measure_clock *ns = measure_clock_find("ns");
	uint64_t a, b;

	assert_non_null(ns);
	assert_false(ns->exact);
	assert_string_equal(ns->metric, "elapsed_ns");
	a = ns->read();
	b = ns->read();
	assert_true(b >= a);
	assert_null(measure_clock_find("sundial"));
#ifdef __x86_64__
	assert_true(measure_clock_find("insns")->exact);
	assert_string_equal(measure_clock_find("insns")->metric, "insns");
	assert_string_equal(measure_clock_find("insns")->idle_metric,
			    "guest_ns");
#endif
}

static void test_settle(void **state)
{
	const struct measure_clock *ns = measure_clock_find("ns");
	uint64_t before = ns->read(), after;

	measure_settle(7000000);
	after = ns->read();
	assert_true(after - before >= 250000000);
	/* Not before the requested phase; how long after is up to the host. */
	assert_true(after - before < 3600000000000ULL);
}

static void test_busy(void **state)
{
	static const char *const bad[] = {
		"",
		"version 15\n",
		"cpu0 0 0 0\n",
		"xcpu0 0 0 1 1 1 1 5 0 1\n",
	};
	uint64_t ns = 1;

	assert_int_equal(measure_sum_busy("version 15\ntimestamp 4294937\n"
					  "cpu0 7 0 5 1 6 6 1234567890123 9 3\n"
					  "domain0 3 0 0 0\n"
					  "cpu1 0 0 2 1 0 0 1000 8 2\n",
					  &ns),
			 0);
	assert_int_equal(ns, 1234567891123);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(measure_sum_busy(bad[i], &ns), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calibrate_doubles),
		cmocka_unit_test(test_calibrate_slow_operation),
		cmocka_unit_test(test_calibrate_ends),
		cmocka_unit_test(test_calibrate_exact),
		cmocka_unit_test(test_calibrate_failure),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_sample_failure),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_settle),
		cmocka_unit_test(test_busy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
