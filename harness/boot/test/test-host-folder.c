/* SPDX-License-Identifier: GPL-2.0-only */
#include "scratch.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "alloc.h"
#include "host-folder.h"

static char *in(const char *dir, const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

static void make_file(const char *dir, const char *name, const char *text)
{
	_cleanup_free_ char *path = in(dir, name);

	write_text(path, text);
}

static bool has(const struct cpio *c, const char *text)
{
	return memmem(c->out.buf, c->out.len, text, strlen(text)) != NULL;
}

static void files_folders_and_links(void **state)
{
	const char *dir = *state;
	_cleanup_(cpio_release) struct cpio c = CPIO_INIT, again = CPIO_INIT;
	_cleanup_free_ char *sub = in(dir, "sub"), *link = in(dir, "sub/link");
	_cleanup_free_ char *fifo = in(dir, "fifo");

	make_file(dir, "a b", "some bytes");
	make_file(dir, "empty", "");
	assert_int_equal(mkdir(sub, 0755), 0);
	assert_int_equal(symlink("../a b", link), 0);
	/* Would block a reader for ever. */
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(host_folder_add(&c, dir, "host", 1000), 0);
	assert_true(has(&c, "host/a b"));
	assert_true(has(&c, "some bytes"));
	assert_true(has(&c, "host/empty"));
	assert_true(has(&c, "host/sub/link"));
	assert_true(has(&c, "../a b"));
	assert_false(has(&c, "fifo"));
	assert_false(has(&c, dir));
	assert_int_equal(host_folder_add(&again, dir, "host", 1000), 0);
	assert_int_equal(c.out.len, again.out.len);
	assert_memory_equal(c.out.buf, again.out.buf, c.out.len);
}

static void a_limit_adds_nothing(void **state)
{
	const char *dir = *state;
	_cleanup_(cpio_release) struct cpio c = CPIO_INIT;

	make_file(dir, "one", "12345");
	make_file(dir, "two", "67890");
	assert_int_equal(host_folder_add(&c, dir, "host", 9), -EFBIG);
	assert_int_equal(c.out.len, 0);
	assert_int_equal(host_folder_add(&c, dir, "host", 10), 0);
}

/* A sparse file counts as what it is read as. */
static void a_huge_file_is_not_read(void **state)
{
	const char *dir = *state;
	_cleanup_(cpio_release) struct cpio c = CPIO_INIT;
	_cleanup_free_ char *path = in(dir, "huge");

	make_file(dir, "huge", "");
	assert_int_equal(truncate(path, 1LL << 40), 0);
	assert_int_equal(host_folder_add(&c, dir, "host", 1 << 20), -EFBIG);
}

static void what_is_no_folder(void **state)
{
	const char *dir = *state;
	_cleanup_(cpio_release) struct cpio c = CPIO_INIT;
	_cleanup_free_ char *file = in(dir, "file"), *none = in(dir, "none");

	make_file(dir, "file", "x");
	assert_int_equal(host_folder_add(&c, file, "host", 1000), -ENOTDIR);
	assert_int_equal(host_folder_add(&c, none, "host", 1000), -ENOENT);
	assert_int_equal(c.out.len, 0);
}

static void a_link_to_it_is_it(void **state)
{
	const char *dir = *state;
	_cleanup_(cpio_release) struct cpio c = CPIO_INIT;
	_cleanup_free_ char *sub = in(dir, "sub"), *link = in(dir, "link");

	assert_int_equal(mkdir(sub, 0755), 0);
	make_file(sub, "file", "x");
	assert_int_equal(symlink("sub", link), 0);
	assert_int_equal(host_folder_add(&c, link, "host", 1000), 0);
	assert_true(has(&c, "host/file"));
}

/* Files of procfs have no size; some block. */
static void procfs_does_not_block(void **state)
{
	_cleanup_(cpio_release) struct cpio c = CPIO_INIT;

	assert_int_equal(
		host_folder_add(&c, "/proc/sys/kernel", "host", 1 << 20), 0);
	assert_true(has(&c, "host/ostype"));
}

int main(void)
{
#define T(fn) \
	cmocka_unit_test_setup_teardown(fn, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		T(files_folders_and_links), T(a_limit_adds_nothing),
		T(a_huge_file_is_not_read), T(what_is_no_folder),
		T(a_link_to_it_is_it),	    T(procfs_does_not_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
