/* SPDX-License-Identifier: GPL-2.0-only */
#include "scratch.h"

#include "alloc.h"
#include "metal-journal.h"

#define HOME "11111111-1111-1111-1111-111111111111"
#define BACK "22222222-2222-2222-2222-222222222222"
#define NONCE "0123456789abcdef0123456789abcdef"

static struct metal_journal j;

static int set_up(void **state)
{
	j = (struct metal_journal){ .state = METAL_PLANNED };
	metal_journal_begin(&j, "/runs/one", "base-p0", HOME);
	return scratch_setup(state);
}

static int tear_down(void **state)
{
	metal_journal_release(&j);
	return scratch_teardown(state);
}

static void set(enum metal_state state)
{
	j.state = state;
	strcpy(j.nonce, NONCE);
}

/* --- the file --- */

static void it_comes_back(void **state)
{
	struct metal_journal got;

	assert_int_equal(metal_journal_load(*state, &got), -ENOENT);
	set(METAL_LEAVING);
	j.left_s = 1796000000;
	assert_int_equal(metal_journal_save(*state, &j), 0);
	assert_int_equal(metal_journal_load(*state, &got), 0);
	assert_int_equal(got.state, METAL_LEAVING);
	assert_string_equal(got.run, "/runs/one");
	assert_string_equal(got.boot, "base-p0");
	assert_string_equal(got.nonce, NONCE);
	assert_string_equal(got.home, HOME);
	assert_int_equal(got.attempt, 1);
	assert_int_equal(got.left_s, 1796000000);
	metal_journal_release(&got);
	assert_int_equal(metal_journal_remove(*state), 0);
	assert_int_equal(metal_journal_load(*state, &got), -ENOENT);
	assert_int_equal(metal_journal_remove(*state), 0);
}

/* Cut anywhere, or with any byte altered, it is no journal. */
static void damage_is_seen(void **state)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	struct metal_journal got;

	metal_journal_format(&j, &text);
	for (size_t len = 0; len < text.len; len++) {
		assert_int_equal(metal_journal_parse(text.buf, len, &got),
				 -EBADMSG);
		metal_journal_release(&got);
	}
	for (size_t i = 0; i < text.len; i++) {
		text.buf[i] ^= 1;
		assert_int_equal(metal_journal_parse(text.buf, text.len, &got),
				 -EBADMSG);
		metal_journal_release(&got);
		text.buf[i] ^= 1;
	}
	assert_int_equal(metal_journal_parse(text.buf, text.len, &got), 0);
	metal_journal_release(&got);
}

/* --- what comes next --- */

static enum metal_step step(const char *home, enum metal_ending ending)
{
	return metal_journal_step(&j, home, ending);
}

static void a_good_boot(void **state)
{
	assert_int_equal(step(HOME, METAL_ENDED), METAL_LEAVE);
	assert_int_equal(j.attempt, 1);
	set(METAL_LEAVING);
	assert_int_equal(step(BACK, METAL_ENDED), METAL_TELL);
	assert_int_equal(j.state, METAL_READ);
	/* Home was reset before it could tell. */
	assert_int_equal(step(HOME, METAL_SILENT), METAL_TELL);
	assert_int_equal(j.ending, METAL_ENDED);
	assert_int_equal(j.resets, 0);
}

static void hangs_are_told_at_once(void **state)
{
	set(METAL_LEAVING);
	j.resets = 2;
	assert_int_equal(step(BACK, METAL_HUNG), METAL_TELL);
	assert_int_equal(j.ending, METAL_HUNG);
	assert_int_equal(j.resets, 0);
}

static void resets_have_two_attempts(void **state)
{
	set(METAL_LEAVING);
	assert_int_equal(step(BACK, METAL_RESET), METAL_LEAVE);
	assert_int_equal(j.state, METAL_PLANNED);
	assert_int_equal(j.attempt, 2);
	assert_string_equal(j.nonce, "");
	assert_string_equal(j.home, BACK);
	set(METAL_LEAVING);
	assert_int_equal(step(HOME, METAL_SILENT), METAL_TELL);
	assert_int_equal(j.ending, METAL_SILENT);
	assert_int_equal(j.resets, 2);
}

static void three_resets_stop(void **state)
{
	j.resets = 2;
	metal_journal_begin(&j, "/runs/one", "next-p0", HOME);
	assert_int_equal(j.resets, 2);
	set(METAL_LEAVING);
	assert_int_equal(step(BACK, METAL_RESET), METAL_STOP);
	assert_true(j.stopped);
	assert_int_equal(step(BACK, METAL_RESET), METAL_STOP);
	/* Somebody looked. */
	j.stopped = false;
	j.resets = 0;
	assert_int_equal(step(BACK, METAL_RESET), METAL_LEAVE);
	assert_int_equal(j.attempt, 2);
}

static void an_attempt_counts_once_it_is_armed(void **state)
{
	/* Home was reset while it prepared. */
	assert_int_equal(step(BACK, METAL_SILENT), METAL_LEAVE);
	assert_int_equal(j.attempt, 1);
	assert_int_equal(j.resets, 1);
	/* cgmark was killed before it left. */
	set(METAL_ARMED);
	assert_int_equal(step(BACK, METAL_SILENT), METAL_LEAVE);
	assert_int_equal(j.attempt, 2);
	assert_int_equal(j.resets, 1);
	/* The watchdog fired before it left. */
	set(METAL_ARMED);
	assert_int_equal(step(HOME, METAL_SILENT), METAL_TELL);
	assert_int_equal(j.ending, METAL_HOME_RESET);
	assert_int_equal(j.resets, 2);
}

static void it_never_left(void **state)
{
	set(METAL_LEAVING);
	assert_int_equal(step(HOME, METAL_ENDED), METAL_LEAVE);
	set(METAL_LEAVING);
	assert_int_equal(step(HOME, METAL_ENDED), METAL_TELL);
	assert_int_equal(j.ending, METAL_STAYED);
	assert_int_equal(j.resets, 0);
}

/* Whatever happens, a boot comes to an end, or somebody has to look. */
static void it_always_ends(void **state)
{
	uint64_t seed = 18;

	for (int i = 0; i < 2000; i++) {
		int attempts = 0, steps = 0;

		j.stopped = false;
		j.resets = 0;
		metal_journal_begin(&j, "/runs/one", "base-p0", HOME);
		while (step(next_random(&seed) % 2 ? HOME : BACK,
			    next_random(&seed) % NR_METAL_ENDINGS) ==
		       METAL_LEAVE) {
			set(next_random(&seed) % 3);
			attempts += j.state != METAL_PLANNED;
			/* What ends in PLANNED with the same home was killed
			 * by hand. */
			if (j.state == METAL_PLANNED)
				strcpy(j.home, "another");
			assert_in_range(++steps, 1, 6);
		}
		assert_in_range(attempts, 0, METAL_ATTEMPTS_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_comes_back, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(damage_is_seen, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_good_boot, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hangs_are_told_at_once, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(resets_have_two_attempts,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(three_resets_stop, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			an_attempt_counts_once_it_is_armed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_never_left, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(it_always_ends, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
