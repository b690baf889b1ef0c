/* SPDX-License-Identifier: GPL-2.0-only */
/* What a gate prints, with names and reasons that are markup or too long. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "alloc.h"
#include "gate-text.h"
#include "number.h"
#include "synth.h"

#define LONG "a-word-that-goes-on-and-on-and-never-comes-to-an-end-at-all-"

static const char *const kernels[] = { "base", "\033[31m" LONG LONG "\xff" };
static const struct synth_point points[] = {
	{ "long/name-of-a-benchmark-that-does-not-fit", LONG "=1", "insns" },
	{ "ctl/\a\n", "", "insns" },
	{ "fork/exit", "", "insns" },
};

static double cost(unsigned point, unsigned kernel, unsigned p,
		   enum boot_role role, void *arg)
{
	return (1000 + p) * (kernel && point < 2 ? 300.5 : 1);
}

static char *text_of(const struct policy *p, unsigned today)
{
	const struct synth s = {
		.kernels = kernels,
		.nr_kernels = 2,
		.points = points,
		.nr_points = ARRAY_SIZE(points),
		.perturbations = 8,
		.fn = cost,
	};
	const unsigned contender = 1;
	struct run *run = synth_run(&s);
	struct comparison *c;
	struct gate *g;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	run->boots[3].ok = false;
	run->boots[3].blame = BLAME_SUBJECT;
	free(run->boots[3].splat);
	run->boots[3].splat = xstrdup("BUG: \033]0;" LONG LONG);
	c = compare_run(run, 0, &contender, 1);
	g = gate_new(c, p, today, false);
	gate_print_text(f, g);
	fclose(f);
	gate_free(g);
	compare_free(c);
	run_free(run);
	return text;
}

static void check_lines(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		_cleanup_free_ char *line = xstrndup(text, len);

		if (print_width(line) > PRINT_COLUMNS)
			fail_msg("%zu columns: %s", print_width(line), line);
		assert_true(len == 0 || line[len - 1] != ' ');
		for (size_t i = 0; i < len; i++)
			assert_false((unsigned char)line[i] < 0x20);
		text += len + (text[len] == '\n');
	}
}

static void lines_are_clean(void **state)
{
	char name[] = LONG "\033[1m", glob[] = "*", none[] = LONG "?";
	char reason[] = LONG LONG "\a because", path[] = "/" LONG "/p.ini";
	struct policy_change changes[] = {
		{ .name = name,
		  .bench = glob,
		  .reason = reason,
		  .change = V_REGRESSION,
		  .limit = 0.01,
		  .until = 20261130 },
		{ .name = name,
		  .bench = none,
		  .reason = reason,
		  .change = V_IMPROVEMENT,
		  .limit = INFINITY,
		  .until = 20261129 },
	};
	struct policy_threshold threshold = { .glob = none, .limit = 0.1 };
	struct policy p = {
		.path = path,
		.changes = changes,
		.nr_changes = 2,
		.thresholds = &threshold,
		.nr_thresholds = 1,
	};
	_cleanup_free_ char *text = text_of(&p, 20261130);

	check_lines(text);
	assert_non_null(strstr(text, "FAIL: "));
	assert_non_null(strstr(text, "\nexpired: [expect "));
	assert_non_null(strstr(text, "\nnote: "));
	assert_non_null(strstr(text, "\nkernel failed: "));
}

static void without_policy(void **state)
{
	struct policy p;
	_cleanup_free_ char *text = NULL;

	policy_default(&p);
	text = text_of(&p, 20261130);
	check_lines(text);
	assert_non_null(strstr(text, "no policy"));
	assert_null(strstr(text, "expired"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_clean),
		cmocka_unit_test(without_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
