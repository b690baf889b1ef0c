/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run of parts of several.  How it could go wrong: two kernels or boots of
 * one name; samples that land at another point; files that are looked for in the
 * wrong run; a boot of a kernel that nobody asked for; a point that was never
 * planned and looks as if it had been lost; memory that two runs own.
 */
#include "alloc.h"
#include "file.h"
#include "fixture.h"
#include "run-merge.h"

static struct run *read_back(struct run *run)
{
	_cleanup_(run_freep) struct run *written = run;
	struct run *ret = NULL;
	unsigned damaged = 0;

	fixture_write_run(written);
	assert_int_equal(run_load(written->dir, &ret, &damaged), 0);
	assert_int_equal(damaged, 0);
	return ret;
}

static struct run *load_run(const char *dir, const char *id)
{
	return read_back(fixture_run(dir, id));
}

/* Without its first point. */
static struct run *load_short_run(const char *dir, const char *id)
{
	struct run *run = fixture_run(dir, id);

	run->nr_points--;
	memmove(run->points, run->points + 1,
		run->nr_points * sizeof(*run->points));
	return read_back(run);
}

static const struct run_boot *boot_of(const struct run *run, const char *id)
{
	for (size_t i = 0; i < run->nr_boots; i++)
		if (!strcmp(run->boots[i].id, id))
			return &run->boots[i];
	fail_msg("no boot %s", id);
	return NULL;
}

static void has_remark(const struct run *run, const char *part)
{
	for (size_t i = 0; i < run->nr_remarks; i++)
		if (strstr(run->remarks[i], part))
			return;
	fail_msg("no remark with '%s'", part);
}

static void test_names(void **state)
{
	_cleanup_(run_freep) struct run *a = load_run(*state, "A");
	_cleanup_(run_freep) struct run *b = load_run(*state, "B");
	const struct run_part parts[] = { { a, 0 }, { b, 1 }, { b, 0 } };
	_cleanup_(run_freep) struct run *m = run_merge(parts, 3);

	assert_false(m->plans_differ);
	assert_int_equal(m->nr_kernels, 3);
	assert_string_equal(m->kernels[0].name, "base@A");
	assert_string_equal(m->kernels[1].name, "v1");
	assert_string_equal(m->kernels[2].name, "base@B");
	assert_int_equal(m->nr_boots, 9);
	assert_int_equal(boot_of(m, "base-p1@A")->kernel, 0);
	assert_int_equal(boot_of(m, "v1-p1")->kernel, 1);
	assert_int_equal(boot_of(m, "base-p0-repeat@B")->kernel, 2);
	assert_int_equal(boot_of(m, "base-p0-repeat@B")->role, BOOT_REPEAT);
	assert_string_equal(m->kernels[1].spec,
			    "deb:linux-source-6.12,name=v1");
	has_remark(m, "base@A was made 2025-01-01T00:00:00Z A");
	has_remark(m, "v1 is of run B, made 2025-01-01T00:00:00Z B");
}

static void test_files(void **state)
{
	_cleanup_(run_freep) struct run *a = load_run(*state, "A");
	_cleanup_(run_freep) struct run *b = load_run(*state, "B");
	const struct run_part parts[] = { { a, 0 }, { b, 0 } };
	_cleanup_(run_freep) struct run *m = run_merge(parts, 2);

	for (size_t i = 0; i < m->nr_boots; i++) {
		const struct run_boot *boot = &m->boots[i];
		_cleanup_free_ char *path = run_boot_path(m, boot, "boot.json");
		_cleanup_free_ char *part =
			xasprintf("/%s/boots/base-p", boot->kernel ? "B" : "A");

		assert_int_equal(access(path, R_OK), 0);
		assert_non_null(strstr(path, part));
	}
}

static void check_samples(const struct run *m, const struct run_boot *b,
			  unsigned first_point)
{
	size_t nr = m->nr_points - first_point;

	assert_int_equal(b->nr_samples, nr * FIXTURE_SAMPLES);
	for (size_t i = 0; i < b->nr_samples; i++) {
		const struct run_sample *s = &b->samples[i];
		unsigned planned = s->point - first_point; /* in its own run */

		assert_in_range(s->point, first_point, m->nr_points - 1);
		assert_int_equal(s->value / 1000, planned + 1);
	}
}

