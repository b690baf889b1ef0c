/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What two runs were planned to be, and shards on disk.  How it could go wrong: a
 * difference that is not seen, so that figures of two plans become one run; one that
 * is none, so that shards of two hosts are refused; a run.json that claims to be part
 * 5 of 4, or has a boot twice in its plan.
 */
#include "alloc.h"
#include "file.h"
#include "fixture.h"
#include "json.h"
#include "run-plan.h"

static void replace(char **text, const char *with)
{
	free(*text);
	*text = xstrdup(with);
}

static struct run *shard_of(const char *dir, const char *id, unsigned number)
{
	struct run *run = fixture_run(dir, id);
	struct run_shard *s = &run->shard;

	*s = (struct run_shard){
		.number = number,
		.of = 2,
		.plan_sha256 = xasprintf("%064d", 1),
		.boots = xcalloc(run->nr_boots, sizeof(*s->boots)),
		.nr_boots = run->nr_boots,
	};
	for (size_t i = 0; i < run->nr_boots; i++)
		run_boot_copy_plan(&s->boots[i], &run->boots[i],
				   run->nr_points);
	return run;
}

static void differ(struct run *a, struct run *b, const char *what)
{
	const char *is = run_plan_difference(a, b);
	char x[65], y[65];

	run_plan_digest(a, x);
	run_plan_digest(b, y);
	if (what) {
		assert_non_null(is);
		assert_string_equal(is, what);
		assert_string_not_equal(x, y);
	} else {
		assert_null(is);
		assert_string_equal(x, y);
	}
	run_free(a);
	run_free(b);
}

#define CHANGED(_what, _change)                           \
	do {                                              \
		struct run *a = fixture_run(*state, "A"); \
		struct run *b = fixture_run(*state, "B"); \
                                                          \
		_change;                                  \
		differ(a, b, _what);                      \
	} while (0)

static void test_differences(void **state)
{
	CHANGED("version", replace(&b->version, "0.2.0"));
	CHANGED("machine", replace(&b->machine, "kvm"));
	CHANGED("machine_detail", replace(&b->machine_detail, "QEMU 8"));
	CHANGED("guest_sha256", replace(&b->guest_sha256, "0"));
	CHANGED("suite", replace(&b->suite, "full"));
	CHANGED("profile", b->profile = xstrdup("model"));
	CHANGED("job", b->night = xstrdup("2026-12-31"));
	CHANGED("seed", b->seed = 1);
	CHANGED("perturbations", b->perturbations = 3);
	CHANGED("kernels", replace(&b->kernels[1].key, "0"));
	CHANGED("kernels", replace(&b->kernels[1].toolchain, "gcc 13"));
	CHANGED("kernels", replace(&b->kernels[0].cmdline, ""));
	CHANGED("points", strcpy(b->points[1].plan.id.params, "pace=burst"));
	CHANGED("points", b->points[0].plan.samples++);
	CHANGED("points", b->points[0].plan.id.version++);
	CHANGED("boots", b->boots[3].perturbation++);
	CHANGED("boots", run_boot_release(&b->boots[--b->nr_boots], 0));
}

static void test_no_differences(void **state)
{
	CHANGED(NULL, (void)0);
	CHANGED(NULL, replace(&b->host, "64 x CPU"));
	CHANGED(NULL, replace(&b->command_line, "cgmark run --shard 2/4"));
	CHANGED(NULL, replace(&b->status, "interrupted"));
	CHANGED(NULL, replace(&b->kernels[0].image, "/elsewhere/vmlinux"));
	CHANGED(NULL, replace(&b->kernels[0].modules, ""));
	CHANGED(NULL, b->settling.ended = xstrdup("settled"));
	/* No plan has boots that came later. */
	CHANGED(NULL, b->boots[b->nr_boots - 1].role = BOOT_CONFIRM;
		run_boot_release(&a->boots[--a->nr_boots], 0));
}

