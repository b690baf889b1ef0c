/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sharing.h"

#define AT 0xffffffff81000000
#define OPS 50

static const struct sharing_limits limits = { 64, 64, 64 };

static void start(struct sharing *s)
{
	assert_true(sharing_init(s, &limits));
}

static bool use(struct sharing *s, unsigned cpu, uint64_t at, unsigned bytes,
		bool is_store)
{
	return sharing_access(s, cpu,
			      &(struct access){ .at = at,
						.bytes = bytes,
						.is_store = is_store,
						.function = 1 + cpu });
}

static void add(struct sharing *s, unsigned cpu, uint64_t at)
{
	use(s, cpu, at, 8, false);
	use(s, cpu, at, 8, true);
}

/* One line of which this is expected; the others are not shared. */
static struct moves only_line(struct sharing *s, uint64_t at)
{
	struct moves ret = { 0 };

	sharing_settle(s);
	for (uint32_t i = 1; i <= s->nr_lines; i++) {
		struct moves m = sharing_moves(s, &s->lines[i]);

		if (s->lines[i].at == at)
			ret = m;
		else
			assert_int_equal(m.moves, 0);
	}
	return ret;
}

/* Each CPU adds to a counter of its own, `apart` bytes from the other's. */
static struct moves two_counters(uint64_t apart)
{
	struct sharing s;
	struct moves m;

	start(&s);
	for (unsigned i = 0; i < 2 * OPS; i++) {
		unsigned cpu = i % 2;

		sharing_begin(&s, cpu);
		add(&s, cpu, AT + cpu * apart);
		add(&s, cpu, AT + cpu * apart);
	}
	m = only_line(&s, AT);
	assert_null(s.full);
	sharing_release(&s);
	return m;
}

static void test_one_counter(void **state)
{
	struct moves m = two_counters(0);

	assert_int_equal(m.moves, 2 * OPS);
	assert_int_equal(m.truly, 2 * OPS);
	assert_int_equal(m.most, 2 * 4 * OPS);
	assert_int_equal(m.byte, 0);
}

static void test_two_in_one_line(void **state)
{
	struct moves m = two_counters(8);

	assert_int_equal(m.moves, 2 * OPS);
	assert_int_equal(m.truly, 0);
	m = two_counters(56);
	assert_int_equal(m.moves, 2 * OPS);
	assert_int_equal(m.truly, 0);
}

static void test_two_in_two_lines(void **state)
{
	assert_int_equal(two_counters(64).moves, 0);
}

static void test_readers_do_not_move_it(void **state)
{
	struct sharing s;

	start(&s);
	for (unsigned i = 0; i < 2 * OPS; i++) {
		sharing_begin(&s, i % 2);
		use(&s, i % 2, AT, 8, false);
	}
	assert_int_equal(only_line(&s, AT).moves, 0);
	sharing_release(&s);
}

/* One CPU writes a field, the other reads the one beside it or that one. */
static struct moves beside_a_written_one(uint64_t read_at)
{
	struct sharing s;
	struct moves m;

	start(&s);
	for (unsigned i = 0; i < OPS; i++) {
		sharing_begin(&s, 0);
		use(&s, 0, AT, 8, true);
		sharing_begin(&s, 1);
		use(&s, 1, read_at, 8, false);
	}
	m = only_line(&s, AT);
	sharing_release(&s);
	return m;
}

static void test_read_mostly(void **state)
{
	/* The writer takes it from the reader, and the reader fetches it. */
	struct moves m = beside_a_written_one(AT + 8);

	assert_int_equal(m.moves, 2 * OPS);
	assert_int_equal(m.truly, 0);
	m = beside_a_written_one(AT);
	assert_int_equal(m.moves, 2 * OPS);
	assert_int_equal(m.truly, 2 * OPS);
	assert_int_equal(beside_a_written_one(AT + 64).moves, 0);
}

static void test_one_write(void **state)
{
	struct sharing s;

	start(&s);
	for (unsigned i = 0; i < OPS; i++) {
		sharing_begin(&s, 0);
		use(&s, 0, AT, 8, i == 3);
		sharing_begin(&s, 1);
		use(&s, 1, AT, 8, false);
	}
	assert_int_equal(only_line(&s, AT).moves, 2);
	sharing_release(&s);
}

static void test_over_two_lines(void **state)
{
	struct sharing s;
	uint64_t moves = 0;

	start(&s);
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		sharing_begin(&s, cpu);
		use(&s, cpu, AT + 60, 8, true);
	}
	sharing_settle(&s);
	assert_int_equal(s.nr_lines, 2);
	for (uint32_t i = 1; i <= 2; i++)
		moves += sharing_moves(&s, &s.lines[i]).moves;
	assert_int_equal(moves, 4);
	assert_int_equal(s.sites[1].bytes, 4);
	assert_int_equal(s.sites[1].offset, 60);
	assert_int_equal(s.sites[2].offset, 0);
	sharing_release(&s);
}

/* Two locks of four bytes in one word. */
static void test_halves_of_a_word(void **state)
{
	struct sharing s;

	start(&s);
	for (unsigned i = 0; i < 2 * OPS; i++) {
		sharing_begin(&s, i % 2);
		use(&s, i % 2, AT + 4 * (i % 2), 4, true);
	}
	assert_int_equal(only_line(&s, AT).truly, 0);
	sharing_release(&s);
}

static void test_whole_line(void **state)
{
	struct sharing s;

	start(&s);
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		sharing_begin(&s, cpu);
		use(&s, cpu, AT, 64, true);
	}
	assert_int_equal(only_line(&s, AT).truly, 2);
	sharing_release(&s);
}

/* --- the order of turns --- */

