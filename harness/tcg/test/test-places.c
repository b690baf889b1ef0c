/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "places.h"

#define AT 0xffffffff81000000

/* Instructions of 1, 2, 3 and 4 bytes. */
static const uint16_t offset[] = { 0, 1, 3, 6, 10 };

static struct place *make(uint64_t at, unsigned first, unsigned nr)
{
	static uint16_t tails[4][5];

	for (unsigned i = 0; i <= nr; i++)
		tails[first][i] = offset[first + i] - offset[first];
	return place_new(at + offset[first], 7, tails[first], nr);
}

static void release(struct places *p, struct place **list, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		free(list[i]->step);
		free(list[i]);
	}
	free(p->list);
}

static void check(const struct range *r, uint64_t at, uint32_t bytes,
		  uint32_t nr, uint64_t count)
{
	assert_true(r->at == at);
	assert_int_equal(r->bytes, bytes);
	assert_int_equal(r->nr, nr);
	assert_int_equal(r->count, count);
	assert_int_equal(r->function, 7);
}

/* A whole block is one range, a part that ran oftener another. */
static void test_parts(void **state)
{
	struct places p = { 0 };
	struct place *one = make(AT, 0, 4);
	struct range *r;
	size_t nr;

	for (unsigned i = 0; i < 5; i++)
		places_count(&p, one, 0, 4);
	places_count(&p, one, 1, 3);
	r = places_ranges(&p, &nr);
	assert_int_equal(nr, 3);
	check(&r[0], AT, 1, 1, 5);
	check(&r[1], AT + 1, 5, 2, 6);
	check(&r[2], AT + 6, 4, 1, 5);
	free(r);
	release(&p, &one, 1);
}

/* What did not run is no range, and parts two. */
static void test_gap(void **state)
{
	struct places p = { 0 };
	struct place *one = make(AT, 0, 4);
	struct range *r;
	size_t nr;

	places_count(&p, one, 0, 1);
	places_count(&p, one, 3, 4);
	r = places_ranges(&p, &nr);
	assert_int_equal(nr, 2);
	check(&r[0], AT, 1, 1, 1);
	check(&r[1], AT + 6, 4, 1, 1);
	free(r);
	release(&p, &one, 1);
}

/* A loop jumps into the middle of a block: the same code a second time. */
static void test_overlap(void **state)
{
	struct places p = { 0 };
	struct place *list[] = { make(AT, 2, 2), make(AT, 0, 4) };
	struct range *r;
	size_t nr;

	places_count(&p, list[1], 0, 4);
	for (unsigned i = 0; i < 9; i++)
		places_count(&p, list[0], 0, 2);
	r = places_ranges(&p, &nr);
	assert_int_equal(nr, 2);
	check(&r[0], AT, 3, 2, 1);
	check(&r[1], AT + 3, 7, 2, 10);
	free(r);
	release(&p, list, 2);
}

static void test_clear(void **state)
{
	struct places p = { 0 };
	struct place *list[] = { make(AT, 0, 4), make(AT + 64, 0, 4) };
	struct range *r;
	size_t nr;

	places_count(&p, list[0], 0, 2);
	places_count(&p, list[1], 0, 4);
	places_clear(&p);
	r = places_ranges(&p, &nr);
	assert_int_equal(nr, 0);
	free(r);
	places_count(&p, list[0], 2, 4);
	r = places_ranges(&p, &nr);
	assert_int_equal(nr, 1);
	check(&r[0], AT + 3, 7, 2, 1);
	free(r);
	release(&p, list, 2);
}

/* Equally often, but of two functions. */
static void test_functions(void **state)
{
	struct places p = { 0 };
	struct place *list[] = { make(AT, 0, 4), make(AT + 10, 0, 4) };
	struct range *r;
	size_t nr;

	list[1]->function = 8;
	places_count(&p, list[1], 0, 4);
	places_count(&p, list[0], 0, 4);
	r = places_ranges(&p, &nr);
	assert_int_equal(nr, 2);
	check(&r[0], AT, 10, 4, 1);
	assert_int_equal(r[1].function, 8);
	assert_int_equal(r[1].nr, 4);
	free(r);
	release(&p, list, 2);
}

/* The end of one is where another begins, in assembly. */
static void test_shared(void **state)
{
	struct places p = { 0 };
	struct place *list[] = { make(AT, 0, 4), make(AT, 3, 1) };
	struct range *r;
	size_t nr;

	list[1]->function = 8;
	places_count(&p, list[0], 0, 4);
	places_count(&p, list[1], 0, 1);
	r = places_ranges(&p, &nr);
	assert_int_equal(nr, 2);
	check(&r[0], AT, 10, 4, 1);
	assert_true(r[1].at == AT + 6);
	assert_int_equal(r[1].function, 8);
	assert_int_equal(r[1].count, 1);
	free(r);
	release(&p, list, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),	  cmocka_unit_test(test_gap),
		cmocka_unit_test(test_overlap),	  cmocka_unit_test(test_clear),
		cmocka_unit_test(test_functions), cmocka_unit_test(test_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
