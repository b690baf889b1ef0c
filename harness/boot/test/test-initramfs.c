/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "alloc.h"
#include "file.h"
#include "initramfs.h"
#include "sha256.h"

struct fixture {
	char *dir;
	char *bench;
};

static void write_text(const char *dir, const char *name, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);

	assert_int_equal(write_file_atomic(path, text, strlen(text)), 0);
}

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");

	f->dir = xasprintf("%s/cgmark-unit-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(f->dir));
	f->bench = xasprintf("%s/bench", f->dir);
	assert_int_equal(mkdir(f->bench, 0755), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	int r = rm_rf(f->dir);

	free(f->bench);
	free(f->dir);
	free(f);
	return r;
}

/* Output of "cpio -t" on a part of a file; empty where there is no cpio. */
static void list_cpio(const char *path, size_t skip, struct strbuf *out)
{
	_cleanup_free_ char *cmd = NULL;
	char line[256];
	FILE *p;

	cmd = xasprintf("tail -c +%zu %s | cpio -t --quiet 2>&1", skip + 1,
			path);
	p = popen(cmd, "r");
	assert_non_null(p);
	while (fgets(line, sizeof(line), p))
		strbuf_addstr(out, line);
	assert_int_equal(pclose(p), 0);
}

static bool have_cpio(void)
{
	return system("command -v cpio >/dev/null") == 0;
}

static void test_build(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *a = xasprintf("%s/a.cpio", f->dir);
	_cleanup_free_ char *b = xasprintf("%s/b.cpio", f->dir);
	_cleanup_free_ char *sub = xasprintf("%s/bench-x.p", f->bench);
	_cleanup_strbuf_ struct strbuf one = STRBUF_INIT, two = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf names = STRBUF_INIT;
	char sha_a[65], sha_b[65], sha_file[65];

	/* Out of order, and with what a build folder has besides. */
	write_text(f->bench, "bench-z", "z program");
	write_text(f->bench, "bench-a", "a program");
	write_text(f->bench, "guest-init", "init program");
	write_text(f->bench, "libother.a", "no");
	assert_int_equal(mkdir(sub, 0755), 0);

	assert_int_equal(initramfs_build(f->bench, NULL, a, sha_a), 0);
	assert_int_equal(initramfs_build(f->bench, NULL, b, sha_b), 0);
	assert_string_equal(sha_a, sha_b);
	assert_int_equal(sha256_file(a, sha_file), 0);
	assert_string_equal(sha_a, sha_file);
	assert_int_equal(read_file(a, &one), 0);
	assert_int_equal(read_file(b, &two), 0);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.buf, two.buf, one.len);

	if (have_cpio()) {
		list_cpio(a, 0, &names);
		assert_string_equal(names.buf,
				    "dev\ndev/console\nproc\nsys\ntmp\nbench\n"
				    "init\nbench/bench-a\nbench/bench-z\n");
	}

	/* A changed program is another guest. */
	write_text(f->bench, "bench-a", "A program");
	assert_int_equal(initramfs_build(f->bench, NULL, b, sha_b), 0);
	assert_string_not_equal(sha_a, sha_b);
}

static void test_files(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *with = xasprintf("%s/a.cpio", f->dir);
	_cleanup_free_ char *text = xasprintf("%s/text", f->dir);
	_cleanup_strbuf_ struct strbuf names = STRBUF_INIT;
	char bin[] = "bin/tool", lib[] = "lib/x/liba.so",
	     lib2[] = "lib/x/libb.so";
	char lib64[] = "lib64/ld.so";
	struct guest_file list[] = {
		{ text, bin }, { text, lib }, { text, lib2 }, { text, lib64 }
	};
	const struct guest_files files = { list, ARRAY_SIZE(list) };

	write_text(f->dir, "text", "some text");
	write_text(f->bench, "guest-init", "init program");
	assert_int_equal(initramfs_build(f->bench, &files, with, NULL), 0);
	if (have_cpio()) {
		list_cpio(with, 0, &names);
		assert_string_equal(
			names.buf,
			"dev\ndev/console\nproc\nsys\ntmp\nbench\ninit\n"
			"bin\nbin/tool\nlib\nlib/x\nlib/x/liba.so\n"
			"lib/x/libb.so\nlib64\nlib64/ld.so\n");
	}
	unlink(text);
	assert_int_equal(initramfs_build(f->bench, &files, with, NULL),
			 -ENOENT);
}

static void test_no_init(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *path = xasprintf("%s/a.cpio", f->dir);

	write_text(f->bench, "bench-a", "a program");
	assert_int_equal(initramfs_build(f->bench, NULL, path, NULL), -ENOENT);
	assert_int_equal(access(path, F_OK), -1);
}

static void test_boot(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *base = xasprintf("%s/a.cpio", f->dir);
	_cleanup_free_ char *path = xasprintf("%s/initrd", f->dir);
	_cleanup_strbuf_ struct strbuf a = STRBUF_INIT, all = STRBUF_INIT;
	_cleanup_strbuf_ struct strbuf names = STRBUF_INIT;
	static const char plan[] = "V\t1\tcgmark-plan\n";
	struct boot_image img = {
		.initramfs = base,
		.plan = plan,
		.plan_len = strlen(plan),
		.initrd_pad_bytes = 12 * 1024,
	};
	size_t from, pad_at;
	const char *at;

	write_text(f->bench, "guest-init", "init program");
	assert_int_equal(initramfs_build(f->bench, NULL, base, NULL), 0);
	assert_int_equal(initramfs_for_boot(&img, path), 0);
	assert_int_equal(read_file(base, &a), 0);
	assert_int_equal(read_file(path, &all), 0);

	/* Base as it is, the plan from a block's start, then zero bytes. */
	assert_memory_equal(all.buf, a.buf, a.len);
	from = a.len;
	assert_int_equal(from % 512, 0);
	assert_memory_equal(all.buf + from, "070701", 6);
	at = memmem(all.buf + from, all.len - from, plan, strlen(plan));
	assert_non_null(at);
	pad_at = all.len - img.initrd_pad_bytes;
	assert_int_equal(pad_at % 512, 0);
	for (size_t i = pad_at; i < all.len; i++)
		assert_int_equal(all.buf[i], 0);
	if (have_cpio()) {
		list_cpio(path, from, &names);
		assert_string_equal(names.buf, "plan.tsv\n");
	}

	img.initramfs = "/nonexistent/initramfs";
	assert_int_equal(initramfs_for_boot(&img, path), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_build, setup, teardown),
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_init, setup, teardown),
		cmocka_unit_test_setup_teardown(test_boot, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