struct event {
	unsigned cpu, op;
	uint64_t at;
	bool is_store;
};

#define EVENTS 40

static unsigned random_below(uint64_t *x, unsigned n)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x % n;
}

/* Events of each CPU come in their order; who has a turn is up to the seed. */
static uint64_t play(struct event e[2][EVENTS], uint64_t seed,
		     unsigned turn_max, uint64_t *truly, uint64_t *most)
{
	unsigned next[2] = { 0, 0 }, op[2] = { 0, 0 };
	uint64_t x = seed, sum = 0;
	struct sharing s;

	start(&s);
	*truly = *most = 0;
	while (next[0] < EVENTS || next[1] < EVENTS) {
		unsigned cpu = random_below(&x, 2);
		unsigned turn = 1 + random_below(&x, turn_max);

		for (; turn && next[cpu] < EVENTS; turn--) {
			const struct event *v = &e[cpu][next[cpu]++];

			for (; op[cpu] <= v->op; op[cpu]++)
				sharing_begin(&s, cpu);
			use(&s, cpu, v->at, 8, v->is_store);
		}
	}
	sharing_settle(&s);
	for (uint32_t i = 1; i <= s.nr_lines; i++) {
		struct moves m = sharing_moves(&s, &s.lines[i]);

		assert_true(m.truly <= m.moves && m.moves <= m.most);
		sum += m.moves;
		*truly += m.truly;
		*most += m.most;
	}
	sharing_release(&s);
	return sum;
}

static void test_turns_do_not_show(void **state)
{
	struct event e[2][EVENTS];
	uint64_t x = 42, truly, most, truly_2, most_2;

	for (unsigned round = 0; round < 50; round++) {
		uint64_t moves;

		for (unsigned i = 0; i < 2 * EVENTS; i++)
			e[i / EVENTS][i % EVENTS] = (struct event){
				.op = i % EVENTS / 4,
				.at = AT + 8 * random_below(&x, 32),
				.is_store = random_below(&x, 4) == 0,
			};
		moves = play(e, 1, EVENTS, &truly, &most);
		assert_true(moves > 0);
		for (unsigned turn = 1; turn <= EVENTS; turn *= 3) {
			assert_int_equal(
				play(e, 2 + turn, turn, &truly_2, &most_2),
				moves);
			assert_int_equal(truly, truly_2);
			assert_int_equal(most, most_2);
		}
	}
}

/* A write more never makes it cheaper. */
static void test_more_writes_cost_more(void **state)
{
	for (uint64_t touched = 0; touched < 6; touched++) {
		uint64_t t[SHARING_CPUS] = { touched, 4, 2 };

		for (uint64_t w = 1; w <= touched; w++) {
			uint64_t less[SHARING_CPUS] = { w - 1, 2, 1 };
			uint64_t more[SHARING_CPUS] = { w, 2, 1 };

			assert_true(moves_of(t, less) <= moves_of(t, more));
			less[1] = more[1] = less[2] = more[2] = 0;
			assert_true(moves_of(t, less) <= moves_of(t, more));
		}
	}
}

/* --- limits --- */

static void test_second_cpu_is_told_once(void **state)
{
	struct sharing s;

	start(&s);
	sharing_begin(&s, 0);
	sharing_begin(&s, 3);
	assert_false(use(&s, 0, AT, 8, true));
	assert_true(use(&s, 3, AT, 8, false));
	assert_false(use(&s, 3, AT + 8, 8, false));
	sharing_begin(&s, 2);
	assert_false(use(&s, 2, AT, 8, false));
	sharing_release(&s);
}

static void test_full(void **state)
{
	struct sharing s;

	start(&s);
	sharing_begin(&s, 0);
	for (unsigned i = 0; i < limits.lines; i++)
		use(&s, 0, AT + LINE_BYTES * i, 8, true);
	assert_null(s.full);
	use(&s, 0, AT + LINE_BYTES * limits.lines, 8, true);
	assert_string_equal(s.full, "lines");
	sharing_clear(&s);
	assert_null(s.full);

	sharing_begin(&s, 0);
	for (unsigned i = 0; i <= limits.sites; i++)
		sharing_access(&s, 0, &(struct access){ AT, 8, true, i, 0 });
	assert_string_equal(s.full, "sites");
	sharing_clear(&s);
	for (unsigned i = 0; i <= SHARING_OPS_MAX; i++)
		sharing_begin(&s, 0);
	assert_string_equal(s.full, "operations");
	sharing_release(&s);
}

/* What was there before is gone, and no byte of it counts. */
static void test_clear(void **state)
{
	struct sharing s;

	start(&s);
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		sharing_begin(&s, cpu);
		use(&s, cpu, AT, 8, true);
	}
	sharing_clear(&s);
	sharing_begin(&s, 0);
	use(&s, 0, AT, 8, true);
	assert_int_equal(only_line(&s, AT).moves, 0);
	sharing_begin(&s, 1);
	use(&s, 1, AT, 8, true);
	assert_int_equal(only_line(&s, AT).moves, 2);
	sharing_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_counter),
		cmocka_unit_test(test_two_in_one_line),
		cmocka_unit_test(test_two_in_two_lines),
		cmocka_unit_test(test_readers_do_not_move_it),
		cmocka_unit_test(test_read_mostly),
		cmocka_unit_test(test_one_write),
		cmocka_unit_test(test_over_two_lines),
		cmocka_unit_test(test_halves_of_a_word),
		cmocka_unit_test(test_whole_line),
		cmocka_unit_test(test_turns_do_not_show),
		cmocka_unit_test(test_more_writes_cost_more),
		cmocka_unit_test(test_second_cpu_is_told_once),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
