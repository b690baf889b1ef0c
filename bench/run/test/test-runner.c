/* SPDX-License-Identifier: GPL-2.0-only */
/* Params, selecting a plan's points, and which of them share a set-up. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "list.h"
#include "places.h"
#include "points.h"

static int no_run(struct bench_ctx *ctx, uint64_t nr)
{
	return 0;
}

BENCH_DEFINE(plain) = {
	.name = "plain",
	.summary = "no params",
	.version = 3,
	.kconfig = "CGROUPS",
	.run = no_run,
};

BENCH_DEFINE(swept) = {
	.name = "test/swept",
	.summary = "two params and a variant",
	.version = 1,
	.kconfig = "CGROUPS MEMCG",
	.samples = 7,
	.warmup = 2,
	.nr_ops = 9,
	.extra = true,
	.programs = "tool other",
	.first = "kind=x",
	.params = PARAMS(PARAM("size", "1,2"), PARAM("kind", "x"),
			 PARAM_VARIANT("op", "hit,miss")),
	.run = no_run,
};

BENCH_DEFINE(axes) = {
	.name = "test/axes",
	.summary = "params that may go without saying",
	.version = 1,
	.kconfig = "CGROUPS",
	.params = PARAMS(PARAM_AXIS_AT("threads", "1", "4,16", "kind=x"),
			 PARAM_MORE("kind", "x", "y"),
			 PARAM_VARIANT_AXIS("load", "none", "forks")),
	.run = no_run,
};

/* --- params --- */

static char text[CTX_TEXT_MAX];

static void expect_bad(const struct bench *b, const char *params,
		       const char *why)
{
	assert_int_equal(ctx_check_params(b, params, text, sizeof(text)),
			 -EINVAL);
	assert_string_equal(text, why);
}

static void test_check_params(void **state)
{
	assert_int_equal(ctx_check_params(&swept, "kind=x,op=hit,size=1", text,
					  sizeof(text)),
			 0);
	assert_int_equal(ctx_check_params(&plain, "", text, sizeof(text)), 0);
	expect_bad(&swept, "kind=x,op=hit", "param 'size' is missing");
	expect_bad(&swept, "", "param 'size' is missing");
	expect_bad(&swept, "kind=x,op=hit,sized=3,size=1",
		   "params are not a sorted k=v,k=v list");
	expect_bad(&swept, "kind=x,op=hit,size=1,sizes=3",
		   "unknown param 'sizes'");
	expect_bad(&swept, "kind=x,op=hit,size=1,size=2",
		   "params are not a sorted k=v,k=v list");
	expect_bad(&swept, "kind=x,op=hit,size",
		   "params are not a sorted k=v,k=v list");
	expect_bad(&plain, "a=1", "unknown param 'a'");
	assert_int_equal(ctx_check_params(&axes, "kind=x", text, sizeof(text)),
			 0);
	assert_int_equal(ctx_check_params(&axes, "kind=y,load=forks,threads=4",
					  text, sizeof(text)),
			 0);
	expect_bad(&axes, "load=forks", "param 'kind' is missing");
}

static void test_param(void **state)
{
	struct bench_ctx ctx = { .bench = &swept, .text = text };

	ctx_set_params(&ctx, "kind=a=b,op=hit,size=16");
	assert_string_equal(ctx_param(&ctx, "kind"), "a=b");
	assert_string_equal(ctx_param(&ctx, "op"), "hit");
	assert_string_equal(ctx_param(&ctx, "size"), "16");
	assert_string_equal(ctx_param(&ctx, "siz"), "");
	/* A second set replaces the first. */
	ctx_set_params(&ctx, "size=4");
	assert_string_equal(ctx_param(&ctx, "size"), "4");
	assert_string_equal(ctx_param(&ctx, "op"), "");
	ctx.bench = &axes;
	ctx_set_params(&ctx, "threads=4");
	assert_string_equal(ctx_param(&ctx, "threads"), "4");
	assert_string_equal(ctx_param(&ctx, "load"), "none");
	assert_string_equal(ctx_param(&ctx, "kind"), "");
}

