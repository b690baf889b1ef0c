/* SPDX-License-Identifier: GPL-2.0-only */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "alloc.h"
#include "file.h"
#include "log.h"
#include "scratch.h"
#include "sha256.h"

static void test_sha256(void **state)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	_cleanup_free_ char *path = xasprintf("%s/f", (char *)*state);
	char hex[65], want[65];

	sha256_hex("", 0, hex);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb924"
				 "27ae41e4649b934ca495991b7852b855");
	sha256_hex("abc", 3, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223"
				 "b00361a396177a9cb410ff61f20015ad");
	sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		   56, hex);
	assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039"
				 "a33ce45964ff2167f6ecedd419db06c1");
	for (int i = 0; i < 1000000; i++)
		strbuf_add(&sb, "a", 1);
	sha256_hex(sb.buf, sb.len, want);
	assert_string_equal(want, "cdc76e5c9914fb9281a1c7e284d73e67"
				  "f1809a48a497200e046d39ccc7112cd0");
	/* Read in other pieces than it was summed in. */
	assert_int_equal(write_file_atomic(path, sb.buf, sb.len), 0);
	assert_int_equal(sha256_file(path, hex), 0);
	assert_string_equal(hex, want);
	assert_int_equal(sha256_file("/nonexistent/x", hex), -ENOENT);
}

/* 55, 56, 63, 64 and 65 bytes take the padding through each of its cases. */
static void test_sha256_lengths(void **state)
{
	static const struct {
		size_t len;
		const char *start;
	} want[] = {
		{ 55, "9f4390f8d30c2dd9" }, { 56, "b35439a4ac6f0948" },
		{ 63, "7d3e74a05d7db15b" }, { 64, "ffe054fe7ae0cb6d" },
		{ 65, "635361c48bb9eab1" },
	};
	char text[65], hex[65];

	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		sha256_hex(text, want[i].len, hex);
		assert_memory_equal(hex, want[i].start, 16);
	}
}

static void test_strbuf(void **state)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	char *s;

	strbuf_reset(&sb);
	assert_null(sb.buf);
	s = strbuf_steal(&sb);
	assert_string_equal(s, "");
	free(s);
	for (int i = 0; i < 1000; i++)
		strbuf_addf(&sb, "%d,", i);
	assert_int_equal(sb.len, 3890);
	assert_int_equal(strlen(sb.buf), sb.len);
	assert_memory_equal(sb.buf + sb.len - 8, "998,999,", 8);
	strbuf_reset(&sb);
	assert_string_equal(sb.buf, "");
	strbuf_add(&sb, "a\0b", 3);
	assert_int_equal(sb.len, 3);
	assert_memory_equal(sb.buf, "a\0b", 4);
	s = strbuf_steal(&sb);
	assert_null(sb.buf);
	assert_int_equal(sb.len, 0);
	assert_memory_equal(s, "a\0b", 4);
	free(s);
}

static void test_steal(void **state)
{
	char *p = xstrdup("x"), *q;
	int fd = 7;

	q = steal_ptr(p);
	assert_null(p);
	assert_string_equal(q, "x");
	free(q);
	assert_int_equal(steal_fd(&fd), 7);
	assert_int_equal(fd, -1);
}

static unsigned count_entries(const char *dir)
{
	DIR *d = opendir(dir);
	unsigned nr = 0;

	assert_non_null(d);
	while (readdir(d))
		nr++;
	closedir(d);
	return nr - 2;
}

static void test_read_file(void **state)
{
	_cleanup_free_ char *path = xasprintf("%s/f", (char *)*state);
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	write_text(path, "two");
	strbuf_addstr(&sb, "one ");
	assert_int_equal(read_file(path, &sb), 0);
	assert_string_equal(sb.buf, "one two");
	assert_int_equal(read_file("/nonexistent/x", &sb), -ENOENT);
	assert_int_equal(read_file(*state, &sb), -EISDIR);
	assert_string_equal(sb.buf, "one two");
}

static void test_write_file_atomic(void **state)
{
	_cleanup_free_ char *path = xasprintf("%s/f", (char *)*state);
	_cleanup_free_ char *lost = xasprintf("%s/no/f", (char *)*state);
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	mode_t mask = umask(022);
	struct stat st;

	assert_int_equal(write_file_atomic(path, "old text", 8), 0);
	assert_int_equal(write_file_atomic(path, "new", 3), 0);
	umask(mask);
	assert_int_equal(read_file(path, &sb), 0);
	assert_string_equal(sb.buf, "new");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	assert_int_equal(count_entries(*state), 1);
	assert_int_equal(write_file_atomic(lost, "x", 1), -ENOENT);
}

