/* SPDX-License-Identifier: GPL-2.0-only */
#include <math.h>

#include "alloc.h"
#include "scratch.h"
#include "search.h"
#include "strbuf.h"

#define MAX 300
#define THRESHOLD 2

/* A made-up line of kernels. */
struct line {
	size_t nr;
	double value[MAX];
	bool bad[MAX]; /* cannot be measured */
	unsigned probes[MAX];
	unsigned nr_probes;
	unsigned stop_at; /* at this probe; 0: never */
	size_t max_steps;
};

static enum probe probe(size_t at, void *arg)
{
	struct line *l = arg;

	assert_true(at < l->nr);
	if (++l->nr_probes == l->stop_at)
		return PROBE_STOP;
	assert_int_equal(l->probes[at]++, 0);
	return l->bad[at] ? PROBE_SKIP : PROBE_DONE;
}

static double distance(size_t a, size_t b, void *arg)
{
	const struct line *l = arg;
	double d = l->value[b] - l->value[a];

	assert_true(a < b);
	assert_true(l->probes[a] && !l->bad[a]);
	assert_true(l->probes[b] && !l->bad[b]);
	return fabs(d) >= THRESHOLD ? d : 0;
}

static enum probe search(struct line *l, struct search_step **steps, size_t *nr,
			 size_t *at)
{
	const struct search s = {
		.nr = l->nr,
		.probe = probe,
		.distance = distance,
		.arg = l,
		.max_steps = l->max_steps,
	};

	return search_steps(&s, steps, nr, at);
}

/* The steps as text, "16-17 30..33" and so on; caller frees. */
static char *found(struct line *l)
{
	static const char *const between[] = {
		[STEP_FOUND] = "-",
		[STEP_SKIPPED] = "..",
		[STEP_SPREAD] = "~",
		[STEP_OPEN] = "?",
	};
	_cleanup_free_ struct search_step *steps = NULL;
	struct strbuf out = STRBUF_INIT;
	size_t nr, at;

	assert_int_equal(search(l, &steps, &nr, &at), PROBE_DONE);
	for (size_t i = 0; i < nr; i++)
		strbuf_addf(&out, "%s%zu%s%zu", i ? " " : "", steps[i].from,
			    between[steps[i].kind], steps[i].to);
	return strbuf_steal(&out);
}

static void found_is(struct line *l, const char *want)
{
	_cleanup_free_ char *got = found(l);

	assert_string_equal(got, want);
}

/* All after the position cost that much more. */
static void add_cost(struct line *l, size_t at, double cost)
{
	for (size_t i = at; i < l->nr; i++)
		l->value[i] += cost;
}

static void test_one(void **state)
{
	for (size_t nr = 2; nr <= 65; nr++) {
		for (size_t at = 1; at < nr; at++) {
			_cleanup_free_ char *want =
				xasprintf("%zu-%zu", at - 1, at);
			struct line l = { .nr = nr };

			add_cost(&l, at, at % 2 ? 5 : -5);
			found_is(&l, want);
			/* both ends, and one for each time it is halved */
			assert_true(l.nr_probes <= 2 + ceil(log2(nr - 1)));
		}
	}
}

static void test_none(void **state)
{
	struct line same = { .nr = 45 }, alone = { .nr = 1 };
	struct line little = { .nr = 45 };

	found_is(&same, "");
	assert_int_equal(same.nr_probes, 2);
	found_is(&alone, "");
	assert_int_equal(alone.nr_probes, 1);
	add_cost(&little, 17, THRESHOLD / 2.);
	found_is(&little, "");
}

static void test_several(void **state)
{
	struct line two = { .nr = 45 }, opposite = { .nr = 45 };
	struct line three = { .nr = 45 }, all = { .nr = 9 };

	add_cost(&two, 17, 5);
	add_cost(&two, 30, 3);
	found_is(&two, "16-17 29-30");
	add_cost(&opposite, 5, 9);
	add_cost(&opposite, 40, -4);
	found_is(&opposite, "4-5 39-40");
	/* neighbours, and the ends */
	add_cost(&three, 1, 5);
	add_cost(&three, 2, 5);
	add_cost(&three, 44, 5);
	found_is(&three, "0-1 1-2 43-44");
	for (size_t i = 1; i < all.nr; i++)
		add_cost(&all, i, 3);
	found_is(&all, "0-1 1-2 2-3 3-4 4-5 5-6 6-7 7-8");
	assert_int_equal(all.nr_probes, 9);
}

static void test_largest_first(void **state)
{
	struct line one = { .nr = 45, .max_steps = 1 };
	struct line two = { .nr = 45, .max_steps = 2 };

	for (int i = 0; i < 2; i++) {
		struct line *l = i ? &two : &one;

		add_cost(l, 7, 3);
		add_cost(l, 17, 50);
		add_cost(l, 30, 4);
	}
	found_is(&one, "0?11 16-17 22?44");
	assert_true(one.nr_probes <= 9);
	found_is(&two, "0?11 16-17 29-30");
}