static void test_param_u64(void **state)
{
	static const struct {
		const char *params;
		uint64_t want;
	} good[] = {
		{ "n=0", 0 },
		{ "n=4096", 4096 },
		{ "n=3K", 3072 },
		{ "n=2M", 2097152 },
		{ "n=18446744073709551615", UINT64_MAX },
	};
	static const char *const bad[] = {
		"n=",
		"n=-1",
		"n=+1",
		"n=x",
		"n=1G",
		"n=1KK",
		"n=K",
		"m=1",
		"n=18446744073709551616",
		"n=18014398509481984K",
		"n=0x10",
	};
	struct bench_ctx ctx = { .bench = &swept, .text = text };
	uint64_t v;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		v = 77;
		ctx_set_params(&ctx, good[i].params);
		assert_int_equal(ctx_param_u64(&ctx, "n", &v), 0);
		assert_int_equal(v, good[i].want);
		assert_false(ctx.bad_param);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		v = 77;
		ctx.bad_param = false;
		ctx_set_params(&ctx, bad[i]);
		assert_int_equal(ctx_param_u64(&ctx, "n", &v), -EINVAL);
		assert_int_equal(v, 77);
		assert_true(ctx.bad_param);
		assert_non_null(strstr(text, "param 'n' cannot be "));
	}
}

static void test_reasons(void **state)
{
	struct bench_ctx ctx = { .bench = &swept, .text = text };

	assert_int_equal(ctx_skip(&ctx, "no %s\nhere", "tea"), BENCH_SKIP);
	assert_string_equal(text, "no tea?here");
	assert_int_equal(ctx_fail(&ctx, -EIO, "%d", 5), -EIO);
	assert_string_equal(text, "5");
	assert_false(ctx.may_idle);
	ctx_may_idle(&ctx);
	assert_true(ctx.may_idle);
}

/* --- plans --- */

static char plan_path[64];
static FILE *plan;
static uint32_t plan_crc;
static unsigned plan_points;

static void put(const char *line, int n)
{
	assert_true(n > 0);
	plan_crc = rec_crc32(plan_crc, line, n);
	assert_int_equal(fwrite(line, 1, n, plan), n);
}

static void plan_begin(void)
{
	char line[REC_LINE_MAX];
	int fd;

	strcpy(plan_path, "/tmp/cgmark-test-plan-XXXXXX");
	fd = mkstemp(plan_path);
	assert_true(fd >= 0);
	plan = fdopen(fd, "w");
	assert_non_null(plan);
	plan_crc = 0;
	plan_points = 0;
	put(line, rec_format_head(line, sizeof(line), "cgmark-plan"));
}

static void plan_option(const char *key, const char *value)
{
	char line[REC_LINE_MAX];

	put(line, rec_format_option(line, sizeof(line), key, value));
}

static void plan_point(const char *binary, const char *bench, unsigned version,
		       const char *params)
{
	struct plan_point p = { .id.version = version,
				.samples = 5,
				.warmup = 1,
				.nr_ops = 2,
				.timeout_ms = 9 };
	char line[REC_LINE_MAX];

	strcpy(p.binary, binary);
	strcpy(p.id.bench, bench);
	strcpy(p.id.params, params);
	put(line, rec_format_point(line, sizeof(line), &p));
	plan_points++;
}

static int plan_read_range(const struct points_range *range, struct points *pts,
			   struct rec_error *err)
{
	char line[REC_LINE_MAX];
	int n = rec_format_end(line, sizeof(line), plan_points, plan_crc);
	int r;

	assert_int_equal(fwrite(line, 1, n, plan), n);
	assert_int_equal(fclose(plan), 0);
	r = points_read_plan(plan_path, "bench-me", range, pts, err);
	unlink(plan_path);
	return r;
}

static int plan_read(struct points *pts, struct rec_error *err)
{
	return plan_read_range(NULL, pts, err);
}

static void test_range(void **state)
{
	static const struct points_range range = { .first = 1, .nr = 2 };
	struct rec_error err;
	struct points pts;

	plan_begin();
	for (int i = 0; i < 4; i++)
		plan_point(i == 2 ? "bench-other" : "bench-me", "plain", 3 + i,
			   "");
	assert_int_equal(plan_read_range(&range, &pts, &err), 0);
	assert_int_equal(pts.nr, 1);
	assert_int_equal(pts.list[0].plan.id.version, 4);
	points_release(&pts);
}

