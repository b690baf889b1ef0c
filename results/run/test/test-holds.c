/* SPDX-License-Identifier: GPL-2.0-only */
#include "alloc.h"
#include "fixture.h"
#include "holds.h"
#include "strbuf.h"

#define POINT "P\ta\t1\t-\t1\t1\n"

static const char good[] =
	"P\tattach/self\t3\tcontrollers=none,pace=burst\t64\t8\n"
	"H\tirqs_off\t2048\t300000\t731\t0\tentry_SYSCALL_64\n"
	"H\tcss_set_lock\t1536\t90000\t210\t0\tcgroup_migrate_execute\n"
	"H\tcgroup_mutex\t512\t800000\t1702\t3\tcgroup_kn_lock_live\n"
	"H\ttasklist_lock:read\t0\t0\t0\t0\t-\n"
	"N\trstat_base_lock\tthe kernel has no such lock\n"
	"P\tnull\t2\t-\t4\t8\n"
	"X\tthe guest's memory was not found\n";

static int parse(const char *lines, struct holds *ret, struct rec_error *err)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	fixture_record(&sb, HOLDS_KIND, lines, fixture_count_lines(lines));
	return holds_parse(sb.buf, sb.len, ret, err);
}

static void test_good(void **state)
{
	_cleanup_(holds_release) struct holds h = { NULL };
	struct plan_point want = { .id.bench = "attach/self",
				   .id.version = 3,
				   .id.params = "controllers=none,pace=burst" };
	const struct held *l;
	struct rec_error err;

	assert_int_equal(parse(good, &h, &err), 0);
	assert_ptr_equal(holds_find(&h, &want), &h.points[0]);
	assert_int_equal(h.points[0].nr, 5);
	assert_int_equal(h.points[0].nr_ops, 512);
	l = holds_find_lock(&h, &want, "cgroup_mutex");
	assert_non_null(l);
	assert_int_equal(l->holds, 512);
	assert_int_equal(l->total, 800000);
	assert_int_equal(l->most, 1702);
	assert_int_equal(l->idled, 3);
	assert_string_equal(l->function, "cgroup_kn_lock_live");
	assert_null(l->why);
	assert_null(holds_find_lock(&h, &want, "tasklist_lock:read")->function);
	l = holds_find_lock(&h, &want, "rstat_base_lock");
	assert_string_equal(l->why, "the kernel has no such lock");
	assert_null(holds_find_lock(&h, &want, "big_kernel_lock"));
	assert_string_equal(h.points[1].error,
			    "the guest's memory was not found");
	want.id.version = 2;
	assert_null(holds_find(&h, &want));
	assert_null(holds_find_lock(&h, &want, "css_set_lock"));
}

static void test_bad(void **state)
{
	static const char *const bad[] = {
		"H\tcss_set_lock\t1\t5\t5\t0\tf\n", /* of no point */
		"N\tcss_set_lock\tit is not there\n",
		"X\toh\n",
		"P\ta\t1\t-\t1\n",
		"P\ta\tone\t-\t1\t1\n",
		"P\t\t1\t-\t1\t1\n",
		"P\ta\t1\t-\t4294967296\t1\n",
		"P\ta\t1\t-\t1\t-1\n",
		POINT "H\tcss_set_lock\t1\t5\t5\t0\n",
		POINT "H\tcss_set_lock\t1\t5\t5\t0\tf\tg\n",
		POINT "H\tcss_set_lock\t-1\t5\t5\t0\tf\n",
		POINT "H\tcss_set_lock\t1\t5\t0x5\t0\tf\n",
		POINT "H\tcss_set_lock\t1\t\t5\t0\tf\n",
		/* beyond what any boot reaches, and what 64 bits hold */
		POINT "H\tcss_set_lock\t1\t281474976710657\t5\t0\tf\n",
		POINT "H\tcss_set_lock\t1\t99999999999999999999\t5\t0\tf\n",
		/* the longest is longer than all; all are less than the mean */
		POINT "H\tcss_set_lock\t2\t5\t6\t0\tf\n",
		POINT "H\tcss_set_lock\t2\t50\t6\t0\tf\n",
		POINT "H\tcss_set_lock\t0\t5\t5\t0\tf\n",
		POINT "H\tcss_set_lock\t1\t5\t5\t2\tf\n",
		POINT "H\tcss_set_lock\t1\t5\t5\t0\t\033[2J\n",
		POINT "H\tcss_set_lock\t1\t5\t5\t0\t\n",
		POINT "H\t\t1\t5\t5\t0\tf\n",
		POINT "H\ta lock\t1\t5\t5\t0\tf\n",
		POINT
		"H\ta_lock_with_a_name_that_is_longer_than_any_metric_may_"
		"be\t1\t5\t5\t0\tf\n",
		POINT "H\ta\t1\t5\t5\t0\tf\nH\ta\t1\t5\t5\t0\tf\n",
		POINT "H\ta\t1\t5\t5\t0\tf\nN\ta\tnot there\n",
		POINT "H\ta\t1\t5\t5\t0\tf\nX\toh\n",
		POINT "X\toh\nX\toh\n",
		POINT "X\toh\nH\ta\t1\t5\t5\t0\tf\n",
		POINT "N\ta\n",
		POINT "N\ta\t\n",
		POINT "Q\t1\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_(holds_release) struct holds h = { NULL };
		struct rec_error err;

		assert_int_equal(parse(bad[i], &h, &err), -EBADMSG);
		assert_true(err.line > 0);
	}
}

static void test_truncated(void **state)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct rec_error err;

	fixture_record(&sb, HOLDS_KIND, good, fixture_count_lines(good));
	for (size_t len = 0; len < sb.len; len += 7) {
		_cleanup_(holds_release) struct holds h = { NULL };

		assert_true(holds_parse(sb.buf, len, &h, &err) < 0);
	}
}

static void test_metrics(void **state)
{
	assert_string_equal(holds_metric_lock("hold_max:css_set_lock"),
			    "css_set_lock");
	assert_string_equal(holds_metric_lock("hold_mean:tasklist_lock:read"),
			    "tasklist_lock:read");
	assert_string_equal(holds_metric_lock("irqs_off_max"), "irqs_off");
	assert_null(holds_metric_lock("insns"));
	assert_null(holds_metric_lock("irqs_off_maximum"));
	assert_null(holds_metric_lock("cgroup:cgroup_attach_task"));
	assert_null(holds_metric_lock(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_metrics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