/* The limit makes the kernel refuse bytes midway, as a full disk does. */
static void test_write_fails(void **state)
{
	_cleanup_free_ char *path = xasprintf("%s/f", (char *)*state);
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;
	struct rlimit old, limit;
	char big[8192] = { 1 };
	int r;

	write_text(path, "old");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = 4096;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	r = write_file_atomic(path, big, sizeof(big));
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(r, -EFBIG);
	assert_int_equal(read_file(path, &sb), 0);
	assert_string_equal(sb.buf, "old");
	assert_int_equal(count_entries(*state), 1);
}

static void file_is(const char *path, const char *want)
{
	_cleanup_strbuf_ struct strbuf sb = STRBUF_INIT;

	assert_int_equal(read_file(path, &sb), 0);
	assert_string_equal(sb.buf, want);
}

static void test_output_replaces_files(void **state)
{
	_cleanup_free_ char *path = xasprintf("%s/f", (char *)*state);
	_cleanup_free_ char *link = xasprintf("%s/l", (char *)*state);
	_cleanup_free_ char *away = xasprintf("%s/away", (char *)*state);
	struct stat st, before;

	assert_int_equal(write_output(path, "a", 1), 0);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(symlink("f", link), 0);
	assert_int_equal(write_output(link, "bc", 2), 0);
	file_is(path, "bc");
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	/* Replaced as a whole: nobody sees half of it. */
	assert_true(st.st_ino != before.st_ino);

	unlink(link);
	assert_int_equal(symlink("away", link), 0);
	assert_int_equal(write_output(link, "d", 1), 0);
	file_is(away, "d");
	assert_int_equal(write_output(*state, "d", 1), -EISDIR);
}

static void test_output_keeps_owner(void **state)
{
	_cleanup_free_ char *path = xasprintf("%s/f", (char *)*state);
	struct stat st;

	if (geteuid() != 0)
		skip();
	assert_int_equal(write_output(path, "a", 1), 0);
	assert_int_equal(chown(path, 12, 34), 0);
	assert_int_equal(write_output(path, "b", 1), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, 12);
	assert_int_equal(st.st_gid, 34);
}

static void test_output_into_fifo(void **state)
{
	_cleanup_free_ char *path = xasprintf("%s/f", (char *)*state);
	char buf[8] = "";
	struct stat st;
	int fd;

	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write_output(path, "abc", 3), 0);
	assert_int_equal(read(fd, buf, sizeof(buf)), 3);
	assert_string_equal(buf, "abc");
	close(fd);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
}

/* A node of its own: nothing here names the machine's. */
static void test_output_into_device(void **state)
{
	_cleanup_free_ char *path = xasprintf("%s/null", (char *)*state);
	struct stat st;
	int r;

	if (mknod(path, S_IFCHR | 0600, makedev(1, 3)) < 0)
		skip();
	r = write_output(path, "abc", 3);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	/* Not on a file system that is mounted without devices. */
	assert_true(r == 0 || r == -EACCES);
}

/* /dev/stdout and /dev/fd/N: what is in the file already stays. */
static void test_output_into_open_file(void **state)
{
	_cleanup_free_ char *path = xasprintf("%s/f", (char *)*state);
	_cleanup_free_ char *name = NULL;
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	name = xasprintf("/proc/self/fd/%d", fd);
	assert_int_equal(write(fd, "a", 1), 1);
	assert_int_equal(write_output(name, "b", 1), 0);
	assert_int_equal(write(fd, "c", 1), 1);
	close(fd);
	file_is(path, "abc");
}

static void test_mkdir_and_rm(void **state)
{
	_cleanup_free_ char *top = xasprintf("%s/t", (char *)*state);
	_cleanup_free_ char *deep = xasprintf("%s/a//b/c/", top);
	_cleanup_free_ char *file = xasprintf("%s/a/b/f", top);
	_cleanup_free_ char *below = xasprintf("%s/x", file);
	_cleanup_free_ char *link = xasprintf("%s/a/link", top);
	_cleanup_free_ char *kept = xasprintf("%s/kept", (char *)*state);

	assert_int_equal(mkdir_p(deep, 0777), 0);
	assert_int_equal(mkdir_p(deep, 0777), 0);
	write_text(file, "x");
	assert_int_equal(mkdir_p(below, 0777), -ENOTDIR);
	assert_int_equal(mkdir_p(file, 0777), -ENOTDIR);
	assert_int_equal(mkdir_p("", 0777), -ENOENT);
	/* A link is removed, never followed. */
	assert_int_equal(mkdir_p(kept, 0777), 0);
	assert_int_equal(symlink(kept, link), 0);
	assert_int_equal(rm_rf(top), 0);
	assert_int_equal(access(top, F_OK), -1);
	assert_int_equal(access(kept, F_OK), 0);
	assert_int_equal(rm_rf(top), 0);
	assert_int_equal(rm_rf(kept), 0);
	write_text(kept, "a file");
	assert_int_equal(rm_rf(kept), 0);
	assert_int_equal(count_entries(*state), 0);
}