static void test_selection(void **state)
{
	struct rec_error err;
	struct points pts;

	plan_begin();
	plan_option("clock", "insns");
	plan_option("phase_ns", "137000");
	plan_option("unknown", "3");
	plan_point("bench-me", "plain", 3, "");
	plan_point("bench-other", "plain", 3, "");
	plan_point("bench-me", "test/swept", 1, "kind=x,op=hit,size=2");
	plan_point("bench-me2", "plain", 3, "");
	plan_point("bench-me", "plain", 3, "");
	assert_int_equal(plan_read(&pts, &err), 0);

	assert_string_equal(pts.clock, "insns");
	assert_int_equal(pts.phase_ns, 137000);
	assert_int_equal(pts.nr, 3);
	assert_ptr_equal(pts.list[0].bench, &plain);
	assert_ptr_equal(pts.list[1].bench, &swept);
	assert_ptr_equal(pts.list[2].bench, &plain);
	assert_string_equal(pts.list[1].plan.id.params, "kind=x,op=hit,size=2");
	assert_int_equal(pts.list[1].plan.samples, 5);
	assert_int_equal(pts.list[1].plan.nr_ops, 2);
	points_release(&pts);
}

static void test_defaults(void **state)
{
	struct rec_error err;
	struct points pts;

	plan_begin();
	assert_int_equal(plan_read(&pts, &err), 0);
	assert_int_equal(pts.nr, 0);
	assert_string_equal(pts.clock, "ns");
	assert_int_equal(pts.phase_ns, 0);
	assert_false(pts.setup_only);
	points_release(&pts);

	plan_begin();
	plan_option("setup_only", "1");
	assert_int_equal(plan_read(&pts, &err), 0);
	assert_true(pts.setup_only);
	points_release(&pts);
}

/* Each keeps its place and its reason: none is dropped silently. */
static void test_points_that_cannot_run(void **state)
{
	struct rec_error err;
	struct points pts;

	plan_begin();
	plan_point("bench-me", "plane", 3, "");
	plan_point("bench-me", "plain", 2, "");
	plan_point("bench-me", "plain", 3, "x=1");
	plan_point("bench-me", "plain", 3, "");
	assert_int_equal(plan_read(&pts, &err), 0);
	assert_int_equal(pts.nr, 4);
	assert_null(pts.list[0].bench);
	assert_string_equal(pts.list[0].error,
			    "no benchmark of this name here");
	assert_null(pts.list[1].bench);
	assert_string_equal(pts.list[1].error,
			    "the plan wants version 2, this is 3");
	assert_null(pts.list[2].bench);
	assert_string_equal(pts.list[2].error, "unknown param 'x'");
	assert_ptr_equal(pts.list[3].bench, &plain);
	assert_string_equal(pts.list[3].error, "");
	points_release(&pts);
}

static void test_malformed_plans(void **state)
{
	struct rec_error err;
	struct points pts;

	plan_begin();
	plan_option("phase_ns", "-5");
	assert_int_equal(plan_read(&pts, &err), -EINVAL);
	assert_string_equal(err.text, "option phase_ns cannot be '-5'");

	plan_begin();
	plan_option("setup_only", "yes");
	assert_int_equal(plan_read(&pts, &err), -EINVAL);

	plan_begin();
	plan_point("bench-me", "plain", 3, "");
	plan_points++;
	assert_int_equal(plan_read(&pts, &err), -ENODATA);
	assert_true(*err.text);

	plan_begin();
	plan_crc = 1;
	assert_int_equal(plan_read(&pts, &err), -EBADMSG);
	assert_true(*err.text);

	assert_int_equal(points_read_plan("/nonexistent/plan", "bench-me", NULL,
					  &pts, &err),
			 -ENOENT);
	assert_int_equal(
		points_read_plan("/dev/null", "bench-me", NULL, &pts, &err),
		-ENODATA);
}