static void test_shards(void **state)
{
	struct run *a = shard_of(*state, "A", 1), *b = shard_of(*state, "B", 2);

	/* Each has other boots, and the whole has them all. */
	run_boot_release(&a->boots[--a->nr_boots], a->nr_points);
	differ(a, b, NULL);
	a = shard_of(*state, "A", 1);
	b = fixture_run(*state, "B");
	run_boot_release(&a->boots[--a->nr_boots], a->nr_points);
	differ(a, b, NULL);
}

static void test_read_back(void **state)
{
	_cleanup_(run_freep) struct run *run = shard_of(*state, "A", 2);
	_cleanup_(run_freep) struct run *loaded = NULL;
	struct run_source *s;

	run->merged.of = 2;
	run->merged.plan_sha256 = xstrdup("0");
	s = run->merged.sources = xcalloc(1, sizeof(*s));
	run->merged.nr_sources = 1;
	*s = (struct run_source){ .number = 2, .run = xstrdup("B") };
	run->profile = xstrdup("model");
	fixture_write_run(run);
	assert_int_equal(run_load(run->dir, &loaded, NULL), 0);
	assert_int_equal(loaded->shard.number, 2);
	assert_int_equal(loaded->shard.of, 2);
	assert_string_equal(loaded->shard.plan_sha256, run->shard.plan_sha256);
	assert_int_equal(loaded->shard.nr_boots, FIXTURE_BOOTS);
	assert_string_equal(loaded->shard.boots[2].id, "base-p0-repeat");
	assert_int_equal(loaded->shard.boots[2].role, BOOT_REPEAT);
	assert_int_equal(loaded->merged.of, 2);
	assert_int_equal(loaded->merged.nr_sources, 1);
	assert_int_equal(loaded->merged.sources[0].number, 2);
	assert_string_equal(loaded->merged.sources[0].run, "B");
	assert_string_equal(loaded->profile, "model");
	assert_null(run_plan_difference(run, loaded));
}

static void refused(struct run *run, const char *why)
{
	_cleanup_free_ char *top = xasprintf("%s/..", run->dir);
	struct run *loaded = NULL;
	char *log;

	fixture_write_run(run);
	capture_start(top);
	assert_int_equal(run_load(run->dir, &loaded, NULL), -EBADMSG);
	log = capture_end();
	if (!strstr(log, why))
		fail_msg("no '%s' in '%s'", why, log);
	free(log);
	run_free(run);
}

static void test_bad_shards(void **state)
{
	struct run *run = shard_of(*state, "A", 3);

	refused(run, "shard.number': not 1 to 2");
	refused(shard_of(*state, "B", 0), "shard.number': not 1 to 2");
	run = shard_of(*state, "C", 1);
	replace(&run->shard.boots[1].id, "base-p0");
	refused(run, "'base-p0' is there twice");
	run = shard_of(*state, "D", 1);
	replace(&run->shard.boots[1].id, "../elsewhere");
	refused(run, "not the name of a directory");
	run = shard_of(*state, "E", 1);
	run->shard.boots[1].kernel = 2;
	refused(run, "there is no kernel 2");
	run = fixture_run(*state, "F");
	run->merged.of = 2;
	run->merged.sources = xcalloc(1, sizeof(*run->merged.sources));
	run->merged.nr_sources = 1;
	run->merged.sources[0].number = 3;
	refused(run, "there is no shard 3");
}

static void test_hosts(void **state)
{
	_cleanup_(run_freep) struct run *run = run_new();

	run_add_host(run, "12 x CPU");
	run_add_host(run, "2 x CPU");
	run_add_host(run, "12 x CPU");
	run_add_host(run, "2 x CPU");
	assert_string_equal(run->host, "12 x CPU and 2 x CPU");
}

#define IN_DIR(fn) \
	cmocka_unit_test_setup_teardown(fn, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(test_differences), IN_DIR(test_no_differences),
		IN_DIR(test_shards),	  IN_DIR(test_read_back),
		IN_DIR(test_bad_shards),  IN_DIR(test_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
