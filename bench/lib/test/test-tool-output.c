/* SPDX-License-Identifier: GPL-2.0-only */
/* Real output of stress-ng and hyperfine. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"
#include "tool-output.h"

static const char *const fork_words[] = { "stress-ng",	"--fork", "1",
					  "--fork-ops", "{ops}",  NULL };
static const char *const clone_words[] = { "stress-ng", "--clone", "1", NULL };
static const char *const time_words[] = { "hyperfine", "true", NULL };

static const char stress_ng[] =
	"stress-ng: info:  [191] dispatching hogs: 1 fork\n"
	"stress-ng: metrc: [191] stressor       bogo ops real time  usr time\n"
	"stress-ng: metrc: [191]                           (secs)    (secs)\n"
	"stress-ng: metrc: [191] fork                 50      0.05      0.03\n"
	"stress-ng: metrc: [191] miscellaneous metrics:\n"
	"stress-ng: metrc: [191] fork                9.5 microsecs per fork\n"
	"stress-ng: info:  [191] successful run completed in 0.05s\n";

static const char hyperfine[] = "{\n  \"results\": [\n    {\n"
				"      \"times\": [\n        0.1,\n"
				"        0.2,\n        0.3\n      ],\n"
				"      \"exit_codes\": [\n        0,\n"
				"        1,\n        null,\n        0\n"
				"      ]\n    }\n  ]\n}\n";

static void stress_ng_counts_operations(void **state)
{
	uint64_t n = 0;

	assert_int_equal(tool_ops(fork_words, stress_ng, &n), 0);
	assert_int_equal(n, 50);
	/* The stressor's own line, not just any line with a number. */
	assert_int_equal(tool_ops(clone_words, stress_ng, &n), -EBADMSG);
	assert_int_equal(tool_ops(fork_words, "", &n), -EBADMSG);
	assert_int_equal(tool_ops(fork_words, "stress-ng: [1] fork\n", &n),
			 -EBADMSG);
}

static void hyperfine_counts_good_runs(void **state)
{
	uint64_t n = 0;

	assert_int_equal(tool_ops(time_words, hyperfine, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(tool_ops(time_words, "\"exit_codes\": []", &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(tool_ops(time_words, "{ }", &n), -EBADMSG);
	assert_int_equal(tool_ops(time_words, "\"exit_codes\": [0, 0", &n),
			 -EBADMSG);
}

static void other_tools_say_nothing(void **state)
{
	static const char *const words[] = { "true", NULL };
	static const char *const bare[] = { "stress-ng", NULL };
	uint64_t n;

	assert_int_equal(tool_ops(words, "", &n), -ENOTSUP);
	assert_int_equal(tool_ops(bare, stress_ng, &n), -EBADMSG);
}

static int no_run(struct bench_ctx *ctx, uint64_t nr)
{
	return 0;
}

BENCH_DEFINE(registered) = {
	.name = "registered",
	.summary = "the linker wants one",
	.version = 1,
	.kconfig = "CGROUPS",
	.run = no_run,
};

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stress_ng_counts_operations),
		cmocka_unit_test(hyperfine_counts_good_runs),
		cmocka_unit_test(other_tools_say_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
