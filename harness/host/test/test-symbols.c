/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of functions of a program that is stripped, and of its System.map. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "alloc.h"
#include "file.h"
#include "symbols.h"

static char dir[] = "/tmp/cgmark-symbols-XXXXXX";

static void shell(const char *format)
{
	_cleanup_free_ char *command =
		xasprintf("cd %s && { %s; } >&2", dir, format);

	assert_int_equal(system(command), 0);
}

static char *path_of(const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

/* "ADDRESS main\n"; to be freed. */
static char *line_of_main(const struct strbuf *symbols)
{
	const char *at = strstr(symbols->buf, " main\n"), *begin = at;

	assert_non_null(at);
	while (begin > symbols->buf && begin[-1] != '\n')
		begin--;
	return xstrndup(begin, at + strlen(" main\n") - begin);
}

static void test_system_map(void **state)
{
	_cleanup_free_ char *vmlinux = path_of("vmlinux");
	_cleanup_free_ char *want = NULL, *got = NULL;
	_cleanup_strbuf_ struct strbuf with = STRBUF_INIT, map = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf none = STRBUF_INIT;

	assert_int_equal(symbols_format(vmlinux, &with), 0);
	want = line_of_main(&with);

	shell("nm vmlinux >System.map && strip vmlinux");
	assert_int_equal(symbols_format(vmlinux, &map), 0);
	got = line_of_main(&map);
	assert_string_equal(got, want);
	assert_non_null(strstr(map.buf, " -\n"));
	/* Data has no place among functions. */
	assert_null(strstr(map.buf, " __bss_start\n"));

	shell("echo 'ffffffffffffffff B The real one is elsewhere' >System.map");
	assert_int_equal(symbols_format(vmlinux, &none), -ENODATA);
	shell("printf '0000000000001000\\n12 T\\nT T x\\n' >System.map");
	assert_int_equal(symbols_format(vmlinux, &none), -ENODATA);
	shell("rm System.map");
	assert_int_equal(symbols_format(vmlinux, &none), -ENODATA);
	assert_int_equal(none.len, 0);
}

static int set_up(void **state)
{
	_cleanup_strbuf_ struct strbuf self = STRBUF_INIT;
	_cleanup_free_ char *vmlinux = NULL;
	int r;

	if (!mkdtemp(dir))
		return -1;
	vmlinux = path_of("vmlinux");
	r = read_file("/proc/self/exe", &self);
	return r < 0 ? r : write_file_atomic(vmlinux, self.buf, self.len);
}

static int tear_down(void **state)
{
	return rm_rf(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_system_map),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
