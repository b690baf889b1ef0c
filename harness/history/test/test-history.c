/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the database says, as nights.  How it could go wrong: a night that counts
 * twice, or that a run by hand stands for; a lost boot that is called a change; steps
 * across another compiler; a database that somebody else wrote.
 */
#include <sqlite3.h>

#include "alloc.h"
#include "fixture.h"
#include "history.h"
#include "news.h"
#include "store.h"

static char *db_path(void **state)
{
	return xasprintf("%s/cgmark.db", (char *)*state);
}

static void set_text(char **field, char *text)
{
	free(*field);
	*field = text;
}

/* A run of the fixture's in that night; its kernel v1 is that of the night. */
static struct run *night_run(void **state, const char *id, const char *night,
			     const char *kernel)
{
	struct run *run = fixture_run(*state, id);

	set_text(&run->created, xasprintf("%sT01:00:00Z", night));
	run->job = xstrdup("main");
	run->night = xstrdup(night);
	set_text(&run->kernels[1].vmlinux_sha256, xstrdup(kernel));
	set_text(&run->kernels[1].source_version, xstrdup(kernel));
	return run;
}

/* Of point 1, attach/self, of boots of kernel v1, as a boot would have them. */
static void set_values(struct run *run, uint64_t value, bool repeated)
{
	for (size_t i = 0; i < run->nr_boots; i++) {
		struct run_boot *b = &run->boots[i];

		for (size_t s = 0; s < b->nr_samples; s++)
			if (b->kernel == 1 && b->samples[s].point == 1)
				b->samples[s].value =
					10 * value + b->perturbation +
					(b->role == BOOT_REPEAT && !repeated);
	}
}

/* Writes, reads back, sets the values and imports. */
static void import(void **state, struct run *run, uint64_t value, bool repeated)
{
	_cleanup_free_ char *path = db_path(state);
	_cleanup_(run_freep) struct run *got = NULL;
	struct store *st = NULL;
	bool changed;

	fixture_write_run(run);
	assert_int_equal(run_load(run->dir, &got, NULL), 0);
	set_values(got, value, repeated);
	assert_int_equal(store_open(path, &st), 0);
	assert_int_equal(store_import(st, got, &changed), 0);
	store_close(st);
	run_free(run);
}

static void add_night(void **state, unsigned day, const char *kernel,
		      uint64_t value, bool repeated)
{
	_cleanup_free_ char *id = xasprintf("r%02u", day);
	_cleanup_free_ char *night = xasprintf("2026-01-%02u", day);

	import(state, night_run(state, id, night, kernel), value, repeated);
}

static struct history *load(void **state, const struct history_wish *wish)
{
	const struct history_wish all = { .job = NULL };
	_cleanup_free_ char *path = db_path(state);
	struct history *h = NULL;

	assert_int_equal(history_load(path, wish ? wish : &all, &h), 0);
	return h;
}

/* attach/self pace=burst on v1. */
static const struct history_series *find(const struct history *h)
{
	for (size_t i = 0; i < h->nr_series; i++) {
		const struct history_series *s = &h->series[i];

		if (!strcmp(s->bench, "attach/self") &&
		    !strcmp(s->params, "pace=burst,version=1") &&
		    !strcmp(s->kernel, "v1"))
			return s;
	}
	fail_msg("no such series");
	return NULL;
}

