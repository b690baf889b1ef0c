/* SPDX-License-Identifier: GPL-2.0-only */
/* Which files a program needs; that of the host's own shell among them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "alloc.h"
#include "exit-status.h"
#include "file.h"
#include "guest-files.h"

static void collect(const char *path, void *arg)
{
	strbuf_addf(arg, "%s\n", path);
}

static void lists_are_parsed(void **state)
{
	char text[] = "\tlinux-vdso.so.1 (0x00007ffd4a5f2000)\n"
		      "\tlibm.so.6 => /lib/x/libm.so.6 (0x00007f1ab1ba3000)\n"
		      "\tlibown.so => /opt/own/libown.so (0x00007f1ab1b8d000)\n"
		      "\t/lib64/ld-linux-x86-64.so.2 (0x00007f1ab2dda000)\n";
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;
	char *missing = NULL;

	assert_int_equal(guest_files_parse_list(text, collect, &got, &missing),
			 0);
	assert_string_equal(got.buf, "/lib/x/libm.so.6\n/opt/own/libown.so\n"
				     "/lib64/ld-linux-x86-64.so.2\n");
	assert_null(missing);
}

static void missing_libraries_are_named(void **state)
{
	char text[] = "\tlibgone.so.1 => not found\n"
		      "\tlibc.so.6 => /lib/x/libc.so.6 (0x00007f1ab1ba3000)\n";
	_cleanup_strbuf_ struct strbuf got = STRBUF_INIT;
	_cleanup_free_ char *missing = NULL;

	assert_int_equal(guest_files_parse_list(text, collect, &got, &missing),
			 -ENOENT);
	assert_string_equal(missing, "libgone.so.1");
}

static bool has(const struct guest_files *files, const char *part)
{
	for (size_t i = 0; i < files->nr; i++)
		if (strstr(files->v[i].guest, part))
			return true;
	return false;
}

static void a_program_comes_with_its_libraries(void **state)
{
	struct guest_files files = { NULL, 0 };
	size_t nr;

	assert_int_equal(guest_files_add(&files, "sh", "test"), ST_OK);
	assert_true(has(&files, "bin/sh"));
	assert_true(has(&files, "libc.so"));
	assert_true(has(&files, "ld-linux"));
	nr = files.nr;
	for (size_t i = 0; i < nr; i++) {
		assert_int_equal(access(files.v[i].path, R_OK), 0);
		assert_int_not_equal(files.v[i].guest[0], '/');
		if (i)
			assert_true(strcmp(files.v[i - 1].guest,
					   files.v[i].guest) < 0);
	}
	/* What two programs share is there once. */
	assert_int_equal(guest_files_add(&files, "sh", "test"), ST_OK);
	assert_int_equal(files.nr, nr);
	assert_int_equal(guest_files_add(&files, "cat", "test"), ST_OK);
	assert_int_equal(files.nr, nr + 1);
	guest_files_release(&files);
}

static int add_quietly(struct guest_files *files, const char *name)
{
	int fd = open("/dev/null", O_WRONLY), keep = dup(STDERR_FILENO), r;

	dup2(fd, STDERR_FILENO);
	r = guest_files_add(files, name, "test");
	dup2(keep, STDERR_FILENO);
	close(keep);
	close(fd);
	return r;
}

static void what_cannot_travel_is_refused(void **state)
{
	struct guest_files files = { NULL, 0 };
	_cleanup_free_ char *keep = xstrdup(getenv("PATH"));
	char dir[] = "/tmp/cgmark-guest-files-XXXXXX";
	_cleanup_free_ char *script = NULL, *cut = NULL;

	assert_non_null(mkdtemp(dir));
	script = xasprintf("%s/script", dir);
	cut = xasprintf("%s/cut", dir);
	assert_int_equal(write_file_atomic(script, "#!/bin/sh\n", 10), 0);
	assert_int_equal(write_file_atomic(cut, "\177ELF\2\1\1", 7), 0);
	chmod(script, 0755);
	chmod(cut, 0755);
	setenv("PATH", dir, 1);
	assert_int_equal(add_quietly(&files, "script"), ST_HOST);
	assert_int_equal(add_quietly(&files, "cut"), ST_HOST);
	assert_int_equal(add_quietly(&files, "not-there"), ST_HOST);
	setenv("PATH", keep, 1);
	assert_int_equal(files.nr, 0);
	assert_int_equal(rm_rf(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_parsed),
		cmocka_unit_test(missing_libraries_are_named),
		cmocka_unit_test(a_program_comes_with_its_libraries),
		cmocka_unit_test(what_cannot_travel_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
