/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of modules that cannot be loaded: on this host, none can. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "modules.h"

static char dir[] = "/tmp/cgmark-modules-XXXXXX";
static char why[200];

static void put(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fputs(text, f) < 0, 0);
	assert_int_equal(fclose(f), 0);
}

static void drop(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	unlink(path);
}

static void assert_says(const char *text)
{
	if (!strstr(why, text))
		fail_msg("'%s' is not in: %s", text, why);
}

static void test_none(void **state)
{
	assert_int_equal(modules_load("/nonexistent", why, sizeof(why)), 0);
	put("list", "");
	assert_int_equal(modules_load(dir, why, sizeof(why)), 0);
}

static void test_missing(void **state)
{
	put("list", "virtio.ko\n");
	assert_int_equal(modules_load(dir, why, sizeof(why)), -ENOENT);
	assert_says("module virtio.ko: ");
}

/* Not reached: the one before it fails. */
static void test_no_module(void **state)
{
	put("list", "bad.ko rd_nr=2 rd_size=4\nvirtio.ko\n");
	put("bad.ko", "neither ELF nor a module\n");
	assert_true(modules_load(dir, why, sizeof(why)) < 0);
	assert_says("module bad.ko: ");
	if (geteuid() != 0)
		assert_says(strerror(EPERM));
	drop("bad.ko");
}

static void test_endless(void **state)
{
	char text[9000];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	put("list", text);
	assert_int_equal(modules_load(dir, why, sizeof(why)), -E2BIG);
	assert_says("the list of modules");
	text[4000] = '\0';
	put("list", text);
	assert_int_equal(modules_load(dir, why, sizeof(why)), -ENAMETOOLONG);
}

static int set_up(void **state)
{
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
	drop("list");
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_no_module),
		cmocka_unit_test(test_endless),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