static void skips(const struct run_boot *b, unsigned point, const char *why)
{
	assert_int_equal(b->status[point], POINT_SKIP);
	if (!strstr(b->status_text[point], why))
		fail_msg("%s, point %u: '%s'", b->id, point,
			 b->status_text[point]);
}

static void test_points(void **state)
{
	_cleanup_(run_freep) struct run *all = load_run(*state, "A");
	_cleanup_(run_freep) struct run *part = load_short_run(*state, "B");
	const struct run_part parts[] = { { all, 0 }, { part, 1 } };
	_cleanup_(run_freep) struct run *m = run_merge(parts, 2);
	const struct run_boot *b = boot_of(m, "v1-p1");

	assert_true(m->plans_differ);
	assert_int_equal(m->nr_points, FIXTURE_POINTS);
	assert_string_equal(m->points[0].plan.id.bench, "null");
	skips(b, 0, "run B did not plan it");
	skips(b, 1, "run B measured other points before it");
	skips(b, 2, "run B measured other points before it");
	for (unsigned p = 0; p < FIXTURE_POINTS; p++)
		assert_int_equal(boot_of(m, "base-p0")->status[p], POINT_DONE);
	check_samples(m, b, 1);
	check_samples(m, boot_of(m, "base-p0"), 0);
}

/* A boot that has the second point of its run, the last of the new one. */
static void test_boot_of_few_points(void **state)
{
	_cleanup_(run_freep) struct run *all = load_run(*state, "A");
	_cleanup_(run_freep) struct run *part = load_short_run(*state, "B");
	const struct run_part parts[] = { { all, 0 }, { part, 1 } };
	struct run_boot *few =
		&part->boots[boot_of(part, "v1-p1") - part->boots];
	_cleanup_(run_freep) struct run *m = NULL;
	const struct run_boot *b;

	few->role = BOOT_CONFIRM;
	few->planned = xcalloc(part->nr_points, sizeof(*few->planned));
	few->planned[1] = true;
	few->status[0] = POINT_UNPLANNED;
	m = run_merge(parts, 2);
	b = boot_of(m, "v1-p1");
	assert_false(boot_plans(b, 0));
	assert_false(boot_plans(b, 1));
	assert_true(boot_plans(b, 2));
	assert_int_equal(b->status[1], POINT_UNPLANNED);
	skips(b, 2, "run B measured other points before it");
	assert_true(boot_plans(boot_of(m, "v1-p0"), 0));
}

/* The run that lacks a point comes first. */
static void test_points_behind(void **state)
{
	_cleanup_(run_freep) struct run *all = load_run(*state, "A");
	_cleanup_(run_freep) struct run *part = load_short_run(*state, "B");
	const struct run_part parts[] = { { part, 1 }, { all, 0 } };
	_cleanup_(run_freep) struct run *m = run_merge(parts, 2);

	assert_int_equal(m->nr_points, FIXTURE_POINTS);
	assert_string_equal(m->points[2].plan.id.bench, "null");
	skips(boot_of(m, "v1-p1"), 2, "run B did not plan it");
	assert_int_equal(boot_of(m, "v1-p1")->status[0], POINT_DONE);
	skips(boot_of(m, "base-p1"), 0, "run A measured other points before");
	skips(boot_of(m, "base-p1"), 1, "run A measured other points before");
	assert_int_equal(boot_of(m, "base-p1")->status[2], POINT_DONE);
}

/* What went wrong at a point is not hidden by where it was. */
static void test_failed_points(void **state)
{
	_cleanup_(run_freep) struct run *all = load_run(*state, "A");
	_cleanup_(run_freep) struct run *part = load_short_run(*state, "B");
	const struct run_part parts[] = { { all, 0 }, { part, 1 } };
	struct run *m;

	for (size_t i = 0; i < part->nr_boots; i++)
		part->boots[i].status[0] = POINT_FAIL;
	m = run_merge(parts, 2);
	assert_int_equal(boot_of(m, "v1-p1")->status[1], POINT_FAIL);
	run_free(m);
}