/* A file that is too large ends the process, as any signal would. */
static void test_killed_while_writing(void **state)
{
	static const char data[1 << 16];
	_cleanup_free_ char *path = xasprintf("%s/f", (char *)*state);
	_cleanup_close_ int probe =
		open(*state, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	const struct rlimit limit = { 4096, 4096 }, none = { 0, 0 };
	int status;
	pid_t pid;

	if (probe < 0)
		skip();
	write_text(path, "old");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGXFSZ, SIG_DFL);
		setrlimit(RLIMIT_CORE, &none);
		setrlimit(RLIMIT_FSIZE, &limit);
		write_output(path, data, sizeof(data));
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(count_entries(*state), 1);
	file_is(path, "old");
	assert_int_equal(unlink(path), 0);
}

static int status_without_memory(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		or_abort(NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The host is at fault, and git bisect is not told of a regression. */
static void test_no_memory(void **state)
{
	_cleanup_free_ char *log = NULL;

	capture_start(*state);
	assert_int_equal(status_without_memory(), 5);
	log = capture_end();
	assert_string_equal(log, "cgmark: error: out of memory\n");
	capture_start(*state);
	alloc_err_exit_status = 128;
	assert_int_equal(status_without_memory(), 128);
	alloc_err_exit_status = 5;
	free(capture_end());
}

static void test_check_dir(void **state)
{
	_cleanup_free_ char *top = xasprintf("%s/t", (char *)*state);
	_cleanup_free_ char *deep = xasprintf("%s/a//b/", top);
	_cleanup_free_ char *file = xasprintf("%s/f", (char *)*state);
	_cleanup_free_ char *below = xasprintf("%s/x/y", file);
	_cleanup_free_ char *link = xasprintf("%s/link", (char *)*state);
	_cleanup_free_ char *behind = xasprintf("%s/x", link);

	assert_int_equal(check_dir(*state), 0);
	assert_int_equal(check_dir(deep), 0);
	assert_int_equal(check_dir("of/no/such-folder"), 0);
	assert_int_equal(check_dir(""), -ENOENT);
	assert_int_equal(symlink(top, link), 0);
	assert_int_equal(check_dir(link), -ENOENT);
	assert_int_equal(check_dir(behind), -ENOENT);
	assert_int_equal(count_entries(*state), 1);
	write_text(file, "x");
	assert_int_equal(check_dir(file), -ENOTDIR);
	assert_int_equal(check_dir(below), -ENOTDIR);
	assert_true(check_dir("/proc/self/x") < 0);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(unlink(file), 0);
}

static void test_log(void **state)
{
	_cleanup_free_ char *text = NULL;
	int r;

	capture_start(*state);
	log_set_level(LOG_WARNING);
	log_info("not shown");
	log_warn("w %d", 1);
	log_err("e");
	r = log_err_errno(ENOENT, "open '%s'", "x");
	log_set_level(LOG_INFO);
	log_info("shown");
	log_debug("not shown");
	text = capture_end();
	assert_int_equal(r, -ENOENT);
	assert_string_equal(
		text, "cgmark: warning: w 1\n"
		      "cgmark: error: e\n"
		      "cgmark: error: open 'x': No such file or directory\n"
		      "cgmark: shown\n");
}

#define IN_DIR(fn) \
	cmocka_unit_test_setup_teardown(fn, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(test_sha256),
		cmocka_unit_test(test_sha256_lengths),
		cmocka_unit_test(test_strbuf),
		cmocka_unit_test(test_steal),
		IN_DIR(test_read_file),
		IN_DIR(test_write_file_atomic),
		IN_DIR(test_write_fails),
		IN_DIR(test_output_replaces_files),
		IN_DIR(test_output_keeps_owner),
		IN_DIR(test_output_into_fifo),
		IN_DIR(test_output_into_device),
		IN_DIR(test_output_into_open_file),
		IN_DIR(test_mkdir_and_rm),
		IN_DIR(test_no_memory),
		IN_DIR(test_check_dir),
		IN_DIR(test_killed_while_writing),
		IN_DIR(test_log),
	};

	return cmocka_run_group_tests_name("util", tests, NULL, NULL);
}
