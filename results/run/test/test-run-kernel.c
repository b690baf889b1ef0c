/* SPDX-License-Identifier: GPL-2.0-only */
/* What a run records of a kernel, and runs that recorded less. */
#include "alloc.h"
#include "fixture.h"
#include "json.h"

static const char hash[] = "0123456789abcdef0123456789abcdef";

static void patches_are(const char *patches, const char *series,
			const char *total, const char *spec, const char *want)
{
	struct run_kernel k = {
		.patches = xstrdup(patches),
		.series = xstrdup(series),
		.series_sha256 = xstrdup(*series ? hash : ""),
		.series_total = xstrdup(total),
		.spec = xstrdup(spec),
	};
	_cleanup_free_ char *got = run_kernel_patches(&k);

	assert_string_equal(got, want);
	run_kernel_release(&k);
}

static void test_patches(void **state)
{
	patches_are("a b c", "mine", "3", "deb:x",
		    "series mine, 3 patches, 0123456789ab");
	patches_are("a", "mine", "1", "deb:x",
		    "series mine, 1 patch, 0123456789ab");
	patches_are("a b", "mine", "44", "deb:x",
		    "series mine, 2 of 44 patches, 0123456789ab");
	/* Hashes of nothing would all look the same. */
	patches_are("", "mine", "44", "deb:x", "series mine, 0 of 44 patches");
	patches_are("", "mine", "0", "deb:x", "series mine, no patches");
	/* As run.json without these fields is read. */
	patches_are("a  b ", "", "", "deb:x", "2 patches");
	patches_are("", "", "", "deb:x", "no patches");
	patches_are("", "", "", "image:/x", "patches unknown (image)");
	patches_are("", "", "", "pkg:linux-image-1", "patches of its package");
}

static void test_nothing_known(void **state)
{
	const struct run_kernel k = { NULL };
	_cleanup_free_ char *got = run_kernel_patches(&k);

	assert_string_equal(got, "no patches");
}

static void test_many_patches(void **state)
{
	_cleanup_strbuf_ struct strbuf names = STRBUF_INIT;

	for (int i = 1; i <= 1000; i++)
		strbuf_addf(&names, "%s%04d-x.patch", i > 1 ? " " : "", i);
	patches_are(names.buf, "long", "1000", "deb:x",
		    "series long, 1000 patches, 0123456789ab");
}

static int load_quietly(void **state, const char *dir, struct run **ret,
			char **log)
{
	unsigned damaged;
	int r;

	capture_start(*state);
	r = run_load(dir, ret, &damaged);
	*log = capture_end();
	return r;
}

/* run.json of a run; its sum is made again when it is saved. */
static json_t *load_json(const char *path)
{
	_cleanup_strbuf_ struct strbuf why = STRBUF_INIT;
	json_t *json = NULL;

	assert_int_equal(json_file_load(path, RUN_FORMAT, &json, &why), 0);
	json_object_del(json, "crc32");
	return json;
}

static void test_run_without_series(void **state)
{
	static const char *const fields[] = { "series", "series_sha256",
					      "series_total" };
	_cleanup_(run_freep) struct run *run = fixture_run(*state, "r1");
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_free_ char *path = xasprintf("%s/run.json", run->dir);
	_cleanup_free_ char *log = NULL, *text = NULL;
	json_t *json, *kernel;

	fixture_write_run(run);
	json = load_json(path);
	kernel = json_array_get(json_object_get(json, "kernels"), 1);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		assert_int_equal(json_object_del(kernel, fields[i]), 0);
	assert_int_equal(json_file_save(path, json), 0);
	json_decref(json);

	assert_int_equal(load_quietly(state, run->dir, &got, &log), 0);
	assert_string_equal(log, "");
	assert_string_equal(got->kernels[0].series, run->kernels[0].series);
	for (size_t i = 0; i < NR_KERNEL_FIELDS; i++)
		assert_non_null(
			kernel_text(&got->kernels[1], &kernel_fields[i]));
	text = run_kernel_patches(&got->kernels[1]);
	assert_string_equal(text, "2 patches");
}

static void test_series_is_no_text(void **state)
{
	_cleanup_(run_freep) struct run *run = fixture_run(*state, "r1");
	_cleanup_(run_freep) struct run *got = NULL;
	_cleanup_free_ char *path = xasprintf("%s/run.json", run->dir);
	_cleanup_free_ char *log = NULL;
	json_t *json;

	fixture_write_run(run);
	json = load_json(path);
	json_object_set_new(json_array_get(json_object_get(json, "kernels"), 1),
			    "series", json_integer(44));
	assert_int_equal(json_file_save(path, json), 0);
	json_decref(json);

	assert_int_equal(load_quietly(state, run->dir, &got, &log), -EBADMSG);
	assert_non_null(strstr(log, "kernels[1].series': not a string"));
}

#define IN_DIR(_fn) \
	cmocka_unit_test_setup_teardown(_fn, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patches),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_many_patches),
		IN_DIR(test_run_without_series),
		IN_DIR(test_series_is_no_text),
	};

	return cmocka_run_group_tests_name("run-kernel", tests, NULL, NULL);
}