/* Boots of one run keep their order; those of two alternate. */
static void test_order(void **state)
{
	_cleanup_(run_freep) struct run *a = load_run(*state, "A");
	_cleanup_(run_freep) struct run *b = load_run(*state, "B");
	const struct run_part parts[] = { { a, 0 }, { b, 1 }, { a, 1 } };
	const unsigned want[] = { 0, 1, 0, 0, 1, 2, 2, 1, 2 };
	_cleanup_(run_freep) struct run *m = run_merge(parts, 3);

	assert_int_equal(m->nr_boots, ARRAY_SIZE(want));
	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		assert_int_equal(m->boots[i].kernel, want[i]);
}

static void test_provenance(void **state)
{
	_cleanup_(run_freep) struct run *a = load_run(*state, "A");
	_cleanup_(run_freep) struct run *b = load_run(*state, "B");
	const struct run_part parts[] = { { b, 0 }, { a, 1 } };
	struct run *m;

	free(b->status);
	b->status = xstrdup("interrupted");
	b->perturbations = 1;
	free(b->command_line);
	b->command_line = xstrdup("cgmark run --kernel x");
	m = run_merge(parts, 2);
	assert_string_equal(m->id, "B+A");
	assert_string_equal(m->status, "run B is interrupted");
	assert_string_equal(m->created, "2025-01-01T00:00:00Z B");
	assert_string_equal(m->machine_detail, "QEMU");
	assert_string_equal(m->suite, "default");
	assert_string_equal(m->command_line,
			    "cgmark run --kernel x; cgmark run; "
			    "cgmark compare B:base A:v1");
	assert_int_equal(m->perturbations, 1);
	run_free(m);
}

static void add_event(struct run *run, const char *name)
{
	struct run_event *e;

	run->events = xreallocarray(run->events, run->nr_events + 1,
				    sizeof(*run->events));
	e = &run->events[run->nr_events++];
	memset(e, 0, sizeof(*e));
	snprintf(e->ev.name, sizeof(e->ev.name), "%s", name);
	e->means = xasprintf("%s in full", name);
}

static void test_events(void **state)
{
	struct run *a = fixture_run(*state, "A"), *b = fixture_run(*state, "B");
	const struct run_part parts[] = { { a, 0 }, { b, 1 } };
	struct run *m;

	add_event(a, "cycles");
	add_event(b, "faults");
	add_event(b, "cycles");
	b->latencies = xcalloc(1, sizeof(*b->latencies));
	b->latencies[b->nr_latencies++] = xstrdup("cgroup_attach_task");
	m = run_merge(parts, 2);
	run_free(a);
	run_free(b);
	assert_int_equal(m->nr_events, 2);
	assert_string_equal(m->events[0].ev.name, "cycles");
	assert_string_equal(m->events[1].means, "faults in full");
	assert_int_equal(m->nr_latencies, 1);
	run_free(m);
}

/* Boots that were never read, as of a run in memory. */
static void test_not_loaded(void **state)
{
	struct run *a = fixture_run(*state, "A"), *b = fixture_run(*state, "B");
	const struct run_part parts[] = { { a, 0 }, { b, 0 } };
	struct run *m = run_merge(parts, 2);

	run_free(a);
	run_free(b);
	assert_int_equal(m->nr_boots, 6);
	for (size_t i = 0; i < m->nr_boots; i++)
		for (size_t p = 0; p < m->nr_points; p++)
			assert_int_equal(m->boots[i].status[p], POINT_MISSING);
	run_free(m);
}

#define IN_DIR(fn) \
	cmocka_unit_test_setup_teardown(fn, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(test_names),
		IN_DIR(test_files),
		IN_DIR(test_boot_of_few_points),
		IN_DIR(test_points),
		IN_DIR(test_points_behind),
		IN_DIR(test_failed_points),
		IN_DIR(test_order),
		IN_DIR(test_provenance),
		IN_DIR(test_events),
		IN_DIR(test_not_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
