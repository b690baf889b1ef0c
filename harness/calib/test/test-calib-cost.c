/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Costs, and which perturbations stand for a run.
 *
 * How it could go wrong: a cost that is another size than said, by what one load
 * or one slow call of 200 stands for; command lines of different length, which
 * move what lies behind; a list that a slip of the pen makes shorter; a kernel
 * that is compared with itself boot by boot, which shows nothing; draws that the
 * seed does not determine, or that have a boot twice.
 */
#include "scratch.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "cost.h"
#include "draw.h"

static void lists_are_read(void **state)
{
	struct cost_list l = { NULL, 0 };
	char *why;

	assert_true(cost_list_parse("fork:insns:0.3,*:tail:1", &l, &why));
	assert_null(why);
	assert_int_equal(l.nr, 1 + NR_COST_PLACES);
	assert_string_equal(cost_places[l.list[0].place].name, "fork");
	assert_int_equal(l.list[0].kind, COST_INSNS);
	assert_true(fabs(l.list[0].part - 0.003) < 1e-12);
	assert_int_equal(l.list[7].kind, COST_TAIL);
	assert_true(fabs(l.list[7].part - 0.01) < 1e-12);
	cost_list_release(&l);
	assert_true(cost_list_parse(COSTS_DEFAULT, &l, &why));
	assert_int_equal(l.nr, 8 * NR_COST_PLACES);
	cost_list_release(&l);
}

static void bad_lists_are_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "", "write PLACE:KIND:PERCENT" },
		{ "fork", "write PLACE:KIND:PERCENT" },
		{ "fork:insns", "write PLACE:KIND:PERCENT" },
		{ "fork:insns:0.3,", "write PLACE:KIND:PERCENT" },
		{ "frok:insns:0.3", "the place is fork, exit" },
		{ ":insns:0.3", "the place is fork, exit" },
		{ "fork:insn:0.3", "the kind is insns" },
		{ "fork::0.3", "the kind is insns" },
		{ "fork:insns:", "in percent" },
		{ "fork:insns:0", "in percent" },
		{ "fork:insns:-1", "in percent" },
		{ "fork:insns:nan", "in percent" },
		{ "fork:insns:1e300", "in percent" },
		{ "fork:insns:0.3%", "in percent" },
		{ "fork:insns:1:2", "in percent" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct cost_list l = { NULL, 0 };
		char *why;

		if (cost_list_parse(bad[i].text, &l, &why))
			fail_msg("'%s' was taken", bad[i].text);
		if (!strstr(why, bad[i].why))
			fail_msg("'%s': %s", bad[i].text, why);
		free(why);
		cost_list_release(&l);
	}
}

static void sizes_are_what_they_say(void **state)
{
	for (int k = 0; k < COST_DRIFT; k++) {
		for (double insns = 0.5; insns < 1e6; insns *= 1.7) {
			double is =
				cost_insns((enum cost_kind)k,
					   cost_size((enum cost_kind)k, insns));

			/* Never less, and by no more than a step. */
			assert_true(is >= insns);
			assert_true(is <= insns + 6);
		}
	}
	assert_int_equal(cost_size(COST_INSNS, 450), 450);
	assert_int_equal(cost_size(COST_INSNS, 449), 450);
	assert_int_equal(cost_size(COST_LOADS, 450), 75);
	assert_int_equal(cost_size(COST_TAIL, 450), 90000);
	assert_true(isnan(cost_insns(COST_DRIFT, 2)));
}

static void command_lines_have_one_length(void **state)
{
	static const uint64_t sizes[] = { 0, 7, 4294967295 };
	size_t len = 0;

	for (unsigned p = 0; p < NR_COST_PLACES; p++) {
		for (int k = 0; k < NR_COST_KINDS; k++) {
			for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
				struct cost c = { p, (enum cost_kind)k, 0,
						  sizes[i] };
				_cleanup_free_ char *text = cost_cmdline(&c);

				len = len ? len : strlen(text);
				assert_int_equal(strlen(text), len);
			}
		}
	}
}

static void names_say_it(void **state)
{
	const struct cost c = { 2, COST_TAIL, 0.01, 26000 };
	_cleanup_free_ char *name = cost_name(&c);
	_cleanup_free_ char *text = cost_cmdline(&c);

	assert_string_equal(name, "attach-tail-26000");
	assert_string_equal(text, "cgmark_cost=attach:tail:00000000026000");
}

static void draws_have_each_once(void **state)
{
	uint64_t s = 1, again = 1, other = 2;
	unsigned a[12], b[12], c[12];

	draw_some(&s, 12, a, 12);
	draw_some(&again, 12, b, 12);
	draw_some(&other, 12, c, 12);
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_not_equal(a, c, sizeof(a));
	for (unsigned i = 0; i < 12; i++) {
		unsigned seen = 0;

		for (unsigned k = 0; k < 12; k++)
			seen += a[k] == i;
		assert_int_equal(seen, 1);
	}
}

static void draws_are_fair(void **state)
{
	unsigned count[10] = { 0 };
	uint64_t s = 1;

	for (unsigned i = 0; i < 10000; i++) {
		unsigned a[8];

		draw_some(&s, 10, a, 8);
		for (unsigned k = 0; k < 8; k++)
			count[a[k]]++;
	}
	/* 8000 each, by a standard deviation of 40. */
	for (unsigned i = 0; i < 10; i++)
		assert_in_range(count[i], 7800, 8200);
}

static void none_meets_itself(void **state)
{
	uint64_t s = 1;

	for (unsigned of = 8; of < 20; of++) {
		for (unsigned i = 0; i < 200; i++) {
			unsigned a[8], b[8];

			draw_some(&s, of, a, 8);
			draw_others(&s, of, a, b, 8);
			for (unsigned k = 0; k < 8; k++)
				assert_int_not_equal(a[k], b[k]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_read),
		cmocka_unit_test(bad_lists_are_refused),
		cmocka_unit_test(sizes_are_what_they_say),
		cmocka_unit_test(command_lines_have_one_length),
		cmocka_unit_test(names_say_it),
		cmocka_unit_test(draws_have_each_once),
		cmocka_unit_test(draws_are_fair),
		cmocka_unit_test(none_meets_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
