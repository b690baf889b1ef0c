/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Years of nights whose truth is known: how often is there an alarm for nothing, and
 * how soon is what is there found?  The limits are those of the project; rates are
 * printed, so that a change of the procedure can be weighed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "alloc.h"
#include "night-sim.h"
#include "stats.h"
#include "steps.h"

enum { YEAR = 365, SERIES = 40 };

struct year {
	struct history_run run[YEAR];
	struct run_kernel kernel[YEAR];
	struct history_boot boot[YEAR];
	struct history_night night[YEAR];
	char words[YEAR][16];
	size_t number[YEAR]; /* of the night among all, gaps too */
	struct history_series s;
};

/* The nights of a series with another kernel each, and its steps. */
static void make_year(struct year *y, const struct night_sim *sim,
		      uint64_t seed)
{
	static char none[] = "";
	size_t nr = 0;

	memset(y, 0, sizeof(*y));
	for (size_t i = 0; i < YEAR; i++) {
		double v = sim_value(sim, i, YEAR, &seed);

		if (isnan(v))
			continue;
		snprintf(y->words[nr], sizeof(y->words[nr]), "k%zu", i);
		y->kernel[nr] = (struct run_kernel){
			.source_version = y->words[nr],
			.vmlinux_sha256 = y->words[nr],
			.toolchain = none,
			.cmdline = none,
			.series = none,
			.series_sha256 = none,
			.patches = none,
			.config_sha256 = none,
		};
		y->run[nr] = (struct history_run){
			.day = (long)i,
			.machine_detail = none,
			.host = none,
			.version = none,
			.guest_sha256 = none,
		};
		y->boot[nr].value = v;
		y->number[nr] = i;
		y->night[nr] = (struct history_night){
			.run = &y->run[nr],
			.kernel = &y->kernel[nr],
			.value = v,
			.boots = &y->boot[nr],
			.nr_boots = 1,
		};
		nr++;
	}
	y->s.exact = sim->exact;
	y->s.nights = y->night;
	y->s.nr_nights = nr;
	segments_find(&y->s);
	steps_find(&y->s);
}

static void year_release(struct year *y)
{
	y->s.nights = NULL;
	y->s.nr_nights = 0;
	history_series_release(&y->s);
}

/* Alarms per 100 nights over 40 series that do not change. */
static double alarms(const struct night_sim *sim, unsigned years)
{
	struct year *y = xcalloc(1, sizeof(*y));
	double nr = 0;

	for (unsigned i = 0; i < years * SERIES; i++) {
		make_year(y, sim, 1000003ULL * i + 17);
		nr += (double)y->s.nr_steps;
		year_release(y);
	}
	free(y);
	return nr / years / YEAR * 100;
}

static void test_time_alarms(void **state)
{
	const struct night_sim normal = { .level = 1000, .spread = 0.01 };
	struct night_sim tails = normal, slow = normal, gaps = normal;
	const struct {
		const char *name;
		const struct night_sim *sim;
	} cases[] = {
		{ "normal", &normal },
		{ "heavy tails", &tails },
		{ "one night in 20 slow", &slow },
		{ "one night in 5 missing", &gaps },
	};

	tails.tails = true;
	slow.slow = 0.05;
	gaps.gaps = 0.2;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		double rate = alarms(cases[i].sim, 12);

		print_message(
			"# %s: %.3f false alarms per 100 nights over %d series\n",
			cases[i].name, rate, SERIES);
		assert_true(rate <= 0.3);
	}
}

static void test_exact_alarms(void **state)
{
	const struct night_sim sim = {
		.exact = true, .level = 5000, .gaps = 0.1, .blips = 0.03
	};

	assert_true(alarms(&sim, 5) == 0);
}

/* Nights, gaps too, from the step until it was found; INFINITY: it was not. */
static double delay_of(const struct year *y, const struct night_sim *sim,
		       unsigned step)
{
	size_t at = 0;

	while (sim_steps_at(sim, at, YEAR) < step)
		at++;
	for (size_t i = 0; i < y->s.nr_steps; i++) {
		size_t found = y->number[y->s.steps[i].found];

		if (found >= at && sim_steps_at(sim, found, YEAR) == step)
			return (double)(found - at + 1);
	}
	return INFINITY;
}

static double median_delay(const struct night_sim *sim, unsigned years)
{
	struct year *y = xcalloc(1, sizeof(*y));
	double *delay = xcalloc((size_t)years * sim->steps, sizeof(*delay));
	size_t nr = 0;
	double median;

	for (unsigned i = 0; i < years; i++) {
		make_year(y, sim, 7919ULL * i + 5);
		for (unsigned k = 1; k <= sim->steps; k++)
			delay[nr++] = delay_of(y, sim, k);
		year_release(y);
	}
	median = stats_median(delay, nr);
	free(delay);
	free(y);
	return median;
}

static void test_time_steps(void **state)
{
	const struct night_sim normal = {
		.level = 1000, .spread = 0.01, .steps = 3, .step = 3
	};
	struct night_sim tails = normal;
	double a, b;

	tails.tails = true;
	a = median_delay(&normal, 200);
	b = median_delay(&tails, 200);
	print_message(
		"# steps of three spreads are found within %.0f nights at the median, with heavy tails %.0f\n",
		a, b);
	assert_true(a <= 5);
	assert_true(b <= 5);
}

/* The first night of so many steps whose value is that of the truth. */
static size_t first_night(const struct year *y, const struct night_sim *sim,
			  unsigned steps)
{
	for (size_t i = 0; i < y->s.nr_nights; i++)
		if (sim_steps_at(sim, y->number[i], YEAR) == steps &&
		    y->night[i].value == sim_truth(sim, y->number[i], YEAR))
			return i;
	return 0;
}

/* Each on its night, with its size; found then or, for it has to repeat, later. */
static void check_exact_steps(const struct year *y, const struct night_sim *sim)
{
	assert_int_equal(y->s.nr_steps, sim->steps);
	for (unsigned k = 0; k < sim->steps; k++) {
		const struct history_step *st = &y->s.steps[k];
		size_t at = y->number[st->at];

		assert_int_equal(st->at, first_night(y, sim, k + 1));
		assert_true(st->after == sim_truth(sim, at, YEAR));
		assert_int_equal((int)st->before, k % 2 ? 5020 : 5000);
		assert_int_equal(st->found, st->at + 1);
		assert_false(st->minor);
		assert_int_equal(st->cause, CAUSE_KERNEL);
	}
}

static void test_exact_steps(void **state)
{
	/* A blip in the night of a step, or after it, hides it for that night. */
	const struct night_sim quiet = { .exact = true,
					 .level = 5000,
					 .gaps = 0.1,
					 .steps = 5,
					 .step = 0.004 };
	struct year *y = xcalloc(1, sizeof(*y));

	for (unsigned i = 0; i < 100; i++) {
		make_year(y, &quiet, 31ULL * i + 1);
		check_exact_steps(y, &quiet);
		year_release(y);
	}
	free(y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time_alarms),
		cmocka_unit_test(test_exact_alarms),
		cmocka_unit_test(test_time_steps),
		cmocka_unit_test(test_exact_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
