/* SPDX-License-Identifier: GPL-2.0-only */
#include "alloc.h"
#include "file.h"
#include "kernel-near.h"
#include "scratch.h"

static void put(void **state, const char *name, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", (char *)*state, name);

	assert_int_equal(write_file_atomic(path, text, strlen(text)), 0);
}

/* A patch of one file. */
static void put_patch(void **state, const char *name, const char *file)
{
	_cleanup_free_ char *text =
		xasprintf("why\n--- a/%s\n+++ b/%s\n@@ -1 +1 @@\n-1\n+%s\n",
			  file, file, name);

	put(state, name, text);
}

static struct kernel_spec with(void **state, const char *series)
{
	struct kernel_spec k = {
		.source = xstrdup("deb:linux-source-6.12"),
		.patches = *series ? xasprintf("%s/%s", (char *)*state, series)
				   : xstrdup(""),
		.first = xstrdup(""),
	};

	return k;
}

/* Either way: first or second makes no difference. */
static bool near(struct kernel_spec *a, struct kernel_spec *b)
{
	bool ret = kernel_is_near(a, b);

	assert_int_equal(kernel_is_near(b, a), ret);
	return ret;
}

static bool series_near(void **state, const char *a, const char *b)
{
	_cleanup_(kernel_spec_release) struct kernel_spec x = with(state, a);
	_cleanup_(kernel_spec_release) struct kernel_spec y = with(state, b);

	return near(&x, &y);
}

static void patches_decide(void **state)
{
	put_patch(state, "c.patch", "kernel/fork.c");
	put_patch(state, "own.patch", "kernel/cgroup/cgroup-internal.h");
	put_patch(state, "h.patch", "include/linux/sched.h");
	put_patch(state, "arch.patch", "arch/x86/include/asm/msr.h");
	put(state, "none", "");
	put(state, "c", "c.patch\n");
	put(state, "own", "c.patch\nown.patch\n");
	put(state, "h", "c.patch\nh.patch\n");
	put(state, "more", "own.patch\nh.patch\n");
	put(state, "arch", "arch.patch\n");
	assert_true(series_near(state, "", ""));
	assert_true(series_near(state, "none", "c"));
	assert_true(series_near(state, "none", "own"));
	assert_false(series_near(state, "", "h"));
	assert_false(series_near(state, "c", "h"));
	assert_false(series_near(state, "", "arch"));
	/* Both have that of the header. */
	assert_true(series_near(state, "more", "h"));
}

static void only_what_is_applied(void **state)
{
	_cleanup_(kernel_spec_release) struct kernel_spec a = with(state, "h");
	_cleanup_(kernel_spec_release) struct kernel_spec b = with(state, "");

	free(a.first);
	a.first = xstrdup("1");
	assert_true(near(&a, &b));
	free(a.first);
	a.first = xstrdup("9");
	assert_false(near(&a, &b));
}

static void odd_patches(void **state)
{
	put(state, "gone", "nowhere.patch\n");
	assert_true(series_near(state, "gone", ""));
	put(state, "odd.patch",
	    "+++ \n--- x.h\n+++ include/linux/x.hh\n+++ b/");
	put(state, "odd", "odd.patch\n");
	assert_true(series_near(state, "odd", ""));
	/* A file that goes, and one with a date behind its name. */
	put(state, "odd.patch",
	    "--- a/include/net/x.h\t2024-01-01\n+++ /dev/null");
	assert_false(series_near(state, "odd", ""));
}

static bool sources_near(char *a, char *b)
{
	char empty[] = "";
	struct kernel_spec x = { .source = a,
				 .patches = empty,
				 .first = empty };
	struct kernel_spec y = { .source = b,
				 .patches = empty,
				 .first = empty };

	return near(&x, &y);
}

static void sources_decide(void **state)
{
	char six[] = "deb:linux-source-6.1", twelve[] = "deb:linux-source-6.12";
	char a[] = "git:/linux@HEAD", b[] = "git:/linux@HEAD~1";
	char other[] = "git:/linux2@HEAD", dir[] = "dir:/linux",
	     d2[] = "dir:/l";

	assert_false(sources_near(six, twelve));
	assert_true(sources_near(a, b));
	assert_false(sources_near(a, other));
	assert_true(sources_near(dir, dir));
	assert_false(sources_near(dir, d2));
	assert_false(sources_near(dir, a));
}

static void clean_takes_nothing(void **state)
{
	_cleanup_(kernel_spec_release) struct kernel_spec a = with(state, "");
	_cleanup_(kernel_spec_release) struct kernel_spec b = with(state, "");

	b.clean = true;
	assert_false(kernel_is_near(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patches_decide),
		cmocka_unit_test(only_what_is_applied),
		cmocka_unit_test(odd_patches),
		cmocka_unit_test(sources_decide),
		cmocka_unit_test(clean_takes_nothing),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