static void execute(void **state, const char *sql)
{
	_cleanup_free_ char *path = db_path(state);
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_nights(void **state)
{
	_cleanup_(history_freep) struct history *h = NULL, *again = NULL;
	const struct history_series *s;

	add_night(state, 1, "A", 500, true);
	add_night(state, 2, "A", 500, true);
	add_night(state, 5, "B", 600, true);
	h = load(state, NULL);
	/* Three points of two kernels. */
	assert_int_equal(h->nr_series, 6);
	s = find(h);
	assert_string_equal(s->job, "main");
	assert_true(s->exact);
	assert_int_equal(s->nr_nights, 3);
	assert_string_equal(s->nights[2].run->night, "2026-01-05");
	assert_string_equal(s->nights[2].kernel->source_version, "B");
	assert_int_equal(s->nights[2].nr_boots, 2);
	/* Perturbations 0 and 1, in samples of ten operations. */
	assert_true(fabs(s->nights[0].value - 500.05) < 1e-9);
	assert_true(fabs(s->nights[0].boots[1].value - 500.1) < 1e-9);
	assert_true(s->nights[0].repeated);
	assert_int_equal(s->nr_segments, 1);
	assert_int_equal(s->nr_steps, 1);
	assert_int_equal(s->steps[0].at, 2);
	assert_int_equal(s->steps[0].found, 2);
	assert_false(s->steps[0].minor);
	assert_int_equal(s->steps[0].cause, CAUSE_KERNEL);
	assert_string_equal(s->steps[0].why,
			    "A -> B, after 2 nights without a measurement");
	/* From what was summed up the first time. */
	again = load(state, NULL);
	assert_int_equal(find(again)->nr_steps, 1);
	assert_true(find(again)->nights[0].value == s->nights[0].value);
}

/* Once is no step, if the boot did not repeat it. */
static void test_repeats(void **state)
{
	_cleanup_(history_freep) struct history *h = NULL, *later = NULL;

	add_night(state, 1, "A", 500, false);
	add_night(state, 2, "A", 500, false);
	add_night(state, 3, "B", 600, false);
	h = load(state, NULL);
	assert_int_equal(find(h)->nr_steps, 0);
	add_night(state, 4, "C", 600, false);
	later = load(state, NULL);
	assert_int_equal(find(later)->nr_steps, 1);
	assert_int_equal(find(later)->steps[0].at, 2);
	assert_int_equal(find(later)->steps[0].found, 3);
	assert_string_equal(find(later)->steps[0].why, "A -> B");
}

static void test_one_run_counts(void **state)
{
	_cleanup_(history_freep) struct history *h = NULL;
	struct run *cut = night_run(state, "cut", "2026-01-01", "A");
	struct run *running = night_run(state, "running", "2026-01-02", "A");
	struct run *by_hand = fixture_run(*state, "hand");

	set_text(&cut->created, xstrdup("2026-01-01T03:00:00Z"));
	set_text(&cut->status, xstrdup("interrupted"));
	set_text(&running->status, xstrdup("running"));
	set_text(&by_hand->created, xstrdup("2026-01-02T03:00:00Z"));
	add_night(state, 1, "A", 500, true);
	import(state, cut, 900, true);
	import(state, running, 900, true);
	import(state, by_hand, 900, true);
	h = load(state, NULL);
	assert_int_equal(h->nr_series, 12);
	for (size_t i = 0; i < h->nr_series; i++)
		assert_int_equal(h->series[i].nr_nights, 1);
	/* Runs by hand come first. */
	assert_string_equal(h->series[0].job, "");
	assert_string_equal(h->series[6].nights[0].run->id, "r01");
}

/* Half of the boots is missing: their median is another, and nothing changed. */
static void test_lost_boot(void **state)
{
	_cleanup_(history_freep) struct history *h = NULL;

	for (unsigned day = 1; day <= 4; day++)
		add_night(state, day, "A", 500, true);
	execute(state,
		"UPDATE boot SET ok = 0 WHERE perturbation = 1 AND run IN "
		"(SELECT id FROM run WHERE name IN ('r02', 'r03'))");
	h = load(state, NULL);
	assert_int_equal(find(h)->nights[1].nr_boots, 1);
	assert_true(fabs(find(h)->nights[1].value - 500) < 1e-9);
	assert_int_equal(find(h)->nr_steps, 0);
}

static void test_segment(void **state)
{
	_cleanup_(history_freep) struct history *h = NULL;
	struct run *newer = night_run(state, "r02", "2026-01-02", "A");

	set_text(&newer->kernels[1].toolchain, xstrdup("gcc 13"));
	add_night(state, 1, "A", 500, true);
	import(state, newer, 600, true);
	h = load(state, NULL);
	assert_int_equal(find(h)->nr_segments, 2);
	assert_int_equal(find(h)->segments[1].first, 1);
	assert_non_null(strstr(find(h)->segments[1].why, "gcc 13"));
	assert_int_equal(find(h)->nr_steps, 0);
}

/* Only the guest is another; a change of one instruction is a minor one. */
static void test_causes(void **state)
{
	_cleanup_(history_freep) struct history *h = NULL;
	struct run *guest = night_run(state, "r02", "2026-01-02", "A");
	struct history_news *news;
	size_t nr;

	set_text(&guest->guest_sha256, xasprintf("%064d", 8));
	add_night(state, 1, "A", 5000, true);
	import(state, guest, 5001, true);
	add_night(state, 3, "A", 7000, true);
	h = load(state, NULL);
	assert_int_equal(find(h)->nr_steps, 2);
	assert_true(find(h)->steps[0].minor);
	assert_int_equal(find(h)->steps[0].cause, CAUSE_GUEST);
	assert_false(find(h)->steps[1].minor);
	news = history_news(h, false, &nr);
	assert_int_equal(nr, 1);
	assert_true(history_is_new(h, &news[0]));
	free(news);
	news = history_news(h, true, &nr);
	assert_int_equal(nr, 2);
	assert_int_equal(news[0].step->at, 2);
	free(news);
}

static void test_wish(void **state)
{
	const struct history_wish until = { .until = "2026-01-01" };
	const struct history_wish bench = { .bench = "att*", .kernel = "v?" };
	const struct history_wish other = { .job = "nightly" };
	const struct history_wish two = { .nr_nights = 2 };
	struct history *h;

	add_night(state, 1, "A", 500, true);
	add_night(state, 2, "A", 500, true);
	h = load(state, &until);
	assert_int_equal(find(h)->nr_nights, 1);
	history_free(h);
	h = load(state, &bench);
	assert_int_equal(h->nr_series, 2);
	history_free(h);
	h = load(state, &other);
	assert_int_equal(h->nr_series, 0);
	history_free(h);
	execute(state, "UPDATE run SET summed = 0; UPDATE boot SET ok = 0 "
		       "WHERE kernel = 0 AND id > 6");
	h = load(state, &two);
	assert_int_equal(h->nr_series, 3);
	history_free(h);
}

/* Whatever is in the tables, nothing is read that is not there. */
static void test_hostile(void **state)
{
	static const char *const sql[] = {
		"UPDATE sample_list SET list = '[1,2'",
		"UPDATE sample_list SET list = '[1e999,nan,-5]'",
		"UPDATE sample_list SET list = 'x', nr_ops = 0",
		"UPDATE boot SET kernel = 99",
		"UPDATE boot SET kernel = -1",
		"UPDATE run SET created = 'yesterday', night = 'x'",
		"UPDATE run SET night = '2026-13-45'",
		"UPDATE run SET night = ' +26-01-01'",
		"UPDATE kernel SET idx = idx + 5",
		"UPDATE figure SET value = 9e999, spread = NULL",
		"UPDATE figure SET boots = '[[0,1],[99999999999,1]'",
		"UPDATE figure SET boots = '[[[[0,'",
		"UPDATE figure SET boots = ''",
		"UPDATE figure SET kernel = kernel + 1000000",
	};

	for (size_t i = 0; i < ARRAY_SIZE(sql); i++) {
		_cleanup_free_ char *path = db_path(state);
		const struct history_wish wish = { .job = NULL };
		_cleanup_(history_freep) struct history *h = NULL;

		add_night(state, 1, "A", 500, true);
		/* The figures are summed up, and then they are what somebody says. */
		history_free(load(state, NULL));
		if (!strstr(sql[i], "figure"))
			execute(state, "UPDATE run SET summed = 0");
		execute(state, sql[i]);
		assert_int_equal(history_load(path, &wish, &h), 0);
		for (size_t k = 0; k < h->nr_series; k++) {
			assert_true(h->series[k].nr_nights > 0);
			assert_true(isfinite(h->series[k].nights[0].value));
		}
		unlink(path);
	}
}

static void test_none(void **state)
{
	const struct history_wish wish = { .job = NULL };
	_cleanup_free_ char *path = db_path(state), *log = NULL;
	struct history *h = NULL;

	capture_start(*state);
	assert_int_equal(history_load(path, &wish, &h), -ENOENT);
	log = capture_end();
	assert_non_null(strstr(log, "cgmark import"));
	assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nights, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(test_repeats, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(
			test_one_run_counts, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_lost_boot, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(test_segment, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(test_causes, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(test_wish, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(test_hostile, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(test_none, scratch_setup,
						scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