static void test_grouping(void **state)
{
	static const char *const params[] = {
		"kind=x,op=hit,size=1", /* 0 with 1 */
		"kind=x,op=miss,size=1",
		"kind=x,op=hit,size=2", /* 2 with 3 and 4 */
		"kind=x,op=miss,size=2",
		"kind=x,op=hit,size=2",
		"kind=y,op=hit,size=2", /* 5 alone */
	};
	struct rec_error err;
	struct points pts;

	plan_begin();
	for (size_t i = 0; i < 6; i++)
		plan_point("bench-me", "test/swept", 1, params[i]);
	plan_point("bench-me", "plain", 3, ""); /* 6 with 7 */
	plan_point("bench-me", "plain", 3, "");
	plan_point("bench-me", "plain", 9, ""); /* 8 cannot run */
	plan_point("bench-me", "plain", 9, "");
	plan_point("bench-me", "test/swept", 1, params[0]);
	assert_int_equal(plan_read(&pts, &err), 0);

	assert_int_equal(points_group_end(&pts, 0), 2);
	assert_int_equal(points_group_end(&pts, 1), 2);
	assert_int_equal(points_group_end(&pts, 2), 5);
	assert_int_equal(points_group_end(&pts, 5), 6);
	assert_int_equal(points_group_end(&pts, 6), 8);
	assert_int_equal(points_group_end(&pts, 8), 9);
	assert_int_equal(points_group_end(&pts, 9), 10);
	assert_int_equal(points_group_end(&pts, 10), 11);
	points_release(&pts);

	plan_begin();
	plan_point("bench-me", "test/axes", 1, "kind=x"); /* 0 with 1 and 2 */
	plan_point("bench-me", "test/axes", 1, "kind=x,load=forks");
	plan_point("bench-me", "test/axes", 1, "kind=x,threads=1");
	plan_point("bench-me", "test/axes", 1, "kind=x,threads=4");
	assert_int_equal(plan_read(&pts, &err), 0);
	assert_int_equal(points_group_end(&pts, 0), 3);
	assert_int_equal(points_group_end(&pts, 3), 4);
	points_release(&pts);
}

static void test_single(void **state)
{
	struct points pts;

	assert_int_equal(
		points_single("test/swept", "size=1,op=hit,kind=x", &pts), 0);
	assert_int_equal(pts.nr, 1);
	assert_ptr_equal(pts.list[0].bench, &swept);
	assert_string_equal(pts.list[0].plan.id.params, "kind=x,op=hit,size=1");
	assert_int_equal(pts.list[0].plan.samples, 7);
	assert_int_equal(pts.list[0].plan.warmup, 2);
	assert_int_equal(pts.list[0].plan.nr_ops, 0);
	points_release(&pts);
	assert_int_equal(points_single("plain", "a", &pts), -EINVAL);
}

/* --- list --- */

static void test_list(void **state)
{
	char *buf = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&buf, &size);

	assert_non_null(out);
	assert_int_equal(list_print(out), 0);
	fclose(out);
	assert_non_null(
		strstr(buf, "B\tplain\t3\tCGROUPS\t31\t4\t1\tno params\n"));
	assert_non_null(strstr(buf, "B\ttest/swept\t1\tCGROUPS "
				    "MEMCG\t7\t2\t9\ttwo params and a variant\n"
				    "X\ttest/swept\n"
				    "T\ttest/swept\ttool\n"
				    "T\ttest/swept\tother\n"
				    "F\ttest/swept\tkind=x\n"
				    "A\ttest/swept\tsize\t1,2\t0\n"
				    "A\ttest/swept\tkind\tx\t0\n"
				    "A\ttest/swept\top\thit,miss\t1\n"));
	assert_non_null(strstr(buf, "A\ttest/axes\tthreads\t1\t0\n"
				    "A\ttest/axes\tkind\tx\t0\n"
				    "A\ttest/axes\tload\tnone\t1\n"
				    "M\ttest/axes\tthreads\t1\t4,16\tkind=x\n"
				    "M\ttest/axes\tkind\t0\ty\t\n"
				    "M\ttest/axes\tload\t1\tforks\t\n"));
	free(buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check_params),
		cmocka_unit_test(test_param),
		cmocka_unit_test(test_param_u64),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_selection),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_points_that_cannot_run),
		cmocka_unit_test(test_malformed_plans),
		cmocka_unit_test(test_grouping),
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
