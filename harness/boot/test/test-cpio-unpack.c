/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An archive is unpacked as root, so an enemy's one has names that lead out of the
 * folder, sizes beyond its end, a link to follow; a full disk or a kill cuts it.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "alloc.h"
#include "cpio-unpack.h"
#include "cpio.h"
#include "file.h"
#include "scratch.h"

static int open_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static int unpack(const struct strbuf *data, size_t len, const char *dir)
{
	_cleanup_close_ int fd = open_dir(dir);
	_cleanup_free_ char *name = NULL;

	return cpio_unpack(data->buf, len, fd, &name);
}

static void what_was_packed(void **state)
{
	_cleanup_(cpio_release) struct cpio c = CPIO_INIT;
	_cleanup_free_ char *path = xasprintf("%s/d/f", (char *)*state);
	_cleanup_free_ char *link = xasprintf("%s/d/l", (char *)*state);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	char target[16];
	struct stat st;

	cpio_dir(&c, "d", 0755);
	cpio_file(&c, "d/f", 0755, "hello", 5);
	cpio_file(&c, "empty", 0644, "", 0);
	cpio_chardev(&c, "d/c", 0600, 5, 1);
	cpio_link(&c, "d/l", "f");
	cpio_end(&c);
	assert_int_equal(unpack(&c.out, c.out.len, *state), 0);
	assert_int_equal(read_file(path, &text), 0);
	assert_string_equal(text.buf, "hello");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0111, 0111);
	assert_int_equal(readlink(link, target, sizeof(target)), 1);
	/* A link that is there is not followed. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(unpack(&c.out, c.out.len, *state), -ELOOP);
}

static void cut_short(void **state)
{
	_cleanup_(cpio_release) struct cpio c = CPIO_INIT;
	size_t end;

	cpio_file(&c, "f", 0644, "hello, world", 12);
	end = c.out.len;
	cpio_end(&c);
	for (size_t len = 0; len < end + 110; len++)
		assert_int_equal(unpack(&c.out, len, *state), -EBADMSG);
}

static void altered(void **state)
{
	_cleanup_(cpio_release) struct cpio c = CPIO_INIT;

	cpio_file(&c, "f", 0644, "hello, world", 12);
	cpio_end(&c);
	/* The magic, the size, the size of the name. */
	for (size_t at = 0; at < 110; at++) {
		char was = c.out.buf[at];
		int r;

		c.out.buf[at] = 'f';
		r = unpack(&c.out, c.out.len, *state);
		if (at < 6 || (at >= 54 && at < 62) || (at >= 94 && at < 102))
			assert_int_equal(r, -EBADMSG);
		c.out.buf[at] = was;
	}
	assert_int_equal(unpack(&c.out, c.out.len, *state), 0);
}

static void names_that_lead_out(void **state)
{
	static const char *const names[] = { "/tmp/x", "..", "../x",
					     "a/../../x", "a/.." };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_(cpio_release) struct cpio c = CPIO_INIT;

		cpio_dir(&c, "a", 0755);
		cpio_file(&c, names[i], 0644, "x", 1);
		cpio_end(&c);
		assert_int_equal(unpack(&c.out, c.out.len, *state), -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_packed, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(cut_short, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(altered, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(
			names_that_lead_out, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests_name("cpio-unpack", tests, NULL, NULL);
}
