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
		const struct metal_evidence ev = {
			.streams = &s,
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
	struct metal_evidence ev = { .streams = &none, .overwritten = true };

	assert_int_equal(metal_ending_judge(&ev), METAL_OVERWRITTEN);
	/* There was no kernel then that could say anything. */
	ev.armed = true;
	ev.fired = 1;
	assert_int_equal(metal_ending_judge(&ev), METAL_HUNG);
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
	assert_true(metal_ending_repeats(METAL_RESET));
	assert_true(metal_ending_repeats(METAL_SILENT));
	assert_true(metal_ending_repeats(METAL_STAYED));
	assert_true(metal_ending_repeats(METAL_OVERWRITTEN));
	assert_false(metal_ending_unexpected(METAL_STAYED));
	assert_true(metal_ending_unexpected(METAL_HOME_RESET));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evidence_decides),
		cmocka_unit_test(the_partition_is_of_somebody_else),
		cmocka_unit_test(all_have_words),
		cmocka_unit_test(hangs_are_not_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
