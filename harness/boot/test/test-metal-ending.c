/* SPDX-License-Identifier: GPL-2.0-only */
#include "scratch.h"

#include "metal-ending.h"

struct row {
	unsigned nr_blocks;
	enum metal_kind last;
	bool armed;
	int fired;
	uint64_t away_s;
	enum metal_ending want;
};

static void evidence_decides(void **state)
{
	static const struct row rows[] = {
		{ 9, METAL_END, true, 0, 50, METAL_ENDED },
		/* It ended, and the reset took too long. */
		{ 9, METAL_END, true, 1, 100, METAL_ENDED },
		{ 9, METAL_DEADLINE, true, 0, 80, METAL_OVERDUE },
		{ 9, METAL_FULL, true, 0, 80, METAL_NO_ROOM },
		{ 9, METAL_FLOOD, true, 0, 80, METAL_FLOODED },
		{ 9, METAL_STATUS, true, 1, 100, METAL_HUNG },
		{ 0, METAL_HEADER, true, 1, 100, METAL_HUNG },
		{ 9, METAL_STATUS, true, 0, 20, METAL_RESET },
		/* The power was off for long. */
		{ 9, METAL_STATUS, true, 0, 1000, METAL_RESET },
		{ 0, METAL_HEADER, true, 0, 20, METAL_SILENT },
		/* No boot status: it goes by time. */
		{ 9, METAL_STATUS, true, -1, 20, METAL_RESET },
		{ 9, METAL_STATUS, true, -1, 100, METAL_HUNG },
		{ 0, METAL_HEADER, true, -1, 200, METAL_HUNG },
		{ 9, METAL_STATUS, false, -1, 1000, METAL_RESET },
		{ 0, METAL_HEADER, false, -1, 1000, METAL_SILENT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct metal_streams s = {
			.nr_blocks = rows[i].nr_blocks,
			.last = rows[i].last,
		};
		const struct metal_memory none = { .left = false };
		const struct metal_evidence ev = {
			.streams = &s,
			.memory = &none,
			.armed = rows[i].armed,
			.fired = rows[i].fired,
			.away_s = rows[i].away_s,
			.watchdog_s = 100,
		};

		assert_int_equal(metal_ending_judge(&ev), rows[i].want);
	}
}

static void the_partition_is_of_somebody_else(void **state)
{
	const struct metal_streams none = { .last = METAL_HEADER };
	const struct metal_memory m = { .left = false };
	struct metal_evidence ev = {
		.streams = &none,
		.memory = &m,
		.overwritten = true,
	};

	assert_int_equal(metal_ending_judge(&ev), METAL_OVERWRITTEN);
	/* There was no kernel then that could say anything. */
	ev.armed = true;
	ev.fired = 1;
	assert_int_equal(metal_ending_judge(&ev), METAL_HUNG);
}

static void memory_decides(void **state)
{
	static const struct {
		unsigned nr_blocks;
		enum metal_kind last;
		bool left, arrived, panic, bailed, remembers, overwritten;
		enum metal_ending want;
	} rows[] = {
		{ 9, METAL_END, .panic = true, .want = METAL_ENDED },
		{ 9, METAL_STATUS, .panic = true, .want = METAL_PANIC },
		{ 0, METAL_HEADER, .panic = true, .want = METAL_PANIC },
		{ 9, METAL_STATUS, .arrived = true, .remembers = true,
		  .want = METAL_ABRUPT },
		{ 0, METAL_HEADER, .arrived = true, .want = METAL_ABRUPT },
		{ 9, METAL_STATUS, .arrived = true, .bailed = true,
		  .want = METAL_BAILED },
		{ 0, METAL_HEADER, .arrived = true, .bailed = true,
		  .want = METAL_BAILED },
		{ 0, METAL_HEADER, .arrived = true, .overwritten = true,
		  .want = METAL_OVERWRITTEN },
		{ 0, METAL_HEADER, .overwritten = true,
		  .want = METAL_OVERWRITTEN },
		{ 9, METAL_STATUS, .remembers = true, .want = METAL_POWER_CUT },
		/* Memory that never outlived a reset tells nothing now. */
		{ 9, METAL_STATUS, .want = METAL_RESET },
		/* The kernel under test does not use it. */
		{ 9, METAL_STATUS, .left = true, .remembers = true,
		  .want = METAL_RESET },
		/* It may have used it, and ended before PID 1. */
		{ 0, METAL_HEADER, .remembers = true, .want = METAL_SILENT },
		{ 0, METAL_HEADER, .left = true, .remembers = true,
		  .want = METAL_SILENT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		static char panic[] = "Kernel panic", bail[] = "Bail out! x";
		const struct metal_streams s = {
			.nr_blocks = rows[i].nr_blocks,
			.last = rows[i].last,
		};
		const struct metal_memory m = {
			.left = rows[i].left,
			.arrived = rows[i].arrived,
			.panic = { panic, rows[i].panic ? strlen(panic) : 0 },
			.console = { bail, rows[i].bailed ? strlen(bail) : 0 },
		};
		const struct metal_evidence ev = {
			.streams = &s,
			.memory = &m,
			.remembers = rows[i].remembers,
			.overwritten = rows[i].overwritten,
			.armed = true,
			.watchdog_s = 100,
		};

		assert_int_equal(metal_ending_judge(&ev), rows[i].want);
	}
}

/* Each has a word, and all but the good one a sentence that tells whose fault. */
static void all_have_words(void **state)
{
	for (int e = 0; e < NR_METAL_ENDINGS; e++) {
		const char *word = metal_ending_str(e);
		const struct known_end *k = metal_known_ends;
		enum metal_ending back;

		assert_int_equal(metal_ending_parse(word, &back), 0);
		assert_int_equal(back, e);
		while (k->diag && strcmp(k->diag + strlen("ending: "), word))
			k++;
		assert_int_equal(k->diag != NULL, e != METAL_ENDED);
	}
}

static void hangs_are_not_repeated(void **state)
{
	assert_false(metal_ending_repeats(METAL_ENDED));
	assert_false(metal_ending_repeats(METAL_HUNG));
	assert_false(metal_ending_repeats(METAL_OVERDUE));
	assert_false(metal_ending_repeats(METAL_NO_ROOM));
	assert_false(metal_ending_repeats(METAL_FLOODED));
	assert_false(metal_ending_repeats(METAL_PANIC));
	assert_false(metal_ending_repeats(METAL_ABRUPT));
	assert_true(metal_ending_repeats(METAL_POWER_CUT));
	assert_true(metal_ending_repeats(METAL_BAILED));
	assert_true(metal_ending_repeats(METAL_OVERWRITTEN));
	assert_true(metal_ending_repeats(METAL_RESET));
	assert_true(metal_ending_repeats(METAL_SILENT));
	assert_true(metal_ending_repeats(METAL_STAYED));
	assert_false(metal_ending_unexpected(METAL_STAYED));
	assert_false(metal_ending_unexpected(METAL_BAILED));
	assert_true(metal_ending_unexpected(METAL_POWER_CUT));
	assert_true(metal_ending_unexpected(METAL_HOME_RESET));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evidence_decides),
		cmocka_unit_test(the_partition_is_of_somebody_else),
		cmocka_unit_test(memory_decides),
		cmocka_unit_test(all_have_words),
		cmocka_unit_test(hangs_are_not_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