static void test_skip(void **state)
{
	/* One that cannot be measured, wherever it is. */
	for (size_t bad = 1; bad < 44; bad++) {
		for (size_t at = 1; at < 45; at++) {
			struct line l = { .nr = 45 };
			_cleanup_free_ char *want =
				xasprintf(at == bad	  ? "%zu..%zu"
					  : at == bad + 1 ? "%zu..%zu"
							  : "%zu-%zu",
					  at == bad + 1 ? at - 2 : at - 1,
					  at == bad ? at + 1 : at);

			add_cost(&l, at, 5);
			l.bad[bad] = true;
			found_is(&l, want);
			assert_true(l.nr_probes <= 2 + 6 + 2);
		}
	}
}

static void test_skip_many(void **state)
{
	struct line block = { .nr = 257 }, all = { .nr = 20 };
	struct line beside = { .nr = 257 };

	for (size_t i = 100; i < 150; i++)
		block.bad[i] = beside.bad[i] = true;
	add_cost(&block, 120, 5);
	found_is(&block, "99..150");
	add_cost(&beside, 60, 5);
	found_is(&beside, "59-60");
	/* It does not try one neighbour after the other. */
	assert_true(beside.nr_probes <= 2 + 8 + 5);
	for (size_t i = 1; i < 19; i++)
		all.bad[i] = true;
	add_cost(&all, 7, 5);
	found_is(&all, "0..19");
	assert_int_equal(all.nr_probes, 20);
}

static void test_ends(void **state)
{
	_cleanup_free_ struct search_step *steps = NULL;
	struct line first = { .nr = 9 }, last = { .nr = 9 };
	size_t nr, at;

	first.bad[0] = true;
	assert_int_equal(search(&first, &steps, &nr, &at), PROBE_SKIP);
	assert_int_equal(at, 0);
	last.bad[8] = true;
	assert_int_equal(search(&last, &steps, &nr, &at), PROBE_SKIP);
	assert_int_equal(at, 8);
	assert_null(steps);
}

static void test_stop(void **state)
{
	for (unsigned stop = 1; stop <= 8; stop++) {
		_cleanup_free_ struct search_step *steps = NULL;
		struct line l = { .nr = 45, .stop_at = stop };
		size_t nr, at;

		add_cost(&l, 17, 5);
		assert_int_equal(search(&l, &steps, &nr, &at),
				 stop == 8 ? PROBE_DONE : PROBE_STOP);
	}
}

/* No part differs by itself. */
static void test_spread(void **state)
{
	struct line l = { .nr = 41 }, both = { .nr = 41 };

	for (size_t i = 1; i < l.nr; i++) {
		add_cost(&l, i, 2.4 / 40);
		add_cost(&both, i, 2.4 / 40);
	}
	found_is(&l, "0~40");
	assert_int_equal(l.nr_probes, 3);
	add_cost(&both, 33, 7);
	found_is(&both, "32-33");
}

/*
 * Whatever the line is like: steps lie in order and do not overlap, those found
 * differ, and what is not in a step does not differ from one end to the other.
 */
static void test_any_line(void **state)
{
	uint64_t seed = 1;

	for (int round = 0; round < 3000; round++) {
		_cleanup_free_ struct search_step *steps = NULL;
		struct line l = { .nr = 2 + next_random(&seed) % (MAX - 2) };
		size_t nr, at, end = 0;

		for (unsigned i = next_random(&seed) % 6; i > 0; i--)
			add_cost(&l, 1 + next_random(&seed) % (l.nr - 1),
				 (double)(next_random(&seed) % 21) - 10);
		for (size_t i = 1; round % 2 && i + 1 < l.nr; i++)
			l.bad[i] = next_random(&seed) % 10 == 0;
		assert_int_equal(search(&l, &steps, &nr, &at), PROBE_DONE);
		for (size_t i = 0; i < nr; i++) {
			const struct search_step *s = &steps[i];

			assert_true(s->from >= end && s->to > s->from);
			assert_true(fabs(l.value[s->to] - l.value[s->from]) >=
				    THRESHOLD);
			assert_true(s->kind == STEP_SKIPPED ||
				    s->kind == STEP_SPREAD ||
				    s->to == s->from + 1);
			for (size_t j = s->from + 1;
			     s->kind == STEP_SKIPPED && j < s->to; j++)
				assert_true(l.bad[j]);
			end = s->to;
		}
		if (fabs(l.value[l.nr - 1] - l.value[0]) >= THRESHOLD)
			assert_true(nr > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_largest_first),
		cmocka_unit_test(test_skip),
		cmocka_unit_test(test_skip_many),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_any_line),
	};

	return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
